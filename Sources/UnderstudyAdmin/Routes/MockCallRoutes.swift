import HTTPTypes
import UnderstudyCore
import UnderstudyStore

/// Who called a mock server, a line for each call, and how long it took to answer.
enum MockCallRoutes {
    /// Of one page.
    static let pageLimit = 1000

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/mocks/{mockId}/calls",
            RouteDocument(
                "Calls of a mock server, a line each: `id` is their exchange's number",
                [
                    .int("limit", 1...pageLimit, "The most calls answered. Default: 100."),
                    .text("cursor", "`next` of the page before."), .int("status", 100...999, "Only this status."),
                    .choice("type", CallLogQuery.ResponseType.allCases.map(\.rawValue), "Whether an example answered."),
                    .text("method", "Only this method."), .text("path", "Only this path, which may have its query."),
                    .time("since", "Only calls that came at or after that time."),
                    .time("until", "Only calls that came before that time."),
                    .choice("order", ["newest", "oldest"], "Which come first. Default: newest."),
                ],
                gives: Schema.object([
                    ("calls", Schema.array(Schema.ref("CallLine"))), ("next", Schema.optional(Schema.text)),
                ])), list),
        Route(
            .get, "/api/v1/mocks/{mockId}/latency",
            RouteDocument(
                "How long a mock server took to answer, in milliseconds: of its newest \(CallLatency.limit) calls, but for refused ones and preflights",
                [.time("since", "Only calls that came at or after that time.")],
                gives: Schema.object([
                    ("count", Schema.integer), ("p50", Schema.optional(Schema.number)),
                    ("p90", Schema.optional(Schema.number)), ("p99", Schema.optional(Schema.number)),
                    ("max", Schema.optional(Schema.number)), ("sampled", Schema.bool),
                    (
                        "buckets",
                        Schema.array(
                            Schema.object([("upToMs", Schema.optional(Schema.number)), ("count", Schema.integer)]))
                    ),
                ])), isSlow: true, latency),
    ]

    private static func list(_ call: Call) throws -> Answer {
        let mock = try call.desk.mocks.find(call["mockId"]).mock
        var query = CallLogQuery(mock: mock.id)
        query.since = try call.time("since")
        query.until = try call.time("until")
        query.responseStatusCode = try call.int("status", in: 100...999)
        query.responseType = try call.choice("type", CallLogQuery.ResponseType.self)
        query.requestMethod = call.text("method")
        query.requestPath = call.text("path")
        switch call.text("order") {
        case nil, "newest": query.order = .newestFirst
        case "oldest": query.order = .oldestFirst
        default: throw Refusal.parameter("order", "it is newest or oldest")
        }
        if let text = call.text("cursor") {
            guard let cursor = CallLogCursor(text) else {
                throw Refusal.parameter("cursor", "it is the next of an answer")
            }
            query.cursor = cursor
        }
        let limit = try call.int("limit", in: 1...pageLimit) ?? 100
        let page = try call.desk.history.callSummaries(query, limit: limit)
        return Answer([
            "calls": .array(page.calls.map(json)), "next": page.nextCursor.map { .string("\($0)") } ?? .null,
        ])
    }

    private static func json(_ call: CallSummary) -> JSONValue {
        func text(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
        return [
            "id": .integer(call.id), "time": .string(call.startedAt.isoText), "method": .string(call.method),
            "path": .string(call.path), "query": text(call.query), "status": call.status.map { .integer($0) } ?? .null,
            "result": .string(call.result.rawValue), "responseName": text(call.exampleName ?? call.missReason ?? ""),
            "example": text(call.exampleID), "score": call.score.map { .number("\($0)") } ?? .null,
            "reason": text(call.missReason), "totalMs": HistoryJSON.milliseconds(call.total),
        ]
    }

    private static func latency(_ call: Call) throws -> Answer {
        let mock = try call.desk.mocks.find(call["mockId"]).mock
        let latency = try call.desk.history.latency(ofMock: mock.id, since: try call.time("since"))
        func milliseconds(_ time: Int64?) -> JSONValue { time.map(HistoryJSON.milliseconds) ?? .null }
        let bounds: [Int64?] = LatencyCounts.bounds + [nil]
        return Answer([
            "count": .integer(latency.counts.count), "p50": milliseconds(latency.median),
            "p90": milliseconds(latency.ninetieth), "p99": milliseconds(latency.ninetyNinth),
            "max": milliseconds(latency.longest), "sampled": .bool(latency.isSampled),
            "buckets": .array(
                zip(bounds, latency.counts.counts).map { ["upToMs": milliseconds($0), "count": .integer($1)] }),
        ])
    }
}
