import Synchronization
import Testing

@testable import UnderstudyCore

/// A clock that only a test moves.
private final class TestClock: Sendable {
    private let time = Mutex(ContinuousClock.now)

    func advance(_ duration: Duration) { time.withLock { $0 = $0 + duration } }

    private var now: ContinuousClock.Instant { time.withLock { $0 } }

    var sessions: MatchSessions { MatchSessions { self.now } }
}

extension Example {
    fileprivate func of(session: String) -> Example {
        var example = self
        example.session = session
        return example
    }
}

@Suite struct `Sessions` {
    @Test func `that nobody uses are forgotten after their time`() {
        let clock = TestClock()
        let sessions = clock.sessions
        sessions.expire(after: .seconds(10))
        let (ann, bob) = (sessions.session("ann"), sessions.session("bob"))
        clock.advance(.seconds(10))
        #expect(sessions.session("ann") === ann, "the last moment")
        clock.advance(.seconds(1))
        #expect(sessions.keys == ["ann"])
        #expect(sessions.session("bob") !== bob)
        clock.advance(.seconds(11))
        #expect(sessions.session("ann") !== ann, "found, but too late")
        #expect(sessions.session("") === sessions.session(""), "the common one stays")
    }

    @Test func `are kept for an hour when nobody says otherwise`() {
        let clock = TestClock()
        let sessions = clock.sessions
        _ = sessions.session("ann")
        clock.advance(MatchSessions.idleLimit)
        #expect(MatchSessions.idleLimit == .seconds(3600) && sessions.keys == ["ann"])
        clock.advance(.microseconds(1))
        #expect(sessions.keys == [])
    }

    @Test func `count what became of their requests`() {
        let clock = TestClock()
        let sessions = clock.sessions
        for result in Exchange.Result.allCases + [.hit] { sessions.count(result, for: "ann") }
        sessions.count(.hit, for: "")
        clock.advance(.seconds(3))
        sessions.count(.miss, for: "bob")
        clock.advance(.seconds(2))
        _ = sessions.session("ann")
        let summaries = sessions.summaries
        #expect(summaries.map(\.key) == ["ann", "bob"])
        #expect(summaries.map(\.counts.requests) == [6, 1] && summaries.map(\.counts.hits) == [2, 0])
        #expect(summaries.map(\.counts.misses) == [1, 1] && summaries.map(\.counts.recorded) == [1, 0])
        #expect(summaries.map(\.firstUse) == [.seconds(5), .seconds(2)])
        #expect(summaries.map(\.lastUse) == [.zero, .seconds(2)])
        #expect(sessions.reset() == 3)
        #expect(sessions.summaries.map(\.counts.requests) == [6, 1], "a reset is about turns")
        #expect(sessions.remove("ann") && !sessions.remove("ann") && sessions.keys == ["bob"])
        #expect(sessions.counts.requests == 7, "those of forgotten ones too")
    }

    @Test func `prefer what they recorded themselves`() {
        let examples: [Example] = [
            .of("bob-1", "/x").of(session: "bob"), .of("bob-2", "/x").of(session: "bob"),
            .of("all-1", "/x"), .of("all-2", "/x"), .of("ann-1", "/x").of(session: "ann"),
            .of("bob-y", "/y").of(session: "bob"), .of("cat-y", "/y").of(session: "cat"),
            .of("cat-y-2", "/y").of(session: "cat"),
        ]
        for profile in MatchOptions.Profile.allCases {
            let bench = Bench(examples, profile) { $0.repeats = .sequence }
            func ask(_ target: String, as key: String) -> [String] {
                (0..<3).map { _ in
                    String(bench.ask(target, key.isEmpty ? [] : [("Understudy-Session", key)]).prefix { $0 != " " })
                }
            }
            #expect(ask("/x", as: "ann") == ["ann-1", "ann-1", "ann-1"])
            #expect(ask("/x", as: "bob") == ["bob-1", "bob-2", "bob-2"])
            #expect(ask("/x", as: "") == ["all-1", "all-2", "all-2"], "everybody's")
            #expect(ask("/x", as: "dan") == ["all-1", "all-2", "all-2"])
            #expect(ask("/y", as: "ann") == ["bob-y", "bob-y", "bob-y"], "one whole sequence, not two mixed")
            #expect(ask("/y", as: "cat") == ["cat-y", "cat-y-2", "cat-y-2"])
        }
    }

    @Test func `know nothing of what others changed while they recorded`() {
        // Ann and Bob recorded at the same time: between Ann's looks at her cart Bob filled his three times.
        var examples: [Example] = []
        func add(_ id: String, _ method: String, _ number: Int, _ session: String) {
            examples.append(
                .of(id, method == "GET" ? "/cart" : "/cart/\(id)", method: method, order: (1, number)).of(
                    session: session))
        }
        add("ann-empty", "GET", 1, "ann")
        for (number, id) in ["x", "y", "z"].enumerated() { add(id, "POST", 2 + number, "bob") }
        add("tea", "POST", 5, "ann")
        add("ann-tea", "GET", 6, "ann")
        add("mug", "POST", 7, "bob")
        add("milk", "POST", 8, "ann")
        add("ann-both", "GET", 9, "ann")
        let bench = Bench(examples, .strict) { $0.repeats = .causal }
        let ann = [("Understudy-Session", "ann")]
        #expect(bench.ask("/cart", ann) == "ann-empty 100")
        _ = bench.ask("/cart/tea", ann, method: "POST")
        for _ in 0..<2 { #expect(bench.ask("/cart", ann) == "ann-tea 100") }
        _ = bench.ask("/cart/milk", ann, method: "POST")
        for _ in 0..<2 { #expect(bench.ask("/cart", ann) == "ann-both 100") }
    }
}
