import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `What happens to a request` {
    private func disposition(
        _ method: String, _ target: String, _ fields: [(String, String)] = [], mode: Mode = .record,
        upstream: String? = "http://api.example/v1", examples: [Example] = [], forwards: Bool = false
    ) throws -> String {
        var serving = Serving(
            mode: mode, upstream: try upstream.map { try Upstream($0) }, examples: examples, via: "us")
        serving.forwards = forwards
        var list = Fields()
        for (name, value) in fields { list.append(name, value) }
        let head = RequestHead(method: method, target: target, fields: list)
        let request: AddressedRequest
        do throws(Refusal) { request = try serving.address(head, through: nil) } catch {
            return "refuse \(error.status) \(error.name)"
        }
        switch serving.disposition(of: request, hasBody: false, cache: MatchCache()) {
        case .reply(let hit): return "reply \(hit.entry.example.id) \(Int(hit.score.total))"
        case .awaitContent: return "await content"
        case .explain: return "explain"
        case .preflight: return "preflight"
        case .gate: return "gate"
        case .limited: return "limited"
        case .finalRecipient: return "final recipient"
        case .miss(let miss): return "miss \(miss.nearest.count)"
        case .forward(_, let target): return "forward \(String(buffer: target))"
        case .replyWithStream(let hit): return "stream \(hit.entry.example.id)"
        case .page(let page): return "page \(page)"
        case .refuse(let refusal): return "refuse \(refusal.status) \(refusal.name)"
        }
    }

    @Test(arguments: [
        ("GET", "/x?y", "forward /v1/x?y"), ("OPTIONS", "*", "forward *"), ("OPTIONS", "/x", "forward /v1/x"),
        ("GET", "http://h/x", "refuse 501 forward-proxy-not-supported"),
        ("OPTIONS", "http://h/x", "refuse 501 forward-proxy-not-supported"),
    ])
    func `by its target`(method: String, target: String, expected: String) throws {
        #expect(try disposition(method, target) == expected)
    }

    @Test(arguments: [
        ([("Connection", "keep-alive, Upgrade"), ("Upgrade", "websocket")], "forward /v1/"),
        ([("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", "h2c")], "forward /v1/"),
        ([("Upgrade", "websocket")], "forward /v1/"),
        ([("Via", "1.1 us")], "refuse 508 loop-detected"),
        ([("Via", "1.1 other, 1.0 us (comment)")], "refuse 508 loop-detected"),
        ([("Via", "1.1 other"), ("via", "1.1 us")], "refuse 508 loop-detected"),
        ([("Via", "1.1 usher, 1.1 notus")], "forward /v1/"),
    ])
    func `by its fields`(fields: [(String, String)], expected: String) throws {
        #expect(try disposition("GET", "/", fields) == expected)
    }

    @Test(arguments: [
        ("OPTIONS", ["0"], "final recipient"), ("TRACE", ["00"], "final recipient"), ("TRACE", ["1"], "forward /v1/"),
        ("GET", ["0"], "forward /v1/"), ("GET", ["x"], "forward /v1/"),
        ("OPTIONS", ["x"], "refuse 400 malformed-max-forwards"),
        ("OPTIONS", ["-0"], "refuse 400 malformed-max-forwards"),
        ("OPTIONS", [""], "refuse 400 malformed-max-forwards"),
        ("TRACE", ["1", "1"], "refuse 400 malformed-max-forwards"),
        ("TRACE", ["1, 1"], "refuse 400 malformed-max-forwards"),
        ("TRACE", ["99999999999999999999"], "forward /v1/"), ("options", ["0"], "forward /v1/"),
    ])
    func `by how far it may go`(method: String, lines: [String], expected: String) throws {
        #expect(try disposition(method, "/", lines.map { ("Max-Forwards", $0) }) == expected)
    }

    @Test func `as far as it may go is as far as we are, in replay too`() throws {
        let examples = [Example.of("a", "OPTIONS", target: "/a")]
        let zero = [("Max-Forwards", "0")]
        #expect(try disposition("OPTIONS", "/a", zero, mode: .replay, examples: examples) == "final recipient")
        #expect(
            try disposition("OPTIONS", "/a", [("Max-Forwards", "1")], mode: .replay, examples: examples)
                == "reply a 100")
    }

    @Test(arguments: [
        (Mode.record, "forward /v1/a", "forward /v1/b"), (.proxy, "forward /v1/a", "forward /v1/b"),
        (.replay, "reply a 100", "miss 1"), (.auto, "reply a 100", "forward /v1/b"),
        (.spy, "reply a 100", "forward /v1/b"),
    ])
    func `by the mode`(mode: Mode, known: String, unknown: String) throws {
        let examples = [Example.of("a", target: "/a")]
        #expect(try disposition("GET", "/a", mode: mode, examples: examples) == known)
        #expect(try disposition("GET", "/b", mode: mode, examples: examples) == unknown)
    }

    @Test func `without an upstream everything unknown is a miss`() throws {
        #expect(
            try disposition("GET", "/b", mode: .auto, upstream: nil, examples: [.of("a", target: "/a")]) == "miss 1")
        #expect(try disposition("GET", "/b", mode: .record, upstream: nil) == "refuse 400 no-upstream")
    }
}

@Suite struct `Redirects turned to us` {
    @Test(arguments: [
        ("http://api.example/v1", "http://api.example/v1/x?y", "http://me:1/x?y"),
        ("http://api.example/v1", "http://api.example/v1", "http://me:1"),
        ("http://api.example/v1", "http://api.example/v12", "http://api.example/v12"),
        ("http://api.example", "http://api.example.evil/", "http://api.example.evil/"),
        ("http://api.example", "http://api.example:81/", "http://api.example:81/"),
        ("http://api.example", "http://api.example?x", "http://me:1?x"),
        ("http://api.example", "/relative", "/relative"),
        ("https://api.example", "http://api.example/", "http://api.example/"),
        ("", "http://api.example/", "http://api.example/"),
    ])
    func `only when they point at the upstream`(base: String, location: String, expected: String) {
        var fields = Fields()
        fields.append("LOCATION", location)
        LocationRewrite.apply(to: &fields, from: base, host: "me:1")
        #expect(fields.map(\.nameText) == ["LOCATION"])
        #expect(fields.text("location") == expected)
    }

    @Test func `not without a Host to point at`() {
        var fields = Fields()
        fields.append("Location", "http://api.example/")
        LocationRewrite.apply(to: &fields, from: "http://api.example", host: nil)
        #expect(fields.text("location") == "http://api.example/")
    }
}
