import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `The routes of requests and folders` {
    private static let text = #"""
        {"info":{"name":"Tree","_postman_id":"12ece9e1-2abf-4edc-8e34-de66e74114d3"},"item":[
        {"name":"A","auth":{"type":"basic"},"item":[
        {"name":"one","request":{"url":"/1"},"response":[{"id":"a","code":200},{"code":201}]},
        {"name":"two","request":{"url":"/2"},"response":[{"id":"b","code":200}]}]},
        {"name":"B","item":[{"name":"three","request":{"url":"/3"},"response":[{"id":"c","code":200}]}]}]}
        """#

    private static func add(_ bench: Bench, _ text: String = text, slug: String = "tree") throws -> String {
        try CollectionCatalog(bench.workspace).create(
            PostmanCollection(parsing: ByteBuffer(string: text), slug: slug, file: slug)
        ).id
    }

    private static func file(_ bench: Bench) throws -> JSONValue {
        let catalog = CollectionCatalog(bench.workspace)
        return try JSONValue(parsing: catalog.read(#require(catalog.all().first { $0.slug == "tree" })).bytes())
    }

    private static func names(_ bench: Bench) throws -> [String] {
        try file(bench)["item"]?.elements?.flatMap { folder in
            [folder["name"]?.text ?? ""]
                + (folder["item"]?.elements ?? []).map { "\(folder["name"]?.text ?? "")/\($0["name"]?.text ?? "")" }
        } ?? []
    }

    @Test func `moved, renamed, deleted and put back`() async throws {
        try await Bench.run { bench in
            let path = "/api/v1/collections/\(try Self.add(bench))/items"
            let before = try bench.ask("POST", path + "/move", ["item": ["folder": ["A"]], "into": []])
            #expect(before.status == 200)
            #expect(before.json == ["kind": "folder", "name": "A", "folders": [], "examples": 3])
            #expect(try Self.names(bench) == ["B", "B/three", "A", "A/one", "A/two"])
            // What had no id of its own has got it, so that it is the same one wherever it goes.
            let written = try Self.file(bench)
            let second = written["item"]?.elements?[1]["item"]?.elements?[0]["response"]?.elements?[1]
            let id = try #require(second?["id"]?.text)
            let moved = try bench.ask(
                "POST", path + "/move", ["item": ["example": .string(id)], "before": ["example": "c"]])
            #expect(moved.json == ["kind": "request", "name": "one", "folders": ["B"], "examples": 2])
            #expect(try Self.names(bench) == ["B", "B/one", "B/three", "A", "A/two"])
            _ = try bench.ask(
                "POST", path + "/move", ["item": ["example": "a"], "into": ["A"], "before": ["example": "b"]])
            #expect(try Self.file(bench) == written)
            let renamed = try bench.ask("POST", path + "/rename", ["item": ["folder": ["A"]], "name": "Other"])
            #expect(renamed.status == 200 && renamed.json["name"] == "Other")
            #expect(try Self.names(bench) == ["B", "B/three", "Other", "Other/one", "Other/two"])
            _ = try bench.ask("POST", path + "/rename", ["item": ["folder": ["Other"]], "name": "A"])
            #expect(try Self.file(bench) == written)
            let gone = try bench.ask("POST", path + "/delete", ["item": ["folder": ["A"]]])
            #expect(gone.status == 200 && gone.json["examples"] == 3)
            #expect(try Self.names(bench) == ["B", "B/three"])
            #expect(try bench.ask("GET", "/api/v1/examples/a").status == 404)
            let undo: JSONValue = ["undo": gone.json["undo"] ?? .null]
            let back = try bench.ask("POST", path + "/restore", undo)
            #expect(back.status == 201 && back.json == ["kind": "folder", "name": "A", "folders": [], "examples": 3])
            #expect(try Self.file(bench) == written)
            #expect(try bench.ask("POST", path + "/restore", undo).status == 404)
        }
    }

    @Test func `folders without content are listed with what comes behind them`() async throws {
        try await Bench.run { bench in
            let collection = try Self.add(bench)
            let path = "/api/v1/collections/\(collection)/items/move"
            let list = "/api/v1/examples?collection=\(collection)"
            #expect(try bench.ask("GET", list).json["emptyFolders"] == [])
            _ = try bench.ask("POST", path, ["item": ["example": "c"], "into": ["A"]])
            _ = try bench.ask("POST", path, ["item": ["folder": ["B"]], "before": ["folder": ["A"]]])
            #expect(try bench.ask("GET", list).json["emptyFolders"] == [["path": ["B"], "before": "a"]])
            #expect(try bench.ask("GET", "/api/v1/examples").json["emptyFolders"] == nil)
        }
    }

    @Test func `nothing is written for nothing`() async throws {
        try await Bench.run { bench in
            let path = "/api/v1/collections/\(try Self.add(bench))/items"
            let file = try Self.file(bench)
            for (route, body): (String, JSONValue) in [
                ("move", ["item": ["folder": ["B"]]]),
                ("move", ["item": ["folder": ["A"]], "before": ["folder": ["A"]]]),
                ("move", ["item": ["example": "a"], "before": ["example": "b"], "into": .null]),
                ("rename", ["item": ["example": "a"], "name": "one"]),
            ] { #expect(try bench.ask("POST", "\(path)/\(route)", body).status == 200, "\(body)") }
            #expect(try Self.file(bench) == file)
        }
    }

    @Test func `refusals say what is wrong, and nothing is written`() async throws {
        try await Bench.run { bench in
            let path = "/api/v1/collections/\(try Self.add(bench))/items"
            let file = try Self.file(bench)
            for (route, body, status, word): (String, JSONValue, Int, String) in [
                ("move", [:], 400, "missing"), ("move", ["item": "a"], 400, "item"),
                ("move", ["item": [:]], 400, "item"),
                ("move", ["item": ["folder": []]], 400, "item"),
                ("rename", ["item": ["folder": [1]], "name": "x"], 400, "item"),
                ("delete", ["item": ["folder": ["A"], "example": "a"]], 400, "item"),
                ("move", ["item": ["example": "?"]], 404, "no example"),
                ("delete", ["item": ["example": "?"]], 404, "no example"),
                ("rename", ["item": ["folder": ["A", "?"]], "name": "x"], 404, "A / ?"),
                ("move", ["item": ["folder": ["A"]], "before": ["folder": ["?"]]], 404, "folder ?"),
                ("move", ["item": ["folder": ["A"]], "into": ["A"]], 400, "into"),
                ("move", ["item": ["folder": ["A"]], "before": ["example": "a"]], 400, "before"),
                ("move", ["item": ["folder": ["A"]], "into": [""]], 400, "into"),
                ("move", ["item": ["folder": ["A"]], "into": .array(Array(repeating: "x", count: 101))], 400, "into"),
                ("rename", ["item": ["folder": ["A"]]], 400, "missing"),
                ("rename", ["item": ["folder": ["A"]], "name": " "], 400, "name"),
                ("rename", ["item": ["folder": ["A"]], "name": "B"], 409, "folder B"),
                ("restore", [:], 400, "missing"), ("restore", ["undo": "?"], 404, "not kept"),
            ] {
                let refused = try bench.ask("POST", "\(path)/\(route)", body)
                #expect(refused.status == status, "\(route) \(body)")
                #expect(refused.text.contains(word), "\(route) \(body): \(refused.text)")
            }
            #expect(try Self.file(bench) == file)
            #expect(
                try bench.ask("POST", "/api/v1/collections/none/items/move", ["item": ["example": "a"]]).status == 404)
        }
    }

    @Test func `what was deleted is kept within bounds, the last one always`() async throws {
        var limits = AdminLimits()
        limits.removedItems = 2
        limits.removedBytes = 1000
        try await Bench.run(limits: limits) { bench in
            let path = "/api/v1/collections/\(try Self.add(bench))/items"
            let other =
                "/api/v1/collections/\(try Self.add(bench, Self.text.replacing("d3", with: "d4"), slug: "other"))/items"
            func delete(_ item: JSONValue) throws -> JSONValue {
                let gone = try bench.ask("POST", path + "/delete", ["item": item])
                return ["undo": gone.json["undo"] ?? .null]
            }
            let first = try delete(["example": "c"])
            let second = try delete(["example": "b"])
            // Another collection's is nobody's here, and is still there then.
            #expect(try bench.ask("POST", other + "/restore", second).status == 404)
            let third = try delete(["example": "a"])
            #expect(try bench.ask("POST", path + "/restore", first).status == 404)
            #expect(try bench.ask("POST", path + "/restore", third).status == 201)
            #expect(try bench.ask("POST", path + "/restore", second).status == 201)
            // Larger than all that may be kept.
            let large: JSONValue = [
                "target": "/large", "body": .string(String(repeating: "x", count: 2000)), "folder": ["A"],
            ]
            let made = try bench.ask("POST", path.replacing("/items", with: "/examples"), large)
            let small = try delete(["folder": ["B"]])
            let whole = try delete(["example": made.json["id"] ?? .null])
            #expect(try bench.ask("POST", path + "/restore", small).status == 404)
            #expect(try bench.ask("POST", path + "/restore", whole).status == 201)
        }
    }

    @Test func `what cannot be put back now may be another time`() async throws {
        try await Bench.run { bench in
            let collection = try Self.add(bench)
            let path = "/api/v1/collections/\(collection)/items"
            let gone = try bench.ask("POST", path + "/delete", ["item": ["folder": ["B"]]])
            let undo: JSONValue = ["undo": gone.json["undo"] ?? .null]
            // Somebody else puts one of that id there.
            let catalog = CollectionCatalog(bench.workspace)
            let file = try catalog.file(#require(catalog.all().first))
            let example: JSONValue = ["id": "c", "code": 200, "originalRequest": ["url": "/3"]]
            try CollectionFolder(bench.workspace).change(file) {
                try $0.insert(example: example, at: .folder([]), newItem: "i")
            }
            #expect(try bench.ask("POST", path + "/restore", undo).status == 409)
            #expect(try bench.ask("DELETE", "/api/v1/examples/c").status == 200)
            #expect(try bench.ask("POST", path + "/restore", undo).status == 201)
        }
    }
}
