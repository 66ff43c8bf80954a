import Synchronization
import TestSupport
import Testing

@testable import Curl

/// A socket set that counts. It is the engine's thread that uses it; the count may be read from anywhere.
final class CountingSocketSet: SocketSet {
    final class Counts: Sendable {
        let waits = Mutex(0)
        let updates = Mutex(0)
    }

    let counts = Counts()
    private let base: any SocketSet
    init(_ base: any SocketSet) { self.base = base }
    var waker: Waker { base.waker }

    func update(_ descriptor: Int32, from previous: SocketInterest, to interest: SocketInterest) -> Bool {
        counts.updates.withLock { $0 += 1 }
        return base.update(descriptor, from: previous, to: interest)
    }

    func wait(milliseconds: Int32, events: inout [SocketEvent]) {
        counts.waits.withLock { $0 += 1 }
        base.wait(milliseconds: milliseconds, events: &events)
    }
}

@Suite struct `An idle engine` {
    /// A kept socket that speaks while nobody listens would be ready for ever.
    @Test(arguments: [0, 1])
    func `does not spin on a connection that speaks or ends`(index: Int) throws {
        let sets = try `Socket sets`.all()
        let sockets = CountingSocketSet(sets[index % sets.count])
        let (counts, engine) = (sockets.counts, try CurlEngine(.init(), sockets: sockets, turnEnded: {}))
        let hasEnded = Mutex(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send(.ok("x"))
            _ = connection.isReadable(within: 0.1)
            try connection.send("noise")
            connection.close()
            hasEnded.withLock { $0 = true }
        }
        #expect(try engine.fetch(port: origin.port).recorder.text == "x")
        #expect(eventually { hasEnded.withLock { $0 } })
        let before = counts.waits.withLock { $0 }
        #expect(!eventually(within: 0.3) { counts.waits.withLock { $0 } > before + 10 })
        #expect(try engine.fetch(port: origin.port).recorder.text == "x", "on a new connection")
        engine.stop()
    }

    @Test(arguments: [0, 1])
    func `needs no change of its socket set for a kept connection`(index: Int) throws {
        let sets = try `Socket sets`.all()
        let sockets = CountingSocketSet(sets[index % sets.count])
        let (counts, engine) = (sockets.counts, try CurlEngine(.init(), sockets: sockets, turnEnded: {}))
        let origin = try RawOrigin(responses: [.ok("x")])
        _ = try engine.fetch(port: origin.port)
        let before = counts.updates.withLock { $0 }
        for _ in 0..<20 { _ = try engine.fetch(port: origin.port) }
        #expect(counts.updates.withLock { $0 } == before)
        engine.stop()
    }
}
