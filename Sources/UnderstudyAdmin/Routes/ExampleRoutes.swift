import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Saved examples of all collections: listed, and edited as `understudy examples edit` does.
enum ExampleRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/examples",
            RouteDocument(
                "List examples",
                [
                    .text("collection", "Only of this collection: its id, file or name."),
                    .text("search", "Only with this text in 'METHOD /path', name or id."),
                    .int("limit", 1...10_000, "The most examples answered. Default: 1000."),
                    .int("offset", 0...Int.max, "How many to leave out first."),
                ],
                gives: Schema.object([
                    ("examples", Schema.array(Schema.ref("ExampleListed"))), ("total", Schema.integer),
                    ("problems", Schema.array(Schema.text)),
                    // Of one collection.
                    (
                        "emptyFolders?",
                        Schema.array(
                            Schema.object([
                                ("path", Schema.array(Schema.text)), ("before", Schema.optional(Schema.text)),
                            ]))
                    ),
                ]), refusing: [404]), list),
        Route(
            .patch, "/api/v1/examples/{exampleId}",
            RouteDocument(
                "Change an example", [ExampleEditorRoutes.collection], takes: .json(Schema.ref("ExampleEdit")),
                gives: Schema.object([("id", Schema.text), ("changed", Schema.bool)]), refusing: [409]),
            bodyLimit: Route.BodyLimit.documents, edit),
    ]

    // MARK: Looking

    private static func list(_ call: Call) throws -> Answer {
        let limit = try call.int("limit", in: 1...10_000) ?? 1000
        let offset = try call.int("offset", in: 0...Int.max) ?? 0
        let search = call.text("search")?.lowercased()
        var entries = call.desk.collections.all()
        if let collection = call.text("collection") { entries = [try call.desk.collections.find(collection)] }
        var examples: [JSONValue] = []
        var problems: [JSONValue] = []
        var empty: [JSONValue] = []
        var total = 0
        for entry in entries {
            guard let collection = try? call.desk.collections.read(entry) else {
                problems.append(.string("collection \(entry.slug) cannot be read"))
                continue
            }
            if call.text("collection") != nil {
                empty = collection.emptyFolders().map {
                    [
                        "path": .array($0.path.map { .string($0) }), "before": $0.next.map { .string($0) } ?? .null,
                    ]
                }
            }
            for example in collection.listing() {
                let texts = ["\(example.method) \(example.path)", example.name, example.id]
                guard search.map({ search in texts.contains { $0.lowercased().contains(search) } }) ?? true else {
                    continue
                }
                total += 1
                guard total > offset, examples.count < limit else { continue }
                examples.append([
                    "id": .string(example.id), "collection": .string(entry.slug),
                    "name": .string(example.name), "folders": .array(example.folders.map { .string($0) }),
                    "item": .string(example.itemName), "itemId": .string(example.itemID),
                    "method": .string(example.method),
                    "path": .string(example.path), "status": .integer(example.code),
                    "bytes": .integer(example.bodyByteCount),
                ])
            }
        }
        var answer = JSONObject([
            ("examples", .array(examples)), ("total", .integer(total)), ("problems", .array(problems)),
        ])
        if call.text("collection") != nil { answer["emptyFolders"] = .array(empty) }
        return Answer(.object(answer))
    }

    // MARK: Changing

    private static func edit(_ call: Call) throws -> Answer {
        let (edit, name) = try ExampleChange.parse(call.object())
        let found = try ExampleEditorRoutes.find(call)
        let entry = found.entry
        let folder = call.desk.collectionFolder
        var isChanged = false
        try folder.change(call.desk.collections.file(entry)) { collection in
            let untouched = collection
            collection.writeIDs()
            guard let present = collection.document(ofExample: call["exampleId"]) else {
                throw ExampleEditorRoutes.unknown
            }
            var after =
                edit.isEmpty
                ? present : try edit.apply(to: present, variables: collection.variables, files: folder.bodyFiles)
            if let name, var object = after.object {
                object["name"] = .string(name)
                after = .object(object)
            }
            isChanged = after != present
            if isChanged {
                collection.replace(example: call["exampleId"], with: after)
            } else {
                collection = untouched
            }
        }
        return Answer(["id": .string(call["exampleId"]), "changed": .bool(isChanged)])
    }
}

/// What `PATCH /api/v1/examples/{exampleId}` takes: the flags of `understudy examples edit` as members.
enum ExampleChange {
    static func parse(_ object: JSONObject) throws -> (edit: ExampleEdit, name: String?) {
        let fields = MemberReader(object, path: "$")
        var edit = ExampleEdit()
        edit.status = try fields.int("status", in: 200...999)
        for element in try fields.elements("fields") {
            guard let name = element["name"]?.text, let value = element["value"]?.text, isField(name, value) else {
                throw Refusal.parameter("fields", "it is a list of {\"name\", \"value\"} of valid field lines")
            }
            edit.fields.append((name, value))
        }
        edit.removedFields = try fields.texts("removeFields") ?? []
        if let text = try fields.text("body") { edit.body = ByteBuffer(string: text) }
        if let text = try fields.text("bodyBase64") {
            guard let bytes = Base64.decode(text) else { throw Refusal.parameter("bodyBase64", "it is no Base64") }
            edit.body = bytes
        }
        edit.target = try fields.text("target")
        for text in try fields.texts("ignore") ?? [] {
            do throws(RuleError) { edit.ignore += try IgnoreRule.list(text) } catch {
                throw Refusal.parameter("ignore", "\(error)")
            }
        }
        edit.bodyRule = try fields.choice("matchBody", ExampleEdit.BodyRule.self)
        edit.repeats = try fields.choice("repeats", Repeats.self)
        edit.isEnabled = try fields.bool("enabled")
        edit.dropsRules = try fields.bool("dropRules") ?? false
        return (edit, try fields.text("name"))
    }

    static func isField(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"()<>@,;:\\\"/[]?={}".utf8.contains($0) }
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}
