#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// `{{name}}`: two braces, a name without braces, two braces. `{{regex:…}}` alone may hold braces, as `[0-9]{3}` does,
/// but not two opening ones: `{{regex:{{pattern}}}}` is an expression once the variable inside is replaced.
public enum VariableToken {
    private static let open = UInt8(ascii: "{"), close = UInt8(ascii: "}")
    private static let regex: StaticString = "regex:"

    /// The end of a token that starts at `index`, or `nil`.
    public static func end(_ bytes: [UInt8], _ index: Int) -> Int? {
        bytes.withUnsafeBytes { end(of: index, in: $0) }
    }

    /// The first token at or behind `start`; of tokens inside each other the innermost. O(bytes) for all of them.
    static func next(in bytes: UnsafeRawBufferPointer, from start: Int) -> Range<Int>? {
        var position = start
        while let opening = nextOpening(in: bytes, from: position) {
            if let end = end(of: opening, in: bytes) { return opening..<end }
            position = opening + 1
        }
        return nil
    }

    /// Where the next two opening braces stand.
    static func nextOpening(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        var position = start
        while position + 1 < bytes.count {
            guard let found = memchr(base + position, Int32(open), bytes.count - 1 - position) else { return nil }
            position = UnsafeRawPointer(found) - base
            if bytes[position + 1] == open { return position }
            position += 2
        }
        return nil
    }

    /// The end of the token whose opening braces stand at `start`, or `nil`.
    static func end(of start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        guard start + 4 <= bytes.count, bytes[start] == open, bytes[start + 1] == open else { return nil }
        if hasPrefix(regex, at: start + 2, in: bytes) {
            return expressionEnd(from: start + 2 + regex.utf8CodeUnitCount, in: bytes)
        }
        var end = start + 2
        while end < bytes.count, bytes[end] != open, bytes[end] != close { end += 1 }
        guard end + 1 < bytes.count, bytes[end] == close, bytes[end + 1] == close else { return nil }
        return end + 2
    }

    /// What stands between a token's braces.
    static func name(_ token: Range<Int>, in bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes[(token.lowerBound + 2)..<(token.upperBound - 2)], as: UTF8.self)
    }

    static func hasPrefix(_ prefix: StaticString, at start: Int, in bytes: UnsafeRawBufferPointer) -> Bool {
        guard start + prefix.utf8CodeUnitCount <= bytes.count else { return false }
        return (0..<prefix.utf8CodeUnitCount).allSatisfy { bytes[start + $0] == prefix.utf8Start[$0] }
    }

    /// Ends at the last two of a run of closing braces.
    private static func expressionEnd(from start: Int, in bytes: UnsafeRawBufferPointer) -> Int? {
        var end = start
        while end + 1 < bytes.count {
            let (byte, following) = (bytes[end], bytes[end + 1])
            if byte == close, following == close, end + 2 == bytes.count || bytes[end + 2] != close { return end + 2 }
            // Were it read over, a text of many unclosed beginnings would be read to its end from each of them.
            if byte == open, following == open { return nil }
            end += 1
        }
        return nil
    }
}
