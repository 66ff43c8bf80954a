import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Curl

/// What the sink sees is what came, cut into lines and body.
@Suite struct `Responses` {
    @Test(arguments: [
        ("counted", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"),
        ("chunked", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2;x=y\r\nbc\r\n0\r\n\r\n", "abc"),
        ("until close", "HTTP/1.1 200 OK\r\n\r\nabc", "abc"),
        ("1.0", "HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\nabc", "abc"),
        ("204", "HTTP/1.1 204 No Content\r\n\r\n", ""),
        ("304 with a length", "HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", ""),
        ("encoded stays encoded", "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", "abc"),
        ("redirect is not followed", "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 3\r\n\r\nabc", "abc"),
        (
            "401 is not answered",
            "HTTP/1.1 401 No\r\nWWW-Authenticate: Digest realm=x\r\nContent-Length: 3\r\n\r\nabc", "abc"
        ),
        ("no reason", "HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n", ""),
        ("999", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n", ""),
    ])
    func `come whole`(name: String, raw: String, body: String) throws {
        for isByteByByte in [false, true] {
            let origin = try RawOrigin { (connection: RawConnection) in
                _ = try connection.readRequest()
                try isByteByByte ? connection.sendByteByByte(raw) : connection.send(raw)
            }
            let engine = try CurlEngine.forTest()
            let (result, recorder) = try engine.fetch(port: origin.port)
            #expect(result.kind == .complete, "\(result.text)")
            #expect(recorder.text == body)
            let head = try #require(raw.latin1Bytes.latin1.ranges(of: "\r\n\r\n").first)
            #expect(recorder.current.lines.joined() == raw[..<head.upperBound])
            #expect(result.bodyBytesReceived == body.utf8.count)
            engine.stop()
        }
    }

    @Test func `show interim heads and trailers`() throws {
        let raw =
            "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
            + "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n"
        let origin = try RawOrigin(responses: [raw])
        let engine = try CurlEngine.forTest()
        let (result, recorder) = try engine.fetch(port: origin.port)
        #expect(result.kind == .complete)
        #expect(
            recorder.lines == [
                "HTTP/1.1 103 Early Hints", "Link: </a>", "HTTP/1.1 102 Processing", "HTTP/1.1 200 OK",
                "Transfer-Encoding: chunked", "X-Sum: 1", "X-Sum: 2",
            ])
        engine.stop()
    }

    @Test func `to HEAD end with their head, and the connection stays`() throws {
        let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", .ok("x")])
        let engine = try CurlEngine.forTest()
        #expect(try engine.fetch("HEAD", port: origin.port).result.kind == .complete)
        #expect(try engine.fetch("GET", port: origin.port).recorder.text == "x")
        #expect(origin.connectionCount == 1)
        engine.stop()
    }

    @Test(arguments: [CurlRequest.BodyLength.known(50_000_000), .chunked])
    func `that refuse early are seen within a second, whatever the source does`(length: CurlRequest.BodyLength) throws {
        for pauses in [0, .max] {
            let origin = try RawOrigin { (connection: RawConnection) in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
                try connection.waitForPeerToClose()
            }
            let engine = try CurlEngine.forTest()
            let source = Source([UInt8](repeating: 120, count: 50_000_000), pauses: pauses)
            let started = Date()
            let (result, recorder) = try engine.fetch("POST", port: origin.port, body: length, source: source)
            #expect(Date().timeIntervalSince(started) < 3, "at once; a hang ends after 5 s")
            #expect(result.kind == .complete, "\(result.text)")
            #expect(recorder.lines.first == "HTTP/1.1 413 Too Large")
            #expect(recorder.text == "big")
            engine.stop()
        }
    }

    @Test func `that accept early do not stop the body`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
            _ = try connection.read(exactly: 1_000_000)
            try connection.waitForPeerToClose()
        }
        let engine = try CurlEngine.forTest()
        let source = Source([UInt8](repeating: 120, count: 1_000_000))
        let (result, recorder) = try engine.fetch("POST", port: origin.port, body: .known(1_000_000), source: source)
        #expect(result.kind == .complete)
        #expect(recorder.text == "ok")
        #expect(eventually { origin.requests.first?.count ?? 0 > 1_000_000 }, "\(origin.failures)")
        engine.stop()
    }
}

/// `Expect: 100-continue` passes through, and the body waits for the upstream's word.
@Suite struct `Expect` {
    static func fetch(_ origin: RawOrigin) throws -> (CurlResult, Recorder, Source) {
        let engine = try CurlEngine.forTest()
        defer { engine.stop() }
        let source = Source("hello")
        let (result, recorder) = try engine.fetch(
            "POST", port: origin.port, headers: [("Host", "h"), ("Expect", "100-continue"), ("X", "y")],
            body: .known(5),
            source: source)
        return (result, recorder, source)
    }

    @Test func `lets the body go after 100`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            #expect(!connection.isReadable(within: 0.2))
            try connection.send("HTTP/1.1 100 Continue\r\n\r\n")
            _ = try connection.read(exactly: 5)
            try connection.send(.ok("x"))
        }
        let (result, recorder, _) = try Self.fetch(origin)
        #expect(result.kind == .complete)
        #expect(recorder.lines.prefix(2) == ["HTTP/1.1 100 Continue", "HTTP/1.1 200 OK"])
        #expect(
            origin.requestTexts == [
                "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nX: y\r\nContent-Length: 5\r\n\r\nhello"
            ])
    }

    @Test func `lets the body go after a second without an answer`() throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        let started = Date()
        let (result, _, _) = try Self.fetch(origin)
        #expect(result.kind == .complete)
        #expect((0.9...4).contains(Date().timeIntervalSince(started)))
    }

    @Test(arguments: [417, 413, 401, 200])
    func `ends with a final answer instead`(status: Int) throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 \(status) X\r\nContent-Length: 1\r\n\r\nn")
            try connection.waitForPeerToClose()
        }
        let (result, recorder, source) = try Self.fetch(origin)
        #expect(result.kind == .complete, "\(result.text)")
        #expect(recorder.lines.first == "HTTP/1.1 \(status) X")
        #expect(recorder.text == "n")
        #expect(origin.connectionCount == 1)
        // A refusal means that no body is wanted; an acceptance does not.
        #expect(source.script.withLock { $0.readCount } == (status < 300 ? 1 : 0))
    }
}
