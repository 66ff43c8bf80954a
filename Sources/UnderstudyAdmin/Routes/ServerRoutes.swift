import HTTPTypes
import UnderstudyCore

/// The running server: what it does, its mode, its version.
enum ServerRoutes {
    private static let mode = Schema.wrapped("mode", Schema.choice(Mode.allCases.map(\.rawValue)))

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/status",
            RouteDocument(
                "The running server in numbers",
                gives: Schema.object([
                    ("version", Schema.text), ("mode", Schema.text), ("upstream", Schema.optional(Schema.text)),
                    ("address", Schema.text), ("examples", Schema.integer), ("connections", Schema.integer),
                    ("recording", Schema.choice(["ok", "degraded"])), ("degraded", Schema.optional(Schema.text)),
                    ("recorded", Schema.integer), ("notRecorded", Schema.integer), ("dropped", Schema.integer),
                    ("pruned", Schema.integer),
                ])), asking: { Answer(try await $0.desk.server().status().json) }),
        Route(
            .get, "/api/v1/version", RouteDocument("The version", gives: Schema.wrapped("version", Schema.text)),
            asking: { Answer(["version": .string(try await $0.desk.server().status().version)]) }),
        Route(
            .get, "/api/v1/mode", RouteDocument("The mode", gives: mode),
            asking: { Answer(["mode": .string(try await $0.desk.server().status().mode.rawValue)]) }),
        Route(
            .put, "/api/v1/mode",
            RouteDocument("Change the mode", takes: .json(mode), gives: mode, refusing: [409]), asking: setMode),
    ]

    private static func setMode(_ call: Call) async throws -> Answer {
        guard let mode = try call.object()["mode"]?.text.flatMap(Mode.init(rawValue:)) else {
            let modes = Mode.allCases.map(\.rawValue).joined(separator: ", ")
            throw Refusal.badRequest("the body is {\"mode\": M} with M one of \(modes)")
        }
        try await call.desk.server().setMode(mode)
        return Answer(["mode": .string(mode.rawValue)])
    }
}
