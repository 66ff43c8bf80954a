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

    /// Whether all segments are equal but for ids that face ids. Both in lower case, without trailing slashes.
    static func isSameButForIDs(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        pairs(one, other) { left, right in
            left.elementsEqual(right) || (isID(Array(left)[...]) && isID(Array(right)[...]))
        }
    }

    /// Whether every pair of segments is at least `similarity` percent alike. Both in lower case, without trailing
    /// slashes. Allocates nothing for most paths: very many may be asked about.
    static func isSpelledAlike(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        pairs(one, other, isSegmentAlike)
    }

    static func isSpelledAlike(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
        pairs(one, other, isSegmentAlike)
    }

    private typealias Holds = (UnsafeBufferPointer<UInt8>, UnsafeBufferPointer<UInt8>) -> Bool

    private static func pairs(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>, _ holds: Holds) -> Bool {
        one.withUnsafeBufferPointer { one in other.withUnsafeBufferPointer { pairs(one, $0, holds) } }
    }

    /// Whether two paths have the same number of segments and each pair holds.
    private static func pairs(
        _ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>, _ holds: Holds
    ) -> Bool {
        let slash = UInt8(ascii: "/")
        var (left, right) = (one.first == slash ? 1 : 0, other.first == slash ? 1 : 0)
        while true {
            var (leftEnd, rightEnd) = (left, right)
            while leftEnd < one.count, one[leftEnd] != slash { leftEnd += 1 }
            while rightEnd < other.count, other[rightEnd] != slash { rightEnd += 1 }
            // One has more segments.
            guard (leftEnd == one.count) == (rightEnd == other.count),
                holds(
                    UnsafeBufferPointer(rebasing: one[left..<leftEnd]),
                    UnsafeBufferPointer(rebasing: other[right..<rightEnd]))
            else { return false }
            if leftEnd == one.count { return true }
            (left, right) = (leftEnd + 1, rightEnd + 1)
        }
    }

    private static func isSegmentAlike(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
        // What both begin and end with costs nothing.
        var (start, oneEnd, otherEnd) = (0, one.count, other.count)
        while start < oneEnd, start < otherEnd, one[start] == other[start] { start += 1 }
        while oneEnd > start, otherEnd > start, one[oneEnd - 1] == other[otherEnd - 1] {
            (oneEnd, otherEnd) = (oneEnd - 1, otherEnd - 1)
        }
        guard start < oneEnd || start < otherEnd else { return true }
        if one.contains(where: { $0 >= 0x80 }) || other.contains(where: { $0 >= 0x80 }) {
            return isTextAlike(String(decoding: one, as: UTF8.self), String(decoding: other, as: UTF8.self))
        }
        let length = max(one.count, other.count)
        // Longer ones are ids, and equal or not.
        guard length < longSegment else { return false }
        let most = allowedEdits(length)
        let (left, right) = (oneEnd - start, otherEnd - start)
        // The first and the last of what is left differ.
        guard abs(left - right) <= most else { return false }
        if most <= 1 || left == 0 || right == 0 { return max(left, right) <= most }
        return distance(
            UnsafeBufferPointer(rebasing: one[start..<oneEnd]), UnsafeBufferPointer(rebasing: other[start..<otherEnd]),
            most: most) <= most
    }

    /// By Unicode scalars.
    private static func isTextAlike(_ one: String, _ other: String) -> Bool {
        let (left, right) = (Array(one.unicodeScalars), Array(other.unicodeScalars))
        let length = max(left.count, right.count)
        guard length < longSegment else { return false }
        let most = allowedEdits(length)
        guard abs(left.count - right.count) <= most else { return false }
        return left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { distance(left, $0, most: most) }
        } <= most
    }

    /// The most edits that leave two texts alike: round(100·(n−e)/n) ≥ 75.
    static func allowedEdits(_ length: Int) -> Int {
        // Rounded to whole percent, so 74.5 will do.
        (length * (2 * (100 - similarity) + 1)) / 200
    }

    /// The Levenshtein distance, or more than `most` as soon as it is clear that it is more.
    private static func distance<Element: Equatable>(
        _ one: UnsafeBufferPointer<Element>, _ other: UnsafeBufferPointer<Element>, most: Int
    ) -> Int {
        withUnsafeTemporaryAllocation(of: Int.self, capacity: other.count + 1) { row in
            for place in 0...other.count { row.initializeElement(at: place, to: place) }
            for (index, element) in one.enumerated() {
                var diagonal = row[0]
                row[0] = index + 1
                var least = row[0]
                for (place, candidate) in other.enumerated() {
                    let replaced = diagonal + (element == candidate ? 0 : 1)
                    diagonal = row[place + 1]
                    row[place + 1] = min(replaced, min(row[place], row[place + 1]) + 1)
                    least = min(least, row[place + 1])
                }
                if least > most { return most + 1 }
            }
            return row[other.count]
        }
    }
}
