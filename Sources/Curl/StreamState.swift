import Synchronization

/// A raw connection's book-keeping, beside the `TransferState` that connected it.
///
/// `@unchecked Sendable`: what any thread may touch is in `outbox`; the rest is the engine's thread's alone.
final class StreamState: @unchecked Sendable {
    /// How long a TLS stream whose output ended waits for the peer's next byte, in milliseconds.
    static let lingerTime: Int64 = 5000
    /// A buffer larger than this is given back once it is empty.
    static let keptCapacity = 64 << 10

    private struct Outbox {
        /// What the engine has not fetched yet.
        var bytes: [UInt8] = []
        /// All that the system has not taken yet, fetched or not.
        var unsent = 0
        var isEnded = false
        var isFull = false
        /// A message to the engine is on its way.
        var isPosted = false
    }

    private let outbox = Mutex(Outbox())
    private let configuration: CurlStream.Configuration
    let sink: any CurlStreamSink

    var descriptor: Int32 = -1
    var isPlain = true
    /// Nothing of libcurl's stands between us and the socket any more.
    var isDirect = false
    /// Fetched from the outbox. It neither moves nor changes before all of it is sent: OpenSSL wants to see the same
    /// bytes again in the same place. SSL_write(3), WARNINGS.
    private(set) var sending: [UInt8] = []
    private(set) var sentCount = 0
    var isPaused = false
    var isWriteBlocked = false
    var isInputEnded = false
    var isOutputEnded = false
    /// In TLS: we said all, the peer cannot know, and may still speak.
    var isLingering = false

    init(_ configuration: CurlStream.Configuration, sink: any CurlStreamSink) {
        self.configuration = configuration
        self.sink = sink
    }

    var idleTimeout: Duration? { configuration.idleTimeout }

    /// Returns whether the engine must be told, and whether there is room for more.
    func append(_ bytes: UnsafeRawBufferPointer) -> (wakes: Bool, hasRoom: Bool) {
        outbox.withLock { outbox in
            guard !outbox.isEnded else { return (false, true) }
            outbox.bytes.append(contentsOf: bytes)
            outbox.unsent += bytes.count
            outbox.isFull = outbox.isFull || outbox.unsent >= configuration.highMark
            defer { outbox.isPosted = true }
            return (!outbox.isPosted, !outbox.isFull)
        }
    }

    func endOutput() -> Bool {
        outbox.withLock { outbox in
            outbox.isEnded = true
            defer { outbox.isPosted = true }
            return !outbox.isPosted
        }
    }

    /// Fetches what waits, when all that was fetched is sent. Returns whether nothing more will come behind it.
    func fetch() -> Bool {
        guard sentCount == sending.count else { return false }
        sending.removeAll(keepingCapacity: sending.capacity <= Self.keptCapacity)
        sentCount = 0
        return outbox.withLock { outbox in
            swap(&outbox.bytes, &sending)
            outbox.isPosted = false
            return outbox.isEnded
        }
    }

    /// The system took `count` bytes. Returns whether a writer who waits has room again.
    func sent(_ count: Int) -> Bool {
        sentCount += count
        return outbox.withLock { outbox in
            outbox.unsent -= count
            guard outbox.isFull, outbox.unsent <= configuration.lowMark else { return false }
            outbox.isFull = false
            return true
        }
    }
}
