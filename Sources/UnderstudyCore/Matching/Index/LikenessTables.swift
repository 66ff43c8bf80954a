/// Where examples are found by paths that are not the same but alike: one look-up per tier, whatever their number.
struct LikenessTables: Sendable {
    /// By path in lower case without trailing slashes: the first four tiers.
    private var paths: PooledChains
    /// The same with ids left out: tiers six and seven.
    private var ids: PooledChains
    /// By the literal segments of a path with variables.
    private var wildcards: PooledChains
    /// By path, what can only be judged by looking at it.
    private var soft = Chains()
    /// Which segments are variables in any example of a method and segment count, with what identifies that.
    private var masks: [UInt64: [[Int]]] = [:]
    /// For spelling: all examples of a method and segment count.
    private var buckets: [UInt64: SpellingBucket] = [:]
    /// `*`, `**` and regular expressions, by method.
    private var patterned: [String: [Int]] = [:]

    /// - Parameter poolThreshold: how many examples of one key are still looked at one by one.
    init(poolThreshold: Int) {
        paths = PooledChains(threshold: poolThreshold)
        ids = PooledChains(threshold: poolThreshold)
        wildcards = PooledChains(threshold: poolThreshold)
    }

    mutating func reserveCapacity(_ count: Int) { paths.reserveCapacity(count) }

    /// - Parameters:
    ///   - profile: the strict one knows nothing that is only alike.
    ///   - known: the example at a position, this one included.
    mutating func insert(_ entry: Entry, _ profile: MatchOptions.Profile, _ known: (UInt32) -> Entry) {
        let method = Self.method(entry.example.request.head.method, profile)
        let stripped = CanonicalPath.stripped(entry.path.lowered)
        let key = Self.key(method, stripped)
        paths.append(entry, to: key, shape: Self.shapeOfPath, known)
        if entry.isSoft { soft.append(entry.position, to: key) }
        if profile == .strict {
            if entry.pattern != nil { patterned[method, default: []].append(entry.position) }
            return
        }
        if let pattern = entry.pattern { insert(entry, pattern, method, known) }
        let segments = CanonicalPath.segments(stripped)
        ids.append(entry, to: Self.idsKey(method, segments), shape: Self.shapeOfIDs, known)
        let bucket = Self.bucketKey(method, segments.count)
        buckets[bucket, default: SpellingBucket(segmentCount: segments.count)].append(entry.position, stripped)
    }

    private static func shapeOfPath(_ entry: Entry) -> UInt64 {
        var hasher = Hasher()
        entry.path.bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    /// Of paths that are the same but for ids only trailing slashes make a difference.
    private static func shapeOfIDs(_ entry: Entry) -> UInt64 {
        UInt64(entry.path.bytes.count - CanonicalPath.stripped(entry.path.bytes).count)
    }

    private mutating func insert(
        _ entry: Entry, _ pattern: PathPattern, _ method: String, _ known: (UInt32) -> Entry
    ) {
        guard pattern.tier == .wildcard else {
            patterned[method, default: []].append(entry.position)
            return
        }
        let bucket = Self.bucketKey(method, pattern.segments.count)
        if masks[bucket]?.contains(pattern.openPlaces) != true { masks[bucket, default: []].append(pattern.openPlaces) }
        let literals = pattern.segments.map { segment -> ArraySlice<UInt8> in
            if case .literal(let bytes) = segment { bytes[...] } else { [] }
        }
        let key = Self.wildcardKey(bucket, pattern.openPlaces, literals)
        wildcards.append(entry, to: key, shape: Self.shapeOfPath, known)
    }

    static func method(_ method: String, _ profile: MatchOptions.Profile) -> String {
        profile == .postman ? method.uppercased() : method
    }

    // MARK: Candidates

    /// Same path but for case and trailing slashes.
    ///
    /// - Parameter all: see `PooledChains.forEach`.
    func forEachSamePath(_ method: String, _ request: MatchRequest, all: Bool, _ body: (Int) -> Void) {
        paths.forEach(Self.key(method, request.lowered), request, all: all, body)
    }

    /// Of those, what can only be judged by looking at it.
    func forEachSoft(_ method: String, _ request: MatchRequest, _ body: (Int) -> Void) {
        if !soft.isEmpty { soft.forEach(Self.key(method, request.lowered), body) }
    }

    func hasSamePath(_ method: String, _ request: MatchRequest) -> Bool {
        paths.contains(Self.key(method, request.lowered))
    }

    func forEachWildcard(_ method: String, _ request: MatchRequest, all: Bool, _ body: (Int) -> Void) {
        guard !wildcards.isEmpty else { return }
        let bucket = Self.bucketKey(method, request.segments.count)
        for places in masks[bucket] ?? [] {
            wildcards.forEach(Self.wildcardKey(bucket, places, request.segments), request, all: all, body)
        }
    }

    func forEachSameButForIDs(_ method: String, _ request: MatchRequest, all: Bool, _ body: (Int) -> Void) {
        ids.forEach(Self.idsKey(method, request.segments), request, all: all, body)
    }

    /// Examples that are spelled alike.
    func forEachSpelledAlike(_ method: String, _ request: MatchRequest, _ body: (Int) -> Void) {
        buckets[Self.bucketKey(method, request.segments.count)]?.forEachAlike(request.lowered, body)
    }

    func hasPatterned(_ method: String) -> Bool { patterned[method] != nil }

    func forEachPatterned(_ method: String, _ body: (Int) -> Void) {
        for position in patterned[method] ?? [] { body(position) }
    }

    // MARK: Keys

    private static func key(_ method: String, _ path: ArraySlice<UInt8>) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(method)
        path.withUnsafeBytes { hasher.combine(bytes: $0) }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private static func idsKey(_ method: String, _ segments: [ArraySlice<UInt8>]) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(method)
        for segment in segments {
            if PathLikeness.isID(segment) { hasher.combine(-1) } else { combine(segment, &hasher) }
        }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private static func wildcardKey(_ bucket: UInt64, _ places: [Int], _ segments: [ArraySlice<UInt8>]) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(bucket)
        hasher.combine(places)
        var open = places[...]
        for (place, segment) in segments.enumerated() {
            if place == open.first { open = open.dropFirst() } else { combine(segment, &hasher) }
        }
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }

    private static func combine(_ segment: ArraySlice<UInt8>, _ hasher: inout Hasher) {
        hasher.combine(segment.count)
        segment.withUnsafeBytes { hasher.combine(bytes: $0) }
    }

    private static func bucketKey(_ method: String, _ count: Int) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(method)
        hasher.combine(count)
        return UInt64(bitPattern: Int64(hasher.finalize()))
    }
}
