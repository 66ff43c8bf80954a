import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Section B, from the client to the upstream: odd but legal, unchanged.
@Suite(.serialized) struct `Requests forwarded` {
    @Test func `B26 odd targets, as the upstream saw them and as recorded`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for target in OddTargets.all {
                try client.send(.get(target))
                #expect(try client.readResponse().status == 200)
            }
            #expect(origin.requestLines == OddTargets.all.map { "GET \($0) HTTP/1.1" })
            let recorded = proxy.recorder.entries.map {
                Array($0.exchange.request.head.target.readableBytesView).latin1
            }
            #expect(recorded == OddTargets.all)
        }
    }

    @Test func `B27 to B29 the same fields, nothing invented, nothing of the connection`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            let kept = [
                "x-B: 1", "X-a: caf\u{E9}\u{80}", "x-b: 2", "_odd!#$%&'*+-.^`|~1: x", "Cookie: a=b", "Cookie: c",
            ]
            let dropped = [
                "Connection: keep-alive, X-Mine", "X-Mine: 1", "Keep-Alive: 5", "Proxy-Connection: x", "TE: gzip",
                "Upgrade: h2c",
            ]
            let lines = (["hOsT: whatever:1"] + kept + dropped + ["Empty:"]).joined(separator: "\r\n")
            let response = try proxy.exchange("GET / HTTP/1.1\r\n\(lines)\r\n\r\n")
            #expect(response.status == 200)
            let expected = ["GET / HTTP/1.1", "Host: 127.0.0.1:\(origin.port)"] + kept + ["Empty:", "", ""]
            #expect(origin.requestTexts == [expected.joined(separator: "\r\n")])
        }
    }

    @Test func `Via is added when it has a name`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin, { $0.via = "me" }) { proxy in
            _ = try proxy.get("/", "Via: 1.0 other\r\n")
            _ = try proxy.exchange("GET / HTTP/1.0\r\n\r\n")
            #expect(origin.requestTexts[0].hasSuffix("Via: 1.0 other\r\nVia: 1.1 me\r\n\r\n"))
            #expect(origin.requestTexts[1].hasSuffix("Via: 1.0 me\r\n\r\n"))
        }
    }

    @Test(arguments: [
        (
            "GET with a body", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            "Content-Length: 3\r\n\r\nabc"
        ),
        (
            "DELETE with a body", "DELETE / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc",
            "Content-Length: 3\r\n\r\nabc"
        ),
        ("POST without a length", "POST / HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n\r\n"),
        ("POST of nothing", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "Content-Length: 0\r\n\r\n"),
        (
            "empty chunked", "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "chunked\r\n\r\n0\r\n\r\n"
        ),
        (
            "chunks with extensions and trailers",
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nT: 1\r\n\r\n",
            "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
        ),
        ("PURGE", "PURGE /x HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n\r\n"),
        ("QUERY", "QUERY / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nq", "Content-Length: 1\r\n\r\nq"),
        ("M-SEARCH", "M-SEARCH / HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n\r\n"),
        ("get", "get / HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n\r\n"),
        ("OPTIONS *", "OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "\r\n\r\n"),
    ])
    func `B30 and B31 bodies and methods`(name: String, request: String, end: String) async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            #expect(try proxy.exchange(request).text == "x")
            #expect(origin.requestLines == [String(request.prefix { $0 != "\r\n" })])
            #expect(origin.requestTexts[0].hasSuffix(end), "\(origin.requestTexts[0])")
            let entry = try proxy.recorder.entry()
            #expect(entry.savesExample)
            #expect(entry.exchange.request.trailers.map(\.nameText) == (name.contains("trailers") ? ["T"] : []))
        }
    }

    @Test func `B33 pipelined, answered in order`() async throws {
        let origin = try RawOrigin { (request: RawMessage) in .ok(request.startLine) }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send((1...5).map { .get("/\($0)") }.joined())
            for number in 1...5 { #expect(try client.readResponse().text == "GET /\(number) HTTP/1.1") }
        }
    }

    @Test func `B33 byte by byte`() async throws {
        let origin = try RawOrigin { (request: RawMessage) in .ok(request.body.latin1) }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.connection.sendByteByByte(.post("hello") + .post("again"))
            #expect(try client.readResponse().text == "hello")
            #expect(try client.readResponse().text == "again")
        }
    }

    @Test(arguments: [Mode.record, .replay])
    func `B33 a half-closed client gets every answer it asked for`(mode: Mode) async throws {
        let origin = try RawOrigin { (request: RawMessage) in .ok(request.startLine) }
        let examples = (1...3).map { Example.of("GET /\($0) HTTP/1.1", target: "/\($0)") }
        try await Proxy.run(to: origin, { ($0.mode, $0.examples) = (mode, examples) }) { proxy in
            let client = try proxy.client()
            try client.send((1...3).map { .get("/\($0)") }.joined())
            client.connection.halfClose()
            for number in 1...3 { #expect(try client.readResponse().text == "GET /\(number) HTTP/1.1") }
            #expect(client.connection.isClosed())
        }
    }

    @Test func `a half-closed client is not cut off while its upload waits for the upstream`() async throws {
        let mayRead = Atomic(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            _ = eventually(within: 10) { mayRead.load(ordering: .relaxed) }
            let body = try connection.read(exactly: 12_000_000)
            try connection.send(.ok("\(body.count)"))
        }
        try await Proxy.run(to: origin) { proxy in
            let upload = Background {
                let client = try proxy.client()
                try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 12000000\r\n\r\n")
                try client.send([UInt8](repeating: 0x61, count: 12_000_000))
                client.connection.halfClose()
                return try client.readResponse()
            }
            // Long enough for all buffers to fill.
            _ = eventually(within: 0.5) { upload.isOver }
            mayRead.store(true, ordering: .relaxed)
            let response = try upload.value()
            #expect(response.text == "12000000")
        }
    }

    @Test func `B32 a client of HTTP 1.0`() async throws {
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"
        let origin = try RawOrigin(responses: ["HTTP/1.1 103 Early Hints\r\n\r\n" + chunked, .ok("counted")])
        try await Proxy.run(to: origin) { proxy in
            let first = try proxy.client()
            try first.send("GET / HTTP/1.0\r\n\r\n")
            let response = try first.readResponse()
            #expect(response.interim.isEmpty)
            #expect(response.fieldLines == ["Connection: close"])
            #expect(response.text == "hello" && response.endedCleanly)
            let second = try proxy.client()
            for _ in 0..<2 {
                try second.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
                let response = try second.readResponse()
                #expect(response.fieldLines == ["Content-Length: 7", "Connection: keep-alive"])
                #expect(response.text == "counted")
            }
        }
    }

    // MARK: Expect, early answers

    @Test func `B41 a client that waits for 100 gets it when the upstream wants the body`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            try connection.send(.ok(try connection.read(exactly: 5).latin1))
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.connection.readHead().latin1 == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("hello")
            #expect(try client.readResponse().text == "hello")
            #expect(try proxy.recorder.entry().exchange.response?.interim.isEmpty == true)
        }
    }

    @Test(arguments: [417, 401, 413])
    func `B41 a refusal comes without a 100, at once, and the connection ends`(status: Int) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 \(status) No\r\nContent-Length: 2\r\n\r\nno")
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            let response = try client.readResponse()
            #expect(response.status == status && response.text == "no" && response.interim.isEmpty)
            client.connection.halfClose()
            #expect(client.connection.isClosed())
        }
    }

    @Test func `B41 an early 413 reaches a client that goes on sending`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno")
            connection.halfClose()
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 50000000\r\n\r\n")
            try client.send([UInt8](repeating: 0, count: 2_000_000))
            let response = try client.readResponse()
            #expect(response.status == 413 && response.text == "no")
        }
    }
}
