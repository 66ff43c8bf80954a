import CoreMetrics
import Foundation
import Synchronization
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Metrics` {
    @Test func `are what the server counts, in Prometheus' text`() async throws {
        var limits = AdminLimits()
        limits.mocksInMetrics = 1
        try await Bench.run(limits: limits) { bench in
            let collection = try bench.addCollection()
            let often = try bench.addMock("Of\"ten", collection: collection)
            let seldom = try bench.addMock("Seldom", collection: collection)
            var metrics = ServerMetrics()
            metrics.version = "1.2.3"
            metrics.results = [.hit: 7, .miss: 2]
            metrics.failures = ["dns_error": 3]
            for time: Int64 in [400, 500, 501, 70_000_000] { metrics.latency.add(time) }
            metrics.mocks = [often.id: [.hit: 5, .miss: 1], seldom.id: [.hit: 1], "gone": [.hit: 2]]
            (metrics.connections, metrics.recorder.queueDepth, metrics.recorder.notRecorded) = (4, 6, 8)
            let told = metrics
            bench.live.state.withLock { $0.metrics = told }
            let reply = try bench.ask("GET", "/metrics")
            #expect(reply.status == 200)
            #expect(reply.field("Content-Type") == "text/plain; version=0.0.4; charset=utf-8")
            let lines = Set(reply.text.split(separator: "\n").map(String.init))
            for line in [
                "understudy_build_info{version=\"1.2.3\",mode=\"replay\"} 1",
                "understudy_requests_total{result=\"hit\"} 7", "understudy_requests_total{result=\"refused\"} 0",
                "understudy_upstream_failures_total{kind=\"dns_error\"} 3",
                "understudy_request_duration_seconds_bucket{le=\"0.0005\"} 2",
                "understudy_request_duration_seconds_bucket{le=\"0.001\"} 3",
                "understudy_request_duration_seconds_bucket{le=\"60\"} 3",
                "understudy_request_duration_seconds_bucket{le=\"+Inf\"} 4",
                "understudy_request_duration_seconds_sum 70.001401", "understudy_request_duration_seconds_count 4",
                "understudy_connections 4", "understudy_recorder_queue_exchanges 6", "understudy_not_recorded_total 8",
                "understudy_mock_servers 2",
                "understudy_mock_requests_total{mock=\"Of\\\"ten\",id=\"\(often.id)\",result=\"hit\"} 5",
                "understudy_mock_requests_total{mock=\"other\",id=\"\",result=\"hit\"} 3",
            ] { #expect(lines.contains(line), "\(line)") }
            #expect(!reply.text.contains("Seldom"))
            // Each line is one of the format's.
            for line in reply.text.split(separator: "\n") {
                let isLine =
                    line.hasPrefix("# HELP ") || line.hasPrefix("# TYPE ")
                    || line.wholeMatch(of: /[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? [-+0-9.eE]+/) != nil
                #expect(isLine, "\(line)")
            }
            let second = try bench.ask("GET", "/metrics")
            #expect(second.text.contains("understudy_admin_requests_total{method=\"GET\",status=\"200\"} 1\n"))
        }
    }

    @Test func `of code are kept through swift-metrics, and bounded`() {
        let registry = PrometheusRegistry()
        for number in 0..<(PrometheusRegistry.seriesLimit + 50) {
            Counter(label: "a.b", dimensions: [("who", "\(number)")], factory: registry).increment(by: 2)
        }
        Timer(label: "took", dimensions: [], factory: registry).recordMilliseconds(2)
        Gauge(label: "level", dimensions: [], factory: registry).record(3)
        // A name that is of another kind already counts for nothing.
        Gauge(label: "took_seconds", dimensions: [], factory: registry).record(9)
        var text = PrometheusText()
        registry.write(into: &text)
        #expect(text.text.contains("a_b_total{who=\"0\"} 2\n"))
        #expect(text.text.contains("a_b_total{who=\"other\"} 100\n"))
        #expect(text.text.components(separatedBy: "\na_b_total{").count == PrometheusRegistry.seriesLimit + 2)
        #expect(text.text.contains("took_seconds_bucket{le=\"0.0025\"} 1\n"))
        #expect(text.text.contains("level 3.0\n"))
        #expect(!text.text.contains("took_seconds 9"))
    }
}
