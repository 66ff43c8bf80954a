import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Curl

/// Raw connections through libcurl, against raw sockets.
@Suite struct Streams {
    @Test(arguments: [false, true])
    func `carry bytes both ways, and each end by itself`(poll: Bool) throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            let asked = try connection.readToEnd()
            try connection.send("got " + asked.latin1)
        }
        let engine = try CurlEngine.forTest(poll: poll)
        let sink = StreamRecorder()
        let stream = engine.connect(origin, sink: sink)
        stream.write("one ")
        #expect(eventually { sink.current.isConnected })
        stream.write("two")
        stream.endOutput()
        let result = try sink.result()
        #expect(result.kind == .complete, "\(result)")
        #expect(sink.current.bytes.latin1 == "got one two")
        #expect(sink.current.isInputEnded)
        #expect(result.bodyBytesSent == 7 && result.bodyBytesReceived == 11)
        engine.stop()
    }

    @Test func `speak first or second`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            try connection.send("hello")
            _ = try connection.read(exactly: 3)
            try connection.send("bye")
        }
        let engine = try CurlEngine.forTest()
        let sink = StreamRecorder()
        let stream = engine.connect(origin, sink: sink)
        #expect(eventually { sink.current.bytes.latin1 == "hello" })
        stream.write("you")
        #expect(eventually { sink.current.isInputEnded })
        #expect(sink.current.bytes.latin1 == "hellobye")
        #expect(sink.current.result == nil, "our side is still open")
        stream.endOutput()
        #expect(try sink.result().kind == .complete)
        engine.stop()
    }

    @Test func `carry much in both directions at once`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            connection.patience = 30
            var left = 40 << 20
            while left > 0 {
                let bytes = try connection.read(exactly: min(left, 100_000))
                try connection.send(bytes)
                left -= bytes.count
            }
        }
        let engine = try CurlEngine.forTest()
        let sink = StreamRecorder()
        let stream = engine.connect(origin, sink: sink)
        let piece = (0..<100_003).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var sent: [UInt8] = []
        while sent.count < 40 << 20 {
            let next = Array(piece.prefix((40 << 20) - sent.count))
            sent += next
            if !stream.write(next) { #expect(sink.waitUntilDrained(), "no room came") }
        }
        stream.endOutput()
        #expect(try sink.result(within: 60).kind == .complete)
        #expect(sink.current.bytes == sent)
        engine.stop()
    }

    @Test func `stop the peer while the sink pauses`() throws {
        let sent = Atomic(0)
        let origin = try RawOrigin { (connection: RawConnection) in
            connection.patience = 30
            let piece = [UInt8](repeating: 7, count: 64 << 10)
            for _ in 0..<512 {
                try connection.send(piece)
                sent.add(piece.count, ordering: .relaxed)
            }
        }
        let engine = try CurlEngine.forTest()
        let sink = StreamRecorder(pausesAfter: 1000)
        let stream = engine.connect(origin, sink: sink)
        #expect(eventually { sink.current.isPaused })
        // What the kernels hold is all that moves: 32 MiB do not fit there.
        var last = -1
        #expect(
            eventually(within: 10) {
                usleep(50_000)
                defer { last = sent.load(ordering: .relaxed) }
                return last == sent.load(ordering: .relaxed)
            })
        #expect(sent.load(ordering: .relaxed) < 32 << 20)
        #expect(sink.current.bytes.count <= 1000 + EngineLoop.streamReadSize)
        // Another transfer of the engine does not wait for it.
        let other = try RawOrigin { (_: RawMessage) in .ok("x") }
        #expect(try engine.fetch(port: other.port).recorder.text == "x")
        sink.pausesNoMore()
        stream.resumeReceiving()
        #expect(eventually(within: 20) { sink.current.bytes.count == 32 << 20 })
        stream.cancel()
        #expect(try sink.result().kind == .cancelled)
        engine.stop()
    }

    @Test func `bound what waits for a peer that does not read`() throws {
        let mayRead = DispatchSemaphore(value: 0)
        let origin = try RawOrigin { (connection: RawConnection) in
            connection.patience = 30
            mayRead.wait()
            _ = try connection.readToEnd()
        }
        let engine = try CurlEngine.forTest()
        let sink = StreamRecorder()
        let stream = engine.connect(origin, sink: sink)
        var written = 0
        while written < 64 << 20, stream.write([UInt8](repeating: 1, count: 64 << 10)) || sink.waitUntilDrained(0.5) {
            written += 64 << 10
        }
        #expect(written < 64 << 20, "nobody read, and yet there was room")
        mayRead.signal()
        #expect(sink.waitUntilDrained())
        stream.endOutput()
        #expect(try sink.result(within: 30).kind == .complete)
        engine.stop()
    }

    @Test func `tell a reset from an end, and hand one on`() throws {
        let seen = Mutex<String?>(nil)
        let origin = try RawOrigin { (connection: RawConnection) in
            switch try connection.read(exactly: 1).latin1 {
            case "r": connection.reset()
            default:
                do { _ = try connection.readToEnd(); seen.withLock { $0 = "end" } } catch {
                    seen.withLock { $0 = "\(error)" }
                }
            }
        }
        let engine = try CurlEngine.forTest()
        let sink = StreamRecorder()
        engine.connect(origin, sink: sink).write("r")
        let result = try sink.result()
        #expect(result.kind == .connectionClosed && result.systemError == ECONNRESET, "\(result)")

        let cancelled = StreamRecorder()
        let stream = engine.connect(origin, sink: cancelled)
        stream.write("c")
        #expect(eventually { origin.requests.count == 2 })
        stream.cancel()
        #expect(try cancelled.result().kind == .cancelled)
        #expect(eventually { seen.withLock { $0?.contains("reset") ?? false } }, "\(seen.withLock { $0 ?? "" })")
        engine.stop()
    }

    @Test func `end when idle for as long as was asked`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in try connection.waitForPeerToClose() }
        let engine = try CurlEngine.forTest()
        let sink = StreamRecorder()
        var configuration = CurlStream.Configuration()
        configuration.idleTimeout = .milliseconds(200)
        _ = engine.connect(
            "http://127.0.0.1:\(origin.port)/", options: .forTest, configuration: configuration, sink: sink)
        #expect(try sink.result().kind == .idleTimeout)
        engine.stop()
    }

    @Test func `fail as transfers do`() throws {
        let engine = try CurlEngine.forTest()
        let closed = try RawOrigin { (_: RawConnection) in }
        closed.stop()
        let refused = StreamRecorder()
        _ = engine.connect(closed, sink: refused)
        let result = try refused.result()
        #expect(result.kind == .cannotConnect && result.systemError == ECONNREFUSED)

        let silent = try RawOrigin { (connection: RawConnection) in try connection.waitForPeerToClose() }
        let slow = StreamRecorder()
        _ = engine.connect(
            "https://127.0.0.1:\(silent.port)/", options: CurlOptions(connectTimeout: .milliseconds(200)), sink: slow)
        #expect(try slow.result().kind == .connectTimeout)

        let stopped = StreamRecorder()
        _ = engine.connect(silent, sink: stopped)
        #expect(eventually { stopped.current.isConnected })
        engine.stop()
        #expect(try stopped.result().kind == .cancelled)
        let late = StreamRecorder()
        _ = engine.connect(silent, sink: late)
        #expect(try late.result().kind == .cancelled)
    }

    @Test func `go through a proxy's tunnel`() throws {
        let proxy = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 200 Go on\r\n\r\n")
            let bytes = try connection.read(exactly: 4)
            try connection.send("echo " + bytes.latin1)
        }
        let engine = try CurlEngine.forTest()
        let sink = StreamRecorder()
        let options = CurlOptions(proxy: "http://127.0.0.1:\(proxy.port)", refusal: { _, _ in "all are refused" })
        let stream = engine.connect("http://far.example:81/", options: options, sink: sink)
        stream.write("ping")
        #expect(eventually { sink.current.bytes.latin1 == "echo ping" })
        #expect(proxy.requestTexts.first?.hasPrefix("CONNECT far.example:81 HTTP/1.1\r\n") == true)
        stream.endOutput()
        #expect(try sink.result().kind == .complete)
        engine.stop()
    }

    @Test(.enabled(if: TLSOrigin.isAvailable))
    func `speak TLS and judge certificates`() throws {
        let origin = try TLSOrigin(service: "-rev")
        let engine = try CurlEngine.forTest()
        let untrusted = StreamRecorder()
        _ = engine.connect("https://localhost:\(origin.port)/", options: .forTest, sink: untrusted)
        #expect(try untrusted.result().kind == .tlsCertificate)

        let sink = StreamRecorder()
        let stream = engine.connect(
            "https://localhost:\(origin.port)/", options: CurlOptions(caFile: origin.certificate), sink: sink)
        // Lines longer than a record, so that TLS holds more than one read brings.
        let line = String((0..<15_000).map { Character(UnicodeScalar(97 + $0 % 26)!) })
        var expected = ""
        for _ in 0..<20 {
            stream.write(line + "\n")
            expected += String(line.reversed()) + "\n"
        }
        #expect(eventually(within: 20) { sink.current.bytes.count == expected.utf8.count })
        #expect(sink.current.bytes.latin1 == expected)
        stream.write("CLOSE\n")
        #expect(eventually { sink.current.isInputEnded })
        stream.endOutput()
        #expect(try sink.result().kind == .complete)
        engine.stop()
    }

    @Test func `are many on one engine`() throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            while let byte = try? connection.read(exactly: 1) { try connection.send(byte) }
        }
        let engine = try CurlEngine.forTest(perHost: 0)
        let all = (0..<100).map { _ in StreamRecorder() }
        let streams = all.map { engine.connect(origin, sink: $0) }
        for round in 0..<20 {
            for stream in streams { stream.write(String(round % 10)) }
            #expect(eventually(within: 20) { all.allSatisfy { $0.current.bytes.count == round + 1 } })
        }
        for stream in streams { stream.endOutput() }
        for sink in all { #expect(try sink.result().kind == .complete) }
        engine.stop()
    }
}

/// Addresses that may not be connected to.
@Suite struct `Refused addresses` {
    @Test(arguments: [
        "127.0.0.1", "127.1", "2130706433", "0x7f.1", "localhost", "[::ffff:127.0.0.1]",
        "somewhere.example",
    ])
    func `are seen as they are, whatever they are called`(host: String) throws {
        let origin = try RawOrigin { (_: RawMessage) in .ok("reached") }
        let engine = try CurlEngine.forTest()
        let asked = Mutex<[CurlAddress]>([])
        let options = CurlOptions(resolve: ["somewhere.example:\(origin.port):127.0.0.1"]) { address, _ in
            asked.withLock { $0.append(address) }
            return "not there"
        }
        var request = CurlRequest.to(port: 1, options: options)
        request.origin = "http://\(host):\(origin.port)/"
        let sink = Recorder()
        engine.start(request, sink: sink)
        let result = try sink.result()
        #expect(result.kind == .addressRefused && result.text == "not there", "\(result)")
        #expect(!asked.withLock { $0 }.isEmpty)
        let loopback: [[UInt8]] = [
            [127, 0, 0, 1], .init(repeating: 0, count: 15) + [1],
            .init(repeating: 0, count: 10) + [255, 255, 127, 0, 0, 1],
        ]
        for address in asked.withLock({ $0 }) {
            #expect(loopback.contains(address.bytes) && address.port == origin.port, "\(address)")
        }
        #expect(origin.connectionCount == 0)
        engine.stop()
    }

    @Test func `leave those that are allowed`() throws {
        let origin = try RawOrigin { (_: RawMessage) in .ok("reached") }
        let engine = try CurlEngine.forTest()
        let options = CurlOptions(resolve: ["two.example:\(origin.port):127.0.0.2,127.0.0.1"]) { address, origin in
            address.bytes == [127, 0, 0, 2] ? "not \(origin)" : nil
        }
        var request = CurlRequest.to(port: 1, options: options)
        request.origin = "http://two.example:\(origin.port)/"
        let sink = Recorder()
        engine.start(request, sink: sink)
        #expect(try sink.result().kind == .complete)
        #expect(sink.text == "reached")
        engine.stop()
    }
}

/// A stream sink that keeps everything.
final class StreamRecorder: CurlStreamSink {
    struct Record {
        var bytes: [UInt8] = []
        var isConnected = false, isInputEnded = false, isPaused = false
        var result: CurlResult?
        var pausesAfter: Int?
    }

    private let record: Mutex<Record>
    private let drain = DispatchSemaphore(value: 0)
    private let end = DispatchSemaphore(value: 0)

    init(pausesAfter: Int? = nil) { record = Mutex(Record(pausesAfter: pausesAfter)) }

    var current: Record { record.withLock { $0 } }
    func pausesNoMore() { record.withLock { ($0.pausesAfter, $0.isPaused) = (nil, false) } }
    func waitUntilDrained(_ seconds: Double = 10) -> Bool { drain.wait(timeout: .now() + seconds) == .success }

    func connected() { record.withLock { $0.isConnected = true } }
    func bytes(_ bytes: UnsafeRawBufferPointer) -> CurlStreamFlow {
        record.withLock { record in
            record.bytes += bytes
            guard let limit = record.pausesAfter, record.bytes.count > limit else { return .more }
            record.isPaused = true
            return .pause
        }
    }
    func drained() { drain.signal() }
    func inputEnded() { record.withLock { $0.isInputEnded = true } }
    func closed(_ result: CurlResult) {
        record.withLock { $0.result = result }
        end.signal()
    }

    func result(within seconds: Double = 10) throws -> CurlResult {
        guard end.wait(timeout: .now() + seconds) == .success else {
            throw RawFailure.timedOut(waitingFor: "the stream's end", received: current.bytes.suffix(100))
        }
        end.signal()
        return try #require(current.result)
    }
}

extension CurlEngine {
    fileprivate func connect(_ origin: RawOrigin, sink: StreamRecorder) -> CurlStream {
        connect("http://127.0.0.1:\(origin.port)/", options: .forTest, sink: sink)
    }
}

extension CurlStream {
    @discardableResult fileprivate func write(_ text: String) -> Bool { write(text.latin1Bytes) }
    @discardableResult fileprivate func write(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBytes { write($0) } }
}
