import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// `/mocks`: Postman's mock servers, as its API lists, makes and changes them.
/// <https://www.postman.com/postman/postman-public-workspace/documentation/12959542-c8142d51-e97c-46b6-bd77-52bb66712c9a>
enum PostmanMocks {
    static let routes: [Route] = [
        Route(
            .get, "/mocks",
            RouteDocument(
                "List mock servers",
                [
                    .text("workspace", "Accepted: there is one workspace."),
                    .text("teamId", "Accepted: there is one team."),
                ],
                gives: Schema.wrapped("mocks", Schema.array(Schema.ref("PostmanMock")))), list),
        Route(
            .post, "/mocks",
            RouteDocument(
                "Make a mock server", [.text("workspace", "Accepted: there is one workspace.")],
                takes: .json(
                    Schema.wrapped(
                        "mock",
                        Schema.object([
                            ("collection", Schema.text), ("name?", Schema.text),
                            ("environment?", Schema.optional(Schema.text)), ("private?", Schema.bool),
                            ("description?", Schema.text), ("versionTag?", Schema.optional(Schema.text)),
                            ("config?", Schema.ref("MockConfig")),
                        ]))),
                gives: Schema.wrapped("mock", Schema.ref("PostmanMock")), refusing: [404]), create),
        Route(
            .get, "/mocks/{mockId}",
            RouteDocument("Show a mock server", gives: Schema.wrapped("mock", Schema.ref("PostmanMock"))), show),
        Route(
            .put, "/mocks/{mockId}",
            RouteDocument(
                "Change a mock server", [.ifMatch],
                takes: .json(
                    Schema.wrapped(
                        "mock",
                        Schema.object([
                            ("name?", Schema.text), ("environment?", Schema.optional(Schema.text)),
                            ("description?", Schema.optional(Schema.text)), ("private?", Schema.bool),
                            ("versionTag?", Schema.optional(Schema.text)), ("collection?", Schema.text),
                            ("config?", Schema.ref("MockConfig")),
                        ]))),
                gives: Schema.wrapped("mock", Schema.ref("PostmanMock")), refusing: [409]), replace),
        Route(
            .delete, "/mocks/{mockId}",
            RouteDocument(
                "Delete a mock server", [.ifMatch],
                gives: Schema.wrapped("mock", Schema.object([("id", Schema.text), ("uid", Schema.text)])),
                refusing: [409]), delete),
        Route(
            .post, "/mocks/{mockId}/publish",
            RouteDocument(
                "Let everybody call a mock server",
                gives: Schema.wrapped("mock", Schema.object([("id", Schema.text)])), refusing: [400]),
            { try setPrivate(false, $0) }),
        Route(
            .delete, "/mocks/{mockId}/unpublish",
            RouteDocument(
                "Let only who has a key call a mock server",
                gives: Schema.wrapped("mock", Schema.object([("id", Schema.text)])), refusing: [400]),
            { try setPrivate(true, $0) }),
    ]

    // MARK: Reading

    private static func list(_ call: Call) throws -> Answer {
        let view = MockView(call.desk)
        let mocks = call.desk.mocks.all().mocks
        view.learn(mocks)
        return Answer(["mocks": .array(mocks.map { .object(view.postman($0.mock, isListed: true)) })])
    }

    private static func show(_ call: Call) throws -> Answer {
        let stored = try find(call)
        let view = MockView(call.desk)
        var mock = view.postman(stored.mock, isListed: true)
        mock["deactivated"] = .bool(view.isDeactivated(stored.mock))
        return Answer(["mock": .object(mock)], revision: stored.revision)
    }

    /// By id or uid: a name is none here.
    static func find(_ call: Call) throws -> MockFolder.Stored {
        let stored = try call.desk.mocks.find(call["mockId"])
        guard ItemID.matches(call["mockId"], stored.mock.id) else { throw ItemError.unknown(.mock, call["mockId"]) }
        return stored
    }

    // MARK: Writing

    private static func create(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.wrapped("mock"), path: "mock")
        guard let reference = try fields.text("collection") else { throw Refusal.missing(["collection"]) }
        let collection = try call.desk.collections.find(id: reference)
        var mock = MockServer(
            id: ItemID.make(), name: try fields.text("name") ?? collection.name, collection: collection.id,
            createdAt: .now(), owner: call.caller.owner)
        try change(&mock, fields, call)
        let stored = try call.desk.mocks.create(mock, isOnly: false)
        return Answer(
            ["mock": .object(MockView(call.desk).postman(stored.mock, isListed: false))], revision: stored.revision)
    }

    private static func replace(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.wrapped("mock"), path: "mock")
        let found = try find(call)
        if let collection = try fields.text("collection"), !ItemID.matches(collection, found.mock.collection) {
            throw Refusal(
                .badRequest, "invalidParamsError",
                "A mock server's collection cannot be changed: create another mock server for that collection.")
        }
        let stored = try call.desk.mocks.change(found.mock.id, ifRevision: call.revision) { mock in
            if let name = try fields.text("name") { mock.name = name }
            try change(&mock, fields, call)
        }
        return Answer(
            ["mock": .object(MockView(call.desk).postman(stored.mock, isListed: false))], revision: stored.revision)
    }

    /// Members that making and changing have in common; what is not there stays as it is.
    static func change(_ mock: inout MockServer, _ fields: MemberReader, _ call: Call) throws {
        if fields.has("environment") {
            let reference = try fields.text("environment").flatMap { $0.isEmpty ? nil : $0 }
            mock.environment = try reference.map { try call.desk.environments.find($0).id }
        }
        if fields.has("description") { mock.description = try fields.text("description") ?? "" }
        if let isPrivate = try fields.bool("private") { mock.isPrivate = isPrivate }
        if fields.has("versionTag") {
            mock.versionTag = try fields.text("versionTag").flatMap { $0 == CollectionCatalog.current ? nil : $0 }
        }
        guard let config = try fields.object("config") else { return }
        mock.matching = try config.matching(over: mock.matching)
        if config.has("delay") { mock.delay = try config.delay() }
        if config.has("serverResponseId") {
            mock.activeServerResponse = try config.text("serverResponseId").flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    private static func delete(_ call: Call) throws -> Answer {
        let found = try find(call)
        let mock = try call.desk.mocks.delete(found.mock.id, ifRevision: call.revision)
        return Answer(["mock": ["id": .string(mock.id), "uid": PostmanID.uid(mock.id, owner: mock.owner)]])
    }

    private static func setPrivate(_ isPrivate: Bool, _ call: Call) throws -> Answer {
        let found = try find(call)
        let stored = try call.desk.mocks.change(found.mock.id) { mock in
            guard mock.isPrivate != isPrivate else {
                // The second sentence is Postman's own.
                throw isPrivate
                    ? Refusal(.badRequest, "mockAlreadyUnpublishedError", "This mock has already been deleted.")
                    : Refusal(.badRequest, "mockAlreadyPublishedError", "This mock is already public.")
            }
            mock.isPrivate = isPrivate
        }
        return Answer(["mock": ["id": .string(stored.mock.id)]])
    }
}
