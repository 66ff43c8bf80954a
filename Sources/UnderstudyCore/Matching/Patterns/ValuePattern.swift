public import NIOCore

/// What a saved value means: itself, or every value of a kind.
///
/// `{{any}}`, `{{string}}`, `{{number}}`, `{{uuid}}`, `{{date}}`, `{{regex:…}}` and `{{absent}}` are understood when they
/// are the whole value; all but the last also inside a text (`order-{{number}}`), which then is a pattern for the whole
/// value. Any other `{{name}}` is text like any other.
public struct ValuePattern: Sendable, Hashable, CustomStringConvertible {
    /// Placeholders in one value.
    public static let placeholderLimit = 100

    /// Why a value cannot be a pattern: one sentence without a full stop.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String

        init(_ description: String) { self.description = description }
    }

    /// The kinds that have a name.
    enum Placeholder: Sendable {
        case any, string, number, uuid, date, absent
        case regex(LinearRegex)
    }

    private enum Meaning: Sendable {
        case literal
        case placeholder(Placeholder)
        case mixed(PieceSequence)
    }

    /// The value as written.
    public let description: String
    private let meaning: Meaning

    /// - Throws: when a regular expression is refused, `{{absent}}` is only a part, or there are too many placeholders.
    public init(_ text: String) throws(Fault) {
        description = text
        let pieces = try PlaceholderText.pieces(of: Array(text.utf8))
        switch pieces.count {
        case 0: meaning = .literal
        case 1:
            if case .placeholder(let placeholder) = pieces[0] {
                meaning = .placeholder(placeholder)
            } else {
                meaning = .literal
            }
        default: meaning = .mixed(try PieceSequence(pieces))
        }
    }

    private init(_ placeholder: Placeholder, _ description: String) {
        meaning = .placeholder(placeholder)
        self.description = description
    }

    public static let absent = ValuePattern(.absent, "{{absent}}")
    public static let any = ValuePattern(.any, "{{any}}")

    /// Whether only the very same text matches.
    public var isLiteral: Bool { if case .literal = meaning { true } else { false } }

    /// Whether it asks for the value not to be there.
    public var isAbsent: Bool { if case .placeholder(.absent) = meaning { true } else { false } }

    var isAny: Bool { if case .placeholder(.any) = meaning { true } else { false } }

    /// Whether a field's, parameter's or form's value matches; `nil` when it is not there, which only `{{absent}}`
    /// matches.
    public func matches(text: UnsafeRawBufferPointer?) -> Bool {
        guard let text else { return isAbsent }
        switch meaning {
        case .literal: return text.elementsEqual(description.utf8)
        case .mixed(let pieces): return pieces.matches(text)
        case .placeholder(let placeholder):
            switch placeholder {
            case .any, .string: return true
            case .absent: return false
            case .number: return PlaceholderText.number.matches(text)
            case .uuid: return PlaceholderText.uuid.matches(text)
            case .date: return DateText.isDate(text)
            case .regex(let regex): return regex.matches(text)
            }
        }
    }

    public func matches(text: [UInt8]?) -> Bool {
        guard let text else { return isAbsent }
        return text.withUnsafeBytes { matches(text: $0) }
    }

    public func matches(text: ByteBufferView?) -> Bool {
        guard let text else { return isAbsent }
        return text.withUnsafeBytes { matches(text: $0) }
    }

    /// Whether a JSON value matches, by its type: `{{number}}` a number, `{{any}}` anything that is there, null too,
    /// every other pattern a string.
    ///
    /// A literal matches the string of that text, and also the number, boolean or null that is written so: conditions
    /// have no other way to name one.
    public func matches(json value: JSONValue?) -> Bool {
        guard let value else { return isAbsent }
        switch (meaning, value) {
        case (.placeholder(.any), _), (.placeholder(.number), .number): return true
        case (.placeholder(.number), _): return false
        case (_, .string(var text)): return text.withUTF8 { matches(text: UnsafeRawBufferPointer($0)) }
        case (.literal, .number(let literal)): return DecimalText.areEqual(literal, description)
        case (.literal, .bool(let bool)): return description == (bool ? "true" : "false")
        case (.literal, .null): return description == "null"
        default: return false
        }
    }

    public static func == (left: ValuePattern, right: ValuePattern) -> Bool {
        left.description.utf8.elementsEqual(right.description.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }
}
