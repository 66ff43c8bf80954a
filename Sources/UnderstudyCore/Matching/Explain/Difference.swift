import NIOCore

/// The first thing in which an example and a request differ, in words, and what would mend it.
public struct Difference: Sendable, Hashable {
    /// `method`, `status`, `path`, `query:page`, `header:X-Plan`, `json:$.user.id`, `form:nonce`, `body`, …: spelled as
    /// an ignore rule where there is one for it.
    public let place: String
    /// One sentence.
    public let reason: String
    /// `nil` where only recording helps.
    public let mend: Mend?
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
        mend =
            if case .edit(let id, let flags) = open.mend {
                .edit(id: id, flags: scope.hidingSecrets(in: flags))
            } else { open.mend }
    }

    private init(telling step: Ladder.Step, _ entry: Entry, _ ladder: Ladder) {
        let example = entry.example
        let request = ladder.request
        switch step {
        case .disabled:
            self.init(
                "enabled", "it is switched off",
                mend: .edit(id: example.id, flags: "--enable"))
        case .selection:
            self.init(
                "name",
                request.controls.id.map { "x-mock-response-id asks for \($0)" }
                    ?? "its name is \(example.name), x-mock-response-name asks for \(request.controls.name ?? "")")
        case .method:
            self.init("method", "its method is \(example.request.head.method), the request's is \(request.head.method)")
        case .code:
            self.init(
                "status",
                "its status is \(example.response.head.status), x-mock-response-code asks for \(request.controls.code ?? "")"
            )
        case .path: self.init(path: entry, request, ladder.options)
        case .query: self.init(query: entry, request)
        case .field(let name): self.init(field: name, entry, request)
        case .condition(let condition):
            let isRule = example.rules?.conditions.contains(condition) ?? false
            self.init(
                condition.placeText,
                "its \(isRule ? "rule" : "field") \(condition.placeText) \(condition.isNegated ? "not " : "")\(condition.pattern) does not hold",
                mend: .edit(
                    id: example.id,
                    flags: isRule ? "--drop-rules" : "--ignore \(ShellText.word(condition.placeText))"))
        case .mediaType:
            let mine = request.content.mediaType?.essence ?? "nothing"
            let its = entry.body.mediaType?.essence ?? "nothing"
            self.init(
                "header:Content-Type", "its request's Content-Type is \(its), this one's is \(mine)",
                mend: .edit(id: example.id, flags: "--match-body off"))
        case .body: self.init(body: entry, ladder)
        }
    }

    private init(_ place: String, _ reason: String, mend: Mend? = nil) {
        self.place = place
        self.reason = reason
        self.mend = mend
    }

    static func quoted(_ bytes: some Collection<UInt8>) -> String {
        let text = TextBytes.text(of: bytes)
        let short = text.count > textLimit ? text.prefix(textLimit) + "…" : text[...]
        return String(short.map { $0.isASCII && ($0.asciiValue ?? 0) < 0x20 ? " " : $0 })
    }

    private init(path entry: Entry, _ request: MatchRequest, _ options: MatchOptions) {
        let mine = CanonicalPath.segments(request.path.bytes[...])
        let its = CanonicalPath.segments(entry.path.bytes[...])
        let texts = "its path is \(Self.quoted(entry.path.bytes)), the request's is \(Self.quoted(request.path.bytes))"
        guard mine.count == its.count, entry.pattern == nil else {
            let isOff = entry.pattern != nil && !options.matchWildcards
            self.init("path", isOff ? texts + " (variables in paths are not matched by this profile)" : texts)
            return
        }
        let different = mine.indices.filter { mine[$0] != its[$0] }
        guard different.count == 1, let place = different.first, !mine[place].isEmpty, !its[place].isEmpty else {
            self.init("path", texts)
            return
        }
        // Alone it would catch every path of that length.
        guard its.count > 1 else {
            self.init("path", texts)
            return
        }
        // As it was saved, so that what is percent-encoded stays so.
        let parts = TargetParts.split(Array(entry.example.request.head.target.readableBytesView))
        var segments = CanonicalPath.segments(parts.path).map { TextBytes.text(of: $0) }
        segments[place] = "{{any}}"
        let query = parts.query.isEmpty ? "" : "?" + TextBytes.text(of: parts.query)
        let target = ShellText.word("/" + segments.joined(separator: "/") + query)
        self.init("path", texts, mend: .edit(id: entry.example.id, flags: "--target \(target)"))
    }

    private init(query entry: Entry, _ request: MatchRequest) {
        let ignored = entry.example.rules?.ignore.parameters ?? []
        let mine = request.pairs.sorted.filter { !ignored.contains($0.key) }
        let its = entry.query.all.sorted
        // A query may have tens of thousands.
        let (inRequest, inExample) = (Set(mine), Set(its))
        func name(_ pair: QueryPairs.Pair) -> String { Self.quoted(pair.key) }
        func mend(_ pair: QueryPairs.Pair) -> Mend {
            let rule = ShellText.word("query:" + TextBytes.text(of: pair.key))
            return .edit(id: entry.example.id, flags: "--ignore \(rule)")
        }
        for pair in its where !inRequest.contains(pair) {
            if let pattern = entry.query.patterns.first(where: { $0.key == pair.key }) {
                let values = mine.filter { $0.key == pair.key }.map(\.value)
                if values.contains(where: { pattern.value?.matches(text: $0) ?? true }) { continue }
            }
            if let other = mine.first(where: { $0.key == pair.key && !inExample.contains($0) }) {
                self.init(
                    "query:\(name(pair))",
                    "its query parameter \(name(pair)) is \(Self.quoted(pair.value)), the request's is \(Self.quoted(other.value))",
                    mend: mend(pair))
            } else {
                self.init(
                    "query:\(name(pair))",
                    "the request has no query parameter \(name(pair))=\(Self.quoted(pair.value))",
                    mend: mend(pair))
            }
            return
        }
        if let pair = mine.first(where: { pair in
            !inExample.contains(pair) && !entry.query.patterns.contains { $0.key == pair.key }
        }) {
            self.init(
                "query:\(name(pair))",
                "the request's query parameter \(name(pair))=\(Self.quoted(pair.value)) is not in the example",
                mend: mend(pair))
        } else {
            self.init("query", "a query parameter is there more often in one than in the other")
        }
    }

    private init(field name: String, _ entry: Entry, _ request: MatchRequest) {
        let mine = request.value(ofField: name).map { Self.quoted($0) } ?? ""
        let its = FieldValue.joined(entry.example.request.head.fields, name).map { Self.quoted($0) }
        let mend = Mend.edit(id: entry.example.id, flags: "--ignore \(ShellText.word("header:\(name)"))")
        if let its {
            self.init("header:\(name)", "its field \(name) is \(its), the request's is \(mine)", mend: mend)
        } else {
            self.init("header:\(name)", "it has no field \(name), the request's is \(mine)", mend: mend)
        }
    }

    private init(body entry: Entry, _ ladder: Ladder) {
        guard
            let difference = entry.body.difference(
                from: ladder.request.content, entry.example, ladder.options, ladder.decoder)
        else {
            self.init("body", "its body is another one")
            return
        }
        let isField = difference.ignoreRule != nil
        let id = entry.example.id
        self.init(
            difference.place,
            "in its body \(difference.place) is \(difference.expected), in the request's it is \(difference.actual)",
            mend: .edit(
                id: id, flags: isField ? "--ignore \(ShellText.word(difference.place))" : "--match-body off"))
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
