import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Our own routes` {
    private typealias Log = `Postman's call log`

    private static func fill(_ bench: Bench) throws {
        try Log.store(
            [
                Log.exchange(
                    "GET", "/users/1", second: 0, result: .passthrough, body: "{\"n\":1}", upstream: "http://a.test"),
                Log.exchange(
                    "GET", "/users/2", second: 10, status: 404, result: .passthrough, upstream: "http://a.test"),
                Log.exchange(
                    "POST", "/users", second: 86_400, status: 201, result: .passthrough, upstream: "http://a.test"),
                Log.exchange("GET", "/miss", second: 86_401, status: 404, result: .miss),
            ], in: bench)
    }

    @Test(arguments: [
        ("", ["/miss", "/users", "/users/2", "/users/1"]), ("?order=oldest&limit=1", ["/users/1"]),
        ("?date=2026-11-20", ["/users/2", "/users/1"]), ("?status=404", ["/miss", "/users/2"]),
        ("?method=POST", ["/users"]), ("?path=/users/*", ["/users/2", "/users/1"]), ("?result=miss", ["/miss"]),
        ("?search=asked&limit=2", ["/miss", "/users"]), ("?host=a.test&status=2xx", ["/users", "/users/1"]),
        ("?since=2026-11-21T00:00:00Z", ["/miss", "/users"]),
        ("?session=", ["/miss", "/users", "/users/2", "/users/1"]),
    ])
    func `history is listed by page, filter and search`(query: String, paths: [String]) async throws {
        try await Bench.run { bench in
            try Self.fill(bench)
            let reply = try bench.ask("GET", "/api/v1/history\(query)")
            #expect(reply.json["exchanges"]?.elements?.map { $0["path"]?.text ?? "" } == paths)
        }
    }

    @Test func `history goes on page by page, and one is shown whole and removed`() async throws {
        try await Bench.run { bench in
            try Self.fill(bench)
            let first = try bench.ask("GET", "/api/v1/history?limit=3")
            let next = try #require(first.json["next"]?.int)
            let rest = try bench.ask("GET", "/api/v1/history?limit=3&before=\(next)")
            #expect(rest.json["exchanges"]?.elements?.count == 1 && rest.json["next"] == .null)
            let shown = try bench.ask("GET", "/api/v1/history/1")
            #expect(shown.json["request"]?["body"]?["text"] == "{\"asked\":1}")
            #expect(shown.json["response"]?["body"]?["text"] == "{\"n\":1}")
            #expect(try bench.ask("DELETE", "/api/v1/history/1").json == ["removed": 1])
            for number in ["1", "0", "-1", "x", "99999999999999999999"] {
                #expect(try bench.ask("GET", "/api/v1/history/\(number)").status == 404)
            }
            #expect(try bench.ask("GET", "/api/v1/history/stats").json["exchanges"] == 3)
            for query in [
                "limit=0", "limit=x", "before=0", "status=abc", "date=soon", "result=what", "order=up", "q=%00",
            ] {
                #expect(try bench.ask("GET", "/api/v1/history?\(query)").status == 400, "\(query)")
            }
            #expect(try bench.ask("GET", "/api/v1/history?search=%27%20OR%201%3D1%20--%20*%22").status == 200)
        }
    }

    @Test func `many exchanges are removed at once, and nothing that was not meant`() async throws {
        try await Bench.run { bench in
            try Self.fill(bench)
            func left() throws -> [Int] {
                try bench.ask("GET", "/api/v1/history?order=oldest").json["exchanges"]?.elements?
                    .compactMap { $0["id"]?.int } ?? []
            }
            func remove(_ wish: JSONValue) throws -> Bench.Reply {
                try bench.ask("POST", "/api/v1/history/remove", wish)
            }
            let all = try left()
            for vague: JSONValue in [
                [:], ["all": false], ["exchanges": []], ["exchanges": .null], ["date": "soon"], ["search": ""],
                ["path": "", "status": "200"],
            ] {
                let refused = try remove(vague)
                #expect(refused.status == 400, "\(vague)")
            }
            let none = try remove(["path": "/nowhere"])
            #expect(none.json == ["removed": 0])
            let unchanged = try left()
            #expect(unchanged == all && all.count == 4)
            let named = try remove(["exchanges": [2, 99]])
            #expect(named.json == ["removed": 1])
            // What came after the list was read is nobody's to remove.
            let rest = try remove(["all": true, "before": 4, "except": [1]])
            #expect(rest.json == ["removed": 1])
            let kept = try left()
            #expect(kept == [1, 4])
        }
    }

    @Test func `history becomes examples and mock servers`() async throws {
        try await Bench.run { bench in
            try Self.fill(bench)
            let saved = try bench.ask("POST", "/api/v1/history/examples", ["exchanges": [1, 2]])
            #expect(saved.status == 200)
            #expect(saved.json["saved"]?.elements?.map { $0["outcome"]?.text } == ["saved", "saved"])
            #expect(try bench.ask("POST", "/api/v1/history/examples", ["exchanges": [4]]).status == 409)
            #expect(try bench.ask("POST", "/api/v1/history/examples", ["exchanges": [77]]).status == 404)
            let day = try bench.ask(
                "POST", "/api/v1/mocks/from-history",
                ["name": "Day", "date": "2026-11-20", "group": ["domain", "path"], "private": true])
            #expect(day.status == 201)
            #expect(day.json["examples"] == 2 && day.json["leftOut"] == [])
            #expect(day.json["mock"]?["private"] == true)
            let few = try bench.ask("POST", "/api/v1/mocks/from-history", ["name": "Few", "exchanges": [3, 4]])
            #expect(few.json["examples"] == 1 && few.json["leftOut"] == [4])
            #expect(
                try bench.ask("POST", "/api/v1/mocks/from-history", ["name": "few", "exchanges": [3]]).status == 409)
            #expect(
                try bench.ask("POST", "/api/v1/mocks/from-history", ["name": "x", "date": "1999-01-01"]).status == 404)
            // Nothing is left of one that could not be made.
            let count = CollectionCatalog(bench.workspace).all().count
            let bad = try bench.ask("POST", "/api/v1/mocks/from-history", ["name": "bad", "exchanges": [3], "port": 0])
            #expect(bad.status == 400)
            #expect(CollectionCatalog(bench.workspace).all().count == count)
        }
    }

    @Test func `a mock server is made from scratch, changed and removed`() async throws {
        try await Bench.run { bench in
            let made = try bench.ask(
                "POST", "/api/v1/mocks/from-examples",
                [
                    "name": "Scratch",
                    "examples": [
                        [
                            "target": "/users/{{id}}", "fields": [["name": "Content-Type", "value": "text/plain"]],
                            "body": "hi",
                        ]
                    ],
                    "config": ["delay": ["type": "uniform", "min": 1, "max": 9], "profile": "postman"],
                    "limits": ["callsPerMinute": 5],
                ])
            #expect(made.status == 201)
            #expect(made.json["config"]?["delay"] == ["type": "uniform", "min": 1, "max": 9])
            #expect(made.json["limits"] == ["callsPerMinute": 5, "callsPerMonth": .null])
            let tag = try #require(made.field("ETag"))
            let match = try bench.ask("POST", "/api/v1/match", ["target": "/users/7", "mock": "Scratch"])
            #expect(match.status == 200)
            #expect(match.json["result"] == "hit" && match.json["profile"] == "postman")
            let patched = try bench.ask(
                "PATCH", "/api/v1/mocks/scratch", ["name": "B", "port": 4567], fields: ["If-Match: \(tag)"])
            #expect(patched.json["name"] == "B" && patched.json["port"] == 4567)
            #expect(
                try bench.ask("PATCH", "/api/v1/mocks/B", ["name": "C"], fields: ["If-Match: \(tag)"]).status == 409)
            #expect(try bench.ask("PATCH", "/api/v1/mocks/B", ["collection": "other"]).status == 400)
            #expect(try bench.ask("PATCH", "/api/v1/mocks/B", ["port": 70000]).status == 400)
            #expect(try bench.ask("GET", "/api/v1/mocks").json["mocks"]?.elements?.count == 1)
            #expect(try bench.ask("DELETE", "/api/v1/mocks/B").status == 200)
            #expect(try bench.ask("GET", "/api/v1/mocks/B").status == 404)
            for bad: JSONValue in [
                [:], ["name": "x"], ["name": "x", "examples": []], ["name": "x", "examples": [["target": "x"]]],
                ["name": "x", "examples": [["target": "/", "method": "a b"]]],
                ["name": "x", "examples": [["target": "/", "fields": [["name": "A", "value": "\r\n"]]]]],
            ] { #expect(try bench.ask("POST", "/api/v1/mocks/from-examples", bad).status == 400, "\(bad)") }
        }
    }

    @Test func `the front door is told of changes before the caller is, and not of questions`() async throws {
        try await Bench.run { bench in
            let told = { bench.live.state.withLock { $0.expectedChanges } }
            let asked = try bench.ask("GET", "/api/v1/mocks")
            #expect(asked.status == 200 && told() == 0)
            let made = try bench.ask("POST", "/api/v1/collections", ["name": "New"])
            #expect(made.status == 201 && told() == 1)
        }
    }

    @Test func `examples are listed, edited and removed`() async throws {
        try await Bench.run { bench in
            try bench.addCollection()
            let list = try bench.ask("GET", "/api/v1/examples?search=carol")
            #expect(list.json["total"] == 1)
            let id = try #require(list.json["examples"]?.elements?.first?["id"]?.text)
            let edited = try bench.ask(
                "PATCH", "/api/v1/examples/\(id)",
                [
                    "status": 503, "fields": [["name": "Retry-After", "value": "1"]], "body": "busy", "name": "Busy",
                    "target": "/users/{{any}}", "ignore": ["query:ts"],
                ])
            #expect(edited.json == ["id": .string(id), "changed": true])
            let shown = try bench.ask("GET", "/api/v1/examples/\(id)").json["example"]
            #expect(shown?["code"] == 503 && shown?["body"] == "busy" && shown?["name"] == "Busy")
            for bad: JSONValue in [
                ["status": 99], ["target": "x"], ["bodyBase64": "?"], ["ignore": ["x"]], ["repeats": "never"],
                ["fields": [["name": "a:b", "value": ""]]],
            ] { #expect(try bench.ask("PATCH", "/api/v1/examples/\(id)", bad).status == 400, "\(bad)") }
            #expect(try bench.ask("DELETE", "/api/v1/examples/\(id)").status == 200)
            #expect(try bench.ask("GET", "/api/v1/examples/\(id)").status == 404)
        }
    }

    @Test func `tags, keys, policy, variables, mode and sessions`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let tags = "/api/v1/collections/\(collection)/tags"
            #expect(try bench.ask("POST", tags, ["tag": "v1"]).status == 201)
            #expect(try bench.ask("POST", tags, ["tag": "v1"]).status == 409)
            #expect(try bench.ask("POST", tags, ["tag": "../x"]).status == 400)
            #expect(try bench.ask("GET", tags).json == ["tags": ["v1"]])
            try bench.addMock("T", collection: collection) { $0.versionTag = "v1" }
            #expect(try bench.ask("DELETE", "\(tags)/v1").status == 409)
            #expect(try bench.ask("DELETE", "\(tags)/v2").status == 404)

            let key = try bench.ask("POST", "/api/v1/keys", ["name": "ci", "expiresAt": "2999-01-01T00:00:00.000Z"])
            let text = try #require(key.json["key"]?.text)
            #expect(try bench.ask("GET", "/mocks", key: text).status == 200)
            #expect(!(try bench.ask("GET", "/api/v1/keys").text.contains(text)))
            #expect(try bench.ask("POST", "/api/v1/keys", ["name": "ci"]).status == 409)
            #expect(try bench.ask("DELETE", "/api/v1/keys/ci").status == 200)
            #expect(try bench.ask("GET", "/mocks", key: text).status == 401)

            _ = try EnvironmentFolder(bench.workspace).create(PostmanEnvironment(name: "E"))
            let variable = "/api/v1/environments/E/variables/token"
            let set = try bench.ask("PUT", variable, ["value": "hush", "secret": true])
            #expect(
                set.json["variables"] == [["name": "token", "value": .null, "secret": true, "enabled": true]])
            #expect(
                try bench.ask("PUT", variable, ["enabled": false]).json["variables"]?.elements?.first?["enabled"]
                    == false)
            #expect(try bench.ask("DELETE", variable).json["variables"] == [])
            #expect(try bench.ask("DELETE", variable).status == 404)

            #expect(try bench.ask("PUT", "/api/v1/mode", ["mode": "auto"]).json == ["mode": "auto"])
            #expect(try bench.ask("GET", "/api/v1/mode").json == ["mode": "auto"])
            #expect(try bench.ask("PUT", "/api/v1/mode", ["mode": "record"]).status == 409)
            #expect(try bench.ask("PUT", "/api/v1/mode", ["mode": "x"]).status == 400)
            #expect(try bench.ask("GET", "/api/v1/version").json == ["version": "1.2.3"])
            #expect(try bench.ask("GET", "/api/v1/status").json["mode"] == "auto")
            #expect(try bench.ask("GET", "/api/v1/sessions").json["sessions"]?.elements?.count == 1)
            #expect(try bench.ask("POST", "/api/v1/sessions/reset").json == ["reset": 2])
            #expect(try bench.ask("POST", "/api/v1/sessions/reset", ["session": "a"]).json == ["reset": 1])
            #expect(try bench.ask("POST", "/api/v1/sessions/remove", ["session": "known"]).json == ["removed": 1])
            #expect(try bench.ask("POST", "/api/v1/sessions/remove", [:]).status == 400)
            bench.live.state.withLock { $0.degraded = "the disk is full" }
            #expect(try bench.plain("GET", "/api/v1/health").json == ["status": "ok", "recording": "degraded"])
            #expect(try bench.plain("GET", "/api/v1/ready").json == ["status": "ready"])
        }
    }

    @Test func `collections and environments go in and out`() async throws {
        try await Bench.run { bench in
            let taken = try bench.ask("POST", "/api/v1/import", Bench.collection)
            #expect(taken.status == 201)
            let one = taken.json["imported"]?.elements?.first
            #expect(one?["kind"] == "collection" && one?["name"] == "Shop" && taken.json["problems"] == [])
            let id = try #require(one?["id"]?.text)
            let out = try bench.ask("GET", "/api/v1/export/collections/\(id)")
            #expect(out.field("Content-Disposition") == "attachment; filename=\"shop.postman_collection.json\"")
            #expect(out.json["item"] == Bench.collection["item"])
            let environment = try bench.ask(
                "POST", "/api/v1/import", ["name": "E", "values": [["key": "a", "value": "1"]]])
            #expect(environment.json["imported"]?.elements?.first?["kind"] == "environment")
            for bad in ["", "{}", "[]", "{\"item\": 1}", "x"] {
                #expect(try bench.ask("POST", "/api/v1/import", text: bad).status == 400, "\(bad)")
            }
        }
    }

    @Test func `exchanges of too many bytes make no mock server`() async throws {
        var limits = AdminLimits()
        limits.exchangeBytes = 3000
        try await Bench.run(limits: limits) { bench in
            let body = String(repeating: "b", count: 1000)
            try `Postman's call log`.store(
                (0..<3).map {
                    `Postman's call log`.exchange(
                        "GET", "/\($0)", second: $0, result: .recorded, body: body, upstream: "http://api.test")
                }, in: bench)
            for part: (String, JSONValue) in [("exchanges", [1, 2, 3]), ("host", "api.test")] {
                let refused = try bench.ask(
                    "POST", "/api/v1/mocks/from-history", .object(JSONObject([("name", "Many"), part])))
                #expect(refused.status == 413)
                #expect(refused.json["detail"]?.text?.contains("3000 bytes") == true)
            }
            #expect(CollectionCatalog(bench.workspace).all().isEmpty)
            let few = try bench.ask("POST", "/api/v1/mocks/from-history", ["name": "Few", "exchanges": [1, 2]])
            #expect(few.status == 201)
        }
    }

    @Test func `a call that missed is learnt`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            try `Postman's call log`.fill(bench, mock)
            let calls = try bench.ask("GET", "/mocks/\(mock.id)/call-logs").json["call-logs"]?.elements ?? []
            let missed = try #require(calls.first { $0["response"]?["type"] == "error" }?["id"])
            let hit = try #require(calls.first { $0["response"]?["type"] == "success" }?["id"])
            let path = "/api/v1/mocks/A/learn"
            let made = try bench.ask(
                "POST", path,
                [
                    "call": missed, "status": 418, "fields": [["name": "X-Tea", "value": "green"]],
                    "body": "short and stout",
                ])
            #expect(made.status == 201)
            #expect(made.json["isNew"] == true)
            let collection = try bench.ask("GET", "/collections/\(mock.collection)").text
            #expect(
                collection.contains("short and stout") && collection.contains("X-Tea") && collection.contains("418"))
            for (body, status): (JSONValue, Int) in [
                (["call": hit], 409), (["call": 999], 404), (["call": "x"], 404), ([:], 400),
                (["call": missed, "status": 99], 400),
                (["call": missed, "fields": [["name": "a\r\nb", "value": "c"]]], 400),
            ] { #expect(try bench.ask("POST", path, body).status == status, "\(JSONWriter.text(body))") }
        }
    }

    @Test func `an address is kept in a new environment, or nothing is made`() async throws {
        try await Bench.run { bench in
            let collection = JSONValue.string(try bench.addCollection())
            let made = try bench.ask(
                "POST", "/api/v1/mocks", ["collection": collection, "name": "Kept", "saveURLAs": "Addresses"])
            #expect(made.status == 201)
            let kept = try EnvironmentFolder(bench.workspace).find("Addresses").environment
            #expect(kept.variables.first { $0.name == "url" }?.value == "http://kept.localhost:8080")
            for path in ["/api/v1/mocks", "/api/v1/mocks/from-examples"] {
                let again = try bench.ask(
                    "POST", path,
                    [
                        "collection": collection, "name": "Second", "saveURLAs": "addresses",
                        "examples": [["target": "/x"]],
                    ])
                #expect(again.status == 409)
            }
            #expect(MockFolder(bench.workspace).all().mocks.count == 1)
            #expect(CollectionCatalog(bench.workspace).all().count == 1)
        }
    }
}
