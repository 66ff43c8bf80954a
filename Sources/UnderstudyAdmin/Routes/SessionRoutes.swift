import HTTPTypes
import UnderstudyCore

/// Sessions of clients: their counts, beginning anew, forgetting.
enum SessionRoutes {
    private static let body = RouteDocument.Content.json(Schema.object([("session?", Schema.text)]), isRequired: false)

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/sessions",
            RouteDocument(
                "List sessions",
                gives: Schema.wrapped(
                    "sessions",
                    Schema.array(
                        Schema.object([
                            ("session", Schema.text), ("requests", Schema.integer), ("hits", Schema.integer),
                            ("misses", Schema.integer), ("recorded", Schema.integer),
                            ("firstUse", Schema.optional(Schema.integer)), ("lastUse", Schema.optional(Schema.integer)),
                        ])))),
            asking: { Answer(["sessions": .array(try await $0.desk.server().sessionList().map(\.json))]) }),
        Route(
            .post, "/api/v1/sessions/reset",
            RouteDocument(
                "Begin a session anew, or all", takes: body, gives: Schema.wrapped("reset", Schema.integer)),
            asking: reset),
        Route(
            .post, "/api/v1/sessions/remove",
            RouteDocument(
                "Forget a session", takes: .json(Schema.object([("session", Schema.text)])),
                gives: Schema.wrapped("removed", Schema.integer)), asking: remove),
    ]

    private static func reset(_ call: Call) async throws -> Answer {
        let object = try call.objectOrNothing()
        guard object.members.allSatisfy({ $0.name == "session" && $0.value.text != nil }) else {
            throw Refusal.badRequest("the body is empty, or {\"session\": KEY} with KEY a text")
        }
        return Answer(["reset": .integer(try await call.desk.server().resetSessions(object["session"]?.text))])
    }

    private static func remove(_ call: Call) async throws -> Answer {
        guard let key = try call.object()["session"]?.text, !key.isEmpty else {
            throw Refusal.badRequest("the body is {\"session\": KEY} with KEY a text")
        }
        return Answer(["removed": .integer(try await call.desk.server().removeSession(key) ? 1 : 0)])
    }
}
