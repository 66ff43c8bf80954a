import Foundation
import GRDB
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
            let database = try DatabaseQueue(path: recorder.workspace + "/history.sqlite")
            try database.write { db in
                for (date, condition) in [("2026-11-16", "path < '/d'"), ("2026-11-17", "path >= '/d'")] {
                    try db.execute(
                        sql:
                            "UPDATE exchange SET started_at = unixepoch('\(date) 12:00') * 1000000 WHERE \(condition)")
                }
            }
            try database.close()
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
    }
}
