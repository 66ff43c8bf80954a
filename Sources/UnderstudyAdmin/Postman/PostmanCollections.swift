import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// `/collections`: whole collections in format v2.1. What is sent is data: nothing of it is read, fetched or run.
enum PostmanCollections {
    private static let content = RouteDocument.Content.json(
        Schema.wrapped(
            "collection",
            Schema.object([
                ("info", Schema.object([("name", Schema.text), ("schema", Schema.text)])),
                ("item", Schema.array(Schema.object)),
            ])))
    private static let summary = Schema.wrapped(
        "collection", Schema.object([("id", Schema.text), ("name", Schema.text), ("uid", Schema.text)]))

    static let routes: [Route] = [
        Route(
            .get, "/collections",
            RouteDocument(
                "List collections",
                [
                    .text("workspace", "Accepted: there is one workspace."), .text("name", "Only of that name."),
                    .int("limit", 1...1000, "The most collections answered."),
                    .int("offset", 0...Int.max, "How many to leave out first."),
                ],
                gives: Schema.object([
                    ("collections", Schema.array(Schema.ref("CollectionListed"))),
                    (
                        "meta?",
                        Schema.object([
                            ("total", Schema.integer), ("offset", Schema.integer), ("limit", Schema.integer),
                        ])
                    ),
                ])), list),
        Route(
            .post, "/collections",
            RouteDocument(
                "Add a collection", [.text("workspace", "Accepted: there is one workspace.")], takes: content,
                gives: summary, refusing: [400]), bodyLimit: Route.BodyLimit.documents, create),
        Route(
            .get, "/collections/{collectionId}",
            RouteDocument(
                "Show a collection",
                [
                    .text("access_key", "Accepted."),
                    .choice("model", ["minimal"], "Only ids and names of folders and requests."),
                ], gives: Schema.wrapped("collection", Schema.ref("Collection")), refusing: [409]), show),
        Route(
            .put, "/collections/{collectionId}",
            RouteDocument("Replace a collection", takes: content, gives: summary),
            bodyLimit: Route.BodyLimit.documents, replace),
        Route(
            .patch, "/collections/{collectionId}",
            RouteDocument(
                "Change parts of a collection",
                takes: .json(
                    Schema.wrapped(
                        "collection",
                        Schema.object([
                            ("info?", Schema.object), ("variable?", Schema.array(Schema.object)),
                            ("auth?", Schema.optional(Schema.object)), ("event?", Schema.array(Schema.object)),
                        ]))), gives: summary, refusing: [409]), bodyLimit: Route.BodyLimit.documents, change),
        Route(
            .delete, "/collections/{collectionId}",
            RouteDocument(
                "Delete a collection",
                gives: Schema.wrapped("collection", Schema.object([("id", Schema.text), ("uid", Schema.text)]))),
            delete),
    ]

    // MARK: Reading

    private static func list(_ call: Call) throws -> Answer {
        let name = call.text("name")
        let entries = call.desk.collections.all().filter { name == nil || $0.name == name }
        let limit = try call.int("limit", in: 1...1000)
        let offset = try call.int("offset", in: 0...Int.max)
        let page = entries.dropFirst(offset ?? 0).prefix(limit ?? .max)
        var object: JSONObject = [
            "collections": .array(
                page.map { entry in
                    [
                        "id": .string(entry.id), "name": .string(entry.name), "owner": .string(PostmanID.owner),
                        // A file does not know when it was made.
                        "createdAt": .string(entry.updatedAt.isoText), "updatedAt": .string(entry.updatedAt.isoText),
                        "uid": PostmanID.uid(entry.id), "isPublic": false,
                    ]
                })
        ]
        if limit != nil || offset != nil {
            object["meta"] = [
                "total": .integer(entries.count), "offset": .integer(offset ?? 0),
                "limit": .integer(limit ?? entries.count),
            ]
        }
        return Answer(.object(object))
    }

    private static func show(_ call: Call) throws -> Answer {
        let entry = try call.desk.collections.find(id: call["collectionId"])
        let collection = try call.desk.collections.read(entry)
        let info: [(String, JSONValue)] = [
            ("_postman_id", .string(entry.id)), ("name", .string(entry.name)),
            ("schema", "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"),
            ("updatedAt", .string(entry.updatedAt.isoText)), ("uid", PostmanID.uid(entry.id)),
            ("createdAt", .string(entry.updatedAt.isoText)), ("lastUpdatedBy", .string(PostmanID.owner)),
        ]
        let bytes = collection.identifiedBytes(
            owner: PostmanID.owner, info: info, isMinimal: call.text("model") == "minimal")
        return Answer(bytes: bytes, type: "application/json")
    }

    // MARK: Writing

    private static func create(_ call: Call) throws -> Answer {
        let collection = try collection(call, slug: "collection")
        if let id = collection.id, (try? call.desk.collections.find(id: id)) != nil {
            throw Refusal(
                .badRequest, "instanceFoundError",
                "The specified item already exists.", details: ["item": "collection", "id": .string(id)])
        }
        return summary(try call.desk.collections.create(collection))
    }

    private static func replace(_ call: Call) throws -> Answer {
        let entry = try call.desk.collections.find(id: call["collectionId"])
        let collection = try collection(call, slug: entry.slug)
        try checkMocked(entry, collection, call)
        try call.desk.collections.replace(entry, with: collection)
        return summary(try call.desk.collections.find(id: entry.id))
    }

    private static func change(_ call: Call) throws -> Answer {
        let members = try call.wrapped("collection")
        let entry = try call.desk.collections.find(id: call["collectionId"])
        for (name, isFit) in [
            ("info", members["info"]?.object != nil), ("variable", members["variable"]?.elements != nil),
            ("event", members["event"]?.elements != nil),
            ("auth", members["auth"]?.object != nil || members["auth"]?.isNull == true),
        ] where members[name] != nil && !isFit {
            throw Refusal.malformed("collection", ["\(name): is not of its type"])
        }
        if let name = members["info"]?["name"], name.text?.isEmpty ?? true {
            throw Refusal.malformed("collection", ["info.name: must be string"])
        }
        let wanted = JSONObject(
            members: members.members.filter { ["info", "variable", "auth", "event"].contains($0.name) })
        try call.desk.collectionFolder.change(call.desk.collections.file(entry)) { collection in
            collection.setMembers(wanted)
            try checkMocked(entry, collection, call)
        }
        return summary(try call.desk.collections.find(id: entry.id))
    }

    private static func delete(_ call: Call) throws -> Answer {
        let entry = try call.desk.collections.find(id: call["collectionId"])
        try call.desk.collections.delete(entry)
        return Answer(["collection": ["id": .string(entry.id), "uid": PostmanID.uid(entry.id)]])
    }

    // MARK: Parts

    /// Refuses to put what cannot be mocked under a mock server. One that serves a tag does not see the change.
    private static func checkMocked(
        _ entry: CollectionCatalog.Entry, _ collection: PostmanCollection, _ call: Call
    ) throws {
        let foreign = collection.itemsOfOtherProtocols
        guard !foreign.isEmpty,
            let mock = call.desk.mocks.all().mocks.map(\.mock).first(where: {
                $0.versionTag == nil && $0.collection.lowercased() == entry.id.lowercased()
            })
        else { return }
        let names = foreign.prefix(10).joined(separator: ", ") + (foreign.count > 10 ? ", …" : "")
        throw Refusal.badRequest(
            "mock server '\(mock.name)' is of this collection, and only HTTP can be mocked, which this is not: \(names)"
        )
    }

    private static func collection(_ call: Call, slug: String) throws -> PostmanCollection {
        guard let value = try call.object()["collection"] else {
            throw Refusal.malformed("collection", [": must have required property 'collection'"])
        }
        guard let object = value.object else { throw Refusal.malformed("collection", ["collection: must be object"]) }
        let complaints = PostmanCollection.complaints(object)
        guard complaints.isEmpty else { throw Refusal.malformed("collection", complaints) }
        do throws(CollectionError) {
            let bytes = JSONWriter.bytes(.object(object), style: .compact)
            return try PostmanCollection(parsing: bytes, slug: slug, file: "collection")
        } catch {
            throw Refusal.malformed("collection", ["\(error.place): \(error.message)"])
        }
    }

    private static func summary(_ entry: CollectionCatalog.Entry) -> Answer {
        Answer([
            "collection": ["id": .string(entry.id), "name": .string(entry.name), "uid": PostmanID.uid(entry.id)]
        ])
    }
}
