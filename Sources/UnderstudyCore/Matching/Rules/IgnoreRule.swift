/// A part of requests that is left out when they are compared, written `header:NAME`, `query:NAME`, `form:NAME` or
/// `json:$.path`.
///
/// A name that begins or ends with a blank or holds a comma stands in quotes: `form:"a, b"`. Header names are compared
/// without regard to case, the others exactly. `form:` is also for the parts of a multipart form.
public enum IgnoreRule: Sendable, Hashable, CustomStringConvertible {
    case header(String)
    case query(String)
    case form(String)
    case json(JSONSelector)

    public init(_ text: String) throws(RuleError) {
        guard let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) else { throw Self.unknown(text) }
        let rest = text[text.utf8.index(after: colon)...]
        switch text[..<colon] {
        case "header": self = .header(try Self.name(rest, in: text))
        case "query": self = .query(try Self.name(rest, in: text))
        case "form": self = .form(try Self.name(rest, in: text))
        case "json":
            do throws(RuleError) {
                self = .json(try JSONSelector(String(rest)))
            } catch {
                throw RuleError(reason: "\(TextExcerpt.plain(text)): \(error.reason)")
            }
        default: throw Self.unknown(text)
        }
    }

    private static func unknown(_ text: String) -> RuleError {
        RuleError(
            reason: "“\(TextExcerpt.plain(text))” is none of header:NAME, query:NAME, form:NAME and json:$.path")
    }

    private static func name(_ text: Substring, in rule: String) throws(RuleError) -> String {
        let bytes = text.utf8
        let isQuoted = bytes.count >= 2 && bytes.first == UInt8(ascii: "\"") && bytes.last == UInt8(ascii: "\"")
        let name = isQuoted ? String(text.dropFirst().dropLast()) : String(text)
        guard !name.isEmpty else { throw RuleError(reason: "\(TextExcerpt.plain(rule)) names nothing") }
        return name
    }

    /// Rules in a row, separated by commas. Blanks around a rule and empty ones are passed over; commas in brackets and
    /// quotes belong to their rule.
    public static func list(_ text: String) throws(RuleError) -> [IgnoreRule] {
        var rules: [IgnoreRule] = []
        for piece in pieces(of: Array(text.utf8)) where !piece.isEmpty {
            rules.append(try IgnoreRule(String(decoding: piece, as: UTF8.self)))
        }
        return rules
    }

    private static func pieces(of text: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var start = 0
        var depth = 0
        var quote: UInt8?
        var previous: UInt8 = 0
        for (index, byte) in text.enumerated() {
            if let open = quote {
                if byte == open, previous != UInt8(ascii: "\\") { quote = nil }
            } else {
                switch byte {
                // An apostrophe in a name opens nothing.
                case UInt8(ascii: "\""), UInt8(ascii: "'"):
                    if depth > 0 || previous == UInt8(ascii: ":") { quote = byte }
                case UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "]"): depth = max(depth - 1, 0)
                case UInt8(ascii: ",") where depth == 0:
                    pieces.append(text[start..<index].trimmingBlanks)
                    start = index + 1
                default: break
                }
            }
            previous = byte
        }
        return pieces + [text[start...].trimmingBlanks]
    }

    public var description: String {
        switch self {
        case .header(let name): "header:\(Self.spelled(name))"
        case .query(let name): "query:\(Self.spelled(name))"
        case .form(let name): "form:\(Self.spelled(name))"
        case .json(let selector): "json:\(selector)"
        }
    }

    private static func spelled(_ name: String) -> String {
        let isPlain =
            !name.utf8.contains(UInt8(ascii: ",")) && !name.utf8.contains(UInt8(ascii: "\""))
            && name.utf8.first != 0x20 && name.utf8.last != 0x20
        return isPlain ? name : "\"\(name)\""
    }

    /// Whether fields of that name are left out.
    public func ignores(header name: some Collection<UInt8>) -> Bool {
        guard case .header(let ignored) = self else { return false }
        return ignored.utf8.count == name.count
            && ignored.utf8.elementsEqual(name) { $0.asciiLowercased == $1.asciiLowercased }
    }

    /// Whether query parameters of that decoded name are left out.
    public func ignores(query name: some Collection<UInt8>) -> Bool {
        guard case .query(let ignored) = self else { return false }
        return ignored.utf8.elementsEqual(name)
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks and line breaks at both ends.
    var trimmingBlanks: ArraySlice<UInt8> {
        var rest = self
        while let first = rest.first, first == 0x20 || (0x09...0x0D).contains(first) { rest.removeFirst() }
        while let last = rest.last, last == 0x20 || (0x09...0x0D).contains(last) { rest.removeLast() }
        return rest
    }
}
