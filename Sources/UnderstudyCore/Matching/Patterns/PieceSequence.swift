/// Texts and placeholders in a row, matched against a whole value in time in proportion to its length and the number
/// of pieces: after each piece the set of offsets is known that the pieces so far can end at.
struct PieceSequence: Sendable {
    private enum Piece: Sendable {
        case text([UInt8])
        case anything
        case regex(LinearRegex)
    }

    /// Offsets into a value.
    private enum Offsets {
        case one(Int)
        case from(Int)
        case flags([Bool])
    }

    private let pieces: [Piece]

    init(_ pieces: [PlaceholderText.Piece]) throws(ValuePattern.Fault) {
        self.pieces = try pieces.map { piece throws(ValuePattern.Fault) -> Piece in
            switch piece {
            case .text(let text): return .text(text)
            case .placeholder(.any), .placeholder(.string): return .anything
            case .placeholder(.number): return .regex(PlaceholderText.number)
            case .placeholder(.uuid): return .regex(PlaceholderText.uuid)
            case .placeholder(.date): return .regex(PlaceholderText.date)
            case .placeholder(.regex(let regex)): return .regex(regex)
            case .placeholder(.absent): throw ValuePattern.Fault("{{absent}} must be the whole value")
            }
        }
    }

    func matches(_ text: UnsafeRawBufferPointer) -> Bool {
        var offsets = Offsets.one(0)
        for piece in pieces {
            guard let next = Self.offsets(after: piece, startingAt: offsets, in: text) else { return false }
            offsets = next
        }
        switch offsets {
        case .one(let offset): return offset == text.count
        case .from: return true
        case .flags(let flags): return flags[text.count]
        }
    }

    /// `nil` when the piece is nowhere.
    private static func offsets(
        after piece: Piece, startingAt starts: Offsets, in text: UnsafeRawBufferPointer
    ) -> Offsets? {
        switch (piece, starts) {
        case (.anything, .one(let first)), (.anything, .from(let first)): return .from(first)
        case (.anything, .flags(let flags)): return flags.firstIndex(of: true).map { .from($0) }
        case (.text(let piece), .one(let start)):
            let end = start + piece.count
            guard end <= text.count, text[start..<end].elementsEqual(piece) else { return nil }
            return .one(end)
        case (.text(let piece), _): return found(ends(of: piece, in: text, startingAt: flags(starts, text.count)))
        case (.regex(let regex), _): return found(regex.ends(in: text, startingAt: flags(starts, text.count)))
        }
    }

    private static func found(_ flags: [Bool]) -> Offsets? { flags.contains(true) ? .flags(flags) : nil }

    private static func flags(_ offsets: Offsets, _ count: Int) -> [Bool] {
        switch offsets {
        case .flags(let flags): return flags
        case .one(let offset):
            var flags = [Bool](repeating: false, count: count + 1)
            flags[offset] = true
            return flags
        case .from(let first):
            return [Bool](repeating: false, count: first) + [Bool](repeating: true, count: count + 1 - first)
        }
    }

    /// Knuth, Morris and Pratt's search: a text that repeats itself cannot make it slow.
    private static func ends(of piece: [UInt8], in text: UnsafeRawBufferPointer, startingAt starts: [Bool]) -> [Bool] {
        var borders = [0]
        borders.reserveCapacity(piece.count)
        var length = 0
        for byte in piece.dropFirst() {
            while length > 0, piece[length] != byte { length = borders[length - 1] }
            if piece[length] == byte { length += 1 }
            borders.append(length)
        }
        var ends = [Bool](repeating: false, count: text.count + 1)
        length = 0
        for index in text.indices {
            while length > 0, length == piece.count || piece[length] != text[index] { length = borders[length - 1] }
            if piece[length] == text[index] { length += 1 }
            if length == piece.count, starts[index + 1 - length] { ends[index + 1] = true }
        }
        return ends
    }
}
