import Hummingbird
import NIOCore
import UnderstudyStore

/// A body that goes to its client piece by piece, so that a large one is never in memory as a whole.
final class BodyPieces: Sendable {
    /// Octets read at a time.
    static let pieceLimit = 128 << 10

    private let reader: BodyReader
    private let range: Range<Int>
    private let threads: BlockingWork
    /// Given up when the answer has been sent, or is dropped unsent.
    private let seats: [Seats.Seat]

    var byteCount: Int { range.count }

    init(_ reader: BodyReader, _ range: Range<Int>, on threads: BlockingWork, holding seats: [Seats.Seat]) {
        self.reader = reader
        self.range = range
        self.threads = threads
        self.seats = seats
    }

    private struct Shortened: Error {}

    func write(to writer: inout any ResponseBodyWriter) async throws {
        defer { withExtendedLifetime(seats) {} }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let (start, count) = (offset, min(Self.pieceLimit, range.upperBound - offset))
            let piece = try await threads.run { [reader] in try reader.piece(at: start, count: count) }
            // More was promised: only a broken connection says so.
            guard piece.readableBytes > 0 else { throw Shortened() }
            offset += piece.readableBytes
            try await writer.write(piece)
        }
        try await writer.finish(nil)
    }
}
