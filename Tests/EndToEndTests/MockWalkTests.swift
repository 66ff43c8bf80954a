import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// From what people have to a mock server that answers, with the commands that they would type.
    @Suite struct `Walks to a mock server` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        /// A connection that is kept.
        private struct Caller {
            let client: RawClient
            let port: Int

            init(_ port: Int) throws {
                self.port = port
                client = try RawClient(port: port)
            }
        }

        @discardableResult private func run(_ arguments: String...) throws -> [String] {
            let outcome = try Program.run(arguments, in: folder, environment: ["TZ": "UTC"])
            #expect(outcome.status == 0, "\(arguments): \(outcome.lines)")
            return outcome.lines
        }

        private func call(
            _ client: Caller, _ target: String, _ method: String = "GET", _ fields: String = "", body: String = ""
        ) throws -> RawMessage {
            let length = body.isEmpty ? "" : "Content-Length: \(body.utf8.count)\r\n"
            try client.client.send(
                "\(method) \(target) HTTP/1.1\r\nHost: monday.localhost:\(client.port)\r\n\(fields)\(length)\r\n\(body)"
            )
            return try client.client.readResponse()
        }

        @Test func `from history: everything of a date, and nothing of another`() throws {
            let origin = try RawOrigin { (request: RawMessage) in
                let content = "answer to \(request.startLine.split(separator: " ")[1])"
                return "HTTP/1.1 200 OK\r\nContent-Length: \(content.utf8.count)\r\n\r\n\(content)"
            }
            let recorder = try Understudy(["proxy", "http://127.0.0.1:\(origin.port)"], in: folder)
            let targets = ["/a", "/b?x=1", "/c", "/d", "/e"]
            for target in targets { #expect(try recorder.get(target).status == 200) }
            try recorder.stop()
            try recorder.history.move("path < '/d'", to: "2026-11-16")
            try recorder.history.move("path >= '/d'", to: "2026-11-17")
            let lines = try run("mock", "create", "--from-history", "--date", "2026-11-16", "Monday")
            #expect(lines.contains { $0.contains("3 examples from the history") }, "\(lines)")
            let server = try Understudy(["serve"], in: folder)
            let client = try Caller(server.port)
            let answers = try targets.map { try call(client, $0) }
            #expect(answers.map(\.status) == [200, 200, 200, 404, 404])
            #expect(answers[1].body.latin1 == "answer to /b?x=1")
            #expect(origin.requests.count == 5)
            // The log says which of them were answered, and by what.
            let isLogged = eventually(within: 10) { (try? run("mock", "log", "monday").count) == 5 }
            #expect(isLogged)
            let log = try run("mock", "log", "monday", "--type", "error")
            #expect(
                log.count == 2 && log.allSatisfy { $0.contains("Double check your method and the request path") },
                "\(log)")
            let usage = try run("mock", "usage", "monday").last?.split(separator: " ").map(String.init)
            #expect(usage == ["total", "5", "3", "2", "0"])
            try server.stop()
        }

        @Test func `configuration counts from the next call on, also on a kept connection`() throws {
            try run("mock", "create", "Monday", "--request", "POST /orders", "--status", "201", "--body", "made")
            let path = folder.file("recordings/collections/monday.postman_collection.json")
            // What the example says of requests: a field and a body.
            let text = try String(contentsOfFile: path, encoding: .utf8)
            let edited = text.replacing(
                #""header": [],"#,
                with:
                    #""header": [{"key": "Content-Type", "value": "application/json"}, {"key": "X-Version", "value": "2"}], "body": {"mode": "raw", "raw": "{\"id\": 1}"},"#,
                maxReplacements: 3)
            try edited.write(toFile: path, atomically: true, encoding: .utf8)
            let server = try Understudy(["serve", "--explain-auth"], in: folder)
            let client = try Caller(server.port)
            let json = "Content-Type: application/json\r\n"
            func order(_ fields: String = "", _ body: String = #"{"id": 2}"#) throws -> Int {
                try call(client, "/orders", "POST", json + fields, body: body).status
            }
            #expect(try order() == 201)
            try run("mock", "set", "monday", "--match-body")
            #expect(try order() == 404)
            #expect(try order("", #"{ "id" : 1.0 }"#) == 201)
            try run("mock", "set", "monday", "--no-match-body", "--match-headers", "X-Version")
            #expect(try order("X-Version: 3\r\n") == 404)
            #expect(try order("X-Version: 2\r\n") == 201)
            try run("mock", "set", "monday", "--match-headers", "", "--private")
            #expect(try order() == 401)
            let key = try #require(run("key", "create", "me").first { $0.hasPrefix("PMAK-") })
            #expect(try order("X-Api-Key: \(key)\r\n") == 201)
            try run("mock", "set", "monday", "--public", "--delay", "200")
            let start = ContinuousClock.now
            #expect(try order() == 201)
            #expect((ContinuousClock.now - start).seconds >= 0.2)
            try run("mock", "response", "add", "monday", "down", "--status", "503", "--activate")
            try run("mock", "set", "monday", "--delay", "none")
            #expect(try order() == 503)
            try run("mock", "set", "monday", "--server-response", "none", "--calls-per-minute", "1")
            #expect(try [order(), order()] == [201, 429])
            try run("mock", "rm", "monday")
            let gone = try order()
            #expect(gone == 404)
            try server.stop()
        }

        @Test func `a log is followed as calls come`() throws {
            try run("mock", "create", "Monday", "--request", "GET /{{name}}", "--body", "hello {{name}}")
            let server = try Understudy(["serve"], in: folder)
            let client = try Caller(server.port)
            #expect(try call(client, "/before").body.latin1 == "hello before")
            #expect(eventually(within: 10) { (try? run("mock", "log", "monday").count) == 1 })
            let tail = try ChildProcess(
                Program.path, ["mock", "log", "monday", "-f", "--json", "--messages"],
                environment: Program.environment(home: folder.path), folder: folder.path)
            // It begins at the end of the log, which is when it has opened the history.
            var line: String?
            for number in 1...100 where line == nil {
                _ = try call(client, "/call\(number)")
                line = try? tail.waitForLine(within: 0.2) { $0.contains("/call") }
            }
            let entry = try #require(line)
            #expect(entry.contains(#""responseName":"200 OK""#) && entry.contains(#""body":"hello call"#), "\(entry)")
            #expect(!tail.lines.contains { $0.contains("/before") })
            tail.send(signal: SIGINT)
            _ = try tail.waitForExit()
            try server.stop()
        }

        @Test func `from an API call: call, save, mock, edit, and the edited answer`() throws {
            let origin = try RawOrigin { (request: RawMessage) in
                request["Authorization"] == "Bearer t0ken"
                    ? "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"user\": 17}"
                    : "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"
            }
            let base = "http://127.0.0.1:\(origin.port)"
            let shown = try run(
                "call", "\(base)/users/17", "-H", "Authorization: Bearer t0ken", "--save", "Users", "--name", "one")
            #expect(shown.contains(#"{"user": 17}"#), "\(shown)")
            try run("mock", "create", "Monday", "--collection", "users")
            let server = try Understudy(["serve"], in: folder)
            let client = try Caller(server.port)
            #expect(try call(client, "/users/17").body.latin1 == #"{"user": 17}"#)
            let id = try #require(run("examples", "ls", "--json").first?.firstMatch(of: /"id":"([^"]+)"/)?.output.1)
            try folder.write(#"{"user": "edited"}"#, to: "new.json")
            try run("examples", "edit", String(id), "--body-file", "new.json", "--status", "203")
            let edited = try call(client, "/users/17")
            #expect(edited.status == 203 && edited.body.latin1 == #"{"user": "edited"}"#)
            #expect(origin.requests.count == 1)
            try server.stop()
        }

        @Test func `what missed is learned: as told, or as the real API answers once`() throws {
            let origin = try RawOrigin { (request: RawMessage) in
                let content = "\(request["X-Token"] ?? "nobody") \(request["X-Api-Key"] ?? "-")"
                return "HTTP/1.1 202 Accepted\r\nContent-Length: \(content.utf8.count)\r\n\r\n\(content)"
            }
            try run("mock", "create", "Monday", "--request", "GET /known")
            let server = try Understudy(["serve"], in: folder)
            let client = try Caller(server.port)
            #expect(try Program.run(["mock", "learn", "monday"], in: folder).status == 1)
            #expect(try call(client, "/known").status == 200)
            #expect(eventually(within: 10) { (try? run("mock", "log", "monday").count) == 1 })
            let nothing = try Program.run(["mock", "learn", "monday"], in: folder)
            #expect(nothing.status == 1 && nothing.lines.joined().contains("nothing to learn"), "\(nothing.lines)")
            #expect(try call(client, "/new", "POST", "Content-Type: text/plain\r\n", body: "ask").status == 404)
            #expect(eventually(within: 10) { (try? run("mock", "log", "monday", "--type", "error").count) == 1 })
            try run("mock", "learn", "monday", "--status", "201", "-H", "X-A: b", "--body", "learned")
            let answer = try call(client, "/new", "POST", "Content-Type: text/plain\r\n", body: "ask")
            #expect(answer.status == 201 && answer["X-A"] == "b" && answer.body.latin1 == "learned")
            // The real one, once: without what was meant for the mock server alone.
            #expect(try call(client, "/real?x=1", "GET", "x-api-key: k\r\nx-mock-response-delay: 1\r\n").status == 404)
            #expect(eventually(within: 10) { (try? run("mock", "log", "monday", "--type", "error").count) == 2 })
            let lost = try Program.run(["mock", "learn", "monday", "--fetch"], in: folder)
            #expect(lost.status == 1 && lost.lines.joined().contains("add --upstream URL"), "\(lost.lines)")
            try run(
                "mock", "learn", "monday", "--fetch", "--upstream", "http://127.0.0.1:\(origin.port)", "-H",
                "X-Token: me")
            for _ in 0..<2 {
                let answer = try call(client, "/real?x=1")
                #expect(answer.status == 202 && answer.body.latin1 == "me -", "\(answer.body.latin1)")
            }
            #expect(origin.requestTexts.count == 1 && origin.requestTexts[0].hasPrefix("GET /real?x=1 HTTP/1.1\r\n"))
            // Secrets are not in the log: what had some is not sent with placeholders.
            #expect(try call(client, "/accounts/all?api_key=hush").status == 404)
            #expect(eventually(within: 10) { (try? run("mock", "log", "monday", "--type", "error").count) == 3 })
            let secret = try Program.run(
                ["mock", "learn", "monday", "--fetch", "--upstream", "http://127.0.0.1:\(origin.port)"], in: folder)
            #expect(
                secret.status == 1 && secret.lines.joined().contains("secrets are not in the log"), "\(secret.lines)")
            #expect(origin.requestTexts.count == 1)
            // A tagged version stays as it is.
            try run("collection", "tag", "monday", "v1")
            try run("mock", "set", "monday", "--tag", "v1")
            let tagged = try Program.run(["mock", "learn", "monday"], in: folder)
            #expect(tagged.status == 1 && tagged.lines.joined().contains("--tag CURRENT"), "\(tagged.lines)")
            // Of all that, one exchange was an API's.
            let made = try run("mock", "create", "Again", "--from-history")
            #expect(made.contains { $0.contains("1 example from the history") }, "\(made)")
            try server.stop()
        }

        @Test func `nothing but mock servers is served, and a private one nowhere else`() throws {
            try run("mock", "create", "Monday", "--request", "GET /secret", "--body", "hush", "--private")
            for (arguments, status) in [(["serve"], 404), (["serve", "--mode", "replay"], 200)] {
                let server = try Understudy(arguments, in: folder)
                #expect(try server.get("/secret").status == status)
                let plain = try RawClient.exchange(
                    port: server.port, "GET /secret HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\r\n")
                #expect(plain.status == status && plain.body.latin1.contains("mockNotFoundError") == (status == 404))
                let client = try Caller(server.port)
                #expect(try call(client, "/secret").body.latin1.contains("mockNotFoundError"))
                // Whoever gives it a mode wants the collections.
                try server.mode("replay")
                #expect(try server.get("/secret").status == 200)
                try server.stop()
            }
        }
    }
}
