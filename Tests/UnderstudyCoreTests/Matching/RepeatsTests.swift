import Testing

@testable import UnderstudyCore

@Suite struct `Equal examples` {
    @Test(arguments: [
        (Repeats.sequence, "a b c c c"), (.cycle, "a b c a b"), (.once, "a b c miss miss"), (.first, "a a a a a"),
        (.last, "c c c c c"), (.tie, "b b b b b"), (.causal, "a b c c c"),
    ])
    func `take turns`(repeats: Repeats, expected: String) {
        let examples = [
            Example.of("a", "/x", status: 404), .of("other", "/y"), .of("b", "/x?"), .of("c", "/x"),
        ]
        let bench = Bench(examples, .strict) { $0.repeats = repeats }
        let answers = (0..<5).map { _ in bench.ask("/x").split(separator: " ")[0] }
        #expect(answers.joined(separator: " ") == expected)
        #expect(bench.ask("/y") == "other 100")
        #expect(bench.ask("/x", method: "POST") == "miss")
    }

    @Test(arguments: [Repeats.sequence, .cycle, .once, .tie, .causal])
    func `by the thousand take turns as few do`(repeats: Repeats) {
        let ids = (1000..<4000).map { "\($0)" }
        let bench = Bench(ids.map { .of($0, "/x", status: $0 == "1042" ? 200 : 404) }, .strict) { $0.repeats = repeats }
        let answers = (0..<3002).map { _ in String(bench.ask("/x").split(separator: " ")[0]) }
        switch repeats {
        case .cycle: #expect(answers == ids + ["1000", "1001"])
        case .once: #expect(answers == ids + ["miss", "miss"])
        case .tie: #expect(answers.allSatisfy { $0 == "1042" })
        default: #expect(answers == ids + ["3999", "3999"])
        }
    }

    @Test func `by the thousand make room for one more`() {
        var bench = Bench((0..<100).map { .of("\($0)", "/x") }, .strict) { $0.repeats = .sequence }
        for _ in 0..<150 { _ = bench.ask("/x") }
        bench.index.insert(.of("more", "/x"))
        #expect([bench.ask("/x"), bench.ask("/x"), bench.ask("/x")] == ["99 100", "more 100", "more 100"])
    }

    @Test func `each session has its own place`() {
        let bench = Bench([.of("a", "/x"), .of("b", "/x")], .strict)
        let ann = [("Understudy-Session", "ann")]
        #expect(
            [bench.ask("/x"), bench.ask("/x", ann), bench.ask("/x"), bench.ask("/x", ann)] == [
                "a 100", "a 100", "b 100", "b 100",
            ])
        #expect(bench.sessions.reset("ann") == 1 && bench.sessions.reset("bob") == 0)
        #expect(bench.ask("/x", ann) == "a 100" && bench.ask("/x") == "b 100")
        #expect(bench.sessions.keys == ["ann"])
        bench.sessions.reset()
        #expect(bench.ask("/x") == "a 100")
    }

    @Test func `sessions are bounded: the oldest make room`() {
        let sessions = MatchSessions()
        let first = sessions.session("0")
        for number in 1...MatchSessions.limit { _ = sessions.session("\(number)") }
        #expect(sessions.keys.count <= MatchSessions.limit)
        #expect(sessions.session("\(MatchSessions.limit)") === sessions.session("\(MatchSessions.limit)"))
        #expect(sessions.session("0") !== first)
    }

    @Test func `an edit of the examples leaves sessions where they are`() {
        let old = Bench([.of("a", "/x"), .of("b", "/x"), .of("c", "/x")], .strict)
        _ = old.ask("/x")
        let new = ExampleIndex([.of("A", "/x"), .of("B", "/x")], options: old.index.options)
        guard
            case .hit(let hit) = new.match(
                new.request(old.request("GET", "/x").head, hasBody: false), in: old.sessions, cache: old.cache)
        else {
            Issue.record("no hit")
            return
        }
        #expect(hit.entry.example.id == "B")
    }

    @Test func `explaining takes no turn`() {
        let bench = Bench([.of("a", "/x"), .of("b", "/x")], .strict)
        for _ in 0..<3 { #expect(bench.explain("/x").lines.first?.example.id == "a") }
        #expect(bench.ask("/x") == "a 100")
        #expect(bench.explain("/x").lines.first?.example.id == "b")
    }

    @Test func `a redacted value matches another one only when nothing is closer`() {
        let bench = Bench([.of("a", "/x?k=REDACTED-111111111111"), .of("b", "/x?k=REDACTED-222222222222")], .strict)
        #expect(bench.ask("/x?k=REDACTED-222222222222") == "b 100")
        #expect(bench.ask("/x?k=REDACTED-999999999999") == "a 90")
        #expect(bench.ask("/x?k=plain") == "miss")
    }
}

/// A shop, recorded: an empty cart, a thing put in, the cart, the thing taken out, the cart, and an order that is polled.
@Suite struct `A recorded shop` {
    private static let recording: [Example] = [
        .of("empty", "/cart", order: (1, 1)),
        .of("add", "/cart/items", method: "POST", order: (1, 2)),
        .of("one", "/cart", order: (1, 3)),
        .of("remove", "/cart/items/1", method: "DELETE", order: (1, 4)),
        .of("empty-again", "/cart", order: (1, 5)),
        .of("order", "/orders", method: "POST", order: (1, 6)),
        .of("pending", "/orders/9", order: (1, 7)),
        .of("pending-still", "/orders/9", order: (1, 8)),
        .of("done", "/orders/9", order: (1, 9)),
    ]

    /// Each read `times` as often as recorded.
    private func play(_ repeats: Repeats, times: Int) -> [String] {
        let bench = Bench(Self.recording, .strict) { $0.repeats = repeats }
        var answers: [String] = []
        func read(_ target: String) { for _ in 0..<times { answers.append(String(bench.ask(target).dropLast(4))) } }
        read("/cart")
        _ = bench.ask("/cart/items", method: "POST")
        read("/cart")
        _ = bench.ask("/cart/items/1", method: "DELETE")
        read("/cart")
        _ = bench.ask("/orders", method: "POST")
        read("/orders/9")
        read("/orders/9")
        read("/orders/9")
        return answers
    }

    private let polls = ["pending", "pending-still", "done", "done", "done", "done"]

    @Test func `read twice as often, causal answers by what was changed`() {
        #expect(play(.causal, times: 2) == ["empty", "empty", "one", "one", "empty-again", "empty-again"] + polls)
    }

    @Test func `first and sequence do not`() {
        #expect(play(.first, times: 2).prefix(6) == ["empty", "empty", "empty", "empty", "empty", "empty"])
        #expect(
            play(.sequence, times: 2).prefix(6) == [
                "empty", "one", "empty-again", "empty-again", "empty-again", "empty-again",
            ])
    }

    @Test func `read less often, later versions are not behind`() {
        let bench = Bench(Self.recording, .strict) { $0.repeats = .causal }
        _ = bench.ask("/cart/items", method: "POST")
        _ = bench.ask("/cart/items/1", method: "DELETE")
        #expect(bench.ask("/cart") == "empty-again 100")
    }

    @Test func `what the recording has and the replay leaves out does not confuse it`() {
        var recording = Self.recording
        recording.insert(.of("track", "/analytics", method: "POST", order: (1, 0)), at: 0)
        let bench = Bench(recording, .strict) { $0.repeats = .causal }
        #expect(bench.ask("/cart") == "empty 100")
        _ = bench.ask("/cart/items", method: "POST")
        #expect(bench.ask("/cart") == "one 100")
    }

    @Test func `without the order of recording it is a sequence`() {
        let examples = [Example.of("a", "/x"), .of("p", "/p", method: "POST"), .of("b", "/x")]
        let bench = Bench(examples, .strict) { $0.repeats = .causal }
        #expect([bench.ask("/x"), bench.ask("/x")] == ["a 100", "b 100"])
    }
}
