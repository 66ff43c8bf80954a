import NIOCore
import UnderstudyCore

/// How long a connection has been in its present state. Read about once a second for all connections of a loop, which
/// costs less than a timer for each request.
struct ConnectionClock {
    enum Verdict { case none, close, timeOut }

    private enum Phase { case idle, head, body, response, stopped }

    private let limits: Limits
    private var phase = Phase.idle
    private var since = NIODeadline.now()
    private var unwritten = 0
    private var unwrittenSince: NIODeadline?

    init(limits: Limits) { self.limits = limits }

    mutating func becameIdle() { enter(.idle) }
    /// The first bytes of a head are there; later calls for the same head change nothing.
    mutating func headBegan() { if phase != .head { enter(.head) } }
    mutating func bodyMoved() { enter(.body) }
    mutating func requestEnded() { enter(.response) }
    mutating func stop() { enter(.stopped) }

    private mutating func enter(_ phase: Phase) {
        self.phase = phase
        since = .now()
    }

    /// - Parameters:
    ///   - unwritten: bytes the client has not taken yet; 0 while it keeps up.
    ///   - isReading: whether it is the client we wait for, not ourselves.
    mutating func verdict(now: NIODeadline, unwritten: Int, isReading: Bool) -> Verdict {
        if unwritten == 0 || unwritten != self.unwritten { unwrittenSince = now }
        self.unwritten = unwritten
        if unwritten > 0, let unwrittenSince, now - unwrittenSince > limits.bodyIdleTimeout.amount { return .close }
        switch phase {
        case .idle:
            // The last answer may still be on its way, and the next request be held by us.
            guard isReading, unwritten == 0 else {
                since = now
                return .none
            }
            return now - since > limits.keepAliveTimeout.amount ? .close : .none
        case .head: return now - since > limits.headTimeout.amount ? .timeOut : .none
        case .body:
            guard isReading else {
                since = now
                return .none
            }
            return now - since > limits.bodyIdleTimeout.amount ? .timeOut : .none
        case .response, .stopped: return .none
        }
    }
}

extension Duration {
    /// The same span for NIO; durations here are far from its range's end.
    var amount: TimeAmount {
        .nanoseconds(components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000)
    }
}
