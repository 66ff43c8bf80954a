import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `The example editor's routes` {
    private static let carol = "/api/v1/examples/b0000000-0000-4000-8000-000000000001"

    private static func file(_ bench: Bench) throws -> JSONValue {
        let catalog = CollectionCatalog(bench.workspace)
        return try JSONValue(parsing: catalog.read(#require(catalog.all().first)).bytes())
    }

    @Test func `an example is shown as a form has it`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let shown = try bench.ask("GET", Self.carol)
            #expect(shown.status == 200 && shown.field("ETag") != nil)
            #expect(shown.json["collectionId"] == .string(collection) && shown.json["index"] == 0)
            #expect(shown.json["item"] == "a0000000-0000-4000-8000-000000000001" && shown.json["folders"] == [])
            #expect(shown.json["problem"] == .null && shown.json["example"]?["name"] == "Carol")
            #expect(
                shown.json["view"]
                    == [
                        "name": "Carol", "method": "GET", "target": "/users/1", "requestFields": [],
                        "requestBody": .null, "status": 200, "reason": "OK",
                        "fields": [["name": "Content-Type", "value": "application/json"]],
                        "body": "{\"name\":\"Carol\"}", "bodyBytes": 16, "delay": .null,
                        "rules": ["ignore": [], "matchBody": .null, "repeats": .null, "enabled": true],
                    ])
            #expect(try bench.ask("GET", "/api/v1/examples/none").status == 404)
        }
    }

    private static func withoutID(_ example: JSONValue?) -> JSONValue? {
        example?.object.map { .object(JSONObject(members: $0.members.filter { $0.name != "id" })) }
    }

    @Test func `members are replaced one by one, and nothing is written for nothing`() async throws {
        try await Bench.run { bench in
            try bench.addCollection()
            let before = try bench.ask("GET", Self.carol)
            let file = try Self.file(bench)
            let same = try bench.ask("PUT", Self.carol, before.json["view"])
            #expect(same.status == 200 && same.json == before.json && same.field("ETag") == before.field("ETag"))
            #expect(try Self.file(bench) == file)
            let dry = try bench.ask("PUT", "\(Self.carol)?dryRun=true", ["status": 404, "body": "no"])
            #expect(dry.json["view"]?["reason"] == "Not Found" && dry.json["view"]?["body"] == "no")
            #expect(try Self.file(bench) == file)
            let changed = try bench.ask(
                "PUT", Self.carol,
                [
                    "target": "/users/{{id}}", "status": 503, "reason": "OK", "fields": [["name": "A", "value": "1"]],
                    "delay": 20, "rules": ["ignore": ["query:t"], "matchBody": "off"],
                    "bodyBase64": "AP8=",
                ])
            let view = changed.json["view"]
            #expect(view?["target"] == "/users/{{id}}" && view?["reason"] == "Service Unavailable")
            #expect(view?["bodyBase64"] == "AP8=" && view?["body"] == .null && view?["bodyBytes"] == 2)
            #expect(view?["delay"] == 20 && view?["rules"]?["matchBody"] == "off" && view?["name"] == "Carol")
            #expect(changed.field("ETag") != before.field("ETag"))
            #expect(try bench.ask("GET", Self.carol).json == changed.json)
            // The others are what they were.
            let now = try Self.file(bench)
            #expect(now["item"]?.elements?[1] == file["item"]?.elements?[1])
            let sibling = now["item"]?.elements?[0]["response"]?.elements?[1]
            let siblingBefore = file["item"]?.elements?[0]["response"]?.elements?[1]
            // But that its id, made of its place until now, is written down.
            #expect(siblingBefore?["id"] == nil && sibling?["id"]?.text != nil)
            #expect(Self.withoutID(sibling) == siblingBefore)
            let cleared = try bench.ask("PUT", Self.carol, ["delay": .null, "body": "", "rules": ["matchBody": .null]])
            #expect(cleared.json["view"]?["delay"] == .null && cleared.json["view"]?["bodyBytes"] == 0)
            #expect(cleared.json["view"]?["rules"]?["ignore"] == ["query:t"])
        }
    }

    @Test func `all that is wrong is said at once, and nothing is written`() async throws {
        try await Bench.run { bench in
            try bench.addCollection()
            let file = try Self.file(bench)
            for query in ["", "?dryRun=true"] {
                let bad = try bench.ask(
                    "PUT", Self.carol + query,
                    ["target": "x", "fields": [["name": "a b", "value": "1"]], "rules": ["ignore": ["x"]]])
                #expect(bad.status == 400)
                #expect(
                    bad.json["details"]?.elements?.map { $0["path"] } == [
                        "view.target", "view.fields[0].name", "view.rules.ignore[0]",
                    ])
            }
            for (name, value): (String, JSONValue) in [
                ("name", 1), ("status", "x"), ("fields", 1), ("fields", [["name": "A"]]), ("body", 1),
                ("bodyBase64", "?"), ("rules", []), ("requestBody", false),
            ] {
                let bad = try bench.ask("PUT", Self.carol, .object(JSONObject([(name, value)])))
                #expect(bad.status == 400, "\(name)")
                #expect(bad.json["details"]?.elements?.first?["path"]?.text?.hasPrefix("view.\(name)") == true)
            }
            #expect(try Self.file(bench) == file)
        }
    }

    @Test func `who comes late is told what it is now`() async throws {
        try await Bench.run { bench in
            try bench.addCollection()
            let tag = try #require(try bench.ask("GET", Self.carol).field("ETag"))
            #expect(try bench.ask("PUT", Self.carol, ["body": "mine"], fields: ["If-Match: \(tag)"]).status == 200)
            for (method, body): (String, JSONValue?) in [("PUT", ["body": "yours"]), ("DELETE", nil)] {
                let late = try bench.ask(method, Self.carol, body, fields: ["If-Match: \(tag)"])
                #expect(late.status == 409)
                #expect(late.json["current"]?["view"]?["body"] == "mine")
            }
            // Neighbours come and go without a conflict.
            let now = try #require(try bench.ask("GET", Self.carol).field("ETag"))
            #expect(try bench.ask("POST", "\(Self.carol)/duplicate").status == 201)
            #expect(
                try bench.ask("PUT", Self.carol, ["body": "mine too"], fields: ["If-Match: \(now)"]).status == 200)
        }
    }

    @Test func `examples are added, copied, moved, deleted and put back`() async throws {
        try await Bench.run { bench in
            let collection = try bench.addCollection()
            let path = "/api/v1/collections/\(collection)/examples"
            let made = try bench.ask(
                "POST", path,
                ["method": "POST", "target": "/orders", "status": 201, "body": "{}", "folder": ["Orders", "New"]])
            #expect(made.status == 201)
            #expect(made.json["folders"] == ["Orders", "New"] && made.json["itemName"] == "POST /orders")
            #expect(made.json["view"]?["name"] == "201 Created" && made.json["view"]?["method"] == "POST")
            let more = try bench.ask(
                "POST", path, ["item": made.json["item"] ?? .null, "status": 409, "name": "Twice"])
            #expect(more.json["index"] == 1 && more.json["view"]?["target"] == "/orders")
            #expect(more.json["view"]?["method"] == "POST")
            let second = try #require(more.json["id"]?.text)
            let before = try bench.ask("POST", path, ["before": .string(second), "target": "/orders?x=1"])
            #expect(before.json["index"] == 1 && before.json["view"]?["target"] == "/orders?x=1")
            let copy = try bench.ask("POST", "/api/v1/examples/\(second)/duplicate")
            #expect(copy.status == 201 && copy.json["index"] == 3 && copy.json["view"]?["name"] == "Twice copy")
            let id = try #require(copy.json["id"]?.text)
            let moved = try bench.ask("POST", "/api/v1/examples/\(id)/move", ["before": made.json["id"] ?? .null])
            #expect(moved.status == 200 && moved.json["index"] == 0)
            let end = try bench.ask("POST", "/api/v1/examples/\(id)/move", ["before": .null, "at": "end"])
            #expect(end.json["index"] == 3)
            let out = try bench.ask("POST", "/api/v1/examples/\(id)/move", ["folder": ["Else"]])
            #expect(out.json["folders"] == ["Else"] && out.json["index"] == 0)
            let file = try Self.file(bench)
            let gone = try bench.ask("DELETE", "/api/v1/examples/\(id)")
            #expect(gone.status == 200 && gone.json["id"] == .string(id))
            #expect(try bench.ask("GET", "/api/v1/examples/\(id)").status == 404)
            let undo: JSONValue = ["undo": gone.json["undo"] ?? .null]
            let back = try bench.ask("POST", "\(path)/restore", undo)
            #expect(back.status == 201 && back.json["id"] == .string(id) && back.json["folders"] == ["Else"])
            #expect(try Self.file(bench) == file)
            #expect(try bench.ask("POST", "\(path)/restore", undo).status == 409)
            #expect(try bench.ask("POST", "\(path)/restore", ["undo": [:]]).status == 400)
            #expect(try bench.ask("POST", "\(path)/restore", [:]).status == 400)
            for (bad, status): (JSONValue, Int) in [
                (["before": "none"], 404), (["item": "none"], 404), (["folder": [""]], 400), (["target": "x"], 400),
                (["folder": "x"], 400),
            ] { #expect(try bench.ask("POST", path, bad).status == status, "\(bad)") }
            #expect(try bench.ask("POST", "/api/v1/collections/none/examples", [:]).status == 404)
            let dry = try bench.ask("POST", "\(path)?dryRun=true", ["target": "/tried"])
            #expect(dry.json["view"]?["target"] == "/tried")
            #expect(try Self.file(bench) == file)
        }
    }

    @Test func `an id that is made of the request stays when the request is another`() async throws {
        try await Bench.run { bench in
            try bench.addCollection()
            let list = try bench.ask("GET", "/api/v1/examples?search=nobody")
            let id = try #require(list.json["examples"]?.elements?.first?["id"]?.text)
            let changed = try bench.ask("PUT", "/api/v1/examples/\(id)", ["target": "/users/3", "method": "PUT"])
            #expect(changed.json["id"] == .string(id) && changed.json["view"]?["method"] == "PUT")
            #expect(try bench.ask("GET", "/api/v1/examples/\(id)").json["view"]?["target"] == "/users/3")
        }
    }

    @Test func `a broken example is shown, said to be broken, and mended`() async throws {
        try await Bench.run { bench in
            let text =
                #"{"info":{"name":"Odd"},"item":[{"name":"i","request":{"url":"/i"},"response":[{"id":"bad","name":"bad","code":7,"header":"a b: c"}]}]}"#
            _ = try CollectionCatalog(bench.workspace).create(
                PostmanCollection(parsing: ByteBuffer(string: text), slug: "odd", file: "odd"))
            let shown = try bench.ask("GET", "/api/v1/examples/bad")
            #expect(shown.status == 200 && shown.json["problem"]?.text?.isEmpty == false)
            let mended = try bench.ask("PUT", "/api/v1/examples/bad", ["status": 200, "fields": []])
            #expect(mended.status == 200 && mended.json["problem"] == .null)
        }
    }
}
