import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Section B, from the client to the upstream: odd but legal, unchanged, and with one reading.
@Suite(.serialized) struct `B: requests forwarded` {
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
            #expect(origin.linted == OddTargets.all.map { "GET \($0) HTTP/1.1" })
        }
    }

    /// Spellings of one address, so one request to the matcher: each gets its own answer in the order of recording only.
    private static let spellings: Set = [["/%2F", "/%2f"], ["/?", "/?&&"]]

    @Test(arguments: [true, false])
    func `B26 odd targets find what was recorded for them, and nothing else does`(isReversed: Bool) async throws {
        let origin = try RawOrigin { (request: RawMessage) in .ok(request.startLine) }
        try await Proxy.run(to: origin) { proxy in
            for target in OddTargets.all { _ = try proxy.get(target) }
            try await proxy.replayWhatWasRecorded()
            for target in isReversed ? OddTargets.all.reversed() : OddTargets.all {
                let found = try proxy.get(target).text
                let group = Self.spellings.first { $0.contains(target) } ?? [target]
                let expected = isReversed ? group : [target]
                #expect(expected.map { "GET \($0) HTTP/1.1" }.contains(found), "\(target)")
            }
            #expect(origin.requests.count == OddTargets.all.count)
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
            #expect(origin.linted == ["GET / HTTP/1.1"])
        }
    }

    /// libcurl adds fields of its own to each of these unless it is told not to.
    @Test(arguments: [
        ("POST", "Content-Length: 3", "abc"), ("POST", "Content-Length: 0", ""),
        ("POST", "Content-Length: 3000000", String(repeating: "x", count: 3_000_000)),
        ("PUT", "Transfer-Encoding: chunked", "3\r\nabc\r\n0\r\n\r\n"), ("POST", "X: y", ""), ("HEAD", "X: y", ""),
        ("OPTIONS", "X: y", ""), ("DELETE", "Content-Length: 3", "abc"), ("PURGE", "X: y", ""),
    ])
    func `B28 no field is invented`(method: String, field: String, body: String) async throws {
        let origin = try RawOrigin { (request: RawMessage) in
            request.startLine.hasPrefix("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" : .ok("x")
        }
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.exchange("\(method) / HTTP/1.1\r\nHost: h\r\n\(field)\r\n\r\n\(body)")
            #expect(response.status == 200)
            let head = "\(method) / HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\(field)\r\n\r\n"
            #expect(origin.requestTexts.map { String($0.prefix(head.count)) } == [head])
            #expect(origin.linted.count == 1 && origin.linted.allSatisfy { !$0.hasPrefix("FAULT") })
        }
    }

    private static let ofConnections: [(lines: String, kept: [String])] = [
        ("Connection: X-A, x-b\r\nconnection: X-C\r\nX-A: 1\r\nX-B: 2\r\nx-c: 3\r\nX-D: 4", ["X-D: 4"]),
        ("Connection: close\r\nKeep-Alive: timeout=5", []), ("Proxy-Connection: keep-alive\r\nX: y", ["X: y"]),
        ("TE: trailers", ["TE: trailers"]), ("TE: trailers, gzip", []), ("TE: gzip\r\nConnection: TE", []),
        ("Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk", []),
        ("Connection: ,, ,X-A,\r\nX-A: 1\r\nX: y", ["X: y"]),
    ]

    @Test func `B29 what belongs to the connection stays here`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            for (number, row) in Self.ofConnections.enumerated() {
                let response = try proxy.get("/", row.lines + "\r\n")
                #expect(response.text == "x")
                let expected = ["GET / HTTP/1.1", "Host: 127.0.0.1:\(origin.port)"] + row.kept + ["", ""]
                #expect(origin.requestTexts.dropFirst(number) == [expected.joined(separator: "\r\n")])
            }
            #expect(origin.linted == Self.ofConnections.map { _ in "GET / HTTP/1.1" })
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
        ("GET with a body", "GET / HTTP/1.1", "Content-Length: 3\r\n\r\nabc", " counted abc"),
        ("DELETE with a body", "DELETE / HTTP/1.1", "Content-Length: 3\r\n\r\nabc", " counted abc"),
        ("HEAD with a body", "HEAD / HTTP/1.1", "Content-Length: 3\r\n\r\nabc", " counted abc"),
        ("OPTIONS with a body", "OPTIONS / HTTP/1.1", "Content-Length: 3\r\n\r\nabc", " counted abc"),
        ("POST without a length", "POST / HTTP/1.1", "\r\n", ""),
        ("POST of nothing", "POST / HTTP/1.1", "Content-Length: 0\r\n\r\n", " counted "),
        ("empty chunked", "POST / HTTP/1.1", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", " chunked "),
        (
            "another spelling of chunked", "POST / HTTP/1.1",
            "tRANSFER-eNCODING:\t CHUNKED \r\n\r\n3\r\nabc\r\n0\r\n\r\n", " chunked abc"
        ),
        (
            "chunks with extensions", "POST / HTTP/1.1",
            "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0003;a;b=\"c;\"\r\ndef\r\n00;z\r\n\r\n",
            " chunked abcdef"
        ),
        (
            "chunks with trailers", "POST / HTTP/1.1",
            "Trailer: T\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n", " chunked abc"
        ),
        ("PURGE", "PURGE /x HTTP/1.1", "\r\n", ""), ("PROPFIND", "PROPFIND /x HTTP/1.1", "Depth: 1\r\n\r\n", ""),
        ("QUERY", "QUERY / HTTP/1.1", "Content-Length: 1\r\n\r\nq", " counted q"),
        ("M-SEARCH", "M-SEARCH / HTTP/1.1", "\r\n", ""), ("get", "get / HTTP/1.1", "\r\n", ""),
        ("unheard-of", "X'Y|Z~1 / HTTP/1.1", "\r\n", ""), ("OPTIONS *", "OPTIONS * HTTP/1.1", "\r\n", ""),
    ])
    func `B30, B31 bodies and methods`(name: String, line: String, rest: String, seen: String) async throws {
        let origin = try RawOrigin { (request: RawMessage) in
            request.startLine.hasPrefix("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" : .ok("x")
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            // The connection goes on behind each of them.
            for _ in 0..<2 {
                try client.send("\(line)\r\nHost: h\r\n\(rest)")
                let response = try client.readResponse(toHEAD: line.hasPrefix("HEAD"))
                #expect(response.status == 200)
            }
            #expect(origin.linted == [line + seen, line + seen])
            let entry = try proxy.recorder.entry()
            #expect(entry.savesExample)
            #expect(entry.requestText == String(seen.dropFirst(" counted ".count)))
            #expect(entry.exchange.request.trailers.map(\.nameText) == (name.contains("trailers") ? ["T"] : []))
        }
    }

    @Test(arguments: [true, false]) func `B30 bodies of any size arrive whole`(isChunked: Bool) async throws {
        let origin = try RawOrigin { (request: RawMessage) in .ok("\(request.body.count)") }
        try await Proxy.run(to: origin) { proxy in
            var bodies: [String] = []
            for size in [0, 1, 65_535, 65_536, 262_144, 1_500_000] {
                var numbers = SeededNumbers(UInt64(size))
                let body = numbers.bytes(size).latin1
                let chunk = size == 0 ? "" : String(size, radix: 16) + "\r\n\(body)\r\n"
                let request =
                    isChunked
                    ? "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + "0\r\n\r\n"
                    : .post(body)
                #expect(try proxy.exchange(request).text == "\(size)")
                bodies.append(body)
            }
            let stream = try #require(origin.streams.first)
            let lint = UpstreamLint(stream)
            #expect(lint.faults.isEmpty && lint.requests.count == bodies.count)
            #expect(NIOOracle(stream).requests.map(\.body) == bodies)
        }
    }

    @Test func `B33 pipelined, answered in order`() async throws {
        let origin = try RawOrigin { (request: RawMessage) in .ok(request.startLine) }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send((1...5).map { .get("/\($0)") }.joined())
            for number in 1...5 { #expect(try client.readResponse().text == "GET /\(number) HTTP/1.1") }
            #expect(origin.linted == (1...5).map { "GET /\($0) HTTP/1.1" })
        }
    }

    @Test func `B33 byte by byte`() async throws {
        let origin = try RawOrigin { (request: RawMessage) in .ok(request.body.latin1) }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.connection.sendByteByByte(.post("hello") + .post("again"))
            #expect(try client.readResponse().text == "hello")
            #expect(try client.readResponse().text == "again")
            #expect(origin.linted == ["POST / HTTP/1.1 counted hello", "POST / HTTP/1.1 counted again"])
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

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: h\r\n", "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n"])
    func `B41 who expects a 100 and has no body gets the answer`(head: String) async throws {
        let origin = try RawOrigin(responses: ["HTTP/1.1 100 Continue\r\n\r\n" + .ok("x"), .ok("x")])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for _ in 0..<2 {
                try client.send(head + "Expect: 100-continue\r\n\r\n")
                #expect(try client.readResponse().text == "x")
            }
            #expect(origin.linted.count == 2 && !origin.linted.contains { $0.hasPrefix("FAULT") })
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
