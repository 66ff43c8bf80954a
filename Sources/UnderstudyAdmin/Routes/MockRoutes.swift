import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Mock servers with all that can be set about them, under the names of their files.
enum MockRoutes {
    static let input: [(String, JSONValue)] = [
        ("name?", Schema.text), ("environment?", Schema.optional(Schema.text)), ("description?", Schema.text),
        ("private?", Schema.bool), ("versionTag?", Schema.optional(Schema.text)),
        ("port?", Schema.optional(Schema.int(1...65535))), ("config?", Schema.ref("MockConfig")),
        ("limits?", Schema.ref("CallLimits")),
    ]
    /// When one is made.
    static let makingInput = input + [("saveURLAs?", Schema.text)]
    private static let one = Schema.ref("Mock")

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/mocks",
            RouteDocument(
                "List mock servers",
                gives: Schema.object([
                    ("mocks", Schema.array(one)), ("problems", Schema.array(Schema.text)),
                ])), list),
        Route(
            .post, "/api/v1/mocks",
            RouteDocument(
                "Make a mock server", takes: .json(Schema.object([("collection", Schema.text)] + makingInput)),
                status: 201,
                gives: one, refusing: [404, 409]), create),
        Route(.get, "/api/v1/mocks/{mockId}", RouteDocument("Show a mock server", gives: one), show),
        Route(
            .patch, "/api/v1/mocks/{mockId}",
            RouteDocument(
                "Change a mock server", [.ifMatch], takes: .json(Schema.object(input)), gives: one, refusing: [409]),
            change),
        Route(
            .delete, "/api/v1/mocks/{mockId}",
            RouteDocument(
                "Delete a mock server", [.ifMatch], gives: Schema.wrapped("id", Schema.text), refusing: [409]),
            remove),
        Route(
            .delete, "/api/v1/mocks/{mockId}/calls/{callId}",
            RouteDocument("Remove a call from a mock server's log", gives: Schema.wrapped("removed", Schema.integer)),
            removeCall),
    ]

    private static func list(_ call: Call) throws -> Answer {
        let view = MockView(call.desk)
        let (mocks, problems) = call.desk.mocks.all()
        view.learn(mocks)
        view.count(mocks)
        return Answer([
            "mocks": .array(mocks.map { view.own($0.mock, isListed: true) }),
            "problems": .array(problems.map { .string(fileless($0)) }),
        ])
    }

    /// Where files are is nobody's business here; which file it is, is.
    private static func fileless(_ problem: String) -> String {
        let file = problem.prefix { $0 != ":" }
        return (file.split(separator: "/").last.map(String.init) ?? "") + problem.dropFirst(file.count)
    }

    static func answer(_ stored: MockFolder.Stored, _ call: Call, _ status: HTTPResponse.Status = .ok) -> Answer {
        Answer(MockView(call.desk).own(stored.mock), status: status, revision: stored.revision)
    }

    private static func show(_ call: Call) throws -> Answer { answer(try call.desk.mocks.find(call["mockId"]), call) }

    private static func create(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.object(), path: "$")
        guard let reference = try fields.text("collection") else { throw Refusal.missing(["collection"]) }
        let collection = try call.desk.collections.find(reference)
        var mock = MockServer(
            id: ItemID.make(), name: try fields.text("name") ?? collection.name, collection: collection.id,
            createdAt: .now(), owner: call.caller.owner)
        try set(&mock, fields, call)
        return answer(try make(mock, fields, call), call, .created)
    }

    /// Makes it and, under `saveURLAs`, a new environment whose variable `url` is its address.
    static func make(_ mock: MockServer, _ fields: MemberReader, _ call: Call) throws -> MockFolder.Stored {
        let name = try fields.text("saveURLAs")
        if let name,
            call.desk.environments.all().environments.contains(where: {
                $0.name.lowercased() == name.lowercased()
            })
        {
            throw ItemError.exists(.environment, name)
        }
        let stored = try call.desk.mocks.create(mock)
        if let name {
            var environment = PostmanEnvironment(name: name, id: ItemID.make())
            environment.set("url", to: MockView(call.desk).url(stored.mock))
            do { _ = try call.desk.environments.create(environment) } catch {
                // Both or none.
                _ = try? call.desk.mocks.delete(stored.mock.id)
                throw error
            }
        }
        return stored
    }

    private static func change(_ call: Call) throws -> Answer {
        let object = try call.object()
        let fields = MemberReader(object, path: "$")
        let found = try call.desk.mocks.find(call["mockId"])
        if let collection = try fields.text("collection"), !ItemID.matches(collection, found.mock.collection) {
            throw Refusal.badRequest(
                "a mock server's collection cannot be changed: make another mock server for that collection")
        }
        let stored = try withCurrent(call) {
            try call.desk.mocks.change(found.mock.id, ifRevision: call.revision) { mock in
                if let name = try fields.text("name") {
                    try checkFree(name, for: mock, call)
                    mock.name = name
                }
                try set(&mock, fields, call)
            }
        }
        return answer(stored, call)
    }

    /// Who comes late is told what the mock server is now.
    private static func withCurrent<Value>(_ call: Call, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch ItemError.changed(let kind, let name) {
            var refusal = Refusal(ItemError.changed(kind, name))
            refusal.current = MockView(call.desk).own(try call.desk.mocks.find(call["mockId"]).mock)
            throw refusal
        }
    }

    /// As when one is made. Postman's API takes a name twice.
    private static func checkFree(_ name: String, for mock: MockServer, _ call: Call) throws {
        let isOther = name.lowercased() != mock.name.lowercased()
        if isOther, call.desk.mocks.all().mocks.contains(where: { $0.mock.name.lowercased() == name.lowercased() }) {
            throw ItemError.exists(.mock, name)
        }
    }

    static func set(_ mock: inout MockServer, _ fields: MemberReader, _ call: Call) throws {
        try PostmanMocks.change(&mock, fields, call)
        if fields.has("port") { mock.port = try fields.int("port", in: 1...65535) }
        if let limits = try fields.object("limits") {
            if limits.has("callsPerMinute") {
                mock.limits.perMinute = try limits.int("callsPerMinute", in: 1...Int.max)
            }
            if limits.has("callsPerMonth") { mock.limits.perMonth = try limits.int("callsPerMonth", in: 1...Int.max) }
        }
    }

    private static func remove(_ call: Call) throws -> Answer {
        let found = try call.desk.mocks.find(call["mockId"])
        let mock = try withCurrent(call) { try call.desk.mocks.delete(found.mock.id, ifRevision: call.revision) }
        return Answer(["id": .string(mock.id)])
    }

    private static func removeCall(_ call: Call) throws -> Answer {
        let mock = try call.desk.mocks.find(call["mockId"]).mock
        // As Postman's API names a call: its number behind the mock server's id.
        let number = call["callId"].split(separator: "-").last.flatMap { Int64($0) }
        guard let number, try call.desk.history.removeCall(id: number, ofMock: mock.id) else {
            throw Refusal.notFound("there is no such call in this log")
        }
        return Answer(["removed": 1])
    }
}
