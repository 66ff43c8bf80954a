import UnderstudyCore

/// Pairs of a document as lines of a form: fields, or the pairs of a urlencoded body. Changed lines are put back so that
/// whatever else is in an element stays, and what a form does not show (disabled elements) stays behind the line it was
/// behind.
struct FormLines {
    private var elements: [JSONValue]
    /// Whether it was all one text.
    private let isBlock: Bool
    private let kind: Kind

    private enum Kind { case fields, pairs }

    init(fields value: JSONValue?) {
        kind = .fields
        isBlock = value?.text != nil
        elements = FieldLines(value).elements
    }

    init(pairs value: JSONValue?) {
        kind = .pairs
        isBlock = false
        elements = value?.elements ?? []
    }

    var value: JSONValue {
        isBlock ? .string(elements.compactMap(\.text).joined(separator: "\n")) : .array(elements)
    }

    var lines: [ExampleView.Line] { elements.compactMap { line($0) } }

    /// `nil` for what a form does not show.
    private func line(_ element: JSONValue) -> ExampleView.Line? {
        if let text = element.text {
            guard kind == .fields else { return nil }
            let name = text.prefix { $0 != ":" }
            guard !name.isEmpty else { return nil }
            return .init(String(name), String(text.dropFirst(name.count + 1).drop { $0 == " " || $0 == "\t" }))
        }
        guard element.object != nil, !element.isDisabled, let name = element["key"]?.scalarText else { return nil }
        return .init(name, element["value"]?.scalarText ?? "")
    }

    mutating func set(_ new: [ExampleView.Line]) {
        guard new != lines else { return }
        let shown = elements.map { line($0) }
        var sources = [Int?](repeating: nil, count: new.count)
        var isTaken = [Bool](repeating: false, count: elements.count)
        // The very same line first, then one of the same name.
        let likenesses: [(ExampleView.Line, ExampleView.Line) -> Bool] = [
            { $0 == $1 }, { $0.name.lowercased() == $1.name.lowercased() },
        ]
        for isLike in likenesses {
            for (place, line) in new.enumerated() where sources[place] == nil {
                let index = shown.indices.first { index in
                    !isTaken[index] && shown[index].map { isLike($0, line) } ?? false
                }
                guard let index else { continue }
                sources[place] = index
                isTaken[index] = true
            }
        }
        var out: [JSONValue] = hidden(behind: nil, isTaken, shown)
        for (place, line) in new.enumerated() {
            out.append(element(for: line, over: sources[place].map { elements[$0] }))
            if let source = sources[place] { out += hidden(behind: source, isTaken, shown) }
        }
        elements = out
    }

    /// What is not shown and has `index` as the nearest line before it that is still there.
    private func hidden(behind index: Int?, _ isTaken: [Bool], _ shown: [ExampleView.Line?]) -> [JSONValue] {
        var found: [JSONValue] = []
        for place in (index.map { $0 + 1 } ?? 0)..<elements.count {
            if isTaken[place] { break }
            if shown[place] == nil { found.append(elements[place]) }
        }
        return found
    }

    private func element(for line: ExampleView.Line, over old: JSONValue?) -> JSONValue {
        if let old, self.line(old) == line { return old }
        if isBlock || old?.text != nil { return .string("\(line.name): \(line.value)") }
        guard var object = old?.object else { return FieldLines.line(line.name, line.value) }
        object["key"] = .string(line.name)
        object["value"] = .string(line.value)
        return .object(object)
    }
}

extension FormText {
    /// The enabled pairs as `encode` has them, but for `{{…}}`, which stays readable.
    static func shown(_ pairs: [JSONValue]) -> String {
        pairs.filter { $0.object != nil && !$0.isDisabled }.map { pair in
            let key = shown(pair["key"]?.scalarText ?? "")
            return pair["value"]?.scalarText.map { "\(key)=\(shown($0))" } ?? key
        }.joined(separator: "&")
    }

    private static func shown(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count {
            let end = VariableToken.end(bytes, index)
            if let end { out += bytes[index..<end] } else { append(bytes[index...index], to: &out) }
            index = end ?? index + 1
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The pairs, if `shown` gives exactly this text back.
    static func pairs(shown text: String) -> [ExampleView.Line]? {
        let bytes = Array(text.utf8)
        var pairs: [(key: [UInt8], value: [UInt8]?)] = [([], nil)]
        var index = 0
        while index < bytes.count {
            let end = VariableToken.end(bytes, index) ?? index + 1
            var piece = bytes[index..<end]
            if piece.count == 1 {
                switch bytes[index] {
                case UInt8(ascii: "&"):
                    pairs.append(([], nil))
                    piece = []
                case UInt8(ascii: "=") where pairs[pairs.count - 1].value == nil:
                    pairs[pairs.count - 1].value = []
                    piece = []
                default: break
                }
            } else {
                // What is verbatim in the text is not to be decoded.
                var coded: [UInt8] = []
                append(piece, to: &coded)
                piece = coded[...]
            }
            if pairs[pairs.count - 1].value == nil {
                pairs[pairs.count - 1].key += piece
            } else {
                pairs[pairs.count - 1].value? += piece
            }
            index = end
        }
        var lines: [ExampleView.Line] = []
        for (key, value) in pairs {
            guard let value, let key = decode(Substring(decoding: key, as: UTF8.self).utf8),
                let value = decode(Substring(decoding: value, as: UTF8.self).utf8)
            else { return nil }
            lines.append(.init(key, value))
        }
        let again = lines.map { FieldLines.line($0.name, $0.value) }
        return shown(again).utf8.elementsEqual(text.utf8) ? lines : nil
    }
}
