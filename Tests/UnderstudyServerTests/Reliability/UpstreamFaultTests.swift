import Curl
import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Section C: what the client is told when the upstream fails before its answer has begun, and what is kept of it.
@Suite(.serialized) struct `C: faults of the upstream` {
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
        .field("C47 a list of two lengths", "Content-Length: 5, 6"), .field("C47 no length", "Content-Length: "),
        .field("C47 another coding", "Transfer-Encoding: xchunked"),
        Fault("C48 garbage", "garbage\r\n\r\n", .protocolError), Fault("C48 HTTP/0.9", "<html>hello", .protocolError),
        Fault("C48 HTTP/9.9", "HTTP/9.9 200 OK\r\n\r\n", .protocolError),
        Fault("C48 status 20", "HTTP/1.1 20 OK\r\n\r\n", .protocolError),
        Fault("C48 status 000", "HTTP/1.1 000 OK\r\n\r\n", .protocolError), .field("C50 NUL", "X: a\0b"),
        .field("C50 NUL in a name", "X\0: b"),
        Fault("C50 first line folded", "HTTP/1.1 200 OK\r\n X: y\r\n\r\n", .protocolError),
        Fault("C50 control byte in the reason", "HTTP/1.1 200 O\u{01}K\r\nContent-Length: 0\r\n\r\n", .protocolError),
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
    func `C45 to C52 answered with the cause, recorded as failed`(fault: Fault) async throws {
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

    @Test func `C43 unknown host`() async throws {
        // A label of 64 letters is in no name system: no question about it leaves the machine.
        let host = String(repeating: "x", count: 64) + ".test"
        try await Proxy.run(to: nil, { ($0.upstream, $0.mode) = ("http://\(host)", .record) }) { proxy in
            let response = try proxy.get()
            #expect(response.status == 502)
            #expect(response["Proxy-Status"] == "understudy; error=dns_error")
            #expect(response.text.contains("urn:understudy:problem:dns_error"))
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == .dnsError && !entry.savesExample && !entry.exchange.isReplayable)
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

    // MARK: Words

    @Test(arguments: [
        (CurlResult.Kind.cannotResolve, UpstreamFailure.Kind.dnsError, 502),
        (.tlsCertificate, .tlsCertificateError, 502),
        (.addressRefused, .destinationIPProhibited, 403), (.tlsHandshake, .tlsProtocolError, 502),
        (.connectTimeout, .connectionTimeout, 504),
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
