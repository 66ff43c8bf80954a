import TestSupport
import Testing

@testable import Curl

/// What the upstream sees is what the client sent: no byte repaired, no field invented.
@Suite struct `Requests on the wire` {
    static let targets = [
        "/", "//", "///a", "/.", "/..", "/./", "/../", "/a/./b", "/a/../b", "/a/../../b", "/%2F", "/%2f", "/%2e%2e/x",
        "/%00", "/%zz", "/%", "/%4", "/a%20b", "/a+b", "/;p=1", "/a;b/c;d", "/?", "/??", "/?&&", "/?a=b?c", "/?a=/../b",
        "/?#", "/a#b", "/#", "/{}", "/{a,b}", "/[1-3]", "/[]", "/|", "/\\", "/a\\..\\b", "/\"", "/<>", "/^`", "/'",
        "/@", "/:80", "/a:b@c/", "/~u", "/*", "*", "/$&+,=", "/?q=%E2%82%AC", "/\u{E9}", "/?\u{FF}\u{80}", "/a//b//",
        "http://other.example:81/x?y", "/http://x/", "/?url=http://x/../y", "/..;/x", "/%252e", "/\u{E2}\u{82}\u{AC}",
        "?a", "a", "//host/path", "/.%2e/", "/-", "/--next", "/" + String(repeating: "x", count: 60_000),
    ]

    @Test func `keep every target byte for byte`() throws {
        let origin = try RawOrigin(responses: [.ok("")])
        let engine = try CurlEngine.forTest()
        for target in Self.targets {
            let (result, _) = try engine.fetch("GET", target, port: origin.port)
            #expect(result.kind == .complete, "\(target.prefix(40)): \(result.text)")
        }
        #expect(origin.requestTexts.map { $0.prefix { $0 != "\r\n" } } == Self.targets.map { "GET \($0) HTTP/1.1" })
        #expect(origin.connectionCount == 1)
        engine.stop()
    }

    @Test func `keep fields in order, with case, repeats, empty values and high bytes`() throws {
        let origin = try RawOrigin(responses: [.ok("")])
        let engine = try CurlEngine.forTest()
        let headers = [
            ("X-First", "1"), ("aCCept", "x/y"), ("cookie", "a=1"), ("Cookie", "b=2"), ("X-Empty", ""),
            ("hOsT", "else:99"),
            ("X-High", "\u{80}\u{E9}\u{FF}"), ("X-Same", "1"), ("x-same", "1"), ("User-Agent", ""),
            ("X_y!#$%&'*+.^`|~", "t"),
            ("Authorization", "Basic eDp5"), ("TE", "trailers"), ("Connection", "TE"), ("Referer", "r"),
            ("Range", "bytes=0-"),
            ("X-Inner", "a  b\tc;d:e"), ("Accept-Encoding", "br"), ("Content-Type", "a/b"), ("Expect", "nothing"),
        ]
        let (result, _) = try engine.fetch(port: origin.port, headers: headers)
        #expect(result.kind == .complete)
        let expected = "GET / HTTP/1.1\r\n" + headers.map { "\($0): \($1)\r\n" }.joined() + "\r\n"
        // An empty value has no blank behind its colon.
        #expect(
            origin.requestTexts == [
                expected.replacing("X-Empty: \r\n", with: "X-Empty:\r\n").replacing("User-Agent: ", with: "User-Agent:")
            ])
        engine.stop()
    }

    @Test func `invent nothing but a missing Host`() throws {
        let origin = try RawOrigin(responses: [.ok("")])
        let engine = try CurlEngine.forTest()
        _ = try engine.fetch(port: origin.port)
        _ = try engine.fetch("POST", port: origin.port, headers: [("Host", "h")])
        #expect(
            origin.requestTexts == [
                "GET / HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\r\n", "POST / HTTP/1.1\r\nHost: h\r\n\r\n",
            ])
        engine.stop()
    }

    @Test(arguments: [
        "GET", "get", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD", "head", "TRACE", "PURGE", "PROPFIND",
        "QUERY",
        "M-SEARCH", "X!#$%&'*+-.^_`|~0",
    ])
    func `combine every method with every body`(method: String) throws {
        let origin = try RawOrigin { request in
            method == "HEAD" ? "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n" : .ok("x")
        }
        let engine = try CurlEngine.forTest()
        func send(_ body: CurlRequest.BodyLength, _ text: String, _ headers: [(String, String)] = []) throws {
            let (result, recorder) = try engine.fetch(
                method, port: origin.port, headers: [("Host", "h")] + headers, body: body,
                source: Source(text, piece: 3))
            #expect(result.kind == .complete, "\(body): \(result.text)")
            #expect(recorder.text == (method == "HEAD" ? "" : "x"))
            #expect(result.wasBodyRead == !text.isEmpty)
        }
        // Twice around, so that each shape follows each other one on the same handle.
        for _ in 0..<2 {
            try send(.none, "")
            try send(.known(5), "hello")
            try send(.none, "", [("Content-Length", "0")])
            try send(.chunked, "hello")
            try send(.known(0), "")
            try send(.chunked, "")
            try send(.known(5), "hello", [("content-LENGTH", "5"), ("X-After", "1")])
            try send(.chunked, "hello", [("transfer-encoding", "Chunked"), ("X-After", "1")])
        }
        let start = "\(method) / HTTP/1.1\r\nHost: h\r\n"
        // libcurl's own framing line stands in front of the others.
        let chunked = "\(method) / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nHost: h\r\n\r\n"
        let once = [
            "\(start)\r\n", "\(start)Content-Length: 5\r\n\r\nhello", "\(start)Content-Length: 0\r\n\r\n",
            "\(chunked)3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n", "\(start)Content-Length: 0\r\n\r\n",
            "\(chunked)0\r\n\r\n",
            "\(start)content-LENGTH: 5\r\nX-After: 1\r\n\r\nhello",
            "\(start)transfer-encoding: Chunked\r\nX-After: 1\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n",
        ]
        #expect(origin.requestTexts == once + once)
        // libcurl cannot combine NOBODY and UPLOAD; the engine ends such a transfer itself, at the price of its connection.
        #expect(origin.connectionCount == (method == "HEAD" ? 12 : 1))
        engine.stop()
    }

    @Test(arguments: [
        ("GE T", "/", "X", "v"), ("", "/", "X", "v"), ("GET", "", "X", "v"), ("GET", "/ HTTP/1.1\r\nEvil: 1", "X", "v"),
        ("GET", "/a b", "X", "v"), ("GET", "/\u{0}", "X", "v"), ("GET", "/", "X", "a\r\nEvil: 1"),
        ("GET", "/", "X", "\u{0}"),
        ("GET", "/", "X:Y", "v"), ("GET", "/", "", "v"), ("GET", "/", "X ", "v"), ("GET\r\nX: y", "/", "X", "v"),
    ])
    func `refuse what would leave its line`(method: String, target: String, name: String, value: String) throws {
        let origin = try RawOrigin(responses: [.ok("")])
        let engine = try CurlEngine.forTest()
        let (result, _) = try engine.fetch(method, target, port: origin.port, headers: [(name, value)])
        #expect(result.kind == .invalidRequest)
        #expect(origin.connectionCount == 0)
        engine.stop()
    }

    @Test func `use absolute-form for a plain proxy, and none for a host on the list`() throws {
        let proxy = try RawOrigin(responses: [.ok("")])
        let engine = try CurlEngine.forTest()
        var request = CurlRequest.to(
            port: 1, "GET", "/../a?b", headers: [("Host", "o")],
            options: CurlOptions(proxy: "http://127.0.0.1:\(proxy.port)"))
        request.origin = "http://origin.invalid:81/"
        let sink = Recorder()
        engine.start(request, sink: sink)
        #expect(try sink.result().kind == .complete)
        request.target = [0x2A]
        request.method = "OPTIONS"
        let second = Recorder()
        engine.start(request, sink: second)
        #expect(try second.result().kind == .complete)
        #expect(
            proxy.requestTexts == [
                "GET http://origin.invalid:81/../a?b HTTP/1.1\r\nHost: o\r\n\r\n",
                "OPTIONS http://origin.invalid:81 HTTP/1.1\r\nHost: o\r\n\r\n",
            ])
        let direct = CurlOptions(proxy: "http://127.0.0.1:1", noProxy: "127.0.0.0/8")
        #expect(try engine.fetch("GET", "/direct", port: proxy.port, options: direct).result.kind == .complete)
        #expect(proxy.requestTexts.last?.hasPrefix("GET /direct HTTP/1.1") == true)
        engine.stop()
    }
}
