/// Reads JSON tokens out of bytes. Knows each token's grammar and nothing of nesting, so that the parser (which
/// recurses) and the redactor (which must not) share it. Never reads past the end.
package struct JSONCursor {
    package let bytes: UnsafeRawBufferPointer
    package var position: Int

    /// Starts behind a byte order mark, which RFC 8259 §8.1 lets a reader ignore.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        let hasMark = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
        position = hasMark ? 3 : 0
    }

    package init(_ bytes: UnsafeRawBufferPointer, at position: Int) {
        self.bytes = bytes
        self.position = position
    }

    package struct Fault: Error {
        package let reason: StaticString
        package let position: Int
    }

    /// The next byte, or 0 at the end: 0 is not part of any token.
    @inline(__always) var current: UInt8 { position < bytes.count ? bytes[position] : 0 }

    @inline(__always) mutating func skipWhitespace() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    package func fault(_ reason: StaticString) -> Fault { Fault(reason: reason, position: position) }

    /// What a string token holds between its quotes.
    package struct Text {
        package let range: Range<Int>
        package let hasEscapes: Bool

        package init(range: Range<Int>, hasEscapes: Bool) {
            self.range = range
            self.hasEscapes = hasEscapes
        }
    }

    /// Takes a string token, `position` being at its opening quote.
    package mutating func string() throws(Fault) -> Text {
        let opening = position
        position += 1
        let start = position
        var hasEscapes = false
        while true {
            skipPlainText()
            guard position < bytes.count else {
                throw Fault(reason: "a string is not closed", position: opening)
            }
            switch bytes[position] {
            case UInt8(ascii: "\""):
                position += 1
                return Text(range: start..<(position - 1), hasEscapes: hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                try skipEscape()
            default:
                throw fault("a control character stands in a string without being escaped")
            }
        }
    }

    /// Eight bytes at a time to the next quote, backslash or control character.
    @inline(__always) private mutating func skipPlainText() {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        while position &+ 8 <= bytes.count {
            let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self))
            let quote = word ^ (ones &* 0x22)
            let slash = word ^ (ones &* 0x5C)
            // The classic "has a zero byte" and "has a byte below n" tests; the lowest hit is exact.
            let hits =
                ((quote &- ones) & ~quote | (slash &- ones) & ~slash | (word &- ones &* 0x20) & ~word) & highs
            if hits != 0 {
                position &+= hits.trailingZeroBitCount >> 3
                return
            }
            position &+= 8
        }
        while position < bytes.count {
            let byte = bytes[position]
            if byte == 0x22 || byte == 0x5C || byte < 0x20 { return }
            position += 1
        }
    }

    private mutating func skipEscape() throws(Fault) {
        position += 1
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                position += 1
                guard current.hexDigitValue != nil else { throw fault("\\u is not followed by four hex digits") }
            }
            position += 1
        default:
            throw fault("a backslash is followed by something that is no escape")
        }
    }

    /// Takes a number token.
    package mutating func number() throws(Fault) -> Range<Int> {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        guard current.isDigit else { throw fault("this is not a value") }
        if current == UInt8(ascii: "0") {
            position += 1
            if current.isDigit { throw fault("a number begins with a zero") }
        } else {
            skipDigits()
        }
        if current == UInt8(ascii: ".") {
            position += 1
            guard current.isDigit else { throw fault("a number has no digit after its point") }
            skipDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard current.isDigit else { throw fault("a number has no digit in its exponent") }
            skipDigits()
        }
        return start..<position
    }

    private mutating func skipDigits() {
        while current.isDigit { position += 1 }
    }

    /// Takes `true`, `false` or `null`.
    package mutating func literal(_ word: StaticString) throws(Fault) {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { throw fault("this is not a value") }
        for index in 0..<count where bytes[position + index] != word.utf8Start[index] {
            throw fault("this is not a value")
        }
        position += count
    }

    /// A string's text with its escapes undone, in UTF-8.
    func unescaped(_ text: Text) -> [UInt8] {
        Array(unsafeUninitializedCapacity: text.range.count) { space, count in
            count = unescape(text, into: UnsafeMutableRawBufferPointer(space))
        }
    }

    /// Writes a string's text with its escapes undone, which is never longer than it was. A surrogate without its
    /// partner (JavaScript writes such) becomes U+FFFD, because no UTF-8 text can hold it and one of them must not cost
    /// a whole file.
    ///
    /// - Parameter space: as long as the text or longer.
    /// - Returns: how many octets were written.
    package func unescape(_ text: Text, into space: UnsafeMutableRawBufferPointer) -> Int {
        var index = text.range.lowerBound
        let end = text.range.upperBound
        var count = 0
        while index < end {
            // Eight octets at a time while none is a backslash; there is room, because `count` never overtakes `index`.
            while index &+ 8 <= end {
                let word = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
                if (slash &- 0x0101_0101_0101_0101) & ~slash & 0x8080_8080_8080_8080 != 0 { break }
                space.storeBytes(of: word, toByteOffset: count, as: UInt64.self)
                index &+= 8
                count &+= 8
            }
            guard index < end else { break }
            let byte = bytes[index]
            guard byte == UInt8(ascii: "\\") else {
                space[count] = byte
                count += 1
                index += 1
                continue
            }
            let escape = bytes[index + 1]
            index += 2
            switch escape {
            case UInt8(ascii: "b"): space[count] = 0x08
            case UInt8(ascii: "f"): space[count] = 0x0C
            case UInt8(ascii: "n"): space[count] = 0x0A
            case UInt8(ascii: "r"): space[count] = 0x0D
            case UInt8(ascii: "t"): space[count] = 0x09
            case UInt8(ascii: "u"):
                for byte in UTF8.encode(scalar(&index, end)) ?? UTF8.encodedReplacementCharacter {
                    space[count] = byte
                    count += 1
                }
                continue
            default: space[count] = escape
            }
            count += 1
        }
        return count
    }

    /// The scalar of the four digits at `index`, with those of its low surrogate.
    private func scalar(_ index: inout Int, _ end: Int) -> Unicode.Scalar {
        var code = hex4(index)
        index += 4
        if code >= 0xD800 && code < 0xDC00, index + 6 <= end, bytes[index] == UInt8(ascii: "\\"),
            bytes[index + 1] == UInt8(ascii: "u")
        {
            let low = hex4(index + 2)
            if low >= 0xDC00 && low < 0xE000 {
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
                index += 6
            }
        }
        return Unicode.Scalar(code) ?? "\u{FFFD}"
    }

    private func hex4(_ index: Int) -> UInt32 {
        var code: UInt32 = 0
        for offset in 0..<4 { code = code << 4 | UInt32(bytes[index + offset].hexDigitValue ?? 0) }
        return code
    }
}

extension UInt8 {
    /// 0…15 for a hexadecimal digit of either case.
    var hexDigitValue: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x41...0x46: self - 0x41 + 10
        case 0x61...0x66: self - 0x61 + 10
        default: nil
        }
    }
}
