public import UnderstudyCore
public import UnderstudyStore

/// What the running server counts, at one moment. It counts for itself; this only reads.
public struct ServerMetrics: Sendable {
    public var version = ""
    public var mode = Mode.replay
    /// Exchanges by `Understudy-Result`.
    public var results: [Exchange.Result: Int] = [:]
    /// Upstream failures by RFC 9209's names.
    public var failures: [String: Int] = [:]
    /// Of all exchanges that were looked at one by one: answers too many to be logged are not among them.
    public var latency = LatencyCounts()
    /// Calls by mock server's id and result.
    public var mocks: [String: [Exchange.Result: Int]] = [:]
    public var recorder = RecorderStatus()
    public var connections = 0
    public var examples = 0

    public init() {}
}
