import HTTPTypes
import UnderstudyCore

/// What happens, as it happens.
enum EventRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/events",
            RouteDocument(
                "Follow what happens: server-sent events "
                    + AdminEvent.Kind.allCases.map(\.rawValue).joined(separator: ", "),
                [
                    .init(
                        name: "Last-Event-ID", place: .header, schema: Schema.text,
                        description: "The id of the last event seen: what came since is told first.")
                ], gives: Schema.text, as: "text/event-stream"),
            asking: { call in
                Answer(events: try call.desk.events.subscribe(since: call.fields[.lastEventID]))
            })
    ]
}
