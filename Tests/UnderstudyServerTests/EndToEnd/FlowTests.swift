import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Nothing grows that has no bound, nobody waits for whom is gone.
@Suite(.serialized) struct `Flow` {
    /// More than every kernel buffer between two stalled ends can hold.
    static let kernelBuffers = 24 << 20

    final class Counter: Sendable {
        let bytes = Atomic(0)
        var count: Int { bytes.load(ordering: .relaxed) }
        func add(_ count: Int) { bytes.add(count, ordering: .relaxed) }
        /// Whether the count stays as it is for half a second.
        var isStill: Bool {
            let before = count
            return !eventually(within: 0.5) { count != before }
        }
    }

    @Test(arguments: ["Content-Length: 10000000000", "Transfer-Encoding: chunked"])
    func `D60 a reader that stalls stops the upstream; leaving, it cancels it`(framing: String) async throws {
        let sent = Counter()
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\n\(framing)\r\n\r\n")
            let isChunked = framing.contains("chunked")
            let block = Array(
                ((isChunked ? "10000\r\n" : "") + String(repeating: "x", count: 65536) + (isChunked ? "\r\n" : "")).utf8
            )
            connection.patience = 30
            while true {
                try connection.send(block)
                sent.add(block.count)
            }
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            _ = try client.connection.readHead()
            #expect(eventually(within: 20) { sent.count > 0 && sent.isStill })
            #expect(sent.count < Self.kernelBuffers)
            let stalledAt = sent.count
            _ = try client.connection.read(exactly: 8_000_000)
            #expect(eventually { sent.count > stalledAt }, "reading on lets it go on")
            client.connection.reset()
            #expect(eventually { origin.openConnectionCount == 0 })
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == .clientAborted, "\(entry.exchange.failure?.detail ?? "")")
            #expect(!entry.savesExample && !entry.exchange.isReplayable)
        }
    }

    @Test(arguments: ["Content-Length: 10000000000", "Transfer-Encoding: chunked"])
    func `an upstream that does not read stops the client; leaving, it cancels the upload`(framing: String) async throws
    {
        let isOver = Atomic(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            while !isOver.load(ordering: .relaxed) { _ = eventually(within: 0.01) { false } }
        }
        try await Proxy.run(to: origin) { proxy in
            let sent = Counter()
            let upload = Background {
                let client = try proxy.client()
                try client.send("POST / HTTP/1.1\r\nHost: h\r\n\(framing)\r\n\r\n")
                let block = Array(("10000\r\n" + String(repeating: "x", count: 65536) + "\r\n").utf8)
                client.connection.patience = 2
                defer { client.connection.reset() }
                while true {
                    try client.send(block)
                    sent.add(block.count)
                }
            }
            #expect(throws: RawFailure.self) { try upload.value() }
            #expect(sent.count > 0 && sent.count < Self.kernelBuffers)
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == .clientAborted, "\(entry.exchange.failure?.detail ?? "")")
            isOver.store(true, ordering: .relaxed)
        }
    }

    @Test func `a client that ends its side inside its body cancels the upload`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nhello")
            #expect(eventually { origin.requests.count == 1 })
            client.connection.halfClose()
            #expect(client.connection.isClosed())
            #expect(eventually { origin.openConnectionCount == 0 })
            #expect(try proxy.recorder.entry().failure == .clientAborted)
        }
    }

    @Test func `a spool that does not keep up stops both directions`() async throws {
        let sent = Counter()
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            let block = [UInt8](repeating: 0x61, count: 65536)
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(640 * block.count)\r\n\r\n")
            for _ in 0..<640 {
                try connection.send(block)
                sent.add(block.count)
            }
        }
        try await Proxy.run(to: origin, { $0.limits.bodyInMemory = 1000 }) { proxy in
            proxy.recorder.congest(spools: true)
            let download = Background { try proxy.get() }
            #expect(eventually(within: 20) { sent.count > 0 && sent.isStill })
            #expect(sent.count < Self.kernelBuffers)
            #expect(proxy.recorder.spooledByteCount < 2 << 20)
            proxy.recorder.drain()
            let response = try download.value()
            #expect(response.body.count == 640 * 65536 && response.endedCleanly)
            let body = try #require(try proxy.recorder.entry().exchange.response?.body)
            #expect(body.byteCount == 640 * 65536 && body.isCut)
        }
    }

    @Test func `a client that asks and asks without reading is not answered into memory`() async throws {
        let body = ByteBuffer(repeating: 0x61, count: 1_000_000)
        try await Proxy.run(to: nil, { $0.examples = [.of("a", target: "/", body: Body(body))] }) { proxy in
            let client = try proxy.client()
            try client.send(String(repeating: .get(), count: 200))
            _ = eventually(within: 20) {
                let before = proxy.recorder.entries.count
                return before > 0 && !eventually(within: 0.5) { proxy.recorder.entries.count != before }
            }
            #expect(proxy.recorder.entries.count < 30)
            for _ in 0..<200 { #expect(try client.readResponse().body.count == 1_000_000) }
        }
    }

    // MARK: Congestion

    @Test func `a congested recorder holds the next request back, reads no further, and lets go`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            _ = try client.readResponse()
            proxy.recorder.congest()
            let flood = Background {
                let other = try proxy.client()
                other.connection.patience = 1
                try other.send(String(repeating: .get(), count: 600_000))
            }
            try client.send(.get())
            #expect(!client.connection.isReadable(within: 0.3))
            #expect(origin.requests.count == 1)
            #expect(throws: RawFailure.self) { try flood.value() }
            proxy.recorder.drain()
            #expect(try client.readResponse().text == "x")
        }
    }

    @Test func `examples that changed on disk are loaded before the next answer`() async throws {
        let monitor = TestMonitor()
        try await Proxy.run(to: nil, { ($0.examples, $0.monitor) = ([.of("old", target: "/")], monitor) }) { proxy in
            let response = try proxy.get()
            #expect(response.text == "old")
            monitor.change { done in
                // On a thread of its own: other tests may hold all that tasks share for a while.
                Task(executorPreference: QueueExecutor()) {
                    try? await proxy.server.update { $0.replaceExamples([.of("new", target: "/")]) }
                    done()
                }
            }
            let client = try proxy.client()
            try client.send(.get())
            #expect(try client.readResponse().text == "new")
        }
    }

    final class TestMonitor: ExamplesMonitor {
        private let load = Mutex<(@Sendable (@escaping @Sendable () -> Void) -> Void)?>(nil)

        func change(_ load: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
            self.load.withLock { $0 = load }
        }

        func hasChanged() -> Bool { load.withLock { $0 != nil } }

        func reload(_ done: @escaping @Sendable () -> Void) {
            let load = load.withLock { load in
                defer { load = nil }
                return load
            }
            if let load { load(done) } else { done() }
        }
    }
}
