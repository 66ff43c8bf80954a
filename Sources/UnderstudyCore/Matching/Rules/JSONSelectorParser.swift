/// Reads a selector's text.
struct JSONSelectorParser {
    private let text: [UInt8]
    private var position = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    mutating func steps() throws(RuleError) -> [JSONSelector.Step] {
        guard take("$") else { throw fault("a path begins with $") }
        var steps: [JSONSelector.Step] = []
        while position < text.count {
            guard steps.count < JSONSelector.stepLimit else {
                throw fault("a path has more than \(JSONSelector.stepLimit) steps")
            }
            steps.append(try step())
        }
        return steps
    }

    private mutating func step() throws(RuleError) -> JSONSelector.Step {
        if take("..") {
            if take("[") { return .descendant(try quotedName()) }
            return .descendant(try plainName())
        }
        if take(".") { return take("*") ? .anything : .member(try plainName()) }
        guard take("[") else { throw fault("neither . nor [ follows") }
        if take("*") {
            guard take("]") else { throw fault("a bracket is not closed") }
            return .anything
        }
        guard current?.isDigit == true else { return .member(try quotedName()) }
        let start = position
        while current?.isDigit == true { position += 1 }
        guard let index = Int(String(decoding: text[start..<position], as: UTF8.self)), take("]") else {
            throw fault("the brackets hold no index")
        }
        return .element(index)
    }

    /// Up to the next dot or bracket.
    private mutating func plainName() throws(RuleError) -> [UInt8] {
        let start = position
        while let byte = current, !Array(".[]*'\"(){}?@,".utf8).contains(byte), byte > 0x20 { position += 1 }
        guard position > start else { throw fault("a name is missing (a name that is no plain word needs ['…'])") }
        return Array(text[start..<position])
    }

    /// A name in quotes of either kind and the closing bracket. A backslash takes the quote or backslash behind it; in
    /// double quotes all of JSON's escapes count.
    private mutating func quotedName() throws(RuleError) -> [UInt8] {
        guard let quote = current, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw fault("the brackets hold neither an index, * nor a name in quotes")
        }
        let start = position
        position += 1
        var name: [UInt8] = []
        while let byte = current, byte != quote {
            if byte == UInt8(ascii: "\\") { position += 1 }
            guard let byte = current else { break }
            name.append(byte)
            position += 1
        }
        position += 1
        guard take("]") else { throw fault("a name in brackets is not closed") }
        if quote == UInt8(ascii: "\"") {
            let literal = String(decoding: text[start..<(position - 1)], as: UTF8.self)
            guard let text = (try? JSONValue(parsing: literal))?.text else { throw fault("a name is no JSON string") }
            return Array(text.utf8)
        }
        return name
    }

    private var current: UInt8? { position < text.count ? text[position] : nil }

    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= text.count,
            text[position..<(position + count)].elementsEqual(UnsafeBufferPointer(start: word.utf8Start, count: count))
        else { return false }
        position += count
        return true
    }

    private func fault(_ reason: String) -> RuleError {
        RuleError(reason: "\(reason) (column \(position + 1) of \(TextExcerpt.plain(text)))")
    }
}
