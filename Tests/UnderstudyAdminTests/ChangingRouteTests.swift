import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Routes that change collections, environments and what is recorded` {
    private typealias Log = `Postman's call log`

    @Test func `collections are made, named and deleted`() async throws {
        try await Bench.run { bench in
            let made = try bench.ask("POST", "/api/v1/collections", ["name": "My API"])
            #expect(made.status == 201 && made.json["slug"] == "my-api")
            let id = try #require(made.json["id"]?.text)
            #expect(try bench.ask("POST", "/api/v1/collections", ["name": "my api"]).status == 409)
            for bad: JSONValue in [[:], ["name": " "], ["name": "a\nb"], ["name": 1]] {
                #expect(try bench.ask("POST", "/api/v1/collections", bad).status == 400, "\(bad)")
            }
            let shop = try bench.addCollection()
            try bench.addMock("M", collection: shop)
            let path = "/api/v1/collections/\(shop)"
            #expect(try bench.ask("PATCH", path, ["name": "My API"]).status == 409)
            let renamed = try bench.ask("PATCH", path, ["name": "Store"])
            #expect(renamed.json == ["id": .string(shop), "slug": "shop", "name": "Store"])
            let list = try bench.ask("GET", "/api/v1/collections").json["collections"]?.elements ?? []
            #expect(list.map { $0["name"] } == ["My API", "Store"] && list.map { $0["examples"] } == [0, 2])
            #expect(list[1]["mocks"]?.elements?.map { $0["name"] } == ["M"] && list[0]["mocks"] == [])
            #expect(try bench.ask("POST", "\(path)/examples", ["target": "/new"]).status == 201)
            let again = try bench.ask("GET", "/api/v1/collections").json["collections"]?.elements ?? []
            #expect(again[1]["examples"] == 3)
            #expect(try bench.ask("DELETE", path).json == ["id": .string(shop), "deactivates": ["M"]])
            #expect(try bench.ask("DELETE", "/api/v1/collections/\(id)").json["deactivates"] == [])
            #expect(try bench.ask("DELETE", path).status == 404)
        }
    }

    @Test func `environments are made, named and deleted`() async throws {
        try await Bench.run { bench in
            let path = "/api/v1/environments"
            let made = try bench.ask(
                "POST", path,
                [
                    "name": "Test",
                    "variables": [
                        ["name": "a", "value": "1"], ["name": "k", "value": "hush", "secret": true],
                        ["name": "off", "enabled": false],
                    ],
                ])
            #expect(made.status == 201 && !made.text.contains("hush"))
            #expect(made.json["variables"]?.elements?.map { $0["enabled"] } == [true, true, false])
            let id = try #require(made.json["id"]?.text)
            let tag = try #require(made.field("ETag"))
            #expect(try bench.ask("POST", path, ["name": "test"]).status == 409)
            for bad: JSONValue in [
                [:], ["name": "x", "variables": [["value": "1"]]], ["name": "x", "variables": [1]],
            ] {
                #expect(try bench.ask("POST", path, bad).status == 400, "\(bad)")
            }
            try bench.addMock("M", collection: try bench.addCollection()) { $0.environment = id }
            let list = try bench.ask("GET", path).json["environments"]?.elements?.first
            #expect(list?["slug"] == "test" && list?["count"] == 3 && list?["mocks"]?.elements?.count == 1)
            let renamed = try bench.ask("PATCH", "\(path)/\(id)", ["name": "Other"], fields: ["If-Match: \(tag)"])
            #expect(renamed.status == 200 && renamed.json["name"] == "Other")
            for (method, target, body): (String, String, JSONValue?) in [
                ("PATCH", "\(path)/\(id)", ["name": "Late"]), ("DELETE", "\(path)/\(id)/variables/a", nil),
            ] {
                let late = try bench.ask(method, target, body, fields: ["If-Match: \(tag)"])
                #expect(late.status == 409 && late.json["current"]?["name"] == "Other")
            }
            #expect(try bench.ask("DELETE", "\(path)/\(id)").json == ["id": .string(id), "deactivates": ["M"]])
            #expect(try bench.ask("GET", "\(path)/\(id)").status == 404)
        }
    }

    @Test func `a late change of a mock server is told what it is`() async throws {
        try await Bench.run { bench in
            try bench.addMock("M", collection: try bench.addCollection())
            let tag = try #require(try bench.ask("GET", "/api/v1/mocks/M").field("ETag"))
            #expect(try bench.ask("PATCH", "/api/v1/mocks/M", ["description": "mine"]).status == 200)
            for (method, body): (String, JSONValue?) in [("PATCH", ["description": "x"]), ("DELETE", nil)] {
                let late = try bench.ask(method, "/api/v1/mocks/M", body, fields: ["If-Match: \(tag)"])
                #expect(late.status == 409 && late.json["current"]?["description"] == "mine")
            }
        }
    }

    // MARK: Of the history

    private static func fill(_ bench: Bench, mock: MockServer? = nil) throws {
        var exchanges = [
            Log.exchange("GET", "/users/1", second: 0, result: .passthrough, body: "1", upstream: "http://a.test"),
            Log.exchange("GET", "/users/2", second: 1, status: 404, result: .passthrough, upstream: "http://a.test"),
            Log.exchange("POST", "/b", second: 86_400, result: .recorded, body: "secret", upstream: "http://b.test"),
            Log.exchange("GET", "/miss?x=1", second: 86_401, status: 404, result: .miss),
        ]
        if let mock {
            exchanges.append(
                Log.exchange(
                    "GET", "/called", second: 86_402, status: 404, result: .miss,
                    call: MockCall(mock: mock.id, exampleName: nil, score: nil, missReason: "no")))
        }
        try Log.store(exchanges, in: bench)
    }

    @Test func `what conditions find becomes examples, in the collection that is named`() async throws {
        try await Bench.run { bench in
            try Self.fill(bench)
            let path = "/api/v1/history/examples"
            let day = try bench.ask("POST", path, ["date": "2026-11-20", "collection": "Day one"])
            #expect(day.status == 200 && day.json["savedCount"] == 2 && day.json["unsuitableCount"] == 0)
            #expect(day.json["saved"]?.elements?.map { $0["collection"] } == ["day-one", "day-one"])
            let again = try bench.ask("POST", path, ["status": "2xx", "host": "a.test", "collection": "Day one"])
            #expect(again.json["knownCount"] == 1 && again.json["savedCount"] == 0)
            let all = try bench.ask("POST", path, ["exchanges": [1, 3, 4]])
            #expect(all.json["savedCount"] == 2 && all.json["unsuitableCount"] == 1)
            let found = try bench.ask("POST", path, ["search": "secret", "collection": "Found", "group": ["path"]])
            #expect(found.json["savedCount"] == 1)
            #expect(
                try bench.ask("POST", path, ["search": "secret", "collection": "Found", "group": ["path"]]).status
                    == 409)
            #expect(try bench.ask("POST", path, ["result": "miss"]).status == 409)
            #expect(try bench.ask("POST", path, ["method": "PUT"]).status == 404)
            for bad: JSONValue in [
                ["exchanges": []], ["exchanges": [0]], ["status": "x"], ["result": "x"], ["date": "x"],
                ["group": ["x"]], ["group": ["path"]], ["collection": ""],
            ] { #expect(try bench.ask("POST", path, bad).status == 400, "\(bad)") }
            #expect(try bench.ask("POST", path, ["mock": "none"]).status == 404)
            let made = try bench.ask(
                "POST", "/api/v1/mocks/from-history", ["name": "M", "status": "404", "result": "passthrough"])
            #expect(made.status == 201 && made.json["examples"] == 1)
        }
    }

    @Test func `a miss of the front door, or of a mock server, is answered from then on`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let mock = try bench.addMock("M", collection: collection)
            try Self.fill(bench, mock: mock)
            let given = try bench.ask(
                "POST", "/api/v1/history/4/learn",
                ["status": 418, "fields": [["name": "X-Tea", "value": "green"]], "body": "short"])
            #expect(
                given.status == 201 && given.json["isNew"] == true && given.json["collection"] == .string(collection))
            let id = try #require(given.json["example"]?.text)
            let view = try bench.ask("GET", "/api/v1/examples/\(id)").json["view"]
            #expect(view?["target"] == "/miss?x=1" && view?["status"] == 418 && view?["body"] == "short")
            #expect(try bench.ask("POST", "/api/v1/history/5/learn").json["collection"] == .string(collection))
            // Two collections: nobody knows which of them a call to the front door was for.
            let other = try bench.ask("POST", "/api/v1/collections", ["name": "Other"]).json["id"] ?? .null
            #expect(try bench.ask("POST", "/api/v1/history/4/learn").status == 400)
            #expect(try bench.ask("POST", "/api/v1/history/4/learn", ["collection": other]).json["collection"] == other)
            #expect(try bench.ask("POST", "/api/v1/history/1/learn").status == 409)
            #expect(try bench.ask("POST", "/api/v1/history/99/learn").status == 404)
            #expect(try bench.ask("POST", "/api/v1/history/4/learn", ["collection": "none"]).status == 404)
            #expect(try bench.ask("POST", "/api/v1/history/4/learn", ["fetch": true, "status": 200]).status == 400)
        }
    }

    private static let fine: @Sendable (Exchange.Request) -> (Exchange.Response?, UpstreamFailure?) = { request in
        var fields = Fields()
        fields.append("Content-Type", "text/plain")
        return (
            .init(head: ResponseHead(status: 200, reason: "OK", fields: fields), body: Body(text: "real")), nil
        )
    }

    @Test func `the real API is asked once, by admins only`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let mock = try bench.addMock("M", collection: collection)
            try Self.fill(bench, mock: mock)
            let path = "/api/v1/history/5/learn"
            #expect(try bench.ask("POST", path, ["fetch": true], key: bench.keys[.member]).status == 403)
            #expect(try bench.ask("POST", path, ["fetch": true]).status == 409)
            bench.live.state.withLock { $0.answer = Self.fine }
            let fetched = try bench.ask(
                "POST", path, ["fetch": true, "fields": [["name": "Authorization", "value": "Bearer x"]]],
                key: bench.keys[.admin])
            #expect(fetched.status == 201)
            let sent = try #require(bench.live.state.withLock { $0.sent.last })
            #expect(sent.upstream.origin == "https://api.example.com" && sent.request.head.targetText == "/called")
            #expect(sent.request.head.fields.text("Authorization") == "Bearer x")
            let id = try #require(fetched.json["example"]?.text)
            let view = try bench.ask("GET", "/api/v1/examples/\(id)").json["view"]
            #expect(view?["body"] == "real" && view?["target"] == "/called")
            // A base path goes before the target on the way, and is not in the example.
            let based = try bench.ask(
                "POST", "/api/v1/history/4/learn", ["fetch": true, "upstream": "http://b.test/v1"])
            #expect(based.status == 201)
            #expect(bench.live.state.withLock { $0.sent.last?.request.head.targetText } == "/v1/miss?x=1")
            let learnt = try bench.ask("GET", "/api/v1/examples/\(based.json["example"]?.text ?? "")").json["view"]
            #expect(learnt?["target"] == "/miss?x=1")
            bench.live.state.withLock { $0.answer = { _ in (nil, UpstreamFailure(.connectionRefused, "nobody")) } }
            #expect(try bench.ask("POST", path, ["fetch": true]).status == 502)
        }
    }

    @Test func `a call is sent, recorded, and becomes an example and a mock server`() async throws {
        try await Bench.run { bench in
            let path = "/api/v1/calls"
            #expect(try bench.ask("POST", path, ["url": "http://a.test/"], key: bench.keys[.member]).status == 403)
            let closed = try bench.ask("POST", path, ["url": "http://a.test/"])
            #expect(closed.status == 409 && closed.json["title"] == "Conflict")
            #expect(try bench.history.count() == 0)
            bench.live.state.withLock { $0.answer = Self.fine }
            let plain = try bench.ask("POST", path, ["url": "a.test/x?y=1"], key: bench.keys[.admin])
            #expect(
                plain.json == ["exchange": 1, "status": 200, "example": .null, "collection": .null, "mock": .null])
            let sent = try #require(bench.live.state.withLock { $0.sent.last?.request.head })
            #expect(sent.method == "GET" && sent.targetText == "/x?y=1" && sent.fields.text("Accept") == "*/*")
            // The length is ours to say.
            let framed = try bench.ask(
                "POST", path,
                [
                    "url": "http://a.test/", "body": "abc",
                    "fields": [
                        ["name": "transfer-ENCODING", "value": "chunked"], ["name": "content-length", "value": "1"],
                    ],
                ])
            #expect(framed.status == 201)
            let lines = try #require(bench.live.state.withLock { $0.sent.last?.request.head.fields })
            #expect(!lines.contains("transfer-encoding") && lines.all("content-length").map(\.valueText) == ["3"])
            let full = try bench.ask(
                "POST", path,
                [
                    "url": "https://a.test/new", "body": "{}", "mock": "From a call", "private": true,
                    "fields": [["name": "Content-Type", "value": "application/json"]],
                ])
            #expect(full.status == 201 && full.json["example"]?.text != nil)
            #expect(bench.live.state.withLock { $0.sent.last?.request.head.method } == "POST")
            let mock = try bench.ask("GET", "/api/v1/mocks/From%20a%20call").json
            #expect(mock["id"] == full.json["mock"] && mock["private"] == true)
            #expect(mock["collection"] == full.json["collection"])
            let count = bench.live.state.withLock { $0.sent.count }
            #expect(try bench.ask("POST", path, ["url": "http://a.test/", "mock": "from A call"]).status == 409)
            for bad: JSONValue in [
                [:], ["url": "ftp://a.test/"], ["url": "http://"], ["url": "http://a.test/", "method": "A B"],
                ["url": "http://a.test/", "fields": [["name": "A", "value": "\r\nB: c"]]],
                ["url": "http://a.test/", "collection": "a\nb"],
            ] { #expect(try bench.ask("POST", path, bad).status == 400, "\(bad)") }
            #expect(bench.live.state.withLock { $0.sent.count } == count)
            bench.live.state.withLock { $0.answer = { _ in (nil, UpstreamFailure(.connectionRefused, "nobody")) } }
            let failed = try bench.ask("POST", path, ["url": "http://a.test/", "collection": "Never"])
            #expect(failed.status == 502 && failed.json["details"]?["exchange"] == 4)
            #expect(CollectionCatalog(bench.workspace).all().allSatisfy { $0.name != "Never" })
        }
    }

    @Test func `a call whose mock server cannot be made is not sent`() async throws {
        try await Bench.run { bench in
            bench.live.state.withLock { $0.answer = Self.fine }
            let shop = try bench.addCollection()
            try bench.addMock("Taken", collection: shop)
            for _ in 0..<2 { try bench.addCollection(name: "Twice") }
            let count = CollectionCatalog(bench.workspace).all().count
            let long = JSONValue.string(String(repeating: "x", count: 300))
            for (input, status): (JSONObject, Int) in [
                (["mock": long], 400), (["mock": "a\u{0}b"], 400), (["mock": ""], 400), (["mock": "taken"], 409),
                (["mock": long, "collection": "New"], 400), (["mock": "taken", "collection": "New"], 409),
                (["collection": "TWICE"], 400), (["mock": "Twice"], 400), (["mock": "M", "collection": "TWICE"], 400),
            ] {
                var input = input
                input["url"] = "http://a.test/"
                #expect(try bench.ask("POST", "/api/v1/calls", .object(input)).status == status, "\(input)")
            }
            #expect(bench.live.state.withLock { $0.sent.isEmpty })
            // While the API is asked, somebody else takes the name.
            let mocks = MockFolder(bench.workspace)
            let other = MockServer(id: ItemID.make(), name: "Late", collection: shop, createdAt: .now(), owner: "1")
            bench.live.state.withLock {
                $0.answer = { request in
                    _ = try? mocks.create(other)
                    return Self.fine(request)
                }
            }
            let late = try bench.ask("POST", "/api/v1/calls", ["url": "http://a.test/", "mock": "Late"])
            #expect(late.status == 409 && bench.live.state.withLock { $0.sent.count } == 1)
            #expect(CollectionCatalog(bench.workspace).all().count == count)
        }
    }

    @Test func `only so many calls are under way`() async throws {
        var limits = AdminLimits()
        limits.outgoingCalls = 0
        try await Bench.run(limits: limits) { bench in
            bench.live.state.withLock { $0.answer = Self.fine }
            let refused = try bench.ask("POST", "/api/v1/calls", ["url": "http://a.test/"])
            #expect(refused.status == 503 && refused.field("Retry-After") == "1")
        }
    }
}
