import TestSupport
import Testing
import UnderstudyCore
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Progress of long work` {
    private typealias Log = `Postman's call log`

    /// The events of one token, up to the first that says that all is done in that step.
    private static func events(
        _ follower: Events.Follower, _ token: String, until what: String
    ) throws -> [JSONValue] {
        var events: [JSONValue] = []
        while true {
            let data = try follower.next("progress").data
            guard data["token"] == .string(token) else { continue }
            events.append(data)
            if data["what"] == .string(what), data["done"] == data["total"] { return events }
        }
    }

    /// Many exchanges as a browser keeps them.
    private static func archive(_ count: Int) -> JSONValue {
        let entries = (0..<count).map { number -> JSONValue in
            [
                "startedDateTime": "2026-11-20T10:00:00.000Z", "time": 1,
                "request": [
                    "method": "GET", "url": .string("http://a.test/\(number)"), "httpVersion": "HTTP/1.1",
                    "headers": [],
                ],
                "response": [
                    "status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "headers": [],
                    "content": ["size": 2, "mimeType": "text/plain", "text": "hi"],
                ],
            ]
        }
        return ["log": ["version": "1.2", "entries": .array(entries)]]
    }

    @Test func `is told step by step under the token of the request`() async throws {
        var limits = Events.quick
        limits.progressInterval = .zero
        try await Bench.run(limits: limits) { bench in
            let follower = try Events.Follower(bench)
            func ask(_ path: String, _ body: JSONValue, _ token: String) throws -> Int {
                try bench.ask("POST", path, body, fields: ["Understudy-Progress: \(token)"]).status
            }
            #expect(try ask("/api/v1/import", Self.archive(30), "import_1") == 201)
            let imported = try Self.events(follower, "import_1", until: "storing")
            #expect(imported.first?["total"] == .null)
            let read = imported.dropFirst().filter { $0["what"] == "reading" }
            #expect(read.map { $0["done"]?.int } == (1...30).map { $0 } && read.last?["total"] == 30)
            try Log.store(
                (0..<5).map {
                    Log.exchange("GET", "/\($0)", second: $0, result: .passthrough, upstream: "http://b.test")
                }, in: bench)
            #expect(try ask("/api/v1/mocks/from-history", ["name": "H", "exchanges": [1, 2, 3, 4, 5]], "h") == 201)
            let mocked = try Self.events(follower, "h", until: "writing")
            #expect(mocked.filter { $0["what"] == "reading" }.count == 5)
            #expect(mocked.filter { $0["what"] == "writing" }.map { $0["done"]?.int } == [1, 2, 3, 4, 5])
            #expect(
                try ask(
                    "/api/v1/mocks/from-examples", ["name": "E", "examples": [["target": "/a"], ["target": "/b"]]], "e")
                    == 201)
            #expect(try Self.events(follower, "e", until: "writing").count == 2)
            #expect(try ask("/api/v1/history/examples", ["exchanges": [1, 2, 3]], "x-9") == 200)
            #expect(try Self.events(follower, "x-9", until: "writing").last?["done"] == 3)
        }
    }

    @Test func `is told seldom, and at the end`() async throws {
        var limits = Events.quick
        limits.progressInterval = .seconds(3600)
        try await Bench.run(limits: limits) { bench in
            let follower = try Events.Follower(bench)
            let fields = ["Understudy-Progress: one"]
            #expect(try bench.ask("POST", "/api/v1/import", Self.archive(200), fields: fields).status == 201)
            let events = try Self.events(follower, "one", until: "storing")
            #expect(events.count == 2)
            #expect(events.last == ["token": "one", "done": 1, "total": 1, "what": "storing"])
        }
    }

    @Test func `has no other tokens`() async throws {
        try await Bench.run { bench in
            for token in ["a b", "", "ä", "a/b", String(repeating: "a", count: 65)] {
                let reply = try bench.ask("GET", "/api/v1/activity", fields: ["Understudy-Progress: \(token)"])
                #expect(reply.status == 400, "\(token)")
            }
            let longest = String(repeating: "Z", count: 64)
            #expect(try bench.ask("GET", "/api/v1/activity", fields: ["Understudy-Progress: \(longest)"]).status == 200)
        }
    }
}
