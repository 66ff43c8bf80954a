import HTTPTypes
import UnderstudyCore
import UnderstudyStore

/// How often mock servers were called: by day and month, of one or of all.
enum UsageRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/usage",
            RouteDocument(
                "Calls by day and month", [.text("mock", "Only of this mock server: its id or name.")],
                gives: Schema.object([
                    ("days", Schema.array(Schema.ref("CallCount"))),
                    ("months", Schema.array(Schema.ref("CallCount"))), ("total", Schema.ref("CallCount")),
                ]), refusing: [400, 404]), show)
    ]

    private static func show(_ call: Call) throws -> Answer {
        let mock = try call.text("mock").map { try call.desk.mocks.find($0).mock.id }
        let usage = try call.desk.history.usage(ofMock: mock)
        return Answer([
            "days": .array(usage.days.map(json)), "months": .array(usage.months.map(json)), "total": json(usage.total),
        ])
    }

    private static func json(_ period: CallUsage.Period) -> JSONValue {
        [
            "period": .string(period.name), "calls": .integer(period.calls), "hits": .integer(period.hits),
            "misses": .integer(period.misses), "refused": .integer(period.refused),
        ]
    }
}
