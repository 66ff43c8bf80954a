/// The texts of an example's body that are more than text, compiled.
struct PatternTable: Sendable {
    static let empty = PatternTable()

    private var patterns: [[UInt8]: ValuePattern] = [:]

    var isEmpty: Bool { patterns.isEmpty }

    private init() {}

    /// - Throws: the first text that cannot be compiled.
    init(_ body: ParsedBody) throws(ValuePattern.Fault) {
        switch body {
        case .empty, .binary: break
        case .json(let value): try add(value)
        case .graphQL(let request): try add(request)
        case .form(let fields), .multipart(let fields):
            for field in fields {
                if let json = field.json { try add(json) } else { try add(field.bytes) }
            }
        case .xml(let content): try add(content)
        case .text(let text): try add(text)
        }
    }

    private mutating func add(_ request: GraphQLRequest) throws(ValuePattern.Fault) {
        if let json = request.json { try add(json) }
        for (index, token) in request.tokens.enumerated() {
            if case .string(let text) = token { try add(text) }
            if let text = GraphQLPlaceholder.text(in: request.tokens, at: index) { try add(text) }
        }
    }

    private mutating func add(_ content: XMLContent) throws(ValuePattern.Fault) {
        for event in content.events {
            switch event {
            case .start(_, let attributes): for attribute in attributes { try add(attribute.value) }
            case .text(let text): try add(text)
            case .end: break
            }
        }
    }

    /// Recursion is bounded by the depth of documents, `JSONValue.maximumDepth`.
    private mutating func add(_ value: JSONValue) throws(ValuePattern.Fault) {
        switch value {
        case .string(let text): if Self.mayBePattern(text.utf8) { try add(Array(text.utf8)) }
        case .array(let elements): for element in elements { try add(element) }
        case .object(let object): for member in object.members { try add(member.value) }
        case .null, .bool, .number: break
        }
    }

    private mutating func add(_ text: [UInt8]) throws(ValuePattern.Fault) {
        guard Self.mayBePattern(text), patterns[text] == nil, PlaceholderText.isFound(in: text) else { return }
        patterns[text] = try ValuePattern(String(decoding: text, as: UTF8.self))
    }

    /// `nil` for a text that stands for itself.
    subscript(text: some Collection<UInt8>) -> ValuePattern? {
        guard !patterns.isEmpty, Self.mayBePattern(text) else { return nil }
        return patterns[Array(text)]
    }

    private static func mayBePattern(_ text: some Collection<UInt8>) -> Bool { text.contains(UInt8(ascii: "{")) }
}

/// `{{name}}` as GraphQL reads it: two braces, a name, two braces.
enum GraphQLPlaceholder {
    static let tokenCount = 5

    /// The placeholder's text when one stands there.
    static func text(in tokens: [GraphQLLexer.Token], at index: Int) -> [UInt8]? {
        let (open, close) = (GraphQLLexer.Token.punctuator(0x7B), GraphQLLexer.Token.punctuator(0x7D))
        guard index + tokenCount <= tokens.count, tokens[index] == open, tokens[index + 1] == open,
            tokens[index + 3] == close, tokens[index + 4] == close, case .name(let name) = tokens[index + 2]
        else { return nil }
        return Array("{{".utf8) + name + Array("}}".utf8)
    }
}
