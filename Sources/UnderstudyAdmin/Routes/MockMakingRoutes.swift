import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Mock servers of what is described, and of what the history saw: a collection is made, and a mock server of it.
enum MockMakingRoutes {
    static let routes: [Route] = [
        Route(
            .post, "/api/v1/mocks/from-examples",
            RouteDocument(
                "Make a mock server from scratch", [.progress],
                takes: .json(
                    Schema.object(
                        [
                            ("name", Schema.text),
                            (
                                "examples",
                                Schema.array(
                                    Schema.object([
                                        ("method?", Schema.text), ("target", Schema.text), ("name?", Schema.text),
                                        ("requestFields?", Schema.array(Schema.ref("FieldLine"))),
                                        ("requestBody?", Schema.text), ("status?", Schema.int(200...999)),
                                        ("fields?", Schema.array(Schema.ref("FieldLine"))), ("body?", Schema.text),
                                    ]))
                            ),
                        ] + MockRoutes.makingInput.filter { $0.0 != "name?" })), status: 201, gives: Schema.ref("Mock"),
                refusing: [404, 409]), bodyLimit: Route.BodyLimit.documents, fromExamples),
        Route(
            .post, "/api/v1/mocks/from-history",
            RouteDocument(
                "Make a mock server of exchanges: of those numbers, or of all that the conditions find", [.progress],
                takes: .json(
                    Schema.object(
                        [
                            ("name", Schema.text),
                            ("group?", Schema.array(Schema.choice(["domain", "path"]))),
                        ] + HistorySelection.input + MockRoutes.makingInput.filter { $0.0 != "name?" })), status: 201,
                gives: Schema.object([
                    ("mock", Schema.ref("Mock")), ("examples", Schema.integer),
                    ("leftOut", Schema.array(Schema.integer)),
                ]), refusing: [404, 409, 413]), isSlow: true, fromHistory),
    ]

    /// Of one collection.
    static let exampleLimit = 10_000

    // MARK: From scratch

    private static func fromExamples(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.object(), path: "$")
        let name = try name(fields, call)
        let elements = try fields.elements("examples")
        guard (1...exampleLimit).contains(elements.count) else {
            throw Refusal.parameter("examples", "it is a list of 1 to \(exampleLimit) examples")
        }
        let examples = try elements.enumerated().map { index, element in
            guard let object = element.object else { throw Refusal.parameter("examples[\(index)]", "it is an object") }
            return try example(MemberReader(object, path: "$.examples[\(index)]"), index)
        }
        let entry = try MockMaker(call.desk.workspace, redaction: call.desk.redaction).collection(name, of: examples) {
            call.progress.tell($0, of: $1, "writing")
        }
        return try MockRoutes.answer(make(name, entry, fields, call), call, .created)
    }

    private static func example(_ fields: MemberReader, _ index: Int) throws -> MockMaker.Handmade {
        let method = try fields.text("method") ?? "GET"
        guard !method.isEmpty, method.utf8.count <= 64, ExampleChange.isField(method, "") else {
            throw Refusal.parameter("examples[\(index)].method", "it is a method, such as GET")
        }
        guard let target = try fields.text("target"), target.hasPrefix("/"),
            !target.unicodeScalars.contains(where: { $0.value <= 0x20 || $0.value == 0x7F })
        else { throw Refusal.parameter("examples[\(index)].target", "it is a path, which begins with /") }
        return MockMaker.Handmade(
            method: method, target: target, requestFields: try lines(fields, "requestFields"),
            requestBody: ByteBuffer(string: try fields.text("requestBody") ?? ""),
            status: try fields.int("status", in: 200...999) ?? 200, fields: try lines(fields, "fields"),
            body: ByteBuffer(string: try fields.text("body") ?? ""), name: try fields.text("name"))
    }

    static func lines(_ fields: MemberReader, _ name: String) throws -> Fields {
        var lines = Fields()
        for element in try fields.elements(name) {
            guard let name = element["name"]?.text, let value = element["value"]?.text,
                ExampleChange.isField(name, value)
            else { throw Refusal.parameter(name, "it is a list of {\"name\", \"value\"} of valid field lines") }
            lines.append(name, value)
        }
        return lines
    }

    // MARK: From history

    private static func fromHistory(_ call: Call) throws -> Answer {
        let object = try call.object()
        let fields = MemberReader(object, path: "$")
        let name = try name(fields, call)
        let grouping = try HistorySavingRoutes.grouping(fields)
        let exchanges = try HistorySelection(object, call).exchanges
        let made = try MockMaker(call.desk.workspace, redaction: call.desk.redaction).collection(
            name, of: exchanges, grouping: grouping
        ) { call.progress.tell($0, of: $1, "writing") }
        let stored = try make(name, made.collection, fields, call)
        return Answer(
            [
                "mock": MockView(call.desk).own(stored.mock), "examples": .integer(made.exampleCount),
                "leftOut": .array(made.leftOut.map { .integer($0) }),
            ], status: .created, revision: stored.revision)
    }

    // MARK: Parts

    private static func name(_ fields: MemberReader, _ call: Call) throws -> String {
        guard let name = try fields.text("name") else { throw Refusal.missing(["name"]) }
        // Before anything is made.
        if call.desk.mocks.all().mocks.contains(where: { $0.mock.name.lowercased() == name.lowercased() }) {
            throw ItemError.exists(.mock, name)
        }
        return name
    }

    private static func make(
        _ name: String, _ entry: CollectionCatalog.Entry, _ fields: MemberReader, _ call: Call
    ) throws -> MockFolder.Stored {
        do {
            var mock = MockServer(
                id: ItemID.make(), name: name, collection: entry.id, createdAt: .now(), owner: call.caller.owner)
            try MockRoutes.set(&mock, fields, call)
            return try MockRoutes.make(mock, fields, call)
        } catch {
            // What was made for it alone goes with it.
            try? call.desk.collections.delete(entry)
            throw error
        }
    }
}
