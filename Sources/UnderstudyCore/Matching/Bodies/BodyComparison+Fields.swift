extension BodyComparison {
    /// More placeholders than these under one name are tried in order, each taking the first value it matches.
    private static let assignmentLimit = 50

    /// Compares forms name by name: the values of one name as a set with repeats.
    func difference(_ example: [FormField], _ request: [FormField]) -> BodyDifference? {
        var names: [[UInt8]] = []
        var wanted: [[UInt8]: [FormField]] = [:]
        var given: [[UInt8]: [FormField]] = [:]
        for field in example {
            if wanted[field.name] == nil { names.append(field.name) }
            wanted[field.name, default: []].append(field)
        }
        for field in request {
            if wanted[field.name] == nil, given[field.name] == nil { names.append(field.name) }
            given[field.name, default: []].append(field)
        }
        for name in names {
            if let (expected, actual) = leftOver(wanted[name] ?? [], given[name] ?? []) {
                return BodyDifference(
                    place: Self.place(of: name), expected: Self.shown(expected, but: actual),
                    actual: Self.shown(actual, but: expected))
            }
        }
        return nil
    }

    /// A part without a name is named by no rule.
    private static func place(of name: [UInt8]) -> String {
        guard !name.isEmpty, let text = String(validating: name, as: UTF8.self) else { return "body" }
        return IgnoreRule.form(text).description
    }

    /// A value of each side that has no partner on the other; `nil` when all have.
    private func leftOver(_ example: [FormField], _ request: [FormField]) -> (FormField?, FormField?)? {
        var rest: [[UInt8]: [FormField]] = [:]
        for field in request { rest[content(of: field), default: []].append(field) }
        var missing: [FormField] = []
        var open: [FormField] = []
        for field in example where patterns[field.bytes]?.isAbsent != true {
            if mayVary(field) {
                open.append(field)
            } else if rest[content(of: field)]?.popLast() == nil {
                // A value that stands for itself can only be paired with its equal, so this takes nothing from others.
                missing.append(field)
            }
        }
        let values = request.filter { rest[content(of: $0)]?.popLast() != nil }
        guard !open.isEmpty else {
            return missing.isEmpty && values.isEmpty ? nil : (missing.first, values.first)
        }
        let partners = assignment(open, values)
        let unpaired = open.indices.first { partners[$0] == nil }
        let unused = values.indices.first { !partners.contains($0) }
        let expected = missing.first ?? unpaired.map { open[$0] }
        return expected == nil && unused == nil ? nil : (expected, unused.map { values[$0] })
    }

    private func content(of field: FormField) -> [UInt8] {
        var writer = CanonicalWriter(scope)
        writer.write(content: field)
        return writer.bytes
    }

    private func mayVary(_ field: FormField) -> Bool {
        !patterns.isEmpty && (field.json != nil || patterns[field.bytes] != nil)
    }

    /// For each placeholder the value it takes, as many as can be served (Kuhn's algorithm for bipartite matching).
    private func assignment(_ open: [FormField], _ values: [FormField]) -> [Int?] {
        var takers = [Int?](repeating: nil, count: values.count)
        guard open.count <= Self.assignmentLimit, values.count <= Self.assignmentLimit else {
            for (number, field) in open.enumerated() {
                if let value = values.indices.first(where: { takers[$0] == nil && matches(field, values[$0]) }) {
                    takers[value] = number
                }
            }
            return partners(takers, count: open.count)
        }
        let edges = open.map { field in values.indices.filter { matches(field, values[$0]) } }
        /// Finds a value for a placeholder, moving others if need be. Each value is visited once, so depth is bounded.
        func serve(_ number: Int, _ isVisited: inout [Bool]) -> Bool {
            for value in edges[number] where !isVisited[value] {
                isVisited[value] = true
                if let taker = takers[value], !serve(taker, &isVisited) { continue }
                takers[value] = number
                return true
            }
            return false
        }
        for number in open.indices {
            var isVisited = [Bool](repeating: false, count: values.count)
            _ = serve(number, &isVisited)
        }
        return partners(takers, count: open.count)
    }

    private func partners(_ takers: [Int?], count: Int) -> [Int?] {
        var partners = [Int?](repeating: nil, count: count)
        for (value, taker) in takers.enumerated() {
            if let taker { partners[taker] = value }
        }
        return partners
    }

    private func matches(_ example: FormField, _ request: FormField) -> Bool {
        guard example.isFile == request.isFile else { return false }
        let pattern = patterns[example.bytes]
        // A collection cannot hold a file's bytes: the part that stands for one takes any, and any type if it names none.
        if example.isFile, pattern?.isAny == true, example.contentType == nil { return true }
        guard example.contentType == request.contentType else { return false }
        if let pattern { return pattern.matches(text: request.bytes) }
        guard let example = example.json, let request = request.json else { return false }
        return mismatch(example, request, .none) == nil
    }

    private static func shown(_ field: FormField?, but other: FormField?) -> String {
        guard let field else { return BodyDifference.nothing }
        let content =
            field.isFile ? "a file of \(field.bytes.count) bytes" : TextExcerpt.quoted(field.bytes)
        // Where only the type differs the contents would look alike.
        guard let other, field.contentType != other.contentType else { return content }
        return "\(content) as \(TextExcerpt.plain(field.contentType ?? "text/plain"))"
    }
}
