public import NIOCore

extension Template {
    /// Takes a text apart; `nil` when nothing in it would ever be replaced, so that it can be served as it is.
    ///
    /// - Parameters:
    ///   - captures: the names of the wildcards in the example's path, if the caller knows them: they come before
    ///     variables of the same name, and no other unknown name counts as a token. `nil`: variables come first, and any
    ///     unknown name may be a wildcard.
    public init?(_ bytes: ByteBuffer, variables: VariableScope = .empty, captures: Set<String>? = nil) {
        let resolved = variables.resolved(bytes, except: captures ?? [])
        var parser = Parser(captures: captures)
        (resolved ?? bytes).withUnsafeReadableBytes { parser.parse($0) }
        guard resolved != nil || !parser.tokens.isEmpty else { return nil }
        text = resolved ?? bytes
        tokens = parser.tokens
        helpers = parser.helpers
    }

    /// The same for a text, such as a field's value.
    public init?(_ text: String, variables: VariableScope = .empty, captures: Set<String>? = nil) {
        self.init(ByteBuffer(string: text), variables: variables, captures: captures)
    }

    /// Finds the tokens that are left when variables are replaced.
    private struct Parser {
        let captures: Set<String>?
        var tokens: [Token] = []
        var helpers: [TemplateHelper] = []
        private var helperIndexes: [TemplateHelper: Int] = [:]

        init(captures: Set<String>?) { self.captures = captures }

        mutating func parse(_ bytes: UnsafeRawBufferPointer) {
            var position = 0
            while let start = VariableToken.nextOpening(in: bytes, from: position) {
                if let (helper, end) = TemplateHelper.parse(bytes, at: start) {
                    append(start..<end, in: bytes, .helper(index(of: helper)))
                    position = end
                } else if let end = VariableToken.end(of: start, in: bytes) {
                    appendVariable(start..<end, in: bytes)
                    position = end
                } else {
                    position = start + 1
                }
            }
        }

        private mutating func appendVariable(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer) {
            let name = VariableToken.name(range, in: bytes)
            if let variable = DynamicVariable(name: name) {
                append(range, in: bytes, .dynamic(variable))
            } else if captures?.contains(name) ?? !name.isEmpty {
                append(range, in: bytes, .capture)
            }
        }

        private mutating func append(_ range: Range<Int>, in bytes: UnsafeRawBufferPointer, _ kind: Token.Kind) {
            tokens.append(Token(range: range, name: VariableToken.name(range, in: bytes), kind: kind))
        }

        private mutating func index(of helper: TemplateHelper) -> Int {
            if let index = helperIndexes[helper] { return index }
            helperIndexes[helper] = helpers.count
            helpers.append(helper)
            return helpers.count - 1
        }
    }
}
