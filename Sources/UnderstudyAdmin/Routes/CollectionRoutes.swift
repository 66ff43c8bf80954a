import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Collections with what Postman's API does not say of them, and their version tags.
enum CollectionRoutes {
    private static let tags = Schema.wrapped("tags", Schema.array(Schema.text))

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
                        ])))), list),
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
        return Answer([
            "collections": .array(
                catalog.all().map { entry in
                    [
                        "id": .string(entry.id), "uid": PostmanID.uid(entry.id), "name": .string(entry.name),
                        "slug": .string(entry.slug), "updatedAt": .string(entry.updatedAt.isoText),
                        "tags": .array(catalog.tags(of: entry).map { .string($0) }),
                    ]
                })
        ])
    }

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
