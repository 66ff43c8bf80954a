import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Everything that was seen: listed a page at a time, looked at, and removed.
enum HistoryRoutes {
    /// Of one page.
    static let pageLimit = 1000
    static let scanLimit = 1_000_000

    static let filters: [RouteDocument.Parameter] = [
        .time("since", "Only at or after that time."), .time("until", "Only before that time."),
        .text("date", "Only of that day, `2026-11-20`, UTC."), .text("method", "Only this method."),
        .text("host", "Only this host, without port; `*` stands for anything."),
        .text("path", "Only paths that begin so, or match it when it has a `*`."),
        .text("status", "Only this status: `200`, `4xx`, `>=400`, `200-299` or `failed`."),
        .choice("result", Exchange.Result.allCases.map(\.rawValue), "Only what became of it."),
        .text("session", "Only of this session."),
        .text("search", "Only with this text in target, fields or uncompressed body."),
        .text("mock", "Only calls of this mock server, by id or name; `-` for what was none."),
    ]

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/history",
            RouteDocument(
                "List exchanges",
                filters + [
                    .int("limit", 1...pageLimit, "The most exchanges answered. Default: 50."),
                    .int("before", 1...Int.max, "Only exchanges before this one: `next` of the page before."),
                    .int("after", 0...Int.max, "Only exchanges after this one: `next` with order=oldest."),
                    .choice("order", ["newest", "oldest"], "Which come first. Default: newest."),
                    .int("offset", 0...Int.max, "Passes over so many of those found. Default: 0."),
                    .bool("count", "Whether to count all there are, whatever before, after and offset say."),
                    .int(
                        "scan", 1...scanLimit,
                        "With search: looks at no more exchanges than that for this page, and not for long."),
                ],
                gives: Schema.object([
                    ("exchanges", Schema.array(Schema.ref("HistoryEntry"))),
                    ("next", Schema.optional(Schema.integer)), ("total?", Schema.optional(Schema.integer)),
                    ("scanned?", Schema.integer),
                ]), refusing: [400]), list),
        Route(
            .get, "/api/v1/history/stats", RouteDocument("The history in numbers", gives: Schema.object),
            statistics),
        Route(
            .get, "/api/v1/history/{number}",
            RouteDocument(
                "Show an exchange",
                [
                    .int(
                        "bodyLimit", 0...AdminLimits().shownBytes,
                        "At most so many octets of each body, without its content coding. Default: as recorded, up to the same bound; `isCut` says whether there is more, which a download has."
                    )
                ], gives: Schema.ref("Exchange")), show),
    ]

    // MARK: Listing

    private static func list(_ call: Call) throws -> Answer {
        var query = try query(call)
        let limit = try call.int("limit", in: 1...pageLimit) ?? 50
        query.before = try call.int("before", in: 1...Int.max).map { Int64($0) }
        query.after = try call.int("after", in: 0...Int.max).map { Int64($0) }
        switch call.text("order") {
        case nil, "newest": query.order = .newestFirst
        case "oldest": query.order = .oldestFirst
        default: throw Refusal.parameter("order", "it is newest or oldest")
        }
        query.offset = try call.int("offset", in: 0...Int.max) ?? 0
        query.scan = try call.int("scan", in: 1...scanLimit)
        // Who asks for steps is waiting for the first.
        if query.scan != nil { query.patience = call.desk.limits.searchStep }
        // One more tells whether there is another page.
        query.limit = limit + 1
        let page = try call.desk.history.page(query)
        let entries = page.entries.prefix(limit)
        let next = page.entries.count > limit ? entries.last?.id : page.lastScanned
        var object = JSONObject([
            ("exchanges", .array(entries.map(HistoryJSON.entry))), ("next", next.map { .integer($0) } ?? .null),
        ])
        if let scanned = page.scanned { object["scanned"] = .integer(scanned) }
        if try call.bool("count") ?? false { object["total"] = try total(query, call) }
        return Answer(.object(object))
    }

    /// Of a search only who reads everything knows it.
    private static func total(_ query: HistoryQuery, _ call: Call) throws -> JSONValue {
        guard query.search == nil else { return .null }
        var query = query
        (query.before, query.after) = (nil, nil)
        return .integer(try call.desk.history.count(query))
    }

    static func query(_ call: Call) throws(Refusal) -> HistoryQuery {
        var query = HistoryQuery()
        query.since = try call.time("since")
        query.until = try call.time("until")
        if let date = call.text("date") { try put(date: date, into: &query) }
        query.method = call.text("method")
        query.host = call.text("host")
        query.path = call.text("path")
        query.session = call.query.last { $0.name == "session" }?.value
        query.search = call.text("search")
        if let status = call.text("status") {
            guard let filter = StatusFilter(status) else {
                throw .parameter("status", "it is 200, 4xx, >=400, 200-299 or failed")
            }
            query.status = filter
        }
        query.result = try call.choice("result", Exchange.Result.self)
        if let reference = call.text("mock") { query.mock = try mock(reference, call) }
        return query
    }

    /// A mock server that is gone has its calls in the history still: under its id.
    static func mock(_ reference: String, _ call: Call) throws(Refusal) -> HistoryQuery.MockFilter {
        if reference == "-" { return .none }
        do throws(ItemError) {
            return .id(try call.desk.mocks.find(reference).mock.id)
        } catch .unknown {
            return .id(reference)
        } catch {
            throw Refusal(error as any Error)
        }
    }

    /// A day, UTC.
    static func put(date: String, into query: inout HistoryQuery) throws(Refusal) {
        guard date.utf8.count == 10, let day = Timestamp(isoText: date) else {
            throw .parameter("date", "it is a day such as 2026-11-20")
        }
        let next = Timestamp(microseconds: day.microseconds + 86_400_000_000)
        query.since = max(query.since ?? day, day)
        query.until = min(query.until ?? next, next)
    }

    private static func statistics(_ call: Call) throws -> Answer {
        let statistics = try call.desk.history.statistics()
        func groups(_ groups: [HistoryStatistics.Group]) -> JSONValue {
            .array(
                groups.map {
                    ["name": .string($0.name), "exchanges": .integer($0.exchanges), "bytes": .integer($0.byteCount)]
                })
        }
        return Answer([
            "exchanges": .integer(statistics.exchanges), "incomplete": .integer(statistics.incomplete),
            "pending": .integer(statistics.pending), "bytes": .integer(statistics.byteCount),
            "oldest": statistics.oldest.map { .string($0.isoText) } ?? .null,
            "newest": statistics.newest.map { .string($0.isoText) } ?? .null,
            "databaseBytes": .integer(statistics.databaseSize), "byStatus": groups(statistics.byStatus),
            "byHost": groups(statistics.byHost), "byDay": groups(statistics.byDay),
        ])
    }

    // MARK: One

    static func number(_ call: Call) throws(Refusal) -> Int64 {
        guard let number = Int64(call["number"]), number > 0 else {
            throw .notFound("there is no exchange of that number")
        }
        return number
    }

    static func exchange(_ call: Call) throws -> Exchange {
        guard let exchange = try call.desk.history.exchange(id: try number(call)) else {
            throw Refusal.notFound("there is no exchange of that number")
        }
        return exchange
    }

    private static func show(_ call: Call) throws -> Answer {
        let limit = try call.int("bodyLimit", in: 0...AdminLimits().shownBytes)
        let exchange = try exchange(call)
        let collection = collection(of: exchange, call.desk)
        return Answer(
            try HistoryJSON.exchange(
                exchange, collection: collection, call.desk.history.bodies, limit: limit, call.desk.limits))
    }

    /// The slug of the collection that an exchange was answered from, or has become an example of, as far as that is known
    /// without a look at all of them.
    private static func collection(of exchange: Exchange, _ desk: Desk) -> String? {
        if let mock = exchange.mock {
            guard let collection = try? desk.mocks.find(mock).mock.collection else { return nil }
            return try? desk.collections.find(id: collection).slug
        }
        guard exchange.exampleID != nil, [.recorded, .passthrough].contains(exchange.result),
            let run = try? desk.history.run(ofExchange: exchange.id)
        else { return nil }
        return try? desk.saver.collection(run.home(upstream: exchange.upstream, session: exchange.session))
    }
}
