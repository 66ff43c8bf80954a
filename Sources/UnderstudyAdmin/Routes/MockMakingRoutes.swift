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
                            ("name", Schema.text), ("exchanges?", Schema.array(Schema.integer)),
                            ("date?", Schema.text), ("since?", Schema.time), ("until?", Schema.time),
                            ("host?", Schema.text), ("path?", Schema.text), ("method?", Schema.text),
                            ("group?", Schema.array(Schema.choice(["domain", "path"]))),
                        ] + MockRoutes.makingInput.filter { $0.0 != "name?" })), status: 201,
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
        var grouping: CollectionMaker.Grouping = []
        for group in try fields.texts("group") ?? [] {
            switch group {
            case "domain": grouping.insert(.domain)
            case "path": grouping.insert(.path)
            default: throw Refusal.parameter("group", "it is a list of domain and path")
            }
        }
        let exchanges = try exchanges(object, fields, call)
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

    private static func exchanges(_ object: JSONObject, _ fields: MemberReader, _ call: Call) throws -> [Exchange] {
        if fields.has("exchanges") {
            return try load(HistoryRoutes.numbers(object["exchanges"]), call) { number in
                throw Refusal.notFound("there is no exchange \(number)")
            }
        }
        var query = HistoryQuery()
        query.since = try fields.time("since")
        query.until = try fields.time("until")
        if let date = try fields.text("date") { try HistoryRoutes.put(date: date, into: &query) }
        query.host = try fields.text("host")
        query.path = try fields.text("path")
        query.method = try fields.text("method")
        query.order = .oldestFirst
        query.limit = exampleLimit + 1
        let entries = try call.desk.history.entries(query)
        guard !entries.isEmpty else { throw Refusal.notFound("the history has no such exchange") }
        guard entries.count <= exampleLimit else {
            throw Refusal.badRequest(
                "these are more than the \(exampleLimit) exchanges that one collection is made of: say fewer")
        }
        // What was removed meanwhile is not missed.
        return try load(entries.map(\.id), call) { _ in }
    }

    /// One after the other, so that it is known how much that is before it is in memory.
    private static func load(
        _ numbers: [Int64], _ call: Call, missing: (Int64) throws -> Void
    ) throws -> [Exchange] {
        var exchanges: [Exchange] = []
        var size = 0
        for (index, number) in numbers.enumerated() {
            call.progress.tell(index, of: numbers.count, "reading")
            guard let exchange = try call.desk.history.exchange(id: number) else {
                try missing(number)
                continue
            }
            size += sizeInMemory(exchange)
            guard size <= call.desk.limits.exchangeBytes else {
                var refusal = Refusal.tooLarge
                refusal.message =
                    "These exchanges have more than the \(call.desk.limits.exchangeBytes) bytes that one mock server is made of: say fewer."
                throw refusal
            }
            exchanges.append(exchange)
        }
        return exchanges
    }

    private static func sizeInMemory(_ exchange: Exchange) -> Int {
        func size(_ fields: Fields, _ body: Body) -> Int {
            fields.reduce(body.bytesInMemory?.readableBytes ?? 0) { $0 + $1.name.count + $1.value.count }
        }
        let request = size(exchange.request.head.fields, exchange.request.body)
        return request + (exchange.response.map { size($0.head.fields, $0.body) } ?? 0)
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
