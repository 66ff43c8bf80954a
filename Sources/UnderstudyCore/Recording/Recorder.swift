public import NIOCore

/// Where exchanges go. The server knows no more of storage than this; all methods may be called from any thread.
public protocol Recorder: Sendable {
    /// Whether so much waits to be stored that connections should stop taking requests.
    var isCongested: Bool { get }

    /// Calls `resume` once, on any thread, as soon as there is room again (at once when there is).
    func whenDrained(_ resume: @escaping @Sendable () -> Void)

    /// Takes an exchange. With `committed`, that is called once the exchange is durable, with its number, or with
    /// `nil` when it could not be stored (recording is degraded): either way the caller goes on.
    func record(_ exchange: Exchange, savingExample: Bool, committed: (@Sendable (Int64?) -> Void)?)

    /// Takes calls that were answered here, those of one turn of a loop together. Nobody waits for them, so the ones
    /// that examples answered are only counted when they find no room.
    ///
    /// - Parameter leftOut: how many more examples have answered while the queue was full, by the mock server that was
    ///   called, under `""` all others: not even made, only counted.
    func record(calls: [Exchange], leftOut: [String: Int])

    /// A place for a body that is too large for memory.
    func makeSpool() -> any BodySpooling
}

/// Takes a large body chunk by chunk and keeps it in a file. Methods never block.
public protocol BodySpooling: AnyObject, Sendable {
    /// Takes a chunk. `false` means: taken, but give no more before `whenDrained` has called.
    func append(_ chunk: ByteBuffer) -> Bool
    /// Calls `resume` once, on any thread, when there is room again (at once when there is).
    func whenDrained(_ resume: @escaping @Sendable () -> Void)
    /// Ends the body. `completion` gets it on any thread; `contentType` tells the redaction what it is.
    func finish(contentType: String?, _ completion: @escaping @Sendable (Body) -> Void)
    /// Forgets the body and removes its file.
    func abandon()
}

/// Collects one message's body: in memory while small, then in a spool.
public struct BodyTee: Sendable {
    private let memoryLimit: Int
    private var bytes = ByteBuffer()
    private var spool: (any BodySpooling)?
    private(set) public var byteCount = 0

    public init(memoryLimit: Int) { self.memoryLimit = memoryLimit }

    /// Takes a chunk. Returns the spool when it is congested: wait for it before giving more.
    public mutating func append(_ chunk: ByteBuffer, to recorder: any Recorder) -> (any BodySpooling)? {
        byteCount += chunk.readableBytes
        if spool == nil, byteCount <= memoryLimit {
            // A first chunk is shared, not copied: most bodies have only one.
            if bytes.readableBytes == 0 { bytes = chunk } else { bytes.writeImmutableBuffer(chunk) }
            return nil
        }
        let target = spool ?? recorder.makeSpool()
        var hasRoom = true
        if spool == nil {
            spool = target
            if bytes.readableBytes > 0 { hasRoom = target.append(bytes) }
            bytes = ByteBuffer()
        }
        hasRoom = target.append(chunk) && hasRoom
        return hasRoom ? nil : target
    }

    /// Gives the whole body to `completion`: at once when it is in memory, else on any thread, later.
    public mutating func finish(contentType: String?, _ completion: @escaping @Sendable (Body) -> Void) {
        if let spool {
            self.spool = nil
            spool.finish(contentType: contentType, completion)
        } else {
            completion(Body(bytes))
        }
    }

    /// Whether `finish` will call back before it returns.
    public var isInMemory: Bool { spool == nil }

    public mutating func abandon() {
        spool?.abandon()
        spool = nil
        bytes = ByteBuffer()
    }
}
