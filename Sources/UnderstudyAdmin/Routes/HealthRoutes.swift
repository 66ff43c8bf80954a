import HTTPTypes
import UnderstudyCore

/// What whoever starts and watches the server asks, without a key: they tell nothing but whether it works.
enum HealthRoutes {
    private static let state = Schema.object([("status", Schema.text)])

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/health",
            RouteDocument(
                "Whether the process works",
                gives: Schema.object([
                    ("status", Schema.choice(["ok"])), ("recording", Schema.choice(["ok", "degraded"])),
                ])),
            for: .anyone, asking: health),
        Route(
            .get, "/api/v1/ready", RouteDocument("Whether requests are served", gives: state), for: .anyone,
            asking: { call in
                _ = try await call.desk.server().status()
                return Answer(["status": "ready"])
            }),
    ]

    /// A disk that takes nothing is no reason to restart: traffic goes on.
    private static func health(_ call: Call) async throws -> Answer {
        let isDegraded = try await call.desk.live.control?.status().degraded != nil
        return Answer(["status": "ok", "recording": isDegraded ? "degraded" : "ok"])
    }
}
