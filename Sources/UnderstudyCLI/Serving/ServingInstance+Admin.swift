import Curl
import Logging
import UnderstudyAdmin
import UnderstudyCore
import UnderstudyServer
import UnderstudyStore

/// What the management API asks of a running server, and what it is started with.
extension ServingInstance: AdminControl {
    static func adminConfiguration(
        _ settings: ServeSettings, _ workspace: Workspace, _ history: History, _ redaction: Redaction, token: String,
        logger: Logger
    ) -> AdminServer.Configuration {
        var configuration = AdminServer.Configuration(
            token: token, workspace: workspace, history: history, logger: logger)
        configuration.host = settings.admin.host
        configuration.port = settings.adminPort
        configuration.mayMove = settings.mayMoveAdmin
        configuration.redaction = redaction
        configuration.matching = settings.matching
        configuration.environment = settings.environment
        configuration.limits = settings.admin.limits
        return configuration
    }

    func filesMayHaveChanged() { watch.expectChange() }

    var frontDoor: (host: String, port: Int) {
        switch settings.host {
        case "0.0.0.0", "::", "localhost": ("127.0.0.1", port)
        case let host where host.contains(":"): ("[\(host)]", port)
        case let host: (host, port)
        }
    }

    var activity: ActivityCounts {
        let (results, failures) = pipeline.activity
        var counts = ActivityCounts()
        counts.hits = results[Exchange.Result.hit.place]
        counts.misses = results[Exchange.Result.miss.place]
        counts.recorded = results[Exchange.Result.recorded.place]
        counts.passthrough = results[Exchange.Result.passthrough.place]
        counts.refused = results[Exchange.Result.refused.place]
        counts.failed = failures
        return counts
    }

    /// With what the server's own requests are sent with.
    func call(_ request: Exchange.Request, to upstream: Upstream) async throws -> Exchange {
        let permit = calls.permit()
        let serving = try await server.serving
        guard serving.mode.callsUpstream || !serving.hasFrontDoor else {
            throw AdminError(
                status: 409,
                message:
                    "nothing leaves this process while it replays: change its mode, or use 'understudy call'")
        }
        var options = settings.curl.ending(after: settings.admin.limits.callTime)
        if settings.forward.insecureHosts.contains(where: { $0.matches(host: upstream.host, port: upstream.port) }) {
            options = options.acceptingAnyCertificate
        }
        return await UpstreamCall.perform(
            request, to: upstream, options: options, targets: targets, bodyLimit: settings.admin.limits.callBytes,
            permit: permit)
    }

    func metrics() async throws -> ServerMetrics {
        let counts = pipeline.counts
        var metrics = ServerMetrics()
        metrics.version = Version.current
        metrics.results = Dictionary(
            uniqueKeysWithValues: Exchange.Result.allCases.map { ($0, counts.results[$0.place]) })
        metrics.failures = Dictionary(uniqueKeysWithValues: counts.causes.map { ($0.key.rawValue, $0.value) })
        metrics.latency = counts.latency
        metrics.mocks = counts.mocks.mapValues { results in
            Dictionary(uniqueKeysWithValues: Exchange.Result.allCases.map { ($0, results[$0.place]) })
        }
        metrics.recorder = recorderStatus
        let serving = try await server.serving
        metrics.mode = serving.mode
        metrics.examples = serving.exampleCount
        metrics.connections = try await server.connectionCount
        return metrics
    }
}
