/// What `--record-if` takes: comparisons such as `status<500`, `type=image/*` or `size<1MB`, put together with `&&`, `||`,
/// `!` and parentheses.
public struct RecordingCondition: Sendable, Hashable {
    indirect enum Node: Sendable, Hashable {
        case test(Test)
        case not(Node)
        case all([Node])
        case any([Node])
    }

    /// One comparison.
    enum Test: Sendable, Hashable {
        case number(Number, Comparison, ClosedRange<Int>)
        case text(Text, Glob, isEqual: Bool)
    }

    enum Number: String { case status, size }
    enum Text: String { case method, type, host, path }
    enum Comparison: String, CaseIterable {
        case notEqual = "!=", atMost = "<=", atLeast = ">=", equal = "=", below = "<", above = ">"
    }

    /// As written.
    public let source: String
    let node: Node

    /// - Throws: `RuleError` that says at which character and what is expected there.
    public init(_ source: String) throws(RuleError) {
        self.source = source
        var parser = RecordingConditionParser(source)
        node = try parser.condition()
    }

    /// `nil` as long as that depends on what is not known yet.
    public func holds(_ facts: RecordingFacts) -> Bool? { Self.holds(node, facts) }

    private static func holds(_ node: Node, _ facts: RecordingFacts) -> Bool? {
        switch node {
        case .test(let test): test.holds(facts)
        case .not(let node): holds(node, facts).map { !$0 }
        case .all(let nodes): settled(nodes, by: false, facts)
        case .any(let nodes): settled(nodes, by: true, facts)
        }
    }

    /// One that has this value settles it, whatever the others are.
    private static func settled(_ nodes: [Node], by value: Bool, _ facts: RecordingFacts) -> Bool? {
        var isOpen = false
        for node in nodes {
            switch holds(node, facts) {
            case value?: return value
            case nil: isOpen = true
            default: break
            }
        }
        return isOpen ? nil : !value
    }
}

extension RecordingCondition.Test {
    func holds(_ facts: RecordingFacts) -> Bool? {
        switch self {
        case .text(let text, let glob, let isEqual):
            let value: String? =
                switch text {
                case .method: facts.method
                case .type: facts.type
                case .host: facts.host
                case .path: facts.path
                }
            return value.map { glob.matches($0) == isEqual }
        case .number(let number, let comparison, let range):
            guard let value = number == .status ? facts.status : facts.size else { return nil }
            switch comparison {
            case .equal: return range.contains(value)
            case .notEqual: return !range.contains(value)
            case .below: return value < range.lowerBound
            case .atMost: return value <= range.upperBound
            case .above: return value > range.upperBound
            case .atLeast: return value >= range.lowerBound
            }
        }
    }
}
