import HTTPTypes
import NIOCore
import UnderstudyCore
import UnderstudyStore

/// `/metrics` for Prometheus: what the server counts anyway, read when it is asked for.
enum MetricsRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/metrics",
            RouteDocument("Metrics for Prometheus", gives: Schema.text, as: "text/plain"), asking: show)
    ]

    private static func show(_ call: Call) async throws -> Answer {
        let desk = call.desk
        let metrics = try await desk.server().metrics()
        let (mocks, size) = try await desk.threads.run { (desk.mocks.all().mocks.map(\.mock), desk.history.fileSize) }
        var text = PrometheusText()
        write(metrics, into: &text)
        text.family("understudy_history_bytes", .gauge, "Octets of the history's database and its log.")
        text.sample("understudy_history_bytes", [], Int(size))
        text.family("understudy_mock_servers", .gauge, "Mock servers of the workspace.")
        text.sample("understudy_mock_servers", [], mocks.count)
        write(metrics.mocks, of: mocks, limit: desk.limits.mocksInMetrics, into: &text)
        desk.metrics.write(into: &text)
        return Answer(bytes: ByteBuffer(string: text.text), type: PrometheusText.contentType)
    }

    private static func write(_ metrics: ServerMetrics, into text: inout PrometheusText) {
        text.family("understudy_build_info", .gauge, "The version and the mode, as labels.")
        text.sample("understudy_build_info", [("version", metrics.version), ("mode", metrics.mode.rawValue)], 1)
        text.family("understudy_requests_total", .counter, "Exchanges by what became of them.")
        for result in Exchange.Result.allCases {
            text.sample("understudy_requests_total", [("result", result.rawValue)], metrics.results[result] ?? 0)
        }
        text.family("understudy_upstream_failures_total", .counter, "Exchanges without a whole response, by cause.")
        for (kind, count) in metrics.failures.sorted(by: { $0.key < $1.key }) {
            text.sample("understudy_upstream_failures_total", [("kind", kind)], count)
        }
        text.family("understudy_request_duration_seconds", .histogram, "From a request's head to its answer's end.")
        text.histogram(
            "understudy_request_duration_seconds", bounds: LatencyCounts.bounds.map(PrometheusText.seconds),
            counts: metrics.latency.counts, sum: PrometheusText.seconds(metrics.latency.sum))
        let recorder = metrics.recorder
        var isDegraded = false
        if case .degraded = recorder.state { isDegraded = true }
        for (name, kind, help, value) in [
            ("understudy_connections", PrometheusText.Kind.gauge, "Clients that are connected.", metrics.connections),
            ("understudy_examples", .gauge, "Examples that are served.", metrics.examples),
            ("understudy_recorder_queue_exchanges", .gauge, "Exchanges that wait to be stored.", recorder.queueDepth),
            ("understudy_recorder_queue_bytes", .gauge, "About how many octets they hold.", recorder.queueBytes),
            ("understudy_recorder_degraded", .gauge, "Whether the disk takes nothing.", isDegraded ? 1 : 0),
            ("understudy_recorded_total", .counter, "Exchanges stored.", recorder.recorded),
            (
                "understudy_not_recorded_total", .counter, "Exchanges lost to a full or failing disk.",
                recorder.notRecorded
            ),
            (
                "understudy_calls_left_out_total", .counter, "Calls left out of the log because too many came.",
                recorder.dropped
            ),
            (
                "understudy_pruned_total", .counter, "Exchanges removed to keep the history in its limit.",
                recorder.pruned
            ),
        ] {
            text.family(name, kind, help)
            text.sample(name, [], value)
        }
    }

    /// The mock servers called most have lines of their own.
    private static func write(
        _ counts: [String: [Exchange.Result: Int]], of mocks: [MockServer], limit: Int, into text: inout PrometheusText
    ) {
        let names = Dictionary(mocks.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let sorted = counts.sorted {
            let (left, right) = ($0.value.values.reduce(0, +), $1.value.values.reduce(0, +))
            return left != right ? left > right : $0.key < $1.key
        }
        text.family("understudy_mock_requests_total", .counter, "Calls to mock servers by what became of them.")
        var rest: [Exchange.Result: Int] = [:]
        for (index, (id, results)) in sorted.enumerated() {
            // Those that are gone are only counted.
            guard index < limit, let name = names[id] else {
                for (result, count) in results { rest[result, default: 0] += count }
                continue
            }
            for (result, count) in results.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                text.sample(
                    "understudy_mock_requests_total", [("mock", name), ("id", id), ("result", result.rawValue)], count)
            }
        }
        for (result, count) in rest.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            text.sample(
                "understudy_mock_requests_total", [("mock", "other"), ("id", ""), ("result", result.rawValue)], count)
        }
    }
}
