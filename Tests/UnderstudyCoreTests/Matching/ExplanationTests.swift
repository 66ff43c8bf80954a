import Testing

@testable import UnderstudyCore

@Suite struct `Near misses` {
    private func miss(_ target: String, _ examples: [Example], method: String = "GET") -> Miss {
        let bench = Bench(examples, .strict)
        return Miss(of: bench.request(method, target), in: bench.index)
    }

    @Test func `come closest first and say why`() {
        let examples = [
            Example.of("far", "/a/b/c/d"), .of("method", "/users/1?x=1", method: "POST"), .of("path", "/users/2?x=1"),
            .of("missing", "/users/1?x=1&y=2"), .of("extra", "/users/1"),
        ]
        let miss = miss("/users/1?x=1", examples)
        #expect(miss.nearest.map(\.example.id) == ["missing", "extra", "method"])
        #expect(
            miss.nearest.map(\.difference.reason) == [
                "the request has no query parameter y=2", "the request's query parameter x=1 is not in the example",
                "its method is POST, the request's is GET",
            ])
        #expect(
            miss.nearest.map { miss.mend($0) } == [
                "understudy examples edit missing --ignore query:y", "understudy examples edit extra --ignore query:x",
                nil,
            ])
    }

    @Test(arguments: [
        ("/a/b", "/a/c", "its path is /a/c, the request's is /a/b", "--target '/a/{{any}}'"),
        ("/a/b/c", "/a/x/y", "its path is /a/x/y, the request's is /a/b/c", "--target '/a/{{any}}/{{any}}'"),
        ("/a/b/c/d", "/a/x/y/z", "its path is /a/x/y/z, the request's is /a/b/c/d", nil),
        ("/a/b", "/x/y", "its path is /x/y, the request's is /a/b", nil),
        ("/a/", "/a", "its path is /a, the request's is /a/", nil),
        ("/a?x=1&x=1", "/a?x=1", "a query parameter is there more often in one than in the other", nil),
        ("/a?b=\u{E9}", "/a?", "the request's query parameter b=\u{E9} is not in the example", "--ignore query:b"),
        ("/a?p=2", "/a?p=1", "its query parameter p is 1, the request's is 2", "--ignore query:p"),
        ("/a?p'=2", "/a?p'=1", "its query parameter p' is 1, the request's is 2", "--ignore 'query:p'\\'''"),
        (
            "/a/7", "/a/{{id}}",
            "its path is /a/{{id}}, the request's is /a/7 (variables in paths are not matched by this profile)", nil
        ),
    ])
    func `name the first difference and what mends it`(request: String, saved: String, reason: String, mend: String?) {
        let near = miss(request, [.of("x", saved)]).nearest
        #expect(near.map(\.difference.reason) == [reason])
        #expect(near.map { $0.difference.mend?.command(.here) } == [mend.map { "understudy examples edit x \($0)" }])
    }

    @Test func `are told to programs too, and what mends them does`() {
        let examples = [Example.of("x", "/users/8/posts/2?a=%20b")]
        let near = miss("/users/7/posts/1?a=%20b", examples).nearest
        #expect(near.first?.difference.expected == "/users/8/posts/2")
        #expect(near.first?.difference.actual == "/users/7/posts/1")
        let target = "/users/{{any}}/posts/{{any}}?a=%20b"
        #expect(
            near.first?.difference.mends.map(\.json) == [
                ["kind": "wildcard", "target": .string(target), "label": .string("Change its target to \(target)")]
            ])
        #expect(miss("/users/7/posts/1?a=%20b", [.of("x", target)]).nearest.map(\.difference.place) == ["repeats"])
        // A variable of Postman's has one value, wherever it stands.
        let loose = Bench([.of("x", "/users/carol/posts/latest")]).explain("/users/dave/posts/oldest").lines.first
        guard case .out(let difference)? = loose?.standing, let offered = difference.mends.first?.json["target"]?.text
        else {
            Issue.record("nothing is offered")
            return
        }
        #expect(offered == "/users/{{any}}/posts/{{any2}}")
        #expect(Bench([.of("x", offered)]).explain("/users/dave/posts/oldest").json["result"] == "hit")
        let method = miss("/users/8/posts/2?a=%20b", examples, method: "PUT").nearest.first?.difference
        #expect(method?.mend == nil && method?.mends.first?.json["method"] == "PUT")
        let query = miss("/users/8/posts/2?a=c", examples).nearest.first?.difference
        #expect(query?.expected == " b" && query?.actual == "c")
        #expect(query?.mends.first?.json["rule"] == "query:a")
    }

    @Test func `a path further off is never nearer, whatever its length`() {
        let examples = ["/a/b/c/d/e", "/x", "/a/b/z", "/a/b/c"].map { Example.of($0, $0) }
        #expect(miss("/a/b/c/d", examples).nearest.map(\.example.id) == ["/a/b/c/d/e", "/a/b/c", "/a/b/z"])
    }

    @Test(.timeLimit(.minutes(1))) func `a miss with 30,000 parameters among 10,000 examples ends`() {
        let examples = (0..<10_000).map { Example.of("\($0)", "/x?a=\($0)&b=2&c=3") }
        let target = "/x?" + (0..<30_000).map { "\($0)" }.joined(separator: "&")
        #expect(miss(target, examples).nearest.count == 3)
    }
}

@Suite struct `Explanations` {
    @Test func `say per example its points or where it fell out`() {
        let bench = Bench([
            .of("hit", "/users/{{id}}"), .of("post", "/users/7", method: "POST"), .of("other", "/orders"),
            .of("near", "/users/8?x=1"),
        ])
        let explanation = bench.explain("/users/7")
        #expect(explanation.lines.map(\.example.id) == ["hit", "near", "post", "other"])
        #expect(
            explanation.text == """
                GET /users/7  (postman profile, 4 examples)
                answered by hit  GET /users/{{id}} → 200  (hit): 80: 80 for: path fits its variables
                  {{id}} is 7

                * hit  GET /users/{{id}} → 200  (hit)
                    80: 80 for: path fits its variables

                  near  GET /users/8?x=1 → 200  (near)
                    78: 79 for: same path but for ids, -1 for its parameters: 1 on one side only

                  post  POST /users/7 → 200  (post)
                    out: its method is POST, the request's is GET

                  other  GET /orders → 200  (other)
                    out: its path is /orders, the request's is /users/7

                """)
        #expect(explanation.json["result"]?.text == "hit" && explanation.json["considered"]?.elements?.count == 4)
    }

    @Test func `of very many list the nearest and always the chosen`() {
        let examples =
            (0..<20_000).map { Example.of("\($0)", "/items/x\($0)y") } + [.of("chosen", "/other/{{a}}/{{b}}")]
        let explanation = Bench(examples).explain("/other/1/2")
        #expect(explanation.lines.count == Explanation.lineLimit)
        #expect(explanation.lines.first?.example.id == "chosen")
    }
}

/// What holds for any collection: made from a seed, so that a failure comes again.
@Suite struct `Whatever the examples` {
    struct Random: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    private static let words = ["users", "Users", "orders", "1", "2", "{{id}}", "{{x}}", "carol", "carolyn", "*"]

    private func target(_ random: inout Random, isRequest: Bool) -> String {
        var path = ""
        for _ in 0..<Int.random(in: 1...3, using: &random) {
            path += "/" + (Self.words.filter { !isRequest || !$0.contains("{") }.randomElement(using: &random) ?? "")
        }
        if Int.random(in: 0..<4, using: &random) == 0 { path += "/" }
        let pairs = (0..<Int.random(in: 0...2, using: &random)).map { _ in
            "\(["a", "b"].randomElement(using: &random) ?? "")=\(Int.random(in: 0...2, using: &random))"
        }
        return path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    private func examples(_ random: inout Random) -> [Example] {
        (0..<Int.random(in: 1...30, using: &random)).map { number in
            .of(
                "id\(String(UInt32.random(in: 0...UInt32.max, using: &random), radix: 36))-\(number)",
                target(&random, isRequest: false), method: ["GET", "POST"].randomElement(using: &random) ?? "GET",
                status: [200, 404].randomElement(using: &random) ?? 200)
        }
    }

    /// With pools from the second example of a key on, so that what stands for many is tried as well.
    @Test(arguments: 0..<300) func `neither order nor strangers change an answer, and points add up`(seed: Int) {
        var random = Random(state: UInt64(seed) &* 7_919 + 1)
        let examples = examples(&random)
        let bench = Bench(examples, poolThreshold: seed % 2 == 0 ? 2 : Pool.threshold)
        let shuffled = Bench(examples.shuffled(using: &random), poolThreshold: seed % 3 == 0 ? 2 : Pool.threshold)
        let more = Bench(examples + [.of("0-stranger", "/quite/another/place/altogether/far/away", method: "PATCH")])
        for _ in 0..<20 {
            let target = target(&random, isRequest: true)
            let answer = bench.ask(target)
            #expect(shuffled.ask(target) == answer, "\(target) in another order")
            #expect(more.ask(target) == answer, "\(target) with a stranger")
            let lines = bench.explain(target).lines
            // All lines count: the best of them is the answer, so the look-ups leave nothing out.
            let best = lines.compactMap { line -> Double? in
                if case .stands(let score) = line.standing { score.total } else { nil }
            }.max()
            guard let best else {
                #expect(answer == "miss")
                continue
            }
            #expect(answer.split(separator: " ").last.map(String.init) == Score.text(best), "\(target): \(answer)")
        }
    }
}
