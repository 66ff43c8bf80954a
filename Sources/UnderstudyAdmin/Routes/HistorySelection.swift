import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Exchanges that a request is about: of those numbers, or all that the conditions find.
struct HistorySelection {
    /// Exchanges that one request takes into memory.
    static let limit = 10_000

    static let input: [(String, JSONValue)] = [
        ("exchanges?", Schema.array(Schema.integer)), ("date?", Schema.text), ("since?", Schema.time),
        ("until?", Schema.time), ("host?", Schema.text), ("path?", Schema.text), ("method?", Schema.text),
        ("status?", Schema.text), ("result?", Schema.choice(Exchange.Result.allCases.map(\.rawValue))),
        ("session?", Schema.text), ("search?", Schema.text), ("mock?", Schema.text),
    ]

    let exchanges: [Exchange]
    /// Whether they were named one by one.
    let areNamed: Bool

    /// - Throws: `Refusal` where there is no such exchange, there are too many of them, or they have too many bytes.
    init(_ object: JSONObject, _ call: Call) throws {
        areNamed = object["exchanges"] != nil
        if areNamed {
            exchanges = try Self.load(Self.numbers(object["exchanges"]), call) { number in
                throw Refusal.notFound("there is no exchange \(number); nothing was saved")
            }
            return
        }
        var query = try Self.query(MemberReader(object, path: "$"), call)
        query.order = .oldestFirst
        query.limit = Self.limit + 1
        let entries = try call.desk.history.entries(query)
        guard !entries.isEmpty else { throw Refusal.notFound("the history has no such exchange") }
        guard entries.count <= Self.limit else {
            throw Refusal.badRequest(
                "these are more than the \(Self.limit) exchanges that can be taken at once: say fewer")
        }
        // What was removed meanwhile is not missed.
        exchanges = try Self.load(entries.map(\.id), call) { _ in }
    }

    /// What the conditions say.
    static func query(_ fields: MemberReader, _ call: Call) throws -> HistoryQuery {
        var query = HistoryQuery()
        query.since = try fields.time("since")
        query.until = try fields.time("until")
        if let date = try fields.text("date") { try HistoryRoutes.put(date: date, into: &query) }
        query.host = try fields.text("host")
        query.path = try fields.text("path")
        query.method = try fields.text("method")
        query.session = try fields.text("session")
        query.search = try fields.text("search")
        query.result = try fields.choice("result", Exchange.Result.self)
        if let status = try fields.text("status") {
            guard let filter = StatusFilter(status) else {
                throw Refusal.parameter("status", "it is 200, 4xx, >=400, 200-299 or failed")
            }
            query.status = filter
        }
        if let mock = try fields.text("mock") { query.mock = try HistoryRoutes.mock(mock, call) }
        return query
    }

    static func numbers(_ value: JSONValue?, _ name: String = "exchanges") throws(Refusal) -> [Int64] {
        guard let elements = value?.elements, !elements.isEmpty, elements.count <= limit,
            elements.allSatisfy({ $0.int.map { $0 > 0 } ?? false })
        else { throw .parameter(name, "it is a list of 1 to \(limit) numbers of exchanges") }
        var seen: Set<Int> = []
        return elements.compactMap(\.int).filter { seen.insert($0).inserted }.map { Int64($0) }
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
                    "These exchanges have more than the \(call.desk.limits.exchangeBytes) bytes that can be taken at once: say fewer."
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
}
