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
                Answer(
                    events: try call.desk.events.subscribe(since: call.fields[.lastEventID]) { await isAdmitted(call) })
            })
    ]

    /// Whether the key or the session with which somebody began to follow still lets in.
    private static func isAdmitted(_ call: Call) async -> Bool {
        let (door, fields, address) = (call.door, call.fields, call.address)
        do {
            return try await call.desk.doorThreads.run { try door.caller(fields, from: address).role >= .member }
        } catch {
            // Busy threads, or a file that cannot be read just now, are no reason to send anybody away.
            return (error as? Refusal)?.status == .serviceUnavailable
        }
    }
}
