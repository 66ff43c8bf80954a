/// The examples of one key when they are many: which of them a request has to be compared with.
///
/// Examples whose parameters have the same names score the same for a request as long as no value is equal. So one of
/// them stands for all, the one that Postman's tie rule would choose, and those with an equal value are found by it.
struct Pool: Sendable {
    /// A key with this many examples gets a pool; fewer are looked at one by one.
    static let threshold = 32

    /// Compared whatever the request: what more than names and values decides about.
    private var others: [UInt32] = []
    /// By what they have in common, the first by Postman's rule.
    private var representatives: [UInt64: UInt32] = [:]
    private var postings: [UInt64: [UInt32]] = [:]

    /// - Parameters:
    ///   - shape: what besides the names of parameters tells this example from others of the key.
    ///   - entry: the example at a position.
    mutating func insert(_ new: Entry, shape: UInt64, _ entry: (UInt32) -> Entry) {
        let position = UInt32(new.position)
        guard !new.isSoft, new.body.isEmpty else { return others.append(position) }
        var hasher = Hasher()
        hasher.combine(shape)
        for pair in new.query.literals.sorted {
            hasher.combine(pair.key)
            postings[Self.key(pair), default: []].append(position)
        }
        let key = UInt64(bitPattern: Int64(hasher.finalize()))
        if let other = representatives[key], Turns.postmansChoice([entry(other), new]) !== new { return }
        representatives[key] = position
    }

    /// Each candidate once.
    func forEach(_ request: MatchRequest, _ body: (Int) -> Void) {
        var seen: Set<UInt32> = []
        for position in representatives.values {
            seen.insert(position)
            body(Int(position))
        }
        for position in others { body(Int(position)) }
        for pair in request.pairs.sorted {
            for position in postings[Self.key(pair)] ?? [] where seen.insert(position).inserted { body(Int(position)) }
        }
    }

    private static func key(_ pair: QueryPairs.Pair) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(pair.key)
        // Which redacted values are equal is looked at in what is found.
        if Redaction.isPlaceholder(pair.value) { hasher.combine(0) } else { hasher.combine(pair.value) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}

/// Lists of examples by key, with a pool for each that is long.
struct PooledChains: Sendable {
    private var chains = Chains()
    private var pools: [UInt64: Pool] = [:]
    private let threshold: Int

    init(threshold: Int) { self.threshold = threshold }

    var isEmpty: Bool { chains.isEmpty }
    mutating func reserveCapacity(_ count: Int) { chains.reserveCapacity(count) }
    func contains(_ key: UInt64) -> Bool { chains.contains(key) }

    /// - Parameters:
    ///   - shape: of an entry; see `Pool.insert`.
    ///   - entry: the example at a position, this one included.
    mutating func append(_ new: Entry, to key: UInt64, shape: (Entry) -> UInt64, _ entry: (UInt32) -> Entry) {
        let count = chains.append(new.position, to: key)
        if count > threshold {
            pools[key]?.insert(new, shape: shape(new), entry)
        } else if count == threshold {
            var pool = Pool()
            chains.forEach(key) { position in
                let member = entry(UInt32(position))
                pool.insert(member, shape: shape(member), entry)
            }
            pools[key] = pool
        }
    }

    /// - Parameter all: whether every example of the key is wanted, because what stands for many may be filtered out.
    func forEach(_ key: UInt64, _ request: MatchRequest, all: Bool, _ body: (Int) -> Void) {
        if !all, !pools.isEmpty, let pool = pools[key] {
            pool.forEach(request, body)
        } else {
            chains.forEach(key, body)
        }
    }
}
