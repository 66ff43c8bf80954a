import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Collections with what Postman's API does not say of them, and their version tags.
enum CollectionRoutes {
    private static let tags = Schema.wrapped("tags", Schema.array(Schema.text))

    private static let one = Schema.object([("id", Schema.text), ("slug", Schema.text), ("name", Schema.text)])

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/collections",
            RouteDocument(
                "List collections",
                gives: Schema.wrapped(
                    "collections",
                    Schema.array(
                        Schema.object([
                            ("id", Schema.text), ("uid", Schema.text), ("name", Schema.text), ("slug", Schema.text),
                            ("updatedAt", Schema.time), ("tags", Schema.array(Schema.text)),
                            ("examples", Schema.optional(Schema.integer)),
                            ("mocks", Schema.array(Schema.object([("id", Schema.text), ("name", Schema.text)]))),
                        ])))), list),
        Route(
            .post, "/api/v1/collections",
            RouteDocument(
                "Make an empty collection", takes: .json(Schema.wrapped("name", Schema.text)), status: 201,
                gives: one, refusing: [409]), create),
        Route(
            .patch, "/api/v1/collections/{collectionId}",
            RouteDocument(
                "Give a collection another name", takes: .json(Schema.wrapped("name", Schema.text)), gives: one,
                refusing: [409]), isSlow: true, rename),
        Route(
            .delete, "/api/v1/collections/{collectionId}",
            RouteDocument(
                "Delete a collection with its tags; mock servers of it are deactivated by that",
                gives: Schema.object([("id", Schema.text), ("deactivates", Schema.array(Schema.text))])), remove),
        Route(
            .get, "/api/v1/collections/{collectionId}/tags", RouteDocument("List version tags", gives: tags),
            { call in
                let entry = try call.desk.collections.find(call["collectionId"])
                return Answer(["tags": .array(call.desk.collections.tags(of: entry).map { .string($0) })])
            }),
        Route(
            .post, "/api/v1/collections/{collectionId}/tags",
            RouteDocument(
                "Keep a collection as it is now under a tag",
                takes: .json(Schema.wrapped("tag", Schema.text)), status: 201,
                gives: Schema.wrapped("tag", Schema.text), refusing: [409]), tag),
        Route(
            .delete, "/api/v1/collections/{collectionId}/tags/{tag}",
            RouteDocument("Remove a tag", gives: Schema.wrapped("tag", Schema.text), refusing: [409]), removeTag),
    ]

    private static func list(_ call: Call) throws -> Answer {
        let catalog = call.desk.collections
        let mocks = call.desk.mocks.all().mocks.map(\.mock)
        return Answer([
            "collections": .array(
                catalog.all().map { entry in
                    [
                        "id": .string(entry.id), "uid": PostmanID.uid(entry.id), "name": .string(entry.name),
                        "slug": .string(entry.slug), "updatedAt": .string(entry.updatedAt.isoText),
                        "tags": .array(catalog.tags(of: entry).map { .string($0) }),
                        "examples": catalog.exampleCount(of: entry).map { .integer($0) } ?? .null,
                        "mocks": .array(
                            mocks.filter { ItemID.matches($0.collection, entry.id) }.map {
                                ["id": .string($0.id), "name": .string($0.name)]
                            }),
                    ]
                })
        ])
    }

    // MARK: Changing

    /// What people call things is one line of 1 to 255 octets.
    static func check(name: String, _ parameter: String) throws(Refusal) {
        guard !name.allSatisfy(\.isWhitespace), name.utf8.count <= 255,
            !name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else { throw .parameter(parameter, "it is 1 to 255 bytes of text on one line") }
    }

    static func name(_ call: Call) throws -> String {
        guard let name = try MemberReader(call.object(), path: "$").text("name") else {
            throw Refusal.missing(["name"])
        }
        try check(name: name, "name")
        return name
    }

    private static func answer(
        _ entry: CollectionCatalog.Entry, _ status: HTTPResponse.Status = .ok
    ) -> Answer {
        Answer(
            ["id": .string(entry.id), "slug": .string(entry.slug), "name": .string(entry.name)], status: status)
    }

    private static func create(_ call: Call) throws -> Answer {
        let name = try name(call)
        let empty = PostmanCollection(slug: NameSlug.slug(of: name), origin: "", name: name)
        return answer(try call.desk.collections.create(empty, isOnly: true), .created)
    }

    private static func rename(_ call: Call) throws -> Answer {
        let name = try name(call)
        let entry = try call.desk.collections.find(call["collectionId"])
        try call.desk.collections.rename(entry, to: name)
        return answer(try call.desk.collections.find(id: entry.id))
    }

    private static func remove(_ call: Call) throws -> Answer {
        let entry = try call.desk.collections.find(call["collectionId"])
        let mocks = call.desk.mocks.all().mocks.map(\.mock).filter { ItemID.matches($0.collection, entry.id) }
        try call.desk.collections.delete(entry)
        return Answer(["id": .string(entry.id), "deactivates": .array(mocks.map { .string($0.name) })])
    }

    // MARK: Tags

    private static func tag(_ call: Call) throws -> Answer {
        guard let tag = try call.object()["tag"] else { throw Refusal.missing(["tag"]) }
        guard let tag = tag.text else { throw Refusal.parameter("tag", "it is a text") }
        try call.desk.collections.tag(call.desk.collections.find(call["collectionId"]), tag)
        return Answer(["tag": .string(tag)], status: .created)
    }

    private static func removeTag(_ call: Call) throws -> Answer {
        let entry = try call.desk.collections.find(call["collectionId"])
        let users = call.desk.mocks.all().mocks.map(\.mock).filter {
            $0.versionTag == call["tag"] && $0.collection == entry.id
        }
        if let user = users.first {
            throw Refusal.conflict("mock server '\(user.name)' serves this tag: change that first")
        }
        try call.desk.collections.removeTag(entry, call["tag"])
        return Answer(["tag": .string(call["tag"])])
    }
}
