import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Curl

/// Back-pressure, in both directions, and ends that our own side decides.
@Suite struct `Flow` {
    @Test func `gives a paused sink the same bytes again`() throws {
        let text = String((0..<100_000).map { Character(UnicodeScalar(UInt8(33 + $0 % 90))) })
        let origin = try RawOrigin(responses: [.ok(text)])
        let engine = try CurlEngine.forTest()
        let sink = Recorder(pauses: 5)
        let transfer = engine.start(.to(port: origin.port), sink: sink)
        for left in (0..<5).reversed() {
            #expect(eventually { sink.current.pausesLeft == left })
            transfer.resumeReceiving()
        }
        #expect(try sink.result().kind == .complete)
        #expect(sink.text == text)
        engine.stop()
    }

    @Test func `holds back an upstream whose client does not read`() throws {
        let sent = Mutex(0)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n")
            connection.patience = 1
            for _ in 0..<100 {
                try connection.send([UInt8](repeating: 120, count: 1_000_000))
                sent.withLock { $0 += 1 }
            }
        }
        let engine = try CurlEngine.forTest()
        let sink = Recorder(pauses: .max)
        let transfer = engine.start(.to(port: origin.port), sink: sink)
        #expect(eventually { origin.openConnectionCount == 0 && origin.connectionCount == 1 })
        #expect(sent.withLock { $0 } < 20, "the kernel's buffers, not ours")
        #expect(sink.current.result == nil)
        transfer.cancel()
        #expect(try sink.result().kind == .cancelled)
        engine.stop()
    }

    /// While paused nobody listens to the connection, just as in the pool; it must not be taken for a pooled one.
    @Test func `goes on after a pause in the middle of a large body`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n")
            for _ in 0..<8 { try connection.send([UInt8](repeating: 120, count: 1_000_000)) }
        }
        let engine = try CurlEngine.forTest()
        let sink = Recorder(pauses: 1)
        let transfer = engine.start(.to(port: origin.port), sink: sink)
        #expect(eventually { sink.current.isPaused })
        #expect(!eventually(within: 0.3) { sink.current.result != nil })
        transfer.resumeReceiving()
        let result = try sink.result()
        #expect(result.kind == .complete, "\(result) \(origin.failures)")
        #expect(sink.current.body.count == 8_000_000)
        engine.stop()
    }

    @Test(arguments: [CurlRequest.BodyLength.known(10), .chunked])
    func `waits for a paused source`(length: CurlRequest.BodyLength) throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        let engine = try CurlEngine.forTest()
        let source = Source("0123456789", piece: 4, pauses: 1)
        let sink = Recorder()
        let transfer = engine.start(.to(port: origin.port, "PUT", body: length), source: source, sink: sink)
        for pauses in [1, 1, 0] {
            #expect(eventually { source.script.withLock { $0.pausesLeft } == 0 })
            source.script.withLock { $0.pausesLeft = pauses }
            let count = source.script.withLock { $0.readCount }
            transfer.resumeSending()
            #expect(eventually { source.script.withLock { $0.readCount } > count })
        }
        #expect(try sink.result().kind == .complete)
        #expect(origin.requestTexts.first?.filter { $0.isNumber }.hasSuffix("0123456789") == true || length == .chunked)
        engine.stop()
    }

    @Test func `cancels at every stage, and finishes once`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            let request = try connection.readRequest()
            if request.startLine.contains("/body") {
                try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc")
            }
            try connection.waitForPeerToClose()
        }
        let engine = try CurlEngine.forTest()
        for (target, isReached) in [
            ("/now", { (_: Recorder) in true }),
            ("/sent", { (_: Recorder) in origin.requestTexts.contains { $0.hasPrefix("GET /sent") } }),
            ("/body", { (sink: Recorder) in sink.text == "abc" }),
        ] {
            let sink = Recorder()
            let transfer = engine.start(.to(port: origin.port, "GET", target), sink: sink)
            #expect(eventually { isReached(sink) })
            transfer.cancel()
            transfer.cancel()
            #expect(try sink.result().kind == .cancelled)
            transfer.resumeReceiving()
            transfer.resumeSending()
            transfer.cancel()
            #expect(sink.current.finishedCount == 1)
        }
        #expect(eventually { origin.openConnectionCount == 0 })
        engine.stop()
    }

    @Test func `aborts when sink or source say so`() throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        let engine = try CurlEngine.forTest()
        let header = try engine.fetch(port: origin.port, sink: Recorder(abortsHeader: true))
        #expect(header.result.kind == .abortedBySink)
        #expect(header.recorder.lines == ["HTTP/1.1 200 OK"])
        #expect(try engine.fetch(port: origin.port, sink: Recorder(abortsBody: true)).result.kind == .abortedBySink)
        let short = try engine.fetch("PUT", port: origin.port, body: .known(6), source: Source("hello"))
        #expect(short.result.kind == .abortedBySource)
        let long = try engine.fetch("PUT", port: origin.port, body: .known(4), source: Source("hello"))
        #expect(long.result.kind == .complete)
        #expect(origin.requestTexts.last?.hasSuffix("\r\n\r\nhell") == true)
        engine.stop()
    }

    @Test func `stops with everything finished, also what comes after`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in try connection.waitForPeerToClose() }
        let engine = try CurlEngine.forTest()
        let sinks = (0..<100).map { _ in Recorder() }
        for sink in sinks { engine.start(.to(port: origin.port), sink: sink) }
        engine.stop()
        for sink in sinks {
            #expect(try sink.result().kind == .cancelled)
            #expect(sink.current.finishedCount == 1)
        }
        engine.stop()
        let late = Recorder()
        engine.start(.to(port: origin.port), sink: late).cancel()
        #expect(try late.result().kind == .cancelled)
        #expect(eventually { origin.openConnectionCount == 0 })
    }
}
