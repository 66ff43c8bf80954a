/// Reads the tokens of a GraphQL document. Blanks, line ends, commas, comments and the byte order mark are no tokens.
/// Source: <https://spec.graphql.org/October2021/#sec-Language.Source-Text>
struct GraphQLLexer {
    enum Token: Sendable, Equatable {
        case punctuator(UInt8)
        case spread
        case name([UInt8])
        /// As written.
        case number([UInt8])
        /// The value of a string or block string.
        case string([UInt8])
    }

    private let bytes: [UInt8]
    private var position = 0

    init(_ text: some Collection<UInt8>) { bytes = Array(text) }

    /// `nil` when the text is no sequence of tokens.
    static func tokens(_ text: some Collection<UInt8>) -> [Token]? {
        var lexer = GraphQLLexer(text)
        var tokens: [Token] = []
        while lexer.skipIgnored() {
            guard let token = lexer.token() else { return nil }
            tokens.append(token)
        }
        return tokens
    }

    /// False at the end.
    private mutating func skipIgnored() -> Bool {
        while position < bytes.count {
            switch bytes[position] {
            case 0x09, 0x0A, 0x0D, 0x20, UInt8(ascii: ","): position += 1
            case UInt8(ascii: "#"):
                while position < bytes.count, bytes[position] != 0x0A, bytes[position] != 0x0D { position += 1 }
            case 0xEF where bytes[position...].starts(with: [0xEF, 0xBB, 0xBF]): position += 3
            default: return true
            }
        }
        return false
    }

    private mutating func token() -> Token? {
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "!"), UInt8(ascii: "$"), UInt8(ascii: "&"), UInt8(ascii: "("), UInt8(ascii: ")"),
            UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "@"), UInt8(ascii: "["), UInt8(ascii: "]"),
            UInt8(ascii: "{"), UInt8(ascii: "|"), UInt8(ascii: "}"):
            position += 1
            return .punctuator(byte)
        case UInt8(ascii: "."):
            guard bytes[position...].starts(with: "...".utf8) else { return nil }
            position += 3
            return .spread
        case UInt8(ascii: "\""):
            return bytes[position...].starts(with: "\"\"\"".utf8) ? blockString() : string()
        case UInt8(ascii: "-"), 0x30...0x39: return number()
        default:
            guard byte.isNameStart else { return nil }
            let start = position
            while position < bytes.count, bytes[position].isNameStart || bytes[position].isDigit { position += 1 }
            return .name(Array(bytes[start..<position]))
        }
    }

    /// Digits, sign, point and exponent; what no JSON number is, no GraphQL number is either.
    private mutating func number() -> Token? {
        let range = bytes.withUnsafeBytes { bytes in
            var cursor = JSONCursor(bytes, at: position)
            return try? cursor.number()
        }
        guard let range else { return nil }
        position = range.upperBound
        if position < bytes.count, bytes[position].isNameStart || bytes[position] == UInt8(ascii: ".") { return nil }
        return .number(Array(bytes[range]))
    }

    private mutating func string() -> Token? {
        position += 1
        var value: [UInt8] = []
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return .string(value)
            case 0x0A, 0x0D: return nil
            case UInt8(ascii: "\\"): guard escape(into: &value) else { return nil }
            default: value.append(byte)
            }
        }
        return nil
    }

    private mutating func escape(into value: inout [UInt8]) -> Bool {
        guard position < bytes.count else { return false }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): value.append(byte)
        case UInt8(ascii: "b"): value.append(0x08)
        case UInt8(ascii: "f"): value.append(0x0C)
        case UInt8(ascii: "n"): value.append(0x0A)
        case UInt8(ascii: "r"): value.append(0x0D)
        case UInt8(ascii: "t"): value.append(0x09)
        case UInt8(ascii: "u"):
            guard let scalar = unicodeEscape(), let encoded = UTF8.encode(scalar) else { return false }
            value.append(contentsOf: encoded)
        default: return false
        }
        return true
    }

    /// Behind `\u`: four digits, a pair of such, or `{…}`.
    private mutating func unicodeEscape() -> Unicode.Scalar? {
        if position < bytes.count, bytes[position] == UInt8(ascii: "{") {
            position += 1
            guard let value = hex(atMost: 6), position < bytes.count, bytes[position] == UInt8(ascii: "}") else {
                return nil
            }
            position += 1
            return Unicode.Scalar(value)
        }
        guard let high = hex(exactly: 4) else { return nil }
        guard high & 0xFC00 == 0xD800 else { return Unicode.Scalar(high) }
        guard bytes[position...].starts(with: "\\u".utf8) else { return nil }
        position += 2
        guard let low = hex(exactly: 4), low & 0xFC00 == 0xDC00 else { return nil }
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func hex(exactly count: Int) -> UInt32? {
        let start = position
        let value = hex(atMost: count)
        return position - start == count ? value : nil
    }

    private mutating func hex(atMost limit: Int) -> UInt32? {
        var value: UInt32?
        let end = min(position + limit, bytes.count)
        while position < end, let digit = bytes[position].hexDigitValue {
            value = (value ?? 0) << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    private mutating func blockString() -> Token? {
        position += 3
        var raw: [UInt8] = []
        while position < bytes.count {
            let rest = bytes[position...]
            if rest.starts(with: "\"\"\"".utf8) {
                position += 3
                return .string(Self.blockStringValue(raw))
            }
            if rest.starts(with: "\\\"\"\"".utf8) {
                raw += Array("\"\"\"".utf8)
                position += 4
            } else {
                raw.append(bytes[position])
                position += 1
            }
        }
        return nil
    }

    /// Without common indentation and without blank lines at both ends.
    /// Source: <https://spec.graphql.org/October2021/#BlockStringValue()>
    private static func blockStringValue(_ raw: [UInt8]) -> [UInt8] {
        var lines: [ArraySlice<UInt8>] = []
        var start = 0
        for (index, byte) in raw.enumerated() where byte == 0x0A || byte == 0x0D {
            // A CR that an LF follows ends no line of its own.
            if byte == 0x0D, index + 1 < raw.count, raw[index + 1] == 0x0A { continue }
            let hasReturn = byte == 0x0A && index > start && raw[index - 1] == 0x0D
            lines.append(raw[start..<(hasReturn ? index - 1 : index)])
            start = index + 1
        }
        lines.append(raw[start...])
        let indent = lines.dropFirst().compactMap { line in
            line.firstIndex { !$0.isBlank }.map { $0 - line.startIndex }
        }.min()
        if let indent {
            for index in lines.indices.dropFirst() { lines[index] = lines[index].dropFirst(indent) }
        }
        let isFilled = { (line: ArraySlice<UInt8>) in line.contains { !$0.isBlank } }
        guard let first = lines.firstIndex(where: isFilled), let last = lines.lastIndex(where: isFilled) else {
            return []
        }
        return Array(lines[first...last].joined(separator: [0x0A]))
    }
}

extension UInt8 {
    /// A letter or underscore.
    fileprivate var isNameStart: Bool { self == 0x5F || (asciiLowercased >= 0x61 && asciiLowercased <= 0x7A) }
    fileprivate var isBlank: Bool { self == 0x20 || self == 0x09 }
}
