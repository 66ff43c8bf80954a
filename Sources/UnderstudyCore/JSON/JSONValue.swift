/// A JSON document as it was written: members in order with their repeats, numbers as their literal text.
///
/// Foundation's coders lose all three, and a file that people edit by hand must come back as they left it.
/// Source: <https://www.rfc-editor.org/rfc/rfc8259>
public enum JSONValue: Sendable {
    case null
    case bool(Bool)
    /// The literal as written (`1.0`, `1E400`, twenty digits): never computed with, never rewritten.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)

    /// The text of a string.
    public var text: String? { if case .string(let text) = self { text } else { nil } }
    public var elements: [JSONValue]? { if case .array(let elements) = self { elements } else { nil } }
    public var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
    public var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }

    /// A whole number that fits; `nil` for `1.0` and everything else.
    public var int: Int? { if case .number(let literal) = self { Int(literal) } else { nil } }

    /// The nearest double of a number; infinite for `1E400`.
    public var double: Double? { if case .number(let literal) = self { Double(literal) } else { nil } }

    public var isNull: Bool { if case .null = self { true } else { false } }

    /// The member of that name if this is an object; see `JSONObject`.
    public subscript(name: String) -> JSONValue? { object?[name] }

    public static func integer(_ value: some BinaryInteger) -> JSONValue { .number(String(value)) }
}

extension JSONValue: Equatable {
    /// Same text, byte for byte: `1.0` is not `1`, and two Unicode spellings of one letter differ.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.number(let left), .number(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    public init(stringLiteral text: String) { self = .string(text) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral members: (String, JSONValue)...) { self = .object(JSONObject(members)) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

/// A JSON object: members in the order written. A name may occur more than once; the last one counts, as in
/// JavaScript, and all of them are kept.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    public struct Member: Sendable, Equatable {
        public var name: String
        public var value: JSONValue

        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }

        public static func == (left: Member, right: Member) -> Bool {
            left.name.utf8.elementsEqual(right.name.utf8) && left.value == right.value
        }
    }

    public var members: [Member]

    public init(members: [Member] = []) { self.members = members }

    public init(dictionaryLiteral members: (String, JSONValue)...) { self.init(members) }

    public init(_ members: [(String, JSONValue)]) {
        self.members = members.map { Member($0.0, $0.1) }
    }

    /// The value that counts for `name`. Setting replaces it in place or appends; `nil` removes every repeat.
    /// O(members): objects of a collection have few.
    public subscript(name: String) -> JSONValue? {
        get { lastIndex(of: name).map { members[$0].value } }
        set {
            guard let newValue else { return members.removeAll { $0.name == name } }
            if let index = lastIndex(of: name) {
                members[index].value = newValue
            } else {
                members.append(Member(name, newValue))
            }
        }
    }

    /// The place of the member that counts for `name`.
    public func lastIndex(of name: String) -> Int? { members.lastIndex { $0.name == name } }
}
