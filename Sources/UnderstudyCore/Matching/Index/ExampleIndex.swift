/// Examples, found for a request by `MatchOptions`.
///
/// A request that is exactly one of them costs one look-up however many there are; one that is only alike costs one
/// look-up per tier. A value: copies share their memory until one of them is changed.
public struct ExampleIndex: Sendable {
    public let options: MatchOptions
    let decoder: ContentDecoder
    public private(set) var entries: [Entry] = []
    /// Finds all examples.
    private var everything: Lookup
    /// Finds those from one place.
    private var partitions: Partitions
    private var causality = Causality()
    /// The longest request body of an example that is too large for memory; 0 when there is none.
    public private(set) var longestStoredContent = 0
    /// Whether state-changing requests are counted.
    private var isCausal: Bool
    /// Whether some example belongs to a session.
    private var hasSessions = false
    /// Tells caches of results that they are about another index.
    public let generation: UInt64

    /// What the index says of a request.
    public enum Outcome: Sendable {
        case hit(Hit)
        /// `Explanation` finds out why, which costs too much to do unasked.
        case miss
    }

    /// Which example answers.
    public struct Hit: Sendable {
        public let entry: Entry
        public let score: Score
        /// What the variables of its path took.
        public let captures: [String: String]
        /// Whether every request of the same bytes is answered so, as long as the examples stay: no turn was taken.
        public var isSettled = false
    }

    /// An empty one.
    public init(options: MatchOptions, decoder: ContentDecoder = .none) {
        self.init(options: options, decoder: decoder, poolThreshold: Pool.threshold)
    }

    init(options: MatchOptions, decoder: ContentDecoder, poolThreshold: Int) {
        self.options = options
        everything = Lookup(poolThreshold: poolThreshold)
        partitions = Partitions(poolThreshold: poolThreshold)
        self.decoder = decoder
        isCausal = options.repeats == .causal
        var random = SystemRandomNumberGenerator()
        generation = random.next()
    }

    /// O(n).
    public init(_ examples: [Example], options: MatchOptions, decoder: ContentDecoder = .none) {
        self.init(options: options, decoder: decoder)
        entries.reserveCapacity(examples.count)
        everything.reserveCapacity(examples.count, matchBody: options.matchBody)
        for example in examples { insert(example) }
    }

    public var count: Int { entries.count }

    /// In the order in which they came.
    public var examples: some Sequence<Example> { entries.lazy.map(\.example) }

    /// Adds an example behind those it equals. O(1).
    @discardableResult
    public mutating func insert(_ example: Example) -> Entry {
        let entry = Entry(example, position: entries.count, options: options, decoder: decoder)
        insert(entry)
        return entry
    }

    /// Takes over an entry that another copy of the index made. O(1).
    public mutating func insert(_ entry: Entry) {
        entries.append(entry)
        everything.insert(entry, options, among: entries)
        partitions.insert(entry, options, among: entries)
        causality.insert(entry)
        hasSessions = hasSessions || !entry.example.session.isEmpty
        if case .stored(_, let byteCount) = entry.example.request.body.content {
            longestStoredContent = max(longestStoredContent, byteCount)
        }
        isCausal = isCausal || entry.example.rules?.repeats == .causal
    }

    // MARK: Requests

    /// Takes a request apart.
    ///
    /// - Parameters:
    ///   - head: redacted as examples are, with an origin-form target.
    ///   - content: what it brings, when that is known already.
    ///   - partition: which examples may answer; `nil` for all.
    ///   - session: whose turn is taken; `nil` for that which the head names.
    public func request(
        _ head: RequestHead, hasBody: Bool, content: RequestContent = .empty, in partition: Partition? = nil,
        session: String? = nil
    ) -> MatchRequest {
        MatchRequest(
            head, hasBody: hasBody, content: content, partition: partition, session: session,
            ignoring: options.ignoredParameters)
    }

    /// The partitions of an origin (`scheme://authority`), those with the longest base path first. The empty origin has that
    /// of the examples that are from nowhere.
    public func partitions(of origin: String) -> [Partition] { partitions.all(of: origin) }

    /// Whether there are examples from more than one place.
    public var isParted: Bool { partitions.isParted }

    /// Examples that may answer a request.
    func count(for request: MatchRequest) -> Int { lookup(for: request)?.positions.count ?? 0 }

    func entries(for request: MatchRequest) -> some Sequence<Entry> {
        (lookup(for: request)?.positions ?? []).lazy.map { entries[Int($0)] }
    }

    /// `nil` when no example may.
    private func lookup(for request: MatchRequest) -> Lookup? {
        guard let partition = request.partition else { return everything }
        return partitions.lookup(partition, all: everything)
    }

    /// Whether the answer may depend on the request's content, so that it has to come first.
    public func needsContent(_ request: MatchRequest) -> Bool {
        guard request.hasBody, let lookup = lookup(for: request),
            lookup.looksAtBodies || options.matchBody || request.controls.matchBody == true
        else { return false }
        if request.controls.explains { return true }
        let method = LikenessTables.method(request.head.method, options.profile)
        // In the strict profile nothing with another path can answer but what has a pattern for one.
        return options.profile == .postman || lookup.hasSoft || lookup.tables.hasPatterned(method)
            || lookup.tables.hasSamePath(method, request)
    }

    /// Finds the example for a request whose content is known, as far as `needsContent`.
    public func match(_ request: MatchRequest, in sessions: MatchSessions, cache: MatchCache) -> Outcome {
        let outcome = find(request, in: sessions, cache: cache, moves: true)
        if isCausal, case .hit(let hit) = outcome, Causality.isChange(request.head.method) {
            sessions.session(request.controls.session).changed(hit.entry.group)
        }
        return outcome
    }

    /// The same without leaving a trace: no turn is taken.
    public func peek(_ request: MatchRequest, in sessions: MatchSessions) -> Outcome {
        find(request, in: sessions, cache: MatchCache(limit: 0), moves: false)
    }

    private func find(
        _ request: MatchRequest, in sessions: MatchSessions, cache: MatchCache, moves: Bool
    ) -> Outcome {
        guard let lookup = lookup(for: request) else { return .miss }
        let session = { sessions.session(request.controls.session) }
        if request.controls.id != nil || request.controls.name != nil { return selected(request) }
        let isPlain = !request.controls.choose && options.matchHeaders.isEmpty
        let key = key(of: request, lookup)
        // A result holds for all requests with this key when nothing but the key was looked at.
        let isCacheable = isPlain && request.content.isEmpty && !lookup.hasSoft
        let equalCount = (options.matchBody ? lookup.exact : lookup.targets).count(key)
        // A few equal ones are looked at as fast as they are remembered; a recording may have very many.
        let isRemembered = isCacheable && (equalCount == 0 || equalCount > Self.shortChain)
        let cacheKey = key ^ lookup.salt
        func outcome(_ best: Best) -> Outcome { self.outcome(best, request, key, lookup, session, moves) }
        if isRemembered, let best = cache.best(for: cacheKey, request.head.target, of: self) {
            return best.entries.isEmpty ? .miss : outcome(best)
        }
        if isPlain, let best = exactBest(request, key, lookup) {
            guard isRemembered else { return outcome(best) }
            return outcome(cache.insert(best, for: cacheKey, request.head.target, of: self))
        }
        var best =
            options.profile == .postman
            ? postmansBest(request, lookup) : strictBest(request, self.targetKey(of: request), lookup)
        if isCacheable { best = cache.insert(best, for: cacheKey, request.head.target, of: self) }
        return best.entries.isEmpty ? .miss : outcome(best)
    }

    /// Equal examples that are looked at for each request.
    private static let shortChain = 16

    private func targetKey(of request: MatchRequest) -> UInt64 {
        var hasher = Hasher()
        MatchKey.hash(
            method: LikenessTables.method(request.head.method, options.profile), path: request.path,
            pairs: options.matchQueryParams ? request.pairs : QueryPairs(sorted: []), into: &hasher)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private func key(of request: MatchRequest, _ lookup: Lookup) -> UInt64 {
        let target = targetKey(of: request)
        guard options.matchBody, request.hasBody, lookup.targets.contains(target) else { return target }
        return MatchKey.adding(request.bodyKey(ignoring: options.ignore), to: target)
    }

    // MARK: Finding the best

    /// The examples that answer equally well and better than all others, in recorded order.
    struct Best {
        var score: Score?
        var entries: [Entry] = []
        /// What is the same for every request that these answer; worked out for results that are remembered.
        var summary: Summary?

        struct Summary {
            /// The key of all of them, if it is one.
            let commonKey: UInt64?
            let postmansChoice: Entry
        }

        var summarised: Best {
            guard let first = entries.first else { return self }
            var best = self
            best.summary = Summary(
                commonKey: entries.allSatisfy { $0.key == first.key } ? first.key : nil,
                postmansChoice: Turns.postmansChoice(entries))
            return best
        }

        mutating func consider(_ entry: Entry, _ score: Score) {
            guard let own = self.score else {
                self.score = score
                entries = [entry]
                return
            }
            let difference = score.total - own.total
            if difference > Score.tolerance {
                self.score = score
                entries = [entry]
            } else if difference >= -Score.tolerance {
                entries.append(entry)
            }
        }
    }

    /// The best by its key alone, when there can be none better and none as good elsewhere.
    private func exactBest(_ request: MatchRequest, _ key: UInt64, _ lookup: Lookup) -> Best? {
        // Postman gives points for bodies that are not asked for, and counts variables in parameters as equal.
        if options.profile == .postman,
            lookup.hasSoft || (!options.matchBody && !request.content.isEmpty && lookup.looksAtBodies)
        {
            return nil
        }
        let chains = options.matchBody ? lookup.exact : lookup.targets
        guard let first = chains.first(key) else { return nil }
        let ladder = Ladder(request, self)
        var best = Best()
        if first.isOnly {
            consider(entries[first.position], ladder, &best)
        } else {
            chains.forEach(key) { consider(entries[$0], ladder, &best) }
        }
        // What is not quite equal may be beaten by what is found by looking only.
        if lookup.hasSoft, best.score.map({ $0.allowance != .none }) ?? false { return nil }
        return best.entries.isEmpty ? nil : best
    }

    private func consider(
        _ entry: Entry, _ ladder: Ladder, _ best: inout Best, tiers: ClosedRange<PathTier>? = nil
    ) {
        guard case .stands(let score) = ladder.verdict(on: entry), tiers?.contains(score.tier) ?? true else { return }
        best.consider(entry, score)
    }

    /// What its key does not tell apart, what can only be judged by looking at it, and what is written as a pattern.
    private func strictBest(_ request: MatchRequest, _ targetKey: UInt64, _ lookup: Lookup) -> Best {
        let ladder = Ladder(request, self)
        var best = Best()
        lookup.targets.forEach(targetKey) { if !entries[$0].isSoft { consider(entries[$0], ladder, &best) } }
        lookup.tables.forEachSoft(request.head.method, request) { consider(entries[$0], ladder, &best) }
        lookup.tables.forEachPatterned(request.head.method) {
            consider(entries[$0], ladder, &best, tiers: .wildcard ... .doubleStar)
        }
        best.entries.sort { $0.position < $1.position }
        return best
    }

    /// Tier by tier, as long as the next one could still reach the best.
    private func postmansBest(_ request: MatchRequest, _ lookup: Lookup) -> Best {
        let ladder = Ladder(request, self)
        let method = request.head.method.uppercased()
        let mayHaveQuery = options.matchQueryParams && (!request.pairs.isEmpty || lookup.hasSoft)
        let bonus = (mayHaveQuery ? Score.queryBonus : 0) + (request.content.isEmpty ? 0 : Score.bodyBonus)
        // What stands for many may be what a filter takes out.
        let all = request.controls.choose || !options.matchHeaders.isEmpty
        var best = Best()
        func isOpen(_ tier: PathTier) -> Bool {
            guard let score = best.score else { return true }
            return tier.base + bonus >= score.total - Score.tolerance
        }
        lookup.tables.forEachSamePath(method, request, all: all) {
            consider(entries[$0], ladder, &best, tiers: .identical ... .slashAndCase)
        }
        if options.matchWildcards, isOpen(.wildcard) {
            lookup.tables.forEachWildcard(method, request, all: all) {
                consider(entries[$0], ladder, &best, tiers: .wildcard ... .wildcard)
            }
        }
        if options.matchIDs, isOpen(.ids) {
            lookup.tables.forEachSameButForIDs(method, request, all: all) {
                consider(entries[$0], ladder, &best, tiers: .ids ... .slashAndIDs)
            }
        }
        if options.matchDistance, isOpen(.distance) {
            // Of those that have nothing but a path, which score the same, Postman's choice stands for all.
            var plain: Entry?
            lookup.tables.forEachSpelledAlike(method, request) { position in
                let entry = entries[position]
                guard !all, entry.isPlain else {
                    return consider(entry, ladder, &best, tiers: .distance ... .distance)
                }
                guard ladder.tier(of: entry) == .distance else { return }
                plain = plain.map { Turns.postmansChoice([$0, entry]) } ?? entry
            }
            if let plain { consider(plain, ladder, &best) }
        }
        if options.matchWildcards, isOpen(.regex) {
            lookup.tables.forEachPatterned(method) {
                consider(entries[$0], ladder, &best, tiers: .regex ... .doubleStar)
            }
        }
        best.entries.sort { $0.position < $1.position }
        return best
    }

    /// By id or name: method and code count, nothing else does.
    private func selected(_ request: MatchRequest) -> Outcome {
        let ladder = Ladder(request, self)
        let found = entries(for: request).filter { ladder.isSelectable($0) && ladder.filterStep($0) == nil }
        guard !found.isEmpty else { return .miss }
        let entry = request.controls.id == nil ? Turns.postmansChoice(found) : found[0]
        // Chosen whatever its path, yet its variables are filled in where the path fits.
        let score = Score(tier: ladder.tier(of: entry) ?? .identical)
        return .hit(Hit(entry: entry, score: score, captures: captures(of: entry, request)))
    }

    // MARK: Choosing among the best

    private func outcome(
        _ best: Best, _ request: MatchRequest, _ key: UInt64, _ lookup: Lookup, _ session: () -> MatchSession,
        _ moves: Bool
    ) -> Outcome {
        guard let score = best.score else { return .miss }
        let named = best.preferringNamed
        let best = hasSessions ? named.preferring(request.controls.session) : named
        let isChange = isCausal && Causality.isChange(request.head.method)
        if best.entries.count == 1, let entry = best.entries.first,
            entry.repeats(options) == .tie || options.profile == .strict && entry.repeats(options) != .once
        {
            return .hit(
                Hit(entry: entry, score: score, captures: captures(of: entry, request), isSettled: !isChange))
        }
        // Of examples that are equal only in points Postman's choice decides; those equal to it take turns with it.
        let choice = best.summary?.postmansChoice ?? Turns.postmansChoice(best.entries)
        let repeats = choice.repeats(options)
        let group =
            options.profile == .strict || repeats == .tie ? best.entries : equals(of: choice, score, request, lookup)
        // The same place whether or not other examples of the key are further away: it survives an edit.
        let isWholeChain =
            best.summary != nil && group.count == best.entries.count
            ? best.summary?.commonKey == key : group.allSatisfy { $0.key == key }
        var hasher = Hasher()
        hasher.combine(group[0].group)
        if !isWholeChain || score.allowance == .redaction || group[0].isNamed { hasher.combine(group[0].example.id) }
        let turns = Turns(repeats: repeats, choice: choice, session: session(), moves: moves)
        guard
            let entry = turns.next(
                group, group: UInt64(bitPattern: Int64(hasher.finalize())), causality: causality)
        else { return .miss }
        let isSettled = [.tie, .first, .last].contains(repeats) && !isChange
        return .hit(Hit(entry: entry, score: score, captures: captures(of: entry, request), isSettled: isSettled))
    }

    /// The examples that the matcher cannot tell from one, as far as they answer this request as well as it does.
    private func equals(
        of entry: Entry, _ score: Score, _ request: MatchRequest, _ lookup: Lookup
    ) -> [Entry] {
        let ladder = Ladder(request, self)
        var equals: [Entry] = []
        (options.matchBody ? lookup.exact : lookup.targets).forEach(entry.key) { position in
            if case .stands(let other) = ladder.verdict(on: entries[position]),
                abs(other.total - score.total) <= Score.tolerance
            {
                equals.append(entries[position])
            }
        }
        return hasSessions ? equals.filter { $0.example.session == entry.example.session } : equals
    }

    private func captures(of entry: Entry, _ request: MatchRequest) -> [String: String] {
        guard let pattern = entry.pattern,
            pattern.matches(request.segments, original: request.originalSegments)
        else { return [:] }
        return pattern.captures(request.originalSegments)
    }
}

extension Entry {
    func repeats(_ options: MatchOptions) -> Repeats { example.rules?.repeats ?? options.repeats }
}

extension Example {
    /// By its id, or that with its owner before it.
    func hasID(_ text: String) -> Bool {
        if id == text || uid == text { return true }
        // `12345678-UUID` names the example whose file says only the UUID.
        guard text.hasSuffix(id), text.utf8.count > id.utf8.count + 1, !id.isEmpty else { return false }
        let owner = text.utf8.dropLast(id.utf8.count)
        return owner.last == UInt8(ascii: "-") && owner.dropLast().allSatisfy { $0.isDigit }
    }
}
