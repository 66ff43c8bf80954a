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
        for (index, piece) in pieces.enumerated() {
            if case .text(let piece) = piece, case .from(let first) = offsets {
                guard index + 1 < pieces.count else {
                    return text.count - piece.count >= first && text.suffix(piece.count).elementsEqual(piece)
                }
                // Before another gap the earliest place will do, and the search goes on from there.
                if case .anything = pieces[index + 1] {
                    guard let end = Self.firstEnd(of: piece, in: text, from: first) else { return false }
                    offsets = .one(end)
                    continue
                }
            }
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
        case (.text(let piece), _):
            let starts = flags(starts, text.count)
            var ends = [Bool](repeating: false, count: text.count + 1)
            var search = TextSearch(piece)
            while let end = search.nextEnd(in: text) { ends[end] = starts[end - piece.count] }
            return found(ends)
        case (.regex(let regex), _): return found(regex.ends(in: text, startingAt: flags(starts, text.count)))
        }
    }

    private static func firstEnd(of piece: [UInt8], in text: UnsafeRawBufferPointer, from first: Int) -> Int? {
        var search = TextSearch(piece, from: first)
        return search.nextEnd(in: text)
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
}

/// Knuth, Morris and Pratt's search: a text that repeats itself cannot make it slow.
private struct TextSearch {
    private let piece: [UInt8]
    /// For each length of a part that matched, the length of the longest shorter one that then still does.
    private var borders = [0]
    private var length = 0
    private var position: Int

    init(_ piece: [UInt8], from position: Int = 0) {
        self.piece = piece
        self.position = position
        borders.reserveCapacity(piece.count)
        var length = 0
        for byte in piece.dropFirst() {
            while length > 0, piece[length] != byte { length = borders[length - 1] }
            if piece[length] == byte { length += 1 }
            borders.append(length)
        }
    }

    /// Where the next occurrence ends; they may overlap.
    mutating func nextEnd(in text: UnsafeRawBufferPointer) -> Int? {
        while position < text.count {
            let byte = text[position]
            while length > 0, length == piece.count || piece[length] != byte { length = borders[length - 1] }
            if piece[length] == byte { length += 1 }
            position += 1
            if length == piece.count { return position }
        }
        return nil
    }
}
