import UnderstudyCore

/// Texts that fit a schema.
enum TextSample {
    /// Longer ones are not made.
    static let lengthLimit = 1_000

    static func text(_ schema: JSONObject) -> String {
        let minimum = min(max(0, schema["minLength"]?.int ?? 0), lengthLimit)
        let maximum = max(0, schema["maxLength"]?.int ?? lengthLimit)
        if let pattern = schema["pattern"]?.text, let text = PatternSample.text(pattern), text.count <= maximum,
            text.count >= minimum
        {
            return text
        }
        if let format = schema["format"]?.text, let text = formats[format] { return text }
        var text = "string"
        while text.count < minimum { text += "string" }
        return String(text.prefix(max(minimum, min(maximum, minimum > 6 ? minimum : 6))))
    }

    private static let formats = [
        "date-time": "2026-01-15T09:30:00Z", "date": "2026-01-15", "time": "09:30:00Z", "duration": "P1D",
        "uuid": "3f2504e0-4f89-41d3-9a0c-0305e82c3301", "email": "user@example.com",
        "idn-email": "user@example.com", "hostname": "example.com", "idn-hostname": "example.com",
        "ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri": "https://example.com/", "url": "https://example.com/",
        "uri-reference": "/path", "iri": "https://example.com/", "uri-template": "/path/{id}",
        "json-pointer": "/path", "byte": "c3RyaW5n", "binary": "", "password": "password", "regex": "^a$",
    ]
}

/// Numbers that fit a schema.
enum NumberSample {
    static func value(_ schema: JSONObject, isInteger: Bool) -> JSONValue {
        let (lower, isLowerOut) = bound(schema, "minimum", "exclusiveMinimum")
        let (upper, isUpperOut) = bound(schema, "maximum", "exclusiveMaximum")
        let limits = -1e15...1e15
        // Beyond what doubles count exactly the bound itself is the best there is.
        if let lower, !limits.contains(lower) { return schema["minimum"] ?? .number("0") }
        let step = schema["multipleOf"]?.double.flatMap { $0 > 0 && limits.contains($0) ? $0 : nil }
        var value = 1.0
        if let lower {
            value = isLowerOut ? lower + (isInteger ? 1 : step ?? 0.5) : lower
        } else if let upper, upper < 1, limits.contains(upper) {
            value = isUpperOut ? upper - (isInteger ? 1 : step ?? 0.5) : upper
        }
        if isInteger { value = value.rounded(.up) }
        if let step { value = (value / step).rounded(.up) * step }
        if let lower, let upper, value > upper, limits.contains(upper) {
            value = isUpperOut ? (lower + upper) / 2 : upper
        }
        if value == value.rounded(), limits.contains(value) { return .integer(Int(value)) }
        return isInteger || !value.isFinite
            ? .integer(Int(max(-1e15, min(1e15, value.isNaN ? 0 : value)))) : .number("\(value)")
    }

    /// In 3.0 `exclusiveMinimum` is a truth value beside `minimum`, in 3.1 a number of its own.
    private static func bound(_ schema: JSONObject, _ name: String, _ exclusive: String) -> (Double?, Bool) {
        if let value = schema[exclusive]?.double { return (value, true) }
        return (schema[name]?.double, schema[exclusive]?.bool == true)
    }
}

/// A text that fits a simple regular expression: letters, classes, counts, groups, the first of several choices.
struct PatternSample {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0

    /// `nil` for what is not simple.
    static func text(_ pattern: String) -> String? {
        guard pattern.utf8.count <= 500 else { return nil }
        var sample = PatternSample(scalars: Array(pattern.unicodeScalars))
        guard let text = sample.alternatives(), sample.position == sample.scalars.count, text.count <= 500 else {
            return nil
        }
        return text
    }

    private init(scalars: [Unicode.Scalar]) { self.scalars = scalars }

    private var current: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func alternatives() -> String? {
        depth += 1
        defer { depth -= 1 }
        guard depth < 20, let first = sequence() else { return nil }
        while current == "|" {
            position += 1
            guard sequence() != nil else { return nil }
        }
        return first
    }

    private mutating func sequence() -> String? {
        var text = ""
        while let scalar = current, scalar != "|", scalar != ")" {
            position += 1
            var piece: String
            switch scalar {
            case "^", "$": continue
            case "(":
                if current == "?" {
                    guard position + 1 < scalars.count, scalars[position + 1] == ":" else { return nil }
                    position += 2
                }
                guard let inner = alternatives(), current == ")" else { return nil }
                position += 1
                piece = inner
            case "[":
                guard let letter = characterClass() else { return nil }
                piece = letter
            case ".": piece = "a"
            case "\\":
                guard let letter = escape() else { return nil }
                piece = letter
            case "*", "+", "?", "{": return nil
            default: piece = String(scalar)
            }
            guard let count = count() else { return nil }
            guard text.count + piece.count * count <= 500 else { return nil }
            piece = String(repeating: piece, count: count)
            text += piece
        }
        return text
    }

    /// The fewest repeats that a quantifier allows.
    private mutating func count() -> Int? {
        switch current {
        case "*", "?":
            position += 1
            skipLazy()
            return 0
        case "+":
            position += 1
            skipLazy()
            return 1
        case "{":
            var digits = ""
            position += 1
            while let scalar = current, ("0"..."9").contains(scalar) {
                digits.unicodeScalars.append(scalar)
                position += 1
            }
            while let scalar = current, scalar != "}" {
                guard scalar == "," || ("0"..."9").contains(scalar) else { return nil }
                position += 1
            }
            guard current == "}", let count = Int(digits), count <= 500 else { return nil }
            position += 1
            skipLazy()
            return count
        default: return 1
        }
    }

    private mutating func skipLazy() { if current == "?" || current == "+" { position += 1 } }

    private mutating func escape() -> String? {
        guard let scalar = current else { return nil }
        position += 1
        switch scalar {
        case "d": return "0"
        case "w": return "a"
        case "s": return " "
        case "S", "D": return "a"
        case "W": return "-"
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "b", "B", "A", "z", "Z": return ""
        case "a"..."z", "A"..."Z", "0"..."9": return nil
        default: return String(scalar)
        }
    }

    /// The first of the class, or for `[^…]` a letter that is not in it.
    private mutating func characterClass() -> String? {
        let isNegated = current == "^"
        if isNegated { position += 1 }
        var ranges: [ClosedRange<Unicode.Scalar>] = []
        var isFirst = true
        while let scalar = current, scalar != "]" || isFirst {
            isFirst = false
            position += 1
            var low = scalar
            if scalar == "\\" {
                guard let text = escape(), let only = text.unicodeScalars.first else { return nil }
                low = only
            }
            if current == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                let high = scalars[position + 1]
                guard high != "\\", low <= high else { return nil }
                position += 2
                ranges.append(low...high)
            } else {
                ranges.append(low...low)
            }
        }
        guard current == "]" else { return nil }
        position += 1
        guard isNegated else { return ranges.first.map { String($0.lowerBound) } }
        return "a0-_ .".unicodeScalars.first { letter in !ranges.contains { $0.contains(letter) } }.map { String($0) }
    }
}
