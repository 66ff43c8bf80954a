public import CoreMetrics
import Synchronization
import UnderstudyCore

/// Keeps what code counts through swift-metrics, for `/metrics`.
///
/// Counters count, recorders that do not aggregate and meters show their last value, timers and other recorders are
/// histograms. What the proxy itself counts is not here: `ServerMetrics` reads that where it is.
public final class PrometheusRegistry: MetricsFactory, Sendable {
    /// Lines of one name. The labels of further ones are all `other`, so that no caller can make the memory grow.
    public static let seriesLimit = 200
    /// Names.
    public static let familyLimit = 500

    private struct Family {
        let kind: PrometheusText.Kind
        var series: [[String]: PrometheusSeries] = [:]
        var labels: [[String]: [(String, String)]] = [:]
    }

    private let families = Mutex<[String: Family]>([:])

    public init() {}

    // MARK: Making

    private func series(
        _ label: String, _ dimensions: [(String, String)], _ kind: PrometheusText.Kind
    ) -> PrometheusSeries {
        let name = Self.name(label) + (kind == .counter ? "_total" : "")
        return families.withLock { families in
            if families[name] == nil {
                guard families.count < Self.familyLimit else { return PrometheusSeries(kind) }
                families[name] = Family(kind: kind)
            }
            // One name has one kind; whoever uses it for another gets what nobody shows.
            guard var family = families[name], family.kind == kind else { return PrometheusSeries(kind) }
            var dimensions = dimensions.map { (Self.name($0.0), $0.1) }
            var key = dimensions.flatMap { [$0.0, $0.1] }
            if family.series[key] == nil, family.series.count >= Self.seriesLimit {
                dimensions = dimensions.map { ($0.0, "other") }
                key = dimensions.flatMap { [$0.0, $0.1] }
            }
            if let known = family.series[key] { return known }
            let series = PrometheusSeries(kind)
            family.series[key] = series
            family.labels[key] = dimensions
            families[name] = family
            return series
        }
    }

    /// Letters, digits and `_`.
    private static func name(_ text: String) -> String {
        let bytes = text.utf8.map { byte -> UInt8 in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: byte
            default: UInt8(ascii: "_")
            }
        }
        let name = String(decoding: bytes, as: UTF8.self)
        return name.first?.isNumber ?? true ? "_" + name : name
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }

    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions, aggregate ? .histogram : .gauge)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label + "_seconds", dimensions, .histogram)
    }

    // Series stay, as Prometheus wants them to.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    // MARK: Showing

    func write(into text: inout PrometheusText) {
        let families = families.withLock { $0 }
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text.family(name, family.kind, "Counted by \(name.prefix { $0 != "_" }).")
            for (key, series) in family.series.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
                let labels = (family.labels[key] ?? []).map { (name: $0.0, value: $0.1) }
                series.write(name, labels, into: &text)
            }
        }
    }

    /// A request to the management API itself. Methods are those of routes; all others are one.
    func countRequest(method: String, status: Int) {
        let known = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"].contains(method) ? method : "other"
        Counter(
            label: "understudy_admin_requests", dimensions: [("method", known), ("status", "\(status)")], factory: self
        ).increment()
    }
}

/// One line of counting: a number, or a histogram.
final class PrometheusSeries: CounterHandler, RecorderHandler, MeterHandler, TimerHandler, Sendable {
    private struct State {
        var value = 0.0
        var counts = [Int](repeating: 0, count: LatencyCounts.bounds.count + 1)
    }

    private let kind: PrometheusText.Kind
    private let state = Mutex(State())

    init(_ kind: PrometheusText.Kind) { self.kind = kind }

    func increment(by amount: Int64) { state.withLock { $0.value += Double(amount) } }
    func reset() { state.withLock { $0 = State() } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func increment(by amount: Double) { state.withLock { $0.value += amount } }
    func decrement(by amount: Double) { state.withLock { $0.value -= amount } }
    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard kind == .histogram else { return set(value) }
        add(value)
    }

    func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1e9) }

    private func add(_ value: Double) {
        let bounds = LatencyCounts.bounds
        let step = bounds.firstIndex { value <= Double($0) / 1e6 } ?? bounds.count
        state.withLock { state in
            state.counts[step] += 1
            state.value += value
        }
    }

    func write(_ name: String, _ labels: PrometheusText.Labels, into text: inout PrometheusText) {
        let state = state.withLock { $0 }
        switch kind {
        case .counter: text.sample(name, labels, Int(state.value))
        case .gauge: text.sample(name, labels, "\(state.value)")
        case .histogram:
            text.histogram(
                name, labels, bounds: LatencyCounts.bounds.map(PrometheusText.seconds), counts: state.counts,
                sum: "\(state.value)")
        }
    }
}
