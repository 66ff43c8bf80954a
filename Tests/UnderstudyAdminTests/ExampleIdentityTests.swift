import Dispatch
import NIOCore
import Synchronization
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

/// Postman's exports say no ids of examples, and a file may be imported twice.
@Suite struct `Which example is meant` {
    /// Two answers to one request and one to another, as Postman exports them.
    private static func add(_ bench: Bench, name: String = "Imported", isIdentified: Bool = false) throws -> String {
        let request: JSONValue = ["method": "GET", "header": [], "url": "https://api.example.com/a"]
        let other: JSONValue = ["method": "GET", "header": [], "url": "https://api.example.com/b"]
        let answer = { (name: String, request: JSONValue) -> JSONValue in
            var object = JSONObject([
                ("name", .string(name)), ("originalRequest", request), ("status", "OK"), ("code", 200), ("header", []),
                ("body", .string(name)),
            ])
            if isIdentified { object["id"] = .string("id-\(name)") }
            return .object(object)
        }
        let collection: JSONValue = [
            "info": ["name": .string(name), "schema": .string(Self.schema)],
            "item": [
                ["name": "a", "request": request, "response": [answer("A", request), answer("B", request)]],
                ["name": "b", "request": other, "response": [answer("C", other)]],
            ],
        ]
        return try CollectionCatalog(bench.workspace).create(
            PostmanCollection(parsing: JSONWriter.bytes(collection), slug: "x", file: "x")
        ).id
    }

    private static let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

    /// Names in the order of the file, with ids.
    private static func list(_ bench: Bench, _ collection: String) throws -> [(name: String, id: String)] {
        let reply = try bench.ask("GET", "/api/v1/examples?collection=\(collection)")
        return (reply.json["examples"]?.elements ?? []).map { ($0["name"]?.text ?? "", $0["id"]?.text ?? "") }
    }

    private static func ids(_ bench: Bench, _ collection: String) throws -> [String: String] {
        Dictionary(uniqueKeysWithValues: try list(bench, collection).map { ($0.name, $0.id) })
    }

    /// What the editor calls each of the list.
    private static func edited(_ bench: Bench, _ ids: [String: String]) throws -> [String: String] {
        var found: [String: String] = [:]
        for (_, id) in ids {
            let shown = try bench.ask("GET", "/api/v1/examples/\(id)")
            found[shown.json["view"]?["name"]?.text ?? "?"] = id
        }
        return found
    }

    private static func bytes(_ bench: Bench, _ collection: String) throws -> ByteBuffer {
        let catalog = CollectionCatalog(bench.workspace)
        return try catalog.read(catalog.find(collection)).bytes()
    }

    @Test func `what is deleted is deleted once, and comes back`() async throws {
        try await Bench.run { bench in
            let collection = try Self.add(bench)
            let before = try Self.ids(bench, collection)
            let id = try #require(before["A"])
            let gone = try bench.ask("DELETE", "/api/v1/examples/\(id)")
            #expect(gone.status == 200)
            #expect(try bench.ask("DELETE", "/api/v1/examples/\(id)").status == 404)
            #expect(try bench.ask("GET", "/api/v1/examples/\(id)").status == 404)
            #expect(try Self.ids(bench, collection) == before.filter { $0.key != "A" })
            let path = "/api/v1/collections/\(collection)/examples/restore"
            let back = try bench.ask("POST", path, ["undo": gone.json["undo"] ?? .null])
            #expect(back.status == 201 && back.json["id"] == .string(id) && back.json["index"] == 0)
            #expect(try Self.list(bench, collection).map(\.name) == ["A", "B", "C"])
            #expect(try Self.ids(bench, collection) == before)
            #expect(try bench.ask("POST", path, ["undo": gone.json["undo"] ?? .null]).status == 409)
        }
    }

    @Test func `what is moved and copied leaves the others their ids`() async throws {
        try await Bench.run { bench in
            let collection = try Self.add(bench)
            let before = try Self.ids(bench, collection)
            let id = try #require(before["A"])
            let tag = try #require(try bench.ask("GET", "/api/v1/examples/\(before["B"] ?? "")").field("ETag"))
            #expect(try bench.ask("POST", "/api/v1/examples/\(id)/move", ["at": "end"]).json["index"] == 1)
            #expect(try Self.list(bench, collection).map(\.name) == ["B", "A", "C"])
            #expect(try Self.ids(bench, collection) == before)
            #expect(try Self.edited(bench, before) == before)
            // That its id is written down now is no change to who edits it.
            #expect(try bench.ask("GET", "/api/v1/examples/\(before["B"] ?? "")").field("ETag") == tag)
            #expect(try bench.ask("POST", "/api/v1/examples/\(id)/move", ["folder": ["F"]]).status == 200)
            let copy = try bench.ask("POST", "/api/v1/examples/\(before["B"] ?? "")/duplicate")
            #expect(copy.status == 201)
            var after = try Self.ids(bench, collection)
            #expect(after.removeValue(forKey: "B copy") == copy.json["id"]?.text)
            #expect(after == before)
            #expect(try Self.edited(bench, before) == before)
        }
    }

    @Test func `looking and what changes nothing leaves a file as it is`() async throws {
        try await Bench.run { bench in
            let collection = try Self.add(bench)
            let ids = try Self.ids(bench, collection)
            let id = try #require(ids["A"])
            let file = try Self.bytes(bench, collection)
            let shown = try bench.ask("GET", "/api/v1/examples/\(id)")
            #expect(try bench.ask("PUT", "/api/v1/examples/\(id)", shown.json["view"]).status == 200)
            let same = try bench.ask("PATCH", "/api/v1/examples/\(id)", ["name": "A"])
            #expect(same.status == 200 && same.json["changed"] == false)
            #expect(try bench.ask("PUT", "/api/v1/examples/\(id)?dryRun=true", ["status": 404]).status == 200)
            #expect(try Self.bytes(bench, collection) == file)
            for (method, change): (String, JSONValue) in [("PATCH", ["target": "/z"]), ("PUT", ["method": "PUT"])] {
                #expect(try bench.ask(method, "/api/v1/examples/\(id)", change).status == 200)
                #expect(try Self.ids(bench, collection) == ids)
            }
        }
    }

    @Test func `of two collections with the same ids the named one is changed`() async throws {
        try await Bench.run { bench in
            let first = try Self.add(bench, name: "First", isIdentified: true)
            let second = try Self.add(bench, name: "Second", isIdentified: true)
            let file = try Self.bytes(bench, first)
            for reference in [second, "second", "Second"] {
                let shown = try bench.ask("GET", "/api/v1/examples/id-A?collection=\(reference)")
                #expect(shown.json["collectionId"] == .string(second))
            }
            let query = "?collection=\(second)"
            let put = try bench.ask("PUT", "/api/v1/examples/id-A\(query)", ["body": "second"])
            #expect(put.status == 200 && put.json["collectionId"] == .string(second))
            let patch = try bench.ask("PATCH", "/api/v1/examples/id-A\(query)", ["status": 201])
            #expect(patch.json["changed"] == true)
            let copy = try bench.ask("POST", "/api/v1/examples/id-B/duplicate\(query)")
            #expect(copy.json["collectionId"] == .string(second))
            let move = try bench.ask("POST", "/api/v1/examples/id-A/move\(query)", ["at": "end"])
            #expect(move.json["collectionId"] == .string(second) && move.json["view"]?["body"] == "second")
            #expect(try bench.ask("DELETE", "/api/v1/examples/id-C\(query)").status == 200)
            #expect(try bench.ask("DELETE", "/api/v1/examples/id-C\(query)").status == 404)
            #expect(try bench.ask("GET", "/api/v1/examples/id-A?collection=none").status == 404)
            #expect(try Self.bytes(bench, first) == file)
            #expect(try Self.list(bench, second).map(\.name) == ["B", "B copy", "A"])
        }
    }

    // MARK: Names

    private final class Statuses: Sendable {
        let all = Mutex<[Int]>([])
    }

    /// Statuses of as many requests at once, sorted.
    private static func atOnce(_ count: Int, _ work: @escaping @Sendable (Int) throws -> Int) -> [Int] {
        let statuses = Statuses()
        let group = DispatchGroup()
        for index in 0..<count {
            // Each on a thread of its own, however few cores there are.
            DispatchQueue(label: "asks \(index)").async(group: group) {
                let status = (try? work(index)) ?? 0
                statuses.all.withLock { $0.append(status) }
            }
        }
        group.wait()
        return statuses.all.withLock { $0.sorted() }
    }

    @Test func `of many that ask for a name at once one gets it`() async throws {
        try await Bench.run { bench in
            for kind in ["collections", "environments"] {
                let made = Self.atOnce(8) { _ in
                    try bench.ask("POST", "/api/v1/\(kind)", ["name": "Same"]).status
                }
                #expect(made == [201] + [Int](repeating: 409, count: 7), "\(kind)")
                var ids: [String] = []
                for index in 0..<8 {
                    let reply = try bench.ask("POST", "/api/v1/\(kind)", ["name": .string("Other \(index)")])
                    ids.append(try #require(reply.json["id"]?.text))
                }
                let all = ids
                let renamed = Self.atOnce(8) { index in
                    try bench.ask("PATCH", "/api/v1/\(kind)/\(all[index])", ["name": "New"]).status
                }
                #expect(renamed == [200] + [Int](repeating: 409, count: 7), "\(kind)")
            }
            let workspace = bench.workspace
            let found = Self.atOnce(8) { _ in
                try CollectionCatalog(workspace).findOrCreate("Asked", origin: "https://a.example").isMade ? 201 : 200
            }
            #expect(found == [Int](repeating: 200, count: 7) + [201])
        }
    }
}
