public import NIOCore
public import UnderstudyCore

/// Collects one message's body while it streams: in memory at first, in a file when it grows, cut at the limit.
///
/// Used by one thread at a time (its event loop) and never blocks it.
public final class BodySpool {
    /// Turns a finished body into what may be kept of it (redaction); `nil` keeps it as it is.
    public typealias Rewrite = @Sendable (ByteBuffer) -> ByteBuffer?

    private enum Place {
        case memory(ByteBuffer)
        case file(SpoolFile)
        case done
    }

    private let spooler: BodySpooler
    private var place = Place.memory(ByteBuffer())
    private var keptByteCount = 0
    /// Octets seen so far, kept or not.
    public private(set) var byteCount = 0

    init(spooler: BodySpooler) { self.spooler = spooler }

    deinit { abandon() }

    /// Takes a chunk; past `Limits.recordedBody` it is only counted.
    ///
    /// - Returns: whether too much waits for the disk: stop reading until `BodySpooler.whenDrained` calls back.
    @discardableResult
    public func append(_ chunk: ByteBuffer) -> Bool {
        byteCount += chunk.readableBytes
        let room = spooler.limits.recordedBody - keptByteCount
        guard room > 0, let kept = chunk.getSlice(at: chunk.readerIndex, length: min(room, chunk.readableBytes))
        else { return spooler.isCongested }
        keptByteCount += kept.readableBytes
        switch place {
        case .memory(var bytes):
            if keptByteCount <= spooler.limits.bodyInMemory {
                place = .done  // so that `bytes` is the only reference and grows in place
                bytes.writeImmutableBuffer(kept)
                place = .memory(bytes)
                return false
            }
            let file = SpoolFile()
            place = .file(file)
            if bytes.readableBytes > 0 { spooler.enqueue(.write(bytes, file)) }
            spooler.enqueue(.write(kept, file))
        case .file(let file):
            spooler.enqueue(.write(kept, file))
        case .done:
            break
        }
        return spooler.isCongested
    }

    /// Ends the body and hands it over, once: at once on the caller's thread when it is in memory, else on the
    /// spooler's thread after the file has its name. A full disk gives a cut body, not an error.
    ///
    /// - Parameter rewrite: applied to a body in a file, on the spooler's thread; bodies in memory are the caller's.
    public func finish(rewrite: Rewrite? = nil, completion: @escaping @Sendable (Body) -> Void) {
        switch place {
        case .memory(let bytes):
            completion(Body(.memory(bytes), byteCount: byteCount))
        case .file(let file):
            spooler.enqueue(.finish(file, byteCount: byteCount, rewrite: rewrite, completion))
        case .done:
            completion(Body(.memory(ByteBuffer()), byteCount: byteCount))
        }
        place = .done
    }

    /// Forgets what was collected and removes its file.
    public func abandon() {
        if case .file(let file) = place { spooler.enqueue(.abandon(file)) }
        place = .done
    }
}
