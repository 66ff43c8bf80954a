import NIOCore
import UnderstudyCore

/// Writes a streamed response's content in its recorded pieces, each at its time. Used on the loop.
final class PacedContent {
    private let connection: ClientConnection
    private let loop: any EventLoop
    private let framing: ResponseFraming
    private let trailers: Fields
    private let speed: Double
    private let start = NIODeadline.now()
    private var content: ByteBuffer
    private var pieces: ArraySlice<Pace.Piece>
    private var timer: Scheduled<Void>?
    private var isOver = false
    /// Called once all is written.
    private let done: () -> Void

    init(
        _ content: ByteBuffer, _ pace: Pace, speed: Double, framing: ResponseFraming, trailers: Fields,
        on connection: ClientConnection, done: @escaping () -> Void
    ) {
        self.connection = connection
        loop = connection.loopContext.loop
        self.content = content
        pieces = pace.pieces[...]
        self.speed = speed
        self.framing = framing
        self.trailers = trailers
        self.done = done
    }

    /// Writes what is due, and again when more is.
    func proceed() {
        guard !isOver, timer == nil else { return }
        while let piece = pieces.first {
            guard connection.isWritable else { return }
            let due = start + .microseconds(Int64(min(Double(piece.at) * 1000 / speed, 1e12)))
            guard due <= .now() else {
                timer = loop.assumeIsolated().scheduleTask(deadline: due) { [weak self] in
                    self?.timer = nil
                    self?.proceed()
                }
                return
            }
            pieces = pieces.dropFirst()
            // An example that was edited by hand may be longer or shorter than its pieces.
            write(pieces.isEmpty ? content.readableBytes : min(piece.byteCount, content.readableBytes))
        }
        finish()
    }

    private func write(_ byteCount: Int) {
        guard let piece = content.readSlice(length: byteCount), byteCount > 0 else { return }
        var bytes = ByteBuffer()
        if framing == .chunked { ChunkedEncoder.write(piece, into: &bytes) } else { bytes = piece }
        connection.write(.byteBuffer(bytes))
        connection.flush()
    }

    private func finish() {
        // A write may make the channel writable again, which calls back from within it.
        guard !isOver else { return }
        isOver = true
        if framing == .chunked {
            var end = ByteBuffer()
            ChunkedEncoder.writeEnd(trailers: trailers, into: &end)
            connection.write(.byteBuffer(end))
        }
        connection.flush()
        done()
    }

    func cancel() {
        isOver = true
        timer?.cancel()
        timer = nil
    }
}
