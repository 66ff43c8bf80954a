/// Reads a `RecordingCondition`. Recurses once per parenthesis or `!`, no deeper than `nestingLimit`.
struct RecordingConditionParser {
    private typealias Condition = RecordingCondition

    static let nestingLimit = 50

    private let text: [Character]
    private var position = 0
    private var depth = 0

    init(_ source: String) { text = Array(source) }

    mutating func condition() throws(RuleError) -> RecordingCondition.Node {
        let node = try any()
        guard position == text.count else { throw fault("expected && or ||, not '\(text[position])'") }
        return node
    }

    private mutating func any() throws(RuleError) -> RecordingCondition.Node {
        var nodes = [try all()]
        while take("||") { nodes.append(try all()) }
        return nodes.count == 1 ? nodes[0] : .any(nodes)
    }

    private mutating func all() throws(RuleError) -> RecordingCondition.Node {
        var nodes = [try operand()]
        while take("&&") { nodes.append(try operand()) }
        return nodes.count == 1 ? nodes[0] : .all(nodes)
    }

    private mutating func operand() throws(RuleError) -> RecordingCondition.Node {
        skipBlanks()
        let start = position
        guard position < text.count, text[position] == "!" || text[position] == "(" else { return .test(try test()) }
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.nestingLimit else { throw fault("this is nested deeper than \(Self.nestingLimit)") }
        if take("!") { return .not(try operand()) }
        position += 1
        let node = try any()
        guard take(")") else {
            throw fault(
                position < text.count
                    ? "expected &&, || or ), not '\(text[position])'"
                    : "the parenthesis at character \(start + 1) is not closed")
        }
        return node
    }

    // MARK: Comparisons

    private mutating func test() throws(RuleError) -> RecordingCondition.Test {
        let start = position
        let name = word { $0.isLetter }
        let number = Condition.Number(rawValue: name)
        let kind = Condition.Text(rawValue: name)
        guard number != nil || kind != nil else {
            let names = "status, type, size, method, host or path"
            throw fault(
                name.isEmpty ? "expected a comparison such as status<500" : "'\(name)' is not one of \(names)",
                at: start)
        }
        skipBlanks()
        let signPosition = position
        guard let comparison = Condition.Comparison.allCases.first(where: { take($0.rawValue) }) else {
            throw fault("expected one of = != < <= > >= behind \(name)")
        }
        // `==` is what many would write.
        if comparison == .equal { _ = take("=") }
        skipBlanks()
        let valuePosition = position
        let value = try value()
        if let number { return .number(number, comparison, try range(value, number, comparison, at: valuePosition)) }
        guard comparison == .equal || comparison == .notEqual else {
            throw fault("\(name) is compared with = or !=, not with \(comparison.rawValue)", at: signPosition)
        }
        guard let kind else { throw fault("expected a comparison", at: start) }
        do throws(LinearRegex.Fault) {
            return .text(kind, try Glob(value, kind == .path ? .path : .name), isEqual: comparison == .equal)
        } catch {
            throw fault("'\(value)' cannot be used: \(error)", at: valuePosition)
        }
    }

    /// A status may be a class, `2xx`.
    private func range(
        _ value: String, _ number: RecordingCondition.Number, _ comparison: RecordingCondition.Comparison,
        at position: Int
    ) throws(RuleError) -> ClosedRange<Int> {
        switch number {
        case .size:
            guard let size = ByteSize(value)?.count else {
                throw fault("'\(value)' is no size such as 500KB or 1MB", at: position)
            }
            return size...size
        case .status:
            if value.count == 3, let status = Int(value), status >= 100 { return status...status }
            if value.count == 3, value.lowercased().hasSuffix("xx"), let digit = value.first?.wholeNumberValue,
                digit > 0
            {
                return digit * 100...digit * 100 + 99
            }
            throw fault("'\(value)' is no status such as 404 or 2xx", at: position)
        }
    }

    /// Up to a blank, a parenthesis, `&&` or `||`; anything in double quotes.
    private mutating func value() throws(RuleError) -> String {
        let start = position
        if take("\"") {
            let value = word { $0 != "\"" }
            guard take("\"") else { throw fault("the quote is not closed", at: start) }
            return value
        }
        var value = ""
        while position < text.count, !text[position].isWhitespace, !"()".contains(text[position]) {
            if looksAt("&&") || looksAt("||") { break }
            value.append(text[position])
            position += 1
        }
        guard !value.isEmpty else { throw fault("expected a value") }
        return value
    }

    // MARK: Characters

    private mutating func word(_ isPart: (Character) -> Bool) -> String {
        let start = position
        while position < text.count, isPart(text[position]) { position += 1 }
        return String(text[start..<position])
    }

    private func looksAt(_ token: String) -> Bool { text[position...].starts(with: token) }

    private mutating func take(_ token: String) -> Bool {
        skipBlanks()
        guard looksAt(token) else { return false }
        position += token.count
        return true
    }

    private mutating func skipBlanks() {
        while position < text.count, text[position].isWhitespace { position += 1 }
    }

    private func fault(_ reason: String, at place: Int? = nil) -> RuleError {
        RuleError(member: "character \((place ?? position) + 1)", reason: reason)
    }
}
