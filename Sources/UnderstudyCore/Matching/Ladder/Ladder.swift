/// Postman's steps for one example: it falls out at one of them, or its points are counted.
///
/// The one place that decides; the index only chooses which examples to ask about, and explanations ask about all.
struct Ladder {
    let request: MatchRequest
    let options: MatchOptions
    let decoder: ContentDecoder
    private let method: String
    private let listedFields: [String]

    enum Verdict {
        case out(Step)
        case stands(Score)
    }

    /// Where an example fell out.
    enum Step: Sendable {
        case disabled
        case selection
        case method
        case code
        case path
        case query(QueryComparison)
        case field(String)
        case condition(Condition)
        case mediaType
        case body
    }

    init(_ request: MatchRequest, _ index: ExampleIndex) {
        self.request = request
        options = index.options
        decoder = index.decoder
        let options = index.options
        method = options.profile == .postman ? request.head.method.uppercased() : request.head.method
        let fields = request.controls.matchHeaders ?? options.matchHeaders
        listedFields = fields.filter { !options.ignore.ignoresField($0) }
    }

    func verdict(on entry: Entry) -> Verdict {
        if let step = filterStep(entry) { return .out(step) }
        guard isSelectable(entry) else { return .out(.selection) }
        guard let tier = tier(of: entry) else { return .out(.path) }
        var score = Score(tier: tier)
        if options.profile == .strict, entry.isLoose, tier == .identical { score.allowance = .pattern }
        if options.matchQueryParams {
            let query = entry.query.compare(pairs(for: entry))
            if options.profile == .strict {
                guard query.isSame else { return .out(.query(query)) }
                if query.hasRedacted { score.allowance = .redaction }
            } else if query.matching + query.partial + query.missing > 0 {
                score.query = query
            }
        }
        if let step = fieldStep(entry) { return .out(step) }
        if let condition = entry.conditions.first(where: { !holds($0, entry) }) { return .out(.condition(condition)) }
        return addBody(of: entry, to: score)
    }

    // MARK: Steps 2 and 3

    /// Method, status and whether it is switched on.
    func filterStep(_ entry: Entry) -> Step? {
        let example = entry.example
        if example.rules?.isEnabled == false { return .disabled }
        let other = example.request.head.method
        guard other == method || options.profile == .postman && other.uppercased() == method else { return .method }
        if let code = request.controls.code, String(example.response.head.status) != code { return .code }
        return nil
    }

    /// Whether it is the one asked for by id or name, when one is. The id decides when both are there.
    func isSelectable(_ entry: Entry) -> Bool {
        if let id = request.controls.id { return entry.example.hasID(id) }
        return request.controls.name.map { $0 == entry.example.name } ?? true
    }

    // MARK: Step 4

    /// The first comparison that succeeds.
    func tier(of entry: Entry) -> PathTier? {
        let (mine, theirs) = (request.path, entry.path)
        if mine.bytes == theirs.bytes { return .identical }
        guard options.profile == .postman else { return strictTier(of: entry) }
        if CanonicalPath.stripped(mine.bytes) == CanonicalPath.stripped(theirs.bytes) { return .slash }
        if mine.lowered == theirs.lowered { return .letterCase }
        let stripped = CanonicalPath.stripped(theirs.lowered)
        if request.lowered == stripped { return .slashAndCase }
        let pattern = options.matchWildcards ? entry.pattern : nil
        if let pattern, pattern.tier == .wildcard,
            pattern.matches(request.segments, original: request.originalSegments)
        {
            return .wildcard
        }
        if options.matchIDs || options.matchDistance {
            if options.matchIDs, PathLikeness.isSameButForIDs(request.lowered, stripped) {
                let slashes = theirs.lowered.count - stripped.count
                return slashes == mine.lowered.count - request.lowered.count ? .ids : .slashAndIDs
            }
            if options.matchDistance, PathLikeness.isSpelledAlike(request.lowered, stripped) { return .distance }
        }
        if let pattern, pattern.tier > .distance,
            pattern.matches(request.segments, original: request.originalSegments)
        {
            return pattern.tier
        }
        return nil
    }

    /// Only what was written to be a pattern, and then with the same trailing slashes.
    private func strictTier(of entry: Entry) -> PathTier? {
        guard let pattern = entry.pattern, options.matchWildcards || pattern.isTyped else { return nil }
        let slash = UInt8(ascii: "/")
        guard (request.path.bytes.last == slash) == (entry.path.bytes.last == slash),
            pattern.matches(
                CanonicalPath.segments(CanonicalPath.stripped(request.path.bytes)),
                original: request.originalSegments)
        else { return nil }
        return pattern.tier
    }

    // MARK: Step 5

    private func pairs(for entry: Entry) -> QueryPairs {
        guard let rules = entry.example.rules else { return request.pairs }
        let ignored = rules.ignore.parameters
        guard !ignored.isEmpty else { return request.pairs }
        return QueryPairs(sorted: request.pairs.sorted.filter { !ignored.contains($0.key) })
    }

    // MARK: Step 6

    /// A listed field that the request has must be the example's. One that it has not is no constraint.
    private func fieldStep(_ entry: Entry) -> Step? {
        for name in listedFields {
            guard let value = request.value(ofField: name) else { continue }
            if entry.example.rules?.ignore.ignoresField(name) ?? false { continue }
            guard let saved = FieldValue.joined(entry.example.request.head.fields, name) else { return .field(name) }
            if saved.contains(UInt8(ascii: "{")) {
                // A condition is looked at anyway.
                if entry.hasCondition(onField: name) { continue }
                if let pattern = try? ValuePattern(String(decoding: saved, as: UTF8.self)), !pattern.isLiteral {
                    guard pattern.matches(text: value) else { return .field(name) }
                    continue
                }
            }
            guard FieldValue.areEqual(value, saved, loosely: !entry.example.comparesSecrets) else {
                return .field(name)
            }
        }
        return nil
    }

    func holds(_ condition: Condition, _ entry: Entry) -> Bool {
        switch condition.place {
        case .header(let name): condition.holds(forValues: request.values(ofField: name))
        case .query(let name):
            condition.holds(
                forValues: request.pairs.sorted.lazy.filter { $0.key.elementsEqual(name.utf8) }.map(\.value))
        case .form, .json: condition.holds(for: request.content) ?? false
        }
    }

    private func addBody(of entry: Entry, to score: Score) -> Verdict {
        var score = score
        let isAsked = request.controls.matchBody ?? entry.example.rules?.matchBody ?? options.matchBody
        switch entry.body.compare(request, entry.example, options, decoder) {
        case .same:
            if !isAsked, !request.content.isEmpty { score.hasBodyBonus = options.profile == .postman }
        case .bothEmpty: break
        case .unsaved: if isAsked, score.allowance == .none { score.allowance = .pattern }
        case .sameButRedacted where entry.example.comparesSecrets: if isAsked { return .out(.body) }
        case .sameButRedacted:
            if isAsked { score.allowance = .redaction } else { score.hasBodyBonus = options.profile == .postman }
        case .otherType where isAsked: return .out(.mediaType)
        case .otherType:
            // The points are for the body alone: exports often leave the Content-Type out, which clients send.
            score.hasBodyBonus = options.profile == .postman && entry.body.isSameContent(as: request, options)
        case .different: if isAsked { return .out(.body) }
        }
        return .stands(score)
    }
}
