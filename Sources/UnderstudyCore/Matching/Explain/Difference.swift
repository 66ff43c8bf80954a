import NIOCore

/// The first thing in which an example and a request differ, in words, and what would mend it.
public struct Difference: Sendable, Hashable {
    /// `method`, `status`, `path`, `query:page`, `header:X-Plan`, `json:$.user.id`, `form:nonce`, `body`, …: spelled as
    /// an ignore rule where there is one for it.
    public let place: String
    /// One sentence.
    public let reason: String
    /// What the example has there, and what the request has; `nil` where it has nothing, or where the reason alone says it.
    public let expected: String?
    public let actual: String?
    /// What would mend it, the best first; none where only recording helps.
    public let mends: [Mend]

    /// The best of those that a command can carry out.
    public var mend: Mend? { mends.first { $0.command(.here) != nil } }

    /// `place`, `reason`, `expected` and `actual`.
    public var json: JSONValue {
        [
            "place": .string(place), "reason": .string(reason), "expected": expected.map { .string($0) } ?? .null,
            "actual": actual.map { .string($0) } ?? .null,
        ]
    }
}

extension Difference {
    /// Texts in reasons are cut here.
    static let textLimit = 120

    /// What an environment keeps secret is not told.
    init(_ step: Ladder.Step, _ entry: Entry, _ ladder: Ladder) {
        let open = Difference(telling: step, entry, ladder)
        let scope = entry.example.variables
        place = scope.hidingSecrets(in: open.place)
        reason = scope.hidingSecrets(in: open.reason)
        expected = open.expected.map { scope.hidingSecrets(in: $0) }
        actual = open.actual.map { scope.hidingSecrets(in: $0) }
        mends = open.mends.map { $0.hidingSecrets(of: scope) }
    }

    private init(telling step: Ladder.Step, _ entry: Entry, _ ladder: Ladder) {
        let example = entry.example
        let request = ladder.request
        switch step {
        case .disabled:
            self.init(
                "enabled", "it is switched off",
                mends: [.edit(id: example.id, .enable)])
        case .selection:
            self.init(
                "name",
                request.controls.id.map { "x-mock-response-id asks for \($0)" }
                    ?? "its name is \(example.name), x-mock-response-name asks for \(request.controls.name ?? "")")
        case .method:
            self.init(
                "method", "its method is \(example.request.head.method), the request's is \(request.head.method)",
                expected: example.request.head.method, actual: request.head.method,
                mends: [.edit(id: example.id, .method(request.head.method))])
        case .code:
            self.init(
                "status",
                "its status is \(example.response.head.status), x-mock-response-code asks for \(request.controls.code ?? "")",
                expected: "\(example.response.head.status)", actual: request.controls.code)
        case .path: self.init(path: entry, request, ladder.options)
        case .query: self.init(query: entry, request)
        case .field(let name): self.init(field: name, entry, request)
        case .condition(let condition):
            let isRule = example.rules?.conditions.contains(condition) ?? false
            self.init(
                condition.placeText,
                "its \(isRule ? "rule" : "field") \(condition.placeText) \(condition.isNegated ? "not " : "")\(condition.pattern) does not hold",
                expected: "\(condition.isNegated ? "not " : "")\(condition.pattern)",
                mends: [.edit(id: example.id, isRule ? .dropRules : .ignore(condition.placeText))])
        case .mediaType:
            let mine = request.content.mediaType?.essence ?? "nothing"
            let its = entry.body.mediaType?.essence ?? "nothing"
            self.init(
                "header:Content-Type", "its request's Content-Type is \(its), this one's is \(mine)",
                expected: its, actual: mine, mends: [.edit(id: example.id, .matchBodyOff)])
        case .body: self.init(body: entry, ladder)
        }
    }

    init(
        _ place: String, _ reason: String, expected: String? = nil, actual: String? = nil, mends: [Mend] = []
    ) {
        self.place = place
        self.reason = reason
        self.expected = expected
        self.actual = actual
        self.mends = mends
    }

    static func quoted(_ bytes: some Collection<UInt8>) -> String {
        let text = TextBytes.text(of: bytes)
        let short = text.count > textLimit ? text.prefix(textLimit) + "…" : text[...]
        return String(short.map { $0.isASCII && ($0.asciiValue ?? 0) < 0x20 ? " " : $0 })
    }

    /// How many segments of a path may differ for a placeholder in each to be offered.
    static let wildcardLimit = 2

    private init(path entry: Entry, _ request: MatchRequest, _ options: MatchOptions) {
        let (expected, actual) = (Self.quoted(entry.path.bytes), Self.quoted(request.path.bytes))
        var reason = "its path is \(expected), the request's is \(actual)"
        if entry.pattern != nil, !options.matchWildcards {
            reason += " (variables in paths are not matched by this profile)"
        }
        let target = Self.wildcardTarget(for: entry, request, options.profile)
        self.init(
            "path", reason, expected: expected, actual: actual,
            mends: target.map { [.edit(id: entry.example.id, .wildcard(target: $0))] } ?? [])
    }

    /// The example's target with a placeholder for each segment that is another one; `nil` when it would be hardly like it any
    /// more.
    private static func wildcardTarget(
        for entry: Entry, _ request: MatchRequest, _ profile: MatchOptions.Profile
    ) -> String? {
        let mine = CanonicalPath.segments(request.path.bytes[...])
        let its = CanonicalPath.segments(entry.path.bytes[...])
        guard mine.count == its.count, entry.pattern == nil else { return nil }
        let different = mine.indices.filter { mine[$0] != its[$0] }
        guard (1...wildcardLimit).contains(different.count),
            different.allSatisfy({ !mine[$0].isEmpty && !its[$0].isEmpty }),
            // Alone they would catch every path of that length.
            its.indices.contains(where: { !different.contains($0) && !its[$0].isEmpty })
        else { return nil }
        // As it was saved, so that what is percent-encoded stays so.
        let parts = TargetParts.split(Array(entry.example.request.head.target.readableBytesView))
        var segments = CanonicalPath.segments(parts.path).map { TextBytes.text(of: $0) }
        // The strict profile knows it as a typed one, that of Postman as a variable, which must not be there twice: it would
        // have one value.
        for (number, place) in different.enumerated() where segments.indices.contains(place) {
            segments[place] = number == 0 || profile == .strict ? "{{any}}" : "{{any\(number + 1)}}"
        }
        let query = parts.query.isEmpty ? "" : "?" + TextBytes.text(of: parts.query)
        return "/" + segments.joined(separator: "/") + query
    }

    private init(query entry: Entry, _ request: MatchRequest) {
        let ignored = entry.example.rules?.ignore.parameters ?? []
        let mine = request.pairs.sorted.filter { !ignored.contains($0.key) }
        let its = entry.query.all.sorted
        // A query may have tens of thousands.
        let (inRequest, inExample) = (Set(mine), Set(its))
        func name(_ pair: QueryPairs.Pair) -> String { Self.quoted(pair.key) }
        func difference(_ pair: QueryPairs.Pair, _ reason: String, expected: String?, actual: String?) -> Difference {
            Difference(
                "query:\(name(pair))", reason, expected: expected, actual: actual,
                mends: [.edit(id: entry.example.id, .ignore("query:" + TextBytes.text(of: pair.key)))])
        }
        for pair in its where !inRequest.contains(pair) {
            if let pattern = entry.query.patterns.first(where: { $0.key == pair.key }) {
                let values = mine.filter { $0.key == pair.key }.map(\.value)
                if values.contains(where: { pattern.value?.matches(text: $0) ?? true }) { continue }
            }
            let value = Self.quoted(pair.value)
            if let other = mine.first(where: { $0.key == pair.key && !inExample.contains($0) }) {
                let actual = Self.quoted(other.value)
                self = difference(
                    pair, "its query parameter \(name(pair)) is \(value), the request's is \(actual)", expected: value,
                    actual: actual)
            } else {
                self = difference(
                    pair, "the request has no query parameter \(name(pair))=\(value)", expected: value, actual: nil)
            }
            return
        }
        if let pair = mine.first(where: { pair in
            !inExample.contains(pair) && !entry.query.patterns.contains { $0.key == pair.key }
        }) {
            let value = Self.quoted(pair.value)
            self = difference(
                pair, "the request's query parameter \(name(pair))=\(value) is not in the example", expected: nil,
                actual: value)
        } else {
            self.init("query", "a query parameter is there more often in one than in the other")
        }
    }

    private init(field name: String, _ entry: Entry, _ request: MatchRequest) {
        let mine = request.value(ofField: name).map { Self.quoted($0) } ?? ""
        let its = FieldValue.joined(entry.example.request.head.fields, name).map { Self.quoted($0) }
        let place = "header:\(name)"
        self.init(
            place,
            its.map { "its field \(name) is \($0), the request's is \(mine)" }
                ?? "it has no field \(name), the request's is \(mine)",
            expected: its, actual: mine, mends: [.edit(id: entry.example.id, .ignore(place))])
    }

    private init(body entry: Entry, _ ladder: Ladder) {
        guard
            let difference = entry.body.difference(
                from: ladder.request.content, entry.example, ladder.options, ladder.decoder)
        else {
            self.init("body", "its body is another one")
            return
        }
        let off = Mend.edit(id: entry.example.id, .matchBodyOff)
        let isField = difference.ignoreRule != nil
        self.init(
            difference.place,
            "in its body \(difference.place) is \(difference.expected), in the request's it is \(difference.actual)",
            expected: difference.expected, actual: difference.actual,
            mends: isField ? [.edit(id: entry.example.id, .ignore(difference.place)), off] : [off])
    }
}

extension QueryPattern {
    /// All parameters as they were saved, sorted.
    var all: QueryPairs {
        guard !patterns.isEmpty else { return literals }
        return QueryPairs(
            sorted: (literals.sorted + patterns.map { QueryPairs.Pair(key: $0.key, value: $0.text) }).sorted())
    }
}

extension Condition {
    /// Spelled as an ignore rule is.
    var placeText: String {
        switch place {
        case .header(let name): IgnoreRule.header(name).description
        case .query(let name): IgnoreRule.query(name).description
        case .form(let name): IgnoreRule.form(name).description
        case .json(let selector): IgnoreRule.json(selector).description
        }
    }
}
