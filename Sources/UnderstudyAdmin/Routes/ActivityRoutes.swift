import HTTPTypes
import UnderstudyCore

/// What the server did in each of the last seconds, for pictures. Those who follow events are told each second.
enum ActivityRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/activity",
            RouteDocument(
                "Requests of the last seconds, one sample for each",
                [.int("limit", 1...AdminLimits().activitySamples, "The most samples, the last ones. Default: all.")],
                gives: Schema.object([
                    ("interval", Schema.number), ("samples", Schema.array(Schema.ref("ActivitySample"))),
                ])), show)
    ]

    private static func show(_ call: Call) throws -> Answer {
        let limit = try call.int("limit", in: 1...AdminLimits().activitySamples) ?? .max
        let (seconds, attoseconds) = call.desk.limits.activityInterval.components
        let milliseconds = attoseconds / 1_000_000_000_000_000
        return Answer([
            "interval": milliseconds == 0
                ? .integer(seconds) : .number("\(Double(seconds) + Double(milliseconds) / 1000)"),
            "samples": .array(call.desk.activity.samples(limit).map(\.json)),
        ])
    }
}
