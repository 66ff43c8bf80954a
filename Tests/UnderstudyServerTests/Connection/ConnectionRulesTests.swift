import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `Who may speak next on a connection` {
    @Test func `an exchange, then the next`() {
        var state = ConnectionState()
        state.requestBegan(keepAlive: true)
        #expect(state.awaitsBody)
        #expect(state.requestEnded() == .none)
        #expect(!state.awaitsBody)
        #expect(state.responseEnded() == .readNext)
        #expect(!state.isInExchange && !state.mustClose)
    }

    @Test func `an answer before the request's end leaves a connection that cannot be used again`() {
        var state = ConnectionState()
        state.requestBegan(keepAlive: true)
        #expect(state.responseEnded() == .lingeringClose)
        #expect(state.mustClose)
        #expect(state.requestEnded() == .none, "too late to matter")
    }

    @Test func `a client that wants no more gets its answer first`() {
        var state = ConnectionState()
        state.requestBegan(keepAlive: false)
        #expect(state.requestEnded() == .none)
        #expect(state.responseEnded() == .close)
    }

    @Test func `closing waits for the exchange, if there is one`() {
        var state = ConnectionState()
        #expect(state.closeWhenDone() == .close)
        state = ConnectionState()
        state.requestBegan(keepAlive: true)
        #expect(state.closeWhenDone() == .none)
        _ = state.requestEnded()
        #expect(state.responseEnded() == .close)
    }
}

@Suite struct `How long a connection may take` {
    enum Fact: Sendable { case idle, head, body, response, stopped }

    /// Limits of 10 s for a head, 20 s for a body, 30 s idle; asked `after` seconds.
    private func verdict(_ fact: Fact, after: Int64, unwritten: Int = 0, isReading: Bool = true)
        -> ConnectionClock.Verdict
    {
        var clock = clock(fact)
        return clock.verdict(now: .now() + .seconds(after), unwritten: unwritten, isReading: isReading)
    }

    private func clock(_ fact: Fact) -> ConnectionClock {
        var limits = Limits()
        (limits.headTimeout, limits.bodyIdleTimeout, limits.keepAliveTimeout) = (
            .seconds(10), .seconds(20), .seconds(30)
        )
        var clock = ConnectionClock(limits: limits)
        switch fact {
        case .idle: clock.becameIdle()
        case .head: clock.headBegan()
        case .body: clock.bodyMoved()
        case .response: clock.requestEnded()
        case .stopped: clock.stop()
        }
        return clock
    }

    @Test(arguments: [
        (Fact.idle, 29, ConnectionClock.Verdict.none), (.idle, 31, .close),
        (.head, 9, .none), (.head, 11, .timeOut),
        (.body, 19, .none), (.body, 21, .timeOut),
        (.response, 100, .none), (.stopped, 100, .none),
    ])
    func `each phase has its own limit`(fact: Fact, after: Int, expected: ConnectionClock.Verdict) {
        #expect(verdict(fact, after: Int64(after)) == expected)
    }

    @Test func `the time we hold a client back is not its fault`() {
        #expect(verdict(.body, after: 100, isReading: false) == .none)
        #expect(verdict(.idle, after: 100, isReading: false) == .none)
    }

    @Test func `a connection is not idle while its last answer is on the way`() {
        var clock = clock(.idle)
        let now = NIODeadline.now()
        #expect(clock.verdict(now: now + .seconds(29), unwritten: 500, isReading: true) == .none)
        #expect(clock.verdict(now: now + .seconds(40), unwritten: 400, isReading: true) == .none)
        #expect(clock.verdict(now: now + .seconds(69), unwritten: 0, isReading: true) == .none)
        #expect(clock.verdict(now: now + .seconds(71), unwritten: 0, isReading: true) == .close)
    }

    @Test func `a client that takes nothing is let go, one that is slow is not`() {
        for fact in [Fact.response, .idle, .body] {
            var clock = clock(fact)
            let now = NIODeadline.now()
            #expect(clock.verdict(now: now + .seconds(5), unwritten: 1000, isReading: true) == .none)
            #expect(clock.verdict(now: now + .seconds(15), unwritten: 999, isReading: true) == .none)
            #expect(clock.verdict(now: now + .seconds(34), unwritten: 999, isReading: false) == .none)
            #expect(clock.verdict(now: now + .seconds(36), unwritten: 999, isReading: false) == .close)
        }
    }

    @Test func `more bytes of the same head do not prolong it`() {
        var clock = clock(.head)
        clock.headBegan()
        #expect(clock.verdict(now: .now() + .seconds(11), unwritten: 0, isReading: true) == .timeOut)
    }
}
