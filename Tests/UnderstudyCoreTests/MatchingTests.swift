import NIOCore
import Testing

@testable import UnderstudyCore

@Suite struct `What the matcher compares` {
    @Test(arguments: [
        ("/a?x=1&y=2", "/a?y=2&x=1", true), ("/a?", "/a", true), ("/a?x", "/a?x", true), ("/a?x=1", "/a?x=2", false),
        ("/a?x=1&x=1", "/a?x=1", false), ("/a?x=1&x=2", "/a?x=2&x=1", true), ("/a", "/a/", false), ("/A", "/a", false),
        ("/a%2Fb", "/a/b", false), ("/a?b?c", "/a?b?c", true), ("/a?x=1&&y=2", "/a?x=1&y=2", false),
        ("/a?x=REDACTED-111111111111", "/a?x=REDACTED-222222222222", false),
    ])
    func `method, path and query in any order`(one: String, other: String, areEqual: Bool) {
        #expect(
            (RequestKey(method: "GET", target: one.utf8) == RequestKey(method: "GET", target: other.utf8)) == areEqual)
        #expect(RequestKey(method: "GET", target: one.utf8) != RequestKey(method: "POST", target: one.utf8))
    }

    @Test(arguments: [
        ("/a?x=REDACTED-111111111111&y=2", "/a?y=2&x=REDACTED-222222222222", true),
        ("/a?x=REDACTED-111111111111", "/a?x=plain", false),
        ("/a?x=REDACTED-111111111111", "/a?z=REDACTED-111111111111", false),
    ])
    func `loosely, redacted values are equal`(one: String, other: String, areEqual: Bool) {
        let keys = [one, other].map { RequestKey(method: "GET", target: $0.utf8, loosely: true) }
        #expect((keys[0] == keys[1]) == areEqual)
    }
}

@Suite struct `Examples by request` {
    private func example(_ id: String, _ target: String, method: String = "GET") -> Example {
        Example(
            id: id, name: id, collection: "c",
            request: Exchange.Request(head: RequestHead(method: method, target: target)),
            response: Exchange.Response(head: ResponseHead(status: 200, reason: "OK")))
    }

    private func index(_ examples: [(String, String)]) -> ExampleIndex<String> {
        ExampleIndex(examples.map { example($0.0, $0.1) }) { $0.id }
    }

    private func answer(_ index: ExampleIndex<String>, _ target: String, method: String = "GET") -> String {
        switch index.match(RequestHead(method: method, target: target)) {
        case .hit(let entry, let score): "\(entry.answer) \(Int(score))"
        case .miss: "miss"
        }
    }

    @Test func `repeats answer in recorded order, then the last stays`() {
        let index = index([("a", "/x"), ("other", "/y"), ("b", "/x?"), ("c", "/x")])
        #expect((0..<5).map { _ in answer(index, "/x") } == ["a 100", "b 100", "c 100", "c 100", "c 100"])
        #expect(answer(index, "/y") == "other 100")
        #expect(answer(index, "/x", method: "POST") == "miss")
        #expect(answer(index, "/z") == "miss")
    }

    @Test func `a redacted value matches another one only when nothing is closer`() {
        let index = index([("a", "/x?k=REDACTED-111111111111"), ("b", "/x?k=REDACTED-222222222222")])
        #expect(answer(index, "/x?k=REDACTED-222222222222") == "b 100")
        #expect(answer(index, "/x?k=REDACTED-999999999999") == "a 90")
        #expect(answer(index, "/x?k=plain") == "miss")
    }

    @Test func `copies share the position`() {
        let index = index([("a", "/x"), ("b", "/x")])
        let copy = index
        #expect(answer(index, "/x") == "a 100")
        #expect(answer(copy, "/x") == "b 100")
    }

    @Test func `one inserts, the others take over: nothing is there twice`() {
        var first = index([("a", "/x")])
        var second = first
        for id in ["b", "c"] { second.apply(first.insert(example(id, "/x"), id)) }
        second.apply(first.insert(example("n", "/new?k=REDACTED-111111111111"), "n"))
        #expect([first.count, second.count] == [4, 4])
        #expect([first, second, first, second].map { answer($0, "/x") } == ["a 100", "b 100", "c 100", "c 100"])
        #expect([first, second].map { answer($0, "/new?k=REDACTED-111111111111") } == ["n 100", "n 100"])
        #expect([first, second].map { answer($0, "/new?k=REDACTED-222222222222") } == ["n 90", "n 90"])
    }

    @Test func `after an edit groups go on where they were`() {
        let old = index([("a", "/x"), ("b", "/x"), ("c", "/x"), ("d", "/y")])
        _ = answer(old, "/x")
        var new = index([("A", "/x"), ("B", "/x"), ("E", "/e")])
        new.adoptPositions(from: old)
        #expect([answer(new, "/x"), answer(new, "/x"), answer(new, "/e")] == ["B 100", "B 100", "E 100"])
    }

    @Test func `near misses come closest first and say why`() {
        let examples = [
            example("far", "/a/b/c/d"), example("method", "/users/1?x=1", method: "POST"),
            example("path", "/users/2?x=1"),
            example("missing", "/users/1?x=1&y=2"), example("extra", "/users/1"),
        ]
        let miss = Miss(of: RequestHead(method: "GET", target: "/users/1?x=1"), among: examples)
        #expect(miss.method == "GET")
        #expect(miss.target == "/users/1?x=1")
        #expect(miss.nearest.map(\.example.id) == ["missing", "extra", "method"])
        #expect(
            miss.nearest.map(\.reason) == [
                "the request has no query parameter y=2", "the request's query parameter x=1 is not in the example",
                "its method is POST, the request's is GET",
            ])
    }

    @Test(arguments: [
        ("/a/b", "/a/c", "its path is /a/c, the request's is /a/b"),
        ("/a/", "/a", "its path is /a, the request's is /a/"),
        ("/a?x=1&x=1", "/a?x=1", "a query parameter is there more often in one than in the other"),
        ("/a?b=\u{E9}", "/a?", "the request's query parameter b=\u{E9} is not in the example"),
    ])
    func `reasons`(request: String, recorded: String, reason: String) {
        let miss = Miss(of: RequestHead(method: "GET", target: request), among: [example("x", recorded)])
        #expect(miss.nearest.map(\.reason) == [reason])
    }

    @Test func `a path further off is never nearer, whatever its length`() {
        let examples = ["/a/b/c/d/e", "/x", "/a/b/z", "/a/b/c"].map { example($0, $0) }
        let miss = Miss(of: RequestHead(method: "GET", target: "/a/b/c/d"), among: examples)
        #expect(miss.nearest.map(\.example.id) == ["/a/b/c/d/e", "/a/b/c", "/a/b/z"])
    }

    @Test(.timeLimit(.minutes(1))) func `a miss with 30,000 parameters among 10,000 examples ends`() {
        let examples = (0..<10_000).map { example("\($0)", "/x?a=\($0)&b=2&c=3") }
        let target = "/x?" + (0..<30_000).map { "\($0)" }.joined(separator: "&")
        #expect(Miss(of: RequestHead(method: "GET", target: target), among: examples).nearest.count == 3)
    }
}

@Suite struct `Bodies kept` {
    @Test func `cut when bytes are missing`() {
        #expect(!Body(text: "hello").isCut)
        #expect(Body(.memory(ByteBuffer(string: "he")), byteCount: 5).isCut)
        #expect(Body(.stored(Digest(of: "x"), byteCount: 4), byteCount: 5).isCut)
        #expect(Body().isEmpty && !Body(.memory(ByteBuffer()), byteCount: 5).isEmpty)
    }

    @Test func `an exchange with a cut body or a failure is never replayed`() {
        var exchange = Exchange(
            startedAt: .now(), mode: .record, result: .recorded, upstream: "",
            request: Exchange.Request(head: RequestHead(method: "GET", target: "/")))
        #expect(!exchange.isReplayable, "no response")
        exchange.response = Exchange.Response(head: ResponseHead(status: 200, reason: ""), body: Body(text: "x"))
        #expect(exchange.isReplayable)
        exchange.failure = UpstreamFailure(.responseIncomplete, "")
        #expect(!exchange.isReplayable)
        exchange.failure = nil
        exchange.response?.body.byteCount = 2
        #expect(!exchange.isReplayable)
        exchange.response?.body.byteCount = 1
        exchange.request.body.byteCount = 1
        #expect(!exchange.isReplayable)
    }
}
