import Curl
import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Section C: what the client is told when the upstream fails, and what is kept of it.
@Suite(.serialized) struct `Faults of the upstream` {
    /// What an upstream sends for a request, before it closes, and the word for it.
    struct Fault: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: String
        let kind: UpstreamFailure.Kind
        var detail = ""
        var testDescription: String { name }

        init(_ name: String, _ bytes: String, _ kind: UpstreamFailure.Kind, detail: String = "") {
            (self.name, self.bytes, self.kind, self.detail) = (name, bytes, kind, detail)
        }

        static func field(_ name: String, _ line: String, detail: String = "") -> Fault {
            Fault(name, "HTTP/1.1 200 OK\r\n\(line)\r\n\r\nhello", .protocolError, detail: detail)
        }
    }

    static let faults: [Fault] = [
        Fault("C45 nothing", "", .connectionTerminated),
        Fault("C45 half a status line", "HTTP/1.1 2", .connectionTerminated),
        Fault("C46 half a head", "HTTP/1.1 200 OK\r\nContent-Le", .connectionTerminated),
        .field("C47 two lengths", "Content-Length: 5\r\nContent-Length: 6", detail: "two different Content-Lengths"),
        .field("C47 negative", "Content-Length: -5"), .field("C47 hexadecimal", "Content-Length: 0x5"),
        .field("C47 plus", "Content-Length: +5", detail: "not a number"),
        .field("C47 too large", "Content-Length: 18446744073709551621"),
        .field("C47 another coding", "Transfer-Encoding: xchunked"),
        Fault("C48 garbage", "garbage\r\n\r\n", .protocolError), Fault("C48 HTTP/0.9", "<html>hello", .protocolError),
        Fault("C48 HTTP/9.9", "HTTP/9.9 200 OK\r\n\r\n", .protocolError),
        Fault("C48 status 20", "HTTP/1.1 20 OK\r\n\r\n", .protocolError),
        Fault("C48 status 000", "HTTP/1.1 000 OK\r\n\r\n", .protocolError), .field("C50 NUL", "X: a\0b"),
        .field("C50 bare CR", "X: a\rb", detail: "control character"), .field("C50 no colon", "X"),
        Fault(
            "C51 a line of 120 KB", "HTTP/1.1 200 OK\r\nX: " + String(repeating: "x", count: 120_000) + "\r\n\r\n",
            .responseHeaderSectionSize, detail: "100 KiB"),
        Fault(
            "C51 320 KB of lines",
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X: \(String(repeating: "x", count: 997))\r\n", count: 320),
            .responseHeaderSectionSize, detail: "300 KiB"),
        Fault(
            "C52 2,000 interim heads", String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 2000), .protocolError
        ),
        Fault(
            "101 unasked", "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
            .protocolError),
    ]

    @Test(arguments: faults)
    func `answered with the cause, recorded as failed`(fault: Fault) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try? connection.send(fault.bytes)
            connection.halfClose()
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin, { $0.annotates = true }) { proxy in
            let client = try proxy.client()
            try client.send(.post("x"))
            let response = try client.readResponse()
            #expect(response.startLine == "HTTP/1.1 502 Bad Gateway")
            #expect(response["Content-Type"] == "application/problem+json")
            #expect(response["Proxy-Status"] == "understudy; error=\(fault.kind.rawValue)")
            #expect(response["Understudy-Result"] == "refused")
            #expect(response.text.contains("urn:understudy:problem:\(fault.kind.rawValue)"))
            #expect(response.text.contains("http://127.0.0.1:\(origin.port)"))
            #expect(response.text.contains(fault.detail), "\(response.text)")
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == fault.kind)
            #expect(!entry.savesExample && !entry.exchange.isReplayable)
            // The client did nothing wrong: its connection goes on.
            try client.send(.post("x"))
            #expect(try client.readResponse().status == 502)
        }
    }

    @Test func `C43 refused`() async throws {
        let port = try RawOrigin(responses: ["x"]).port
        try await Proxy.run(to: nil, { ($0.upstream, $0.mode) = ("http://127.0.0.1:\(port)", .record) }) { proxy in
            let response = try proxy.get()
            #expect(response.status == 502)
            #expect(response["Proxy-Status"] == "understudy; error=connection_refused")
            #expect(try proxy.recorder.entry().failure == .connectionRefused)
        }
    }

    @Test func `C43 no TLS where TLS was expected`() async throws {
        let origin = try RawOrigin(responses: ["HTTP/1.1 400 Bad Request\r\n\r\n"])
        try await Proxy.run(to: origin, { $0.upstream = "https://127.0.0.1:\(origin.port)" }) { proxy in
            // The origin waits for a head that never comes: it is the TLS hello.
            let client = try proxy.client()
            try client.send(.get())
            _ = eventually(within: 0.3) { origin.connectionCount > 0 }
            origin.stop()
            #expect(try client.readResponse().status == 502)
            #expect(try proxy.recorder.entry().failure == .tlsProtocolError)
        }
    }

    @Test func `C44 silence is a timeout, slowness is not`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            while let request = try connection.readRequestOrEnd() {
                if request.startLine.contains("silence") { return try connection.waitForPeerToClose() }
                try connection.send("HTTP/1.1 200 OK\r\n")
                _ = eventually(within: 0.4) { false }
                try connection.send("Content-Length: 1\r\n\r\nx")
            }
        }
        let curl = CurlOptions(firstByteTimeout: .milliseconds(600), idleTimeout: .milliseconds(600))
        try await Proxy.run(to: origin, { $0.curl = curl }) { proxy in
            #expect(try proxy.get("/slow").text == "x")
            let response = try proxy.get("/silence")
            #expect(response.status == 504)
            #expect(response["Proxy-Status"] == "understudy; error=http_response_timeout")
            #expect(try proxy.recorder.entry(1).failure == .responseTimeout)
        }
    }

    // MARK: Cut responses

    enum End: CaseIterable, Sendable { case fin, reset }

    @Test(arguments: ["Content-Length: 100000", "Transfer-Encoding: chunked"], End.allCases)
    func `C46 a response cut by the upstream is cut for the client`(framing: String, end: End) async throws {
        let mayEnd = Atomic(false)
        let half = String(repeating: "x", count: 50_000)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            let body = framing.contains("chunked") ? "c350\r\n\(half)\r\n" : half
            try connection.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n\(body)")
            _ = eventually(within: 10) { mayEnd.load(ordering: .relaxed) }
            if end == .reset { connection.reset() }
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            _ = try client.connection.read(through: String(half.prefix(40_000)))
            mayEnd.store(true, ordering: .relaxed)
            let rest = try client.connection.readToEnd().latin1
            #expect(rest == String(repeating: "x", count: 10_000) + (framing.contains("chunked") ? "\r\n" : ""))
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == .responseIncomplete)
            #expect(entry.exchange.response?.body.byteCount == 50_000)
            #expect(!entry.savesExample && !entry.exchange.isReplayable)
        }
    }

    @Test(arguments: End.allCases)
    func `C46 a client of HTTP 1.0 sees a reset, as an end would look whole`(end: End) async throws {
        let mayEnd = Atomic(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
            _ = eventually(within: 10) { mayEnd.load(ordering: .relaxed) }
            if end == .reset { connection.reset() }
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send("GET / HTTP/1.0\r\n\r\n")
            _ = try client.connection.read(through: "hello")
            mayEnd.store(true, ordering: .relaxed)
            #expect(throws: RawFailure.self) { try client.connection.readToEnd() }
        }
    }

    @Test(arguments: [
        "5\r\nhel", "g\r\nhello\r\n", "-5\r\nhello\r\n", "ffffffffffffffffff\r\nhello", "5\r\nhelloXX0\r\n\r\n",
    ])
    func `C46 chunks that are none`(body: String) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n\(body)")
            connection.halfClose()
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            let response = try client.readResponse()
            #expect(response.status == 200 && !response.endedCleanly)
            let entry = try proxy.recorder.entry()
            #expect(entry.failure != nil && !entry.savesExample)
        }
    }

    // MARK: Kept connections

    @Test func `C49 bytes behind a response go with their connection`() async throws {
        let origin = try RawOrigin(responses: [.ok("one") + .ok("stray"), .ok("two")])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for expected in ["one", "two", "two"] {
                try client.send(.get())
                #expect(try client.readResponse().text == expected)
            }
        }
    }

    @Test func `C53 pooled connections that the upstream closed silently do no harm`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send(.ok("x"))
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for number in 0..<60 {
                try client.send(number.isMultiple(of: 2) ? .get() : .post("body"))
                #expect(try client.readResponse().text == "x")
            }
            #expect(origin.requests.count == 60)
        }
    }

    /// Answers the first request of the first connection, takes the second and closes.
    private func dyingOrigin() throws -> RawOrigin {
        let connections = Mutex(0)
        return try RawOrigin { (connection: RawConnection) in
            let number = connections.withLock { count in
                count += 1
                return count
            }
            _ = try connection.readRequest()
            try connection.send(.ok("\(number)"))
            if number == 1 { _ = try connection.readRequest() } else { try connection.waitForPeerToClose() }
        }
    }

    @Test(arguments: [String.get(), "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"])
    func `C45 an idempotent request goes out again when a kept connection dies`(request: String) async throws {
        let origin = try dyingOrigin()
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            #expect(try client.readResponse().text == "1")
            try client.send(request)
            #expect(try client.readResponse().text == "2")
            #expect(origin.requests.count == 3)
            #expect(origin.requestTexts[1] == origin.requestTexts[2])
        }
    }

    @Test func `C45 a POST never goes out twice`() async throws {
        let origin = try dyingOrigin()
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            _ = try client.readResponse()
            try client.send(.post("body"))
            let response = try client.readResponse()
            #expect(response.status == 502)
            #expect(response["Proxy-Status"] == "understudy; error=connection_terminated")
            #expect(origin.requests.count == 2)
        }
    }

    // MARK: Words

    @Test(arguments: [
        (CurlResult.Kind.cannotResolve, UpstreamFailure.Kind.dnsError, 502),
        (.tlsCertificate, .tlsCertificateError, 502),
        (.tlsHandshake, .tlsProtocolError, 502), (.connectTimeout, .connectionTimeout, 504),
        (.firstByteTimeout, .responseTimeout, 504), (.idleTimeout, .responseTimeout, 504),
        (.maxTime, .responseTimeout, 504),
        (.cannotConnect, .destinationUnavailable, 502), (.proxy, .destinationUnavailable, 502),
        (.incomplete, .responseIncomplete, 502), (.notRepeatable, .connectionTerminated, 502),
        (.invalidRequest, .internalError, 500), (.headTooLarge, .responseHeaderSectionSize, 502),
    ])
    func `each end of a transfer has RFC 9209's word`(
        end: CurlResult.Kind, kind: UpstreamFailure.Kind, status: Int
    ) throws {
        let failure = UpstreamFailure(CurlResult(kind: end), refusal: nil, upstream: try Upstream("http://h"))
        #expect(failure?.kind == kind)
        #expect(failure?.status == status)
    }
}
