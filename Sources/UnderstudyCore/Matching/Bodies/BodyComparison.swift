/// Walks an example's body and a request's side by side to the first difference.
///
/// Without patterns and subsets it finds none exactly where `CanonicalWriter` writes the same.
struct BodyComparison: Sendable {
    let scope: BodyScope
    /// Whether JSON objects of the request may have more members.
    var isSubset = false
    var patterns = PatternTable.empty

    func difference(_ example: ParsedBody, _ request: RequestContent) -> BodyDifference? {
        switch (reduced(example), reduced(request.parsed)) {
        case (.empty, .empty): nil
        case (.json(let example), .json(let request)): difference(example, request)
        case (.graphQL(let example), .graphQL(let request)): difference(example, request)
        case (.form(let example), .form(let request)), (.multipart(let example), .multipart(let request)):
            difference(example, request)
        case (.form(let example), .empty), (.multipart(let example), .empty): difference(example, [])
        case (.empty, .form(let request)), (.empty, .multipart(let request)): difference([], request)
        case (.xml(let example), .xml(let request)): difference(example, request)
        case (.text(let example), .text(let request)): difference(example, request)
        case (.binary(let length, let digest), .binary(let otherLength, let otherDigest)):
            length == otherLength && digest == otherDigest
                ? nil
                : BodyDifference(
                    place: "body", expected: Self.shown(length, digest), actual: Self.shown(otherLength, otherDigest))
        case (let example, let other): differenceOfKinds(example, other, request)
        }
    }

    /// Without the fields that are ignored; a form of none is no body.
    private func reduced(_ body: ParsedBody) -> ParsedBody {
        switch body {
        case .form(let fields):
            let fields = scope.fields(fields)
            return fields.isEmpty ? .empty : .form(fields)
        case .multipart(let fields):
            let fields = scope.fields(fields)
            return fields.isEmpty ? .empty : .multipart(fields)
        default: return body
        }
    }

    /// Placeholders can keep an example from being read as what the request was read as; then both are taken as the
    /// plainer thing.
    private func differenceOfKinds(
        _ example: ParsedBody, _ other: ParsedBody, _ request: RequestContent
    ) -> BodyDifference? {
        if !patterns.isEmpty {
            if let example = example.json, let request = other.json { return difference(example, request) }
            if case .text(let example) = example, let request = request.text { return difference(example, request) }
        }
        return BodyDifference(place: "body", expected: example.kindName, actual: other.kindName)
    }

    // MARK: Text

    private func difference(_ example: [UInt8], _ request: [UInt8]) -> BodyDifference? {
        if let pattern = patterns[example] {
            return pattern.matches(text: request)
                ? nil
                : BodyDifference(
                    place: "body", expected: TextExcerpt.quoted(example), actual: TextExcerpt.quoted(request))
        }
        guard example != request else { return nil }
        let common = zip(example, request).prefix { $0 == $1 }.count
        let line = 1 + example[..<common].count { $0 == 0x0A }
        let start = (example[..<common].lastIndex(of: 0x0A) ?? -1) + 1
        return BodyDifference(
            place: "body", expected: Self.shown(line: line, of: example, from: start),
            actual: Self.shown(line: line, of: request, from: start))
    }

    private static func shown(line: Int, of text: [UInt8], from start: Int) -> String {
        guard start < text.count else { return line == 1 ? BodyDifference.nothing : "no line \(line)" }
        let excerpt = TextExcerpt.quoted(text[start...].prefix { $0 != 0x0A })
        return text.contains(0x0A) ? "line \(line): \(excerpt)" : excerpt
    }

    private static func shown(_ byteCount: Int, _ digest: Digest?) -> String {
        "\(byteCount) bytes" + (digest.map { " with SHA-256 \($0.description.prefix(12))…" } ?? "")
    }
}
