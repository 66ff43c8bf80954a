/// Whether two paths are alike in one of the ways that need no variables: ids and spelling.
enum PathLikeness {
    /// Segments this long or longer count as ids.
    static let longSegment = 256
    /// Two segments are alike from this similarity on, in percent.
    static let similarity = 75

    /// A number with optional sign and decimals, a UUID, or a very long segment.
    static func isID(_ segment: ArraySlice<UInt8>) -> Bool {
        guard let first = segment.first else { return false }
        if segment.count >= longSegment { return true }
        if first.isDigit || first == UInt8(ascii: "-") || first == UInt8(ascii: "+") || first == UInt8(ascii: ".") {
            if isNumber(segment) { return true }
        }
        return isUUID(segment)
    }

    private static func isNumber(_ segment: ArraySlice<UInt8>) -> Bool {
        var rest = segment
        if let first = rest.first, first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { rest = rest.dropFirst() }
        let whole = rest.prefix { $0.isDigit }
        rest = rest[whole.endIndex...]
        guard let point = rest.first else { return !whole.isEmpty }
        guard point == UInt8(ascii: ".") else { return false }
        let decimals = rest.dropFirst()
        return !decimals.isEmpty && decimals.allSatisfy(\.isDigit)
    }

    private static func isUUID(_ segment: ArraySlice<UInt8>) -> Bool {
        guard segment.count == 36 else { return false }
        for (index, byte) in segment.enumerated() {
            if index == 8 || index == 13 || index == 18 || index == 23 {
                guard byte == UInt8(ascii: "-") else { return false }
            } else {
                guard byte.hexDigitValue != nil else { return false }
            }
        }
        return true
    }

    /// Whether all segments are equal but for ids that face ids. Both in lower case.
    static func isSameButForIDs(_ one: [ArraySlice<UInt8>], _ other: [ArraySlice<UInt8>]) -> Bool {
        guard one.count == other.count else { return false }
        for (left, right) in zip(one, other) where !left.elementsEqual(right) {
            guard isID(left), isID(right) else { return false }
        }
        return true
    }

    /// Whether every pair of segments is at least `similarity` percent alike. Both in lower case, without trailing
    /// slashes.
    static func isSpelledAlike(_ one: [ArraySlice<UInt8>], _ other: [ArraySlice<UInt8>]) -> Bool {
        guard one.count == other.count else { return false }
        for (left, right) in zip(one, other) where !left.elementsEqual(right) {
            guard isSpelledAlike(left, right) else { return false }
        }
        return true
    }

    private static func isSpelledAlike(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        guard max(one.count, other.count) < 4 * longSegment else { return false }
        let (left, right) = (scalars(one), scalars(other))
        let length = max(left.count, right.count)
        // Longer ones are ids, and equal or not.
        guard length > 0, length < longSegment else { return false }
        let most = allowedEdits(length)
        guard abs(left.count - right.count) <= most else { return false }
        return distance(left, right, most: most) <= most
    }

    /// The most edits that leave two texts alike: round(100·(n−e)/n) ≥ 75.
    static func allowedEdits(_ length: Int) -> Int {
        // Rounded to whole percent, so 74.5 will do.
        (length * (2 * (100 - similarity) + 1)) / 200
    }

    private static func scalars(_ bytes: ArraySlice<UInt8>) -> [UInt32] {
        if bytes.allSatisfy({ $0 < 0x80 }) { return bytes.map(UInt32.init) }
        return String(decoding: bytes, as: UTF8.self).unicodeScalars.map(\.value)
    }

    /// The Levenshtein distance, or more than `most` as soon as it is clear that it is more.
    private static func distance(_ one: [UInt32], _ other: [UInt32], most: Int) -> Int {
        var row = Array(0...other.count)
        for (index, scalar) in one.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            var least = row[0]
            for (place, candidate) in other.enumerated() {
                let replaced = diagonal + (scalar == candidate ? 0 : 1)
                diagonal = row[place + 1]
                row[place + 1] = min(replaced, min(row[place], row[place + 1]) + 1)
                least = min(least, row[place + 1])
            }
            if least > most { return most + 1 }
        }
        return row[other.count]
    }

    /// Which letters occur: two texts whose sets differ by more than twice the edits cannot be alike.
    static func signature(_ path: ArraySlice<UInt8>) -> UInt64 {
        var signature: UInt64 = 0
        for byte in path { signature |= 1 << UInt64(byte & 63) }
        return signature
    }
}
