extension BodyComparison {
    func difference(_ example: XMLContent, _ request: XMLContent) -> BodyDifference? {
        var walk = XMLWalk(example: example.events, request: request.events, patterns: patterns)
        return walk.difference()
    }
}

/// Two documents side by side; a stack of its own instead of recursion.
private struct XMLWalk {
    let example: [XMLContent.Event]
    let request: [XMLContent.Event]
    let patterns: PatternTable
    var index = 0
    var other = 0
    /// The elements around the current place.
    var path: [[UInt8]] = []

    mutating func difference() -> BodyDifference? {
        while index < example.count, other < request.count {
            switch (example[index], request[other]) {
            case (.start(let name, let attributes), .start(let otherName, let otherAttributes)):
                guard name == otherName else {
                    return difference(Self.shown(name, otherName), Self.shown(otherName, name))
                }
                path.append(name.local)
                if let difference = difference(attributes, otherAttributes) { return difference }
            case (.end, .end): path.removeLast()
            case (.text(let text), let event):
                if let pattern = patterns[text] {
                    if let difference = difference(pattern, event) { return difference }
                    continue
                }
                guard example[index] == event else { return difference(Self.shown(example[index]), Self.shown(event)) }
            case (let event, let otherEvent): return difference(Self.shown(event), Self.shown(otherEvent))
            }
            index += 1
            other += 1
        }
        // Both are whole documents, so they end together.
        return nil
    }

    /// A text that is a pattern; passes over what it takes. `{{any}}` takes everything up to the end of the element.
    private mutating func difference(_ pattern: ValuePattern, _ event: XMLContent.Event) -> BodyDifference? {
        if pattern.isAny {
            skipContent()
        } else if case .text(let text) = event, pattern.matches(text: text) {
            other += 1
        } else if case .end = event, pattern.matches(text: []) {
            // An empty element has no event for its text.
        } else {
            return difference(pattern.description, Self.shown(event))
        }
        index += 1
        return nil
    }

    private mutating func skipContent() {
        var depth = 0
        while other < request.count {
            switch request[other] {
            case .start: depth += 1
            case .end where depth == 0: return
            case .end: depth -= 1
            case .text: break
            }
            other += 1
        }
    }

    private func difference(
        _ example: [XMLContent.Attribute], _ request: [XMLContent.Attribute]
    ) -> BodyDifference? {
        let given = Dictionary(request.map { ($0.name, $0.value) }) { first, _ in first }
        for attribute in example {
            let value = given[attribute.name]
            let isMatch = patterns[attribute.value].map { $0.matches(text: value) } ?? (value == attribute.value)
            if !isMatch { return difference(attribute.name, attribute.value, value) }
        }
        guard request.count > 0 else { return nil }
        let wanted = Set(example.map(\.name))
        return request.first { !wanted.contains($0.name) }.flatMap { difference($0.name, nil, $0.value) }
    }

    private func difference(_ name: XMLContent.Name, _ expected: [UInt8]?, _ actual: [UInt8]?) -> BodyDifference {
        let shown = { (value: [UInt8]?) in value.map { TextExcerpt.quoted($0) } ?? BodyDifference.nothing }
        return BodyDifference(
            place: "\(place)/@\(TextExcerpt.plain(name.local))", expected: shown(expected), actual: shown(actual))
    }

    private func difference(_ expected: String, _ actual: String) -> BodyDifference {
        BodyDifference(place: place, expected: expected, actual: actual)
    }

    /// The outermost and the innermost elements; deep ones are many.
    private var place: String {
        guard !path.isEmpty else { return "xml:/" }
        let names = path.count <= 12 ? path : path.prefix(4) + [Array("…".utf8)] + path.suffix(7)
        return "xml:" + names.map { "/\(TextExcerpt.plain($0))" }.joined()
    }

    private static func shown(_ event: XMLContent.Event) -> String {
        switch event {
        case .start(let name, _): "<\(TextExcerpt.plain(name.local))>"
        case .text(let text): TextExcerpt.quoted(text)
        case .end: BodyDifference.nothing
        }
    }

    /// With its namespace where only that differs.
    private static func shown(_ name: XMLContent.Name, _ other: XMLContent.Name) -> String {
        let local = "<\(TextExcerpt.plain(name.local))>"
        guard name.local == other.local else { return local }
        return name.namespace.isEmpty ? "\(local) in no namespace" : "\(local) in \(TextExcerpt.plain(name.namespace))"
    }
}
