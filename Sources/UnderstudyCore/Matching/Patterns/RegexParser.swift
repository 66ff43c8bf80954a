/// A regular expression as a tree.
indirect enum RegexNode {
    case empty
    case set(ScalarSet)
    case sequence([RegexNode])
    case choice([RegexNode])
    case repeated(RegexNode, atLeast: Int, atMost: Int?)
    /// `^` and `$`.
    case start, end
}

/// Reads a pattern. Recurses once per group, no deeper than `LinearRegex.nestingLimit`.
struct RegexParser {
    private typealias Fault = LinearRegex.Fault

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase = false

    init(_ source: String) { scalars = Array(source.unicodeScalars) }

    mutating func pattern() throws(LinearRegex.Fault) -> RegexNode {
        if take("(?i)") { ignoresCase = true }
        let node = try choice()
        guard current == nil else { throw Fault("a closing parenthesis has no opening one") }
        return node
    }

    // MARK: Structure

    private mutating func choice() throws(LinearRegex.Fault) -> RegexNode {
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(LinearRegex.Fault) -> RegexNode {
        var nodes: [RegexNode] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            let atom = try atom()
            nodes.append(try quantified(atom))
        }
        return nodes.count == 1 ? nodes[0] : nodes.isEmpty ? .empty : .sequence(nodes)
    }

    private mutating func quantified(_ atom: RegexNode) throws(LinearRegex.Fault) -> RegexNode {
        guard let (least, most) = try quantifier() else { return atom }
        _ = take("?")
        guard try quantifier() == nil else {
            throw Fault("a repeat is itself repeated; put a group around it")
        }
        return .repeated(atom, atLeast: least, atMost: most)
    }

    private mutating func quantifier() throws(LinearRegex.Fault) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        return try counts()
    }

    /// `{m}`, `{m,}`, `{m,n}`; anything else in braces stands for itself.
    private mutating func counts() throws(LinearRegex.Fault) -> (Int, Int?)? {
        let start = position
        guard take("{"), let least = number() else {
            position = start
            return nil
        }
        var most: Int? = least
        if take(",") { most = number() }
        guard take("}") else {
            position = start
            return nil
        }
        guard least <= LinearRegex.repeatLimit, most ?? 0 <= LinearRegex.repeatLimit else {
            throw Fault("a repeat counts higher than \(LinearRegex.repeatLimit)")
        }
        if let most, most < least { throw Fault("a repeat's upper count is below its lower one") }
        return (least, most)
    }

    /// `nil` without digits; no higher than what is refused anyway.
    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = current, let digit = ("0"..."9").contains(scalar) ? Int(scalar.value - 0x30) : nil {
            value = min((value ?? 0) * 10 + digit, LinearRegex.repeatLimit + 1)
            position += 1
        }
        return value
    }

    private mutating func atom() throws(LinearRegex.Fault) -> RegexNode {
        guard let scalar = next() else { return .empty }
        switch scalar {
        case "(": return try group()
        case "[": return .set(cased(try characterClass()))
        case ".": return .set(.allButLineBreaks)
        case "^": return .start
        case "$": return .end
        case "*", "+", "?": throw Fault("there is nothing before \(scalar) to repeat")
        case "\\": return .set(cased(try escape(isInClass: false)))
        default: return .set(cased(ScalarSet(scalar.value)))
        }
    }

    private mutating func group() throws(LinearRegex.Fault) -> RegexNode {
        if take("?") {
            for mark in ["=", "!", "<=", "<!"] where take(mark) { throw Fault("look-around is not supported") }
            if take("<") {
                while let scalar = next(), scalar != ">" {}
            } else if !take(":") {
                throw Fault("of the groups that begin with (? only (?:…), (?<name>…) and (?i) at the start are known")
            }
        }
        depth += 1
        guard depth <= LinearRegex.nestingLimit else {
            throw Fault("groups are nested deeper than \(LinearRegex.nestingLimit)")
        }
        let node = try choice()
        guard take(")") else { throw Fault("a group is not closed") }
        depth -= 1
        return node
    }

    // MARK: Characters

    private func cased(_ set: ScalarSet) -> ScalarSet { ignoresCase ? set.ignoringCase : set }

    /// A class behind its opening bracket.
    private mutating func characterClass() throws(LinearRegex.Fault) -> ScalarSet {
        let isNegated = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            let low = try classMember()
            let isRange = current == "-" && position + 1 < scalars.count && scalars[position + 1] != "]"
            guard isRange else {
                ranges += low.ranges
                continue
            }
            position += 1
            guard let first = low.onlyMember, let last = try classMember().onlyMember else {
                throw Fault("a range in a class begins or ends with a class")
            }
            guard first <= last else { throw Fault("a range in a class is upside down") }
            ranges.append(first...last)
        }
        guard !ranges.isEmpty else { throw Fault("a class is empty") }
        let set = ScalarSet(ranges)
        return isNegated ? cased(set).inverted : set
    }

    private mutating func classMember() throws(LinearRegex.Fault) -> ScalarSet {
        guard let scalar = next() else { throw Fault("a class is not closed") }
        return scalar == "\\" ? try escape(isInClass: true) : ScalarSet(scalar.value)
    }

    /// An escape behind its backslash.
    private mutating func escape(isInClass: Bool) throws(LinearRegex.Fault) -> ScalarSet {
        guard let scalar = next() else { throw Fault("the pattern ends with a backslash") }
        switch scalar {
        case "d": return .digits
        case "D": return ScalarSet.digits.inverted
        case "w": return .wordCharacters
        case "W": return ScalarSet.wordCharacters.inverted
        case "s": return .whitespace
        case "S": return ScalarSet.whitespace.inverted
        case "n": return ScalarSet(0x0A)
        case "r": return ScalarSet(0x0D)
        case "t": return ScalarSet(0x09)
        case "f": return ScalarSet(0x0C)
        case "v": return ScalarSet(0x0B)
        case "0": return ScalarSet(0)
        case "b" where isInClass: return ScalarSet(0x08)
        case "x": return ScalarSet(try hex(digits: 2))
        case "u":
            guard take("{") else { return ScalarSet(try hex(digits: 4)) }
            let value = try hex(digits: nil)
            guard take("}"), value <= ScalarSet.maximum else { throw Fault("\\u{…} is not a character") }
            return ScalarSet(value)
        case "1"..."9", "k": throw Fault("back-references are not supported")
        case "b", "B": throw Fault("word boundaries are not supported")
        case "a"..."z", "A"..."Z": throw Fault("\\\(scalar) is not supported")
        default: return ScalarSet(scalar.value)
        }
    }

    private mutating func hex(digits: Int?) throws(LinearRegex.Fault) -> UInt32 {
        var value: UInt32 = 0
        var count = 0
        while count < digits ?? 6, let scalar = current, scalar.isASCII,
            let digit = UInt8(scalar.value).hexDigitValue
        {
            value = value << 4 | UInt32(digit)
            count += 1
            position += 1
        }
        guard count == digits ?? max(count, 1) else { throw Fault("an escape has too few hexadecimal digits") }
        return value
    }

    // MARK: Cursor

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func next() -> Unicode.Scalar? {
        guard let scalar = current else { return nil }
        position += 1
        return scalar
    }

    private mutating func take(_ text: String) -> Bool {
        let wanted = text.unicodeScalars
        guard scalars[position...].starts(with: wanted) else { return false }
        position += wanted.count
        return true
    }
}

extension ScalarSet {
    fileprivate var onlyMember: UInt32? {
        ranges.count == 1 && ranges[0].count == 1 ? ranges[0].lowerBound : nil
    }
}
