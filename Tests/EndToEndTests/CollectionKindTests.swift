import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Collections that were not recorded: other formats, edited while they are served, with an environment and its secrets.
    @Suite struct `Collections of other kinds` {
        let folder: TemporaryFolder
        let secret = "s3cr3t-0123456789abcdef"

        init() throws {
            folder = try TemporaryFolder()
            try FileManager.default.createDirectory(atPath: collections, withIntermediateDirectories: true)
            try folder.write(
                #"""
                {"id": "c1", "name": "Old", "order": ["r1", "r2", "r3"], "requests": [
                  {"id": "r1", "name": "one", "method": "GET", "url": "{{base}}/{{version}}/one/:id",
                   "pathVariables": {"id": "7"}, "headers": "X-Plan: pro\n",
                   "responses": [{"id": "v1-one", "responseCode": {"code": 200, "name": "OK"}, "text": "one of {{stage}}",
                     "headers": [{"key": "Content-Type", "value": "text/plain"}]}]},
                  {"id": "r2", "name": "two", "method": "POST", "url": "{{base}}/{{version}}/two", "dataMode": "urlencoded",
                   "data": [{"key": "a", "value": "{{stage}}", "enabled": true}, {"key": "b", "value": "2", "enabled": false}],
                   "responses": [{"id": "v1-two", "responseCode": {"code": 201, "name": "Created"}, "text": "two"}]},
                  {"id": "r3", "name": "three", "method": "GET", "url": "{{base}}/three?api_key={{token}}&page=1",
                   "headers": "Authorization: Bearer {{token}}\n",
                   "responses": [{"id": "v1-three", "responseCode": {"code": 200, "name": "OK"}, "text": "three"}]}
                ]}
                """#, to: "recordings/collections/old.json")
            try writeNew(answer: "first")
            try folder.write(
                #"""
                {"id": "e", "name": "dev", "values": [
                  {"key": "base", "value": "https://dev.example.com/api", "enabled": true},
                  {"key": "version", "value": "v9", "enabled": true}, {"key": "version", "value": "v0", "enabled": false},
                  {"key": "stage", "value": "staging", "enabled": true},
                  {"key": "token", "value": "\#(secret)", "type": "secret", "enabled": true}
                ], "_postman_variable_scope": "environment"}
                """#, to: "dev.json")
        }

        private var collections: String { folder.file("recordings/collections") }

        private func writeNew(answer: String) throws {
            try folder.write(
                #"""
                {"info": {"name": "New", "schema": "https://schema.getpostman.com/json/collection/v2.0.0/collection.json"},
                 "variable": [{"id": "version", "value": "v1"}, {"id": "greeting", "value": "hello"}],
                 "item": [{"name": "folder", "item": [
                  {"name": "four", "request": {"method": "GET", "url": "{{base}}/{{version}}/four/{{user}}", "header": ""},
                   "response": [{"id": "v20-four", "name": "four", "code": 200, "status": "OK",
                     "originalRequest": {"method": "GET", "url": "{{base}}/{{version}}/four/{{user}}"},
                     "header": [{"key": "Content-Type", "value": "text/plain"}],
                     "body": "{{greeting}} {{user}}, \#(answer) of {{stage}}"}]},
                  {"name": "five", "request": "{{base}}/five/{{token}}",
                   "response": [{"id": "v20-five", "name": "five", "code": 200, "body": "five",
                     "originalRequest": {"method": "GET", "url": "{{base}}/five/{{token}}"}}]},
                  {"name": "six", "request": {"method": "POST", "url": "{{base}}/six"},
                   "response": [{"id": "v20-six", "name": "six", "code": 200, "body": "six",
                     "originalRequest": {"method": "POST", "url": "{{base}}/six",
                       "header": [{"key": "Content-Type", "value": "application/json"}],
                       "body": {"mode": "raw", "raw": "{\"key\": \"{{token}}\", \"n\": 1}"}}}]}
                 ]}]}
                """#, to: "recordings/collections/new.json")
        }

        private let flags = ["--profile", "postman", "--environment", "dev.json"]

        private func text(_ answer: RawMessage) -> String { "\(answer.status) \(answer.body.latin1)" }

        @Test func `answer by their own rules and the environment's values`() throws {
            let server = try Understudy(["replay"] + flags, in: folder)
            #expect(try text(server.get("/api/v9/one/7")) == "200 one of staging")
            let form = ["Content-Type: application/x-www-form-urlencoded", "x-mock-match-request-body: true"]
            #expect(try text(server.send("POST", "/api/v9/two", form, body: "a=staging")) == "201 two")
            #expect(try server.send("POST", "/api/v9/two", form, body: "a=staging&b=2").status == 404)
            #expect(try text(server.get("/api/v9/four/ada")) == "200 hello ada, first of staging")
            #expect(try text(server.get("/api/five/\(secret)")) == "200 five")
            #expect(try text(server.get("/api/three?api_key=\(secret)&page=1")) == "200 three")
            #expect(try server.get("/api/v0/one/7")["Understudy-Score"] != "100", "a value that is switched off")
            #expect(try server.get("/v1/four/ada").status == 404)
        }

        @Test func `an edit takes effect on the next request`() throws {
            let server = try Understudy(["replay"] + flags, in: folder)
            for answer in ["first", "second", "third"] {
                try writeNew(answer: answer)
                #expect(try text(server.get("/api/v9/four/ada")) == "200 hello ada, \(answer) of staging")
            }
            let old = collections + "/old.json"
            let text = try String(contentsOfFile: old, encoding: .utf8)
            try text.replacingOccurrences(of: "one of", with: "another of").write(
                toFile: old, atomically: true, encoding: .utf8)
            #expect(try self.text(server.get("/api/v9/one/7")) == "200 another of staging")
            // What was converted cannot be changed by command, and says so.
            let refused = try Program.run(["examples", "edit", "v1-one", "--ignore", "query:a"], in: folder)
            #expect(refused.status != 0 && refused.lines.joined().contains("v2.1"), "\(refused.lines)")
        }

        @Test func `single files are served as well`() throws {
            for (file, target, answer) in [
                ("old.json", "/api/v9/one/7", "200 one of staging"),
                ("new.json", "/api/v9/four/x", "200 hello x, first of staging"),
            ] {
                let server = try Understudy(
                    ["replay", "recordings/collections/\(file)"] + flags, dir: "other", in: folder)
                #expect(try text(server.get(target)) == answer)
                try server.stop()
            }
        }

        @Test(arguments: ["postman", "strict"]) func `an environment's secrets are shown nowhere`(profile: String)
            throws
        {
            let more = ["--profile", profile, "--environment", "dev.json", "--match-headers", "Authorization"]
            let server = try Understudy(["replay", "-v", "--match-body"] + more, in: folder)
            var shown: [(name: String, text: String)] = []
            func run(_ arguments: String...) throws {
                let outcome = try Program.run(arguments, in: folder)
                shown.append((arguments.joined(separator: " "), outcome.lines.joined(separator: "\n")))
            }
            let requests = [
                PlainRequest("GET", "/api/three?api_key=other&page=1"), PlainRequest("GET", "/api/three?page=2"),
                PlainRequest("GET", "/api/three?api_key=other&page=1", ["Authorization: Bearer other"]),
                PlainRequest("GET", "/api/five/other"), PlainRequest("GET", "/nothing"),
                PlainRequest(
                    "POST", "/api/six", ["Content-Type: application/json"], body: #"{"key": "other", "n": 1}"#),
                PlainRequest("POST", "/api/six", ["Content-Type: application/json"], body: #"{"key": "x", "n": 2}"#),
            ]
            for request in requests {
                shown.append(("\(request.name)", try request.send(to: server.port).body.latin1))
                var asking = request
                asking.fields.append("Understudy-Explain: 1")
                shown.append(("\(request.name), explained", try asking.send(to: server.port).body.latin1))
                let content = request.body.map { ["-d", $0] } ?? []
                let described =
                    ["match", "-X", request.method, request.target] + request.fields.flatMap { ["-H", $0] }
                for ways in [[], ["--explain"], ["--json"]] {
                    let outcome = try Program.run(described + content + ways + more, in: folder)
                    shown.append(("match \(request.name) \(ways)", outcome.lines.joined(separator: "\n")))
                }
            }
            try run("status")
            try run("status", "--json")
            try run("examples", "ls")
            for id in ["v1-one", "v1-three", "v20-five", "v20-six"] {
                try run("examples", "show", id)
                try run("examples", "show", id, "--json")
            }
            try run("history", "ls")
            try run("sessions")
            #expect(try server.stop().status == 0)
            shown.append(("log", server.child.lines.joined(separator: "\n")))
            for (name, text) in shown { #expect(!text.contains(secret), "\(name)\n\(text)") }
            #expect(
                shown.contains { $0.name == "match GET /api/five/other [\"--explain\"]" && $0.text.contains("five") })
            let words = Data(secret.utf8)
            let files = try Snapshot(folder.file("recordings")).files.filter { $0.value.range(of: words) != nil }
            #expect(files.keys.sorted() == [], "on disk")
        }
    }
}
