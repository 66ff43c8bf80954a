import Foundation
import TestSupport
import Testing

@testable import Curl

/// Each failure has its own name, and an answer cut short is never a success.
@Suite struct `Failures` {
    /// What the origin does once it has read the request, and what the transfer ends as.
    @Test(arguments: [
        ("", false, CurlResult.Kind.connectionClosed), ("", true, .connectionClosed),
        ("HTTP/1.1 200 OK\r\nContent-Le", false, .connectionClosed),
        ("HTTP/1.1 200 OK\r\nContent-Le", true, .connectionClosed),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", false, .incomplete),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true, .incomplete),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", false, .incomplete),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n", true, .incomplete),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc", false, .incomplete),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: y\r\n", false, .incomplete),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", false, .incomplete),
        ("HTTP/1.1 200 OK\r\n", false, .connectionClosed), ("HTTP/1.1 200 OK\r\nX: y\r\n", false, .connectionClosed),
        ("HTTP/1.1 204 No\r\nX: y\r\n", false, .connectionClosed), ("HTTP/1.1 103 H\r\n", false, .connectionClosed),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc", false, .protocolError),
        ("HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", false, .protocolError),
        ("HTTP/9.9 200 OK\r\n\r\n", false, .protocolError), ("HTTP/1.1 20 OK\r\n\r\n", false, .protocolError),
        ("hello\r\n\r\n", false, .protocolError), ("HTTP/1.1 100 Continue\r\n\r\n", false, .connectionClosed),
        ("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 110_000))\r\n\r\n", false, .headTooLarge),
        (
            "HTTP/1.1 200 OK\r\n" + String(repeating: "X: \(String(repeating: "x", count: 1000))\r\n", count: 400),
            false, .headTooLarge
        ),
    ])
    func `of an upstream`(sent: String, isReset: Bool, kind: CurlResult.Kind) throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send(sent)
            if isReset {
                // A reset overtakes what the peer has not read yet: give it the time to read.
                _ = connection.isReadable(within: 0.05)
                connection.reset()
            }
        }
        let engine = try CurlEngine.forTest()
        let (result, recorder) = try engine.fetch(port: origin.port)
        #expect(result.kind == kind, "\(result)")
        #expect(!result.text.isEmpty && result.code != 0)
        #expect(result.wasConnected && recorder.current.finishedCount == 1)
        #expect(origin.connectionCount == 1, "a fresh connection is never tried twice")
        engine.stop()
    }

    @Test func `refused, unknown and malformed`() throws {
        let gone = try RawOrigin(responses: [""])
        gone.stop()
        let engine = try CurlEngine.forTest()
        let refused = try engine.fetch(port: gone.port).result
        #expect(refused.kind == .cannotConnect && refused.systemError == ECONNREFUSED && !refused.wasConnected)
        for (origin, kind) in [
            ("http://nowhere.invalid/", CurlResult.Kind.cannotResolve), ("ftp://127.0.0.1/", .protocolError),
            ("http://u:p@127.0.0.1/", .invalidRequest), ("http:///", .invalidRequest),
            ("http://127.0.0.1:99999/", .invalidRequest),
        ] {
            var request = CurlRequest.to(port: 1)
            request.origin = origin
            let sink = Recorder()
            engine.start(request, sink: sink)
            #expect(try sink.result(within: 30).kind == kind, "\(origin) \(String(describing: sink.current.result))")
        }
        // The engine still works, with the handle that failed.
        let origin = try RawOrigin(responses: [.ok("x")])
        #expect(try engine.fetch(port: origin.port).recorder.text == "x")
        engine.stop()
    }
}

@Suite struct `Time limits` {
    static let short = Duration.milliseconds(200)

    static func measured(_ body: () throws -> CurlResult) rethrows -> (CurlResult, Double) {
        let start = Date()
        let result = try body()
        return (result, Date().timeIntervalSince(start))
    }

    @Test(arguments: [
        ("", CurlOptions(firstByteTimeout: short), CurlResult.Kind.firstByteTimeout),
        ("HTTP/1.1 200 OK\r\nConte", CurlOptions(idleTimeout: short), .idleTimeout),
        ("HTTP/1.1 100 Continue\r\n\r\n", CurlOptions(idleTimeout: short), .idleTimeout),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
            CurlOptions(firstByteTimeout: .seconds(9), idleTimeout: short), .idleTimeout
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", CurlOptions(maxTime: short), .maxTime),
        ("", CurlOptions(maxTime: short), .maxTime),
    ])
    func `end a silent upstream`(sent: String, options: CurlOptions, kind: CurlResult.Kind) throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send(sent)
            try connection.waitForPeerToClose()
        }
        let engine = try CurlEngine.forTest()
        let (result, seconds) = try Self.measured { try engine.fetch(port: origin.port, options: options).result }
        #expect(result.kind == kind)
        #expect((0.19...3).contains(seconds), "\(seconds)")
        engine.stop()
    }

    @Test func `end a wait for a free connection`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in try connection.waitForPeerToClose() }
        let engine = try CurlEngine.forTest(perHost: 1)
        let first = Recorder()
        let transfer = engine.start(.to(port: origin.port), sink: first)
        #expect(eventually { origin.connectionCount == 1 })
        let (result, seconds) = try Self.measured {
            try engine.fetch(port: origin.port, options: CurlOptions(connectTimeout: Self.short)).result
        }
        #expect(result.kind == .connectTimeout && !result.wasConnected)
        #expect((0.19...3).contains(seconds), "\(seconds)")
        transfer.cancel()
        engine.stop()
    }

    /// A TLS handshake that never comes is part of connecting.
    @Test func `end a handshake`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in try connection.waitForPeerToClose() }
        let engine = try CurlEngine.forTest()
        var request = CurlRequest.to(port: 1, options: CurlOptions(connectTimeout: Self.short))
        request.origin = "https://127.0.0.1:\(origin.port)/"
        let sink = Recorder()
        engine.start(request, sink: sink)
        #expect(try sink.result().kind == .connectTimeout)
        engine.stop()
    }

    @Test func `end an upstream that does not take the body`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            _ = connection.isReadable(within: 0)
            try RawOrigin.hold(until: 3)
        }
        let engine = try CurlEngine.forTest()
        let source = Source([UInt8](repeating: 120, count: 30_000_000))
        let (result, recorder) = try engine.fetch(
            "PUT", port: origin.port, body: .known(30_000_000), source: source,
            options: CurlOptions(idleTimeout: Self.short))
        #expect(result.kind == .idleTimeout)
        #expect(recorder.lines.isEmpty)
        engine.stop()
    }

    @Test func `do not count our own pauses`() throws {
        let origin = try RawOrigin(responses: [.ok("abc")])
        let engine = try CurlEngine.forTest()
        let options = CurlOptions(firstByteTimeout: Self.short, idleTimeout: Self.short)
        let sink = Recorder(pauses: 1)
        let source = Source("hello", pauses: 1)
        let transfer = engine.start(
            .to(port: origin.port, "PUT", body: .known(5), options: options), source: source, sink: sink)
        #expect(!eventually(within: 0.5) { sink.current.result != nil }, "the client takes its time to send")
        transfer.resumeSending()
        #expect(eventually { sink.current.isPaused })
        #expect(!eventually(within: 0.5) { sink.current.result != nil }, "and to read")
        transfer.resumeReceiving()
        #expect(try sink.result().kind == .complete)
        #expect(sink.text == "abc")
        engine.stop()
    }

    @Test func `leave a slow but steady upstream alone`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n")
            for _ in 0..<8 {
                _ = connection.isReadable(within: 0.1)
                try connection.send("x")
            }
        }
        let engine = try CurlEngine.forTest()
        let options = CurlOptions(firstByteTimeout: .milliseconds(400), idleTimeout: .milliseconds(400))
        #expect(try engine.fetch(port: origin.port, options: options).recorder.text == "xxxxxxxx")
        engine.stop()
    }
}

extension RawOrigin {
    /// Keeps a script busy without reading.
    static func hold(until seconds: Double) throws { Thread.sleep(forTimeInterval: seconds) }
}
