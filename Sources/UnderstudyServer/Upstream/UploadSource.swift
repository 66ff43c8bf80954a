import Curl
import NIOCore
import Synchronization
import UnderstudyCore

/// A request body on its way from the event loop to the engine's thread, bounded on both sides.
final class UploadSource: CurlBodySource {
    /// What the loop is told.
    enum Notice {
        /// Upstream is ready for the body: a client that waits for `100 Continue` may send it.
        case wanted
        /// There is room again.
        case drained
    }

    private struct State {
        var chunks = CircularBuffer<ByteBuffer>()
        var waitingBytes = 0
        var isEnded = false
        var isAborted = false
        /// The engine asked and got nothing: it must be told when there is something.
        var isStarved = false
        var isFull = false
        var hasAsked = false
        /// What was given already, as long as it may be given again.
        var given: [ByteBuffer]? = []
        var givenBytes = 0
    }

    private let state = Mutex(State())
    private let limits: Limits
    private let isRepeatable: Bool
    private let notify: @Sendable (Notice) -> Void

    /// - Parameters:
    ///   - isRepeatable: whether the method may reach upstream twice (RFC 9110 §9.2.2).
    ///   - notify: called on the engine's thread.
    init(limits: Limits, isRepeatable: Bool, notify: @escaping @Sendable (Notice) -> Void) {
        self.limits = limits
        self.isRepeatable = isRepeatable
        self.notify = notify
    }

    /// Takes a chunk. Returns whether the transfer must be woken and whether the client may go on.
    func append(_ chunk: ByteBuffer) -> (wake: Bool, hasRoom: Bool) {
        state.withLock { state in
            state.chunks.append(chunk)
            state.waitingBytes += chunk.readableBytes
            state.isFull = state.isFull || state.waitingBytes >= limits.highWaterMark
            defer { state.isStarved = false }
            return (state.isStarved, !state.isFull)
        }
    }

    /// The body is whole. Returns whether the transfer must be woken.
    func end() -> Bool {
        state.withLock { state in
            state.isEnded = true
            defer { state.isStarved = false }
            return state.isStarved
        }
    }

    /// The client went away inside the body: upstream must not take what it got for the whole.
    func abort() -> Bool {
        state.withLock { state in
            state.isAborted = true
            defer { state.isStarved = false }
            return state.isStarved
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> CurlRead {
        let (answer, notices) = state.withLock { state -> (CurlRead, [Notice]) in
            var notices: [Notice] = []
            if !state.hasAsked {
                state.hasAsked = true
                notices.append(.wanted)
            }
            guard !state.isAborted else { return (.abort, notices) }
            guard var chunk = state.chunks.first else {
                if state.isEnded { return (.end, notices) }
                state.isStarved = true
                return (.pause, notices)
            }
            let count = min(chunk.readableBytes, buffer.count)
            let piece = chunk.readSlice(length: count) ?? ByteBuffer()
            piece.withUnsafeReadableBytes { buffer.copyMemory(from: $0) }
            if chunk.readableBytes == 0 {
                state.chunks.removeFirst()
            } else {
                state.chunks[state.chunks.startIndex] = chunk
            }
            state.waitingBytes -= count
            remember(piece, &state)
            if state.isFull, state.waitingBytes <= limits.lowWaterMark {
                state.isFull = false
                notices.append(.drained)
            }
            return (.bytes(count), notices)
        }
        for notice in notices { notify(notice) }
        return answer
    }

    private func remember(_ piece: ByteBuffer, _ state: inout State) {
        state.givenBytes += piece.readableBytes
        if isRepeatable, state.givenBytes <= limits.rewindableBody {
            state.given?.append(piece)
        } else {
            state.given = nil
        }
    }

    func rewind() -> Bool {
        state.withLock { state in
            if state.givenBytes == 0 { return true }
            guard let given = state.given else { return false }
            for piece in given.reversed() { state.chunks.prepend(piece) }
            state.waitingBytes += state.givenBytes
            state.given = []
            state.givenBytes = 0
            return true
        }
    }
}
