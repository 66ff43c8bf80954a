import NIOCore

/// A GraphQL request: an operation's text without what does not count, and what is sent beside it.
/// Source: <https://graphql.github.io/graphql-over-http/draft/#sec-Request-Parameters>
struct GraphQLRequest: Sendable {
    let tokens: [GraphQLLexer.Token]
    /// Everything but `query`. `operationName` and `variables` are always there: where they are missing or null, as an
    /// empty text and an empty object, which mean the same to servers.
    let members: JSONObject
    /// As sent; `nil` for `application/graphql`.
    let json: JSONValue?

    /// `nil` when the value is no object with a `query` that reads as GraphQL: search APIs have such members too.
    init?(_ value: JSONValue) {
        guard let object = value.object else { return nil }
        var members = JSONObject()
        var query: String?
        for index in object.countingMembers.sorted() {
            let member = object.members[index]
            if member.name == "query" { query = member.value.text } else { members.members.append(member) }
        }
        guard let query, let tokens = Self.document(query.utf8) else { return nil }
        if members["operationName"]?.isNull != false { members["operationName"] = "" }
        if members["variables"]?.isNull != false { members["variables"] = [:] }
        self.tokens = tokens
        self.members = members
        json = value
    }

    /// A body that is nothing but the operation's text.
    init?(document: ByteBuffer) {
        guard document.withUnsafeReadableBytes({ UTF8Check.firstInvalidOffset(in: $0) }) == nil,
            let tokens = Self.document(document.readableBytesView)
        else { return nil }
        self.tokens = tokens
        members = ["operationName": "", "variables": [:]]
        json = nil
    }

    private static let definitions = ["query", "mutation", "subscription", "fragment"].map { Array($0.utf8) }

    /// The tokens if they have the shape of a document: definitions, each ending in a selection set, all brackets
    /// closed. Enough to tell a query from other texts; servers judge the rest.
    private static func document(_ text: some Collection<UInt8>) -> [GraphQLLexer.Token]? {
        guard let tokens = GraphQLLexer.tokens(text), !tokens.isEmpty else { return nil }
        var open: [UInt8] = []
        var parentheses = 0
        var isBetween = true
        for (index, token) in tokens.enumerated() {
            if isBetween {
                switch token {
                case .punctuator(UInt8(ascii: "{")): break
                case .name(let name): guard definitions.contains(name) else { return nil }
                default: return nil
                }
                isBetween = false
            }
            guard case .punctuator(let byte) = token else { continue }
            switch byte {
            case UInt8(ascii: "("):
                parentheses += 1
                open.append(UInt8(ascii: ")"))
            case UInt8(ascii: "["): open.append(UInt8(ascii: "]"))
            case UInt8(ascii: "{"):
                if parentheses == 0 { guard opensSelection(tokens, at: index) else { return nil } }
                open.append(UInt8(ascii: "}"))
            case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
                guard open.popLast() == byte else { return nil }
                if byte == UInt8(ascii: ")") { parentheses -= 1 }
                isBetween = open.isEmpty && byte == UInt8(ascii: "}")
            default: break
            }
        }
        return isBetween && open.isEmpty ? tokens : nil
    }

    private static func opensSelection(_ tokens: [GraphQLLexer.Token], at index: Int) -> Bool {
        guard index + 1 < tokens.count else { return false }
        switch tokens[index + 1] {
        case .name, .spread: return true
        default: return false
        }
    }
}
