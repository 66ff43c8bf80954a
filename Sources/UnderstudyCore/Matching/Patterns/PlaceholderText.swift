/// Finds typed placeholders in texts.
enum PlaceholderText {
    enum Piece: Sendable {
        case text([UInt8])
        case placeholder(ValuePattern.Placeholder)
    }

    /// A text cut at its placeholders; one piece of text or none when it has no placeholder.
    static func pieces(of text: [UInt8]) throws(ValuePattern.Fault) -> [Piece] {
        var pieces: [Piece] = []
        var literal: [UInt8] = []
        var count = 0
        var position = 0
        while let token = next(in: text, from: position) {
            literal += text[position..<token.lowerBound]
            if !literal.isEmpty { pieces.append(.text(literal)) }
            literal = []
            pieces.append(.placeholder(try placeholder(text[token])))
            count += 1
            guard count <= ValuePattern.placeholderLimit else {
                throw ValuePattern.Fault("a value holds more than \(ValuePattern.placeholderLimit) placeholders")
            }
            position = token.upperBound
        }
        literal += text[position...]
        if !literal.isEmpty { pieces.append(.text(literal)) }
        return pieces
    }

    /// Where the next typed placeholder stands, braces included.
    static func next(in text: [UInt8], from start: Int) -> Range<Int>? {
        var index = start
        while let open = text[index...].firstIndex(of: UInt8(ascii: "{")) {
            switch token(in: text, at: open) {
            case .placeholder(let end): return open..<end
            case .endless: return nil
            case .none: index = open + 1
            }
        }
        return nil
    }

    enum Token {
        /// A typed placeholder, and where it ends.
        case placeholder(end: Int)
        /// A regular expression that no braces end: it would reach to the end of the text, and so would every later one.
        case endless
        case none
    }

    /// What stands at an opening brace.
    static func token(in text: [UInt8], at open: Int) -> Token {
        if let end = VariableToken.end(text, open) {
            return isTyped(text[(open + 2)..<(end - 2)]) ? .placeholder(end: end) : .none
        }
        return text[open...].starts(with: regexOpening) ? .endless : .none
    }

    /// The end of a placeholder if the braces in it are paired: where braces of the text may follow at once, as in
    /// `{"n":{{regex:[0-9]{3}}}}`, the last two are not its own.
    static func balancedEnd(in text: [UInt8], at open: Int) -> Int? {
        var depth = 0
        var index = open + 2
        while index + 1 < text.count {
            switch text[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "}") where depth > 0: depth -= 1
            case UInt8(ascii: "}"): return text[index + 1] == UInt8(ascii: "}") ? index + 2 : nil
            default: break
            }
            index += 1
        }
        return nil
    }

    /// Whether any typed placeholder is in the text.
    static func isFound(in text: [UInt8]) -> Bool { next(in: text, from: 0) != nil }

    private static let regexOpening = Array("{{regex:".utf8)
    private static let regexPrefix = Array("regex:".utf8)
    private static let names = ["any", "string", "number", "uuid", "date", "absent"].map { Array($0.utf8) }

    private static func isTyped(_ name: ArraySlice<UInt8>) -> Bool {
        name.starts(with: regexPrefix) || names.contains { $0.elementsEqual(name) }
    }

    private static func placeholder(_ token: ArraySlice<UInt8>) throws(ValuePattern.Fault) -> ValuePattern.Placeholder {
        let name = String(decoding: token.dropFirst(2).dropLast(2), as: UTF8.self)
        switch name {
        case "any": return .any
        case "string": return .string
        case "number": return .number
        case "uuid": return .uuid
        case "date": return .date
        case "absent": return .absent
        default:
            let source = String(name.dropFirst(regexPrefix.count))
            do throws(LinearRegex.Fault) {
                return .regex(try LinearRegex(source))
            } catch {
                throw ValuePattern.Fault("{{regex:\(TextExcerpt.plain(source))}}: \(error)")
            }
        }
    }

    // MARK: What the names stand for in a text

    /// JSON's numbers, and zeros before them.
    static let number = known(#"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?"#)
    static let uuid = known("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
    /// The shapes that `DateText` takes. Inside a text the calendar is not asked.
    static let date = known(
        #"[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"#
            + #"|[0-9]{8}([Tt][0-9]{4}([0-9]{2}([.,][0-9]+)?)?([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?"#
            + "|[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} (GMT|UTC?|[+-][0-9]{4})")

    private static func known(_ pattern: String) -> LinearRegex {
        do {
            return try LinearRegex(pattern)
        } catch {
            preconditionFailure("a pattern of our own is refused: \(error)")
        }
    }
}
