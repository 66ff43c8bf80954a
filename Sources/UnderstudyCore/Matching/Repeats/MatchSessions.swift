import Synchronization

/// The sessions of a server, by key. Bounded: those that nobody uses any more go, and of too many the one unused for
/// longest makes room.
///
/// Most requests name no session. Theirs, the common one, is found without a lock and never counted here: its counts
/// are what is left of the server's.
public final class MatchSessions: Sendable {
    /// Sessions kept.
    public static let limit = 10_000
    /// How long a session is kept without being used, unless `expire(after:)` says otherwise.
    public static let idleLimit = Duration.seconds(3600)

    /// What became of a session's requests.
    public struct Counts: Sendable, Hashable {
        public var requests = 0
        public var hits = 0
        public var misses = 0
        public var recorded = 0

        public init() {}

        public mutating func add(_ result: Exchange.Result) {
            requests += 1
            switch result {
            case .hit: hits += 1
            case .miss: misses += 1
            case .recorded: recorded += 1
            case .passthrough, .refused: break
            }
        }

        public static func - (left: Counts, right: Counts) -> Counts {
            var counts = left
            counts.requests -= right.requests
            counts.hits -= right.hits
            counts.misses -= right.misses
            counts.recorded -= right.recorded
            return counts
        }
    }

    /// A session for people who look.
    public struct Summary: Sendable, Hashable {
        public let key: String
        public let counts: Counts
        /// How long ago.
        public let firstUse: Duration
        public let lastUse: Duration
    }

    fileprivate struct Entry {
        let session = MatchSession()
        var counts = Counts()
        let firstUse: ContinuousClock.Instant
        var lastUse: ContinuousClock.Instant
        /// Rises with every use of any session: tells who was used last where the clock does not.
        var use: Int
    }

    fileprivate struct State {
        var entries: [String: Entry] = [:]
        var uses = 0
        var idleLimit = MatchSessions.idleLimit
        var nextSweep: ContinuousClock.Instant?
        /// Of all sessions with a key, those that are gone too.
        var counts = Counts()
    }

    private let state = Mutex(State())
    private let common = MatchSession()
    private let now: @Sendable () -> ContinuousClock.Instant

    public init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) { self.now = now }

    /// How long a session is kept without being used.
    public func expire(after idleLimit: Duration) {
        state.withLock { state in
            state.idleLimit = idleLimit
            state.nextSweep = nil
        }
    }

    public func session(_ key: String) -> MatchSession {
        if key.isEmpty { return common }
        let now = now()
        return state.withLock { $0.use(key, now).session }
    }

    /// Counts what became of a request of a session with a key.
    public func count(_ result: Exchange.Result, for key: String) {
        guard !key.isEmpty else { return }
        let now = now()
        state.withLock { state in
            _ = state.use(key, now)
            state.entries[key]?.counts.add(result)
            state.counts.add(result)
        }
    }

    /// What became of the requests of all sessions with a key since the start, those that are gone too.
    public var counts: Counts { state.withLock { $0.counts } }

    /// Begins anew: every group at its first. `nil` does so for all sessions.
    ///
    /// - Returns: how many sessions that were.
    @discardableResult
    public func reset(_ key: String? = nil) -> Int {
        if key?.isEmpty ?? true { common.reset() }
        if key?.isEmpty ?? false { return 1 }
        let now = now()
        return state.withLock { state in
            state.sweep(now)
            guard let key else {
                for entry in state.entries.values { entry.session.reset() }
                return state.entries.count + 1
            }
            state.entries[key]?.session.reset()
            return state.entries[key] == nil ? 0 : 1
        }
    }

    /// Forgets a session.
    ///
    /// - Returns: whether there was one.
    public func remove(_ key: String) -> Bool {
        let now = now()
        return state.withLock { state in
            state.sweep(now)
            return state.entries.removeValue(forKey: key) != nil
        }
    }

    /// The keys of all sessions but the common one, sorted.
    public var keys: [String] { summaries.map(\.key) }

    /// All sessions but the common one, by key.
    public var summaries: [Summary] {
        let now = now()
        let entries = state.withLock { state in
            state.sweep(now)
            return state.entries
        }
        return entries.sorted { $0.key < $1.key }.map { key, entry in
            Summary(
                key: key, counts: entry.counts, firstUse: entry.firstUse.duration(to: now),
                lastUse: entry.lastUse.duration(to: now))
        }
    }
}

extension MatchSessions.State {
    fileprivate mutating func use(_ key: String, _ now: ContinuousClock.Instant) -> MatchSessions.Entry {
        uses += 1
        if let entry = entries[key], entry.lastUse.duration(to: now) <= idleLimit {
            entries[key]?.lastUse = now
            entries[key]?.use = uses
            return entry
        }
        if nextSweep.map({ now >= $0 }) ?? true {
            sweep(now)
            // Often enough that few are kept too long, rarely enough that new sessions stay cheap.
            nextSweep = now + idleLimit / 10
        }
        if entries.count >= MatchSessions.limit { makeRoom() }
        let entry = MatchSessions.Entry(firstUse: now, lastUse: now, use: uses)
        entries[key] = entry
        return entry
    }

    /// Forgets those that were idle for too long.
    fileprivate mutating func sweep(_ now: ContinuousClock.Instant) {
        entries = entries.filter { $0.value.lastUse.duration(to: now) <= idleLimit }
    }

    /// Forgets a tenth of them at once, so that the search for the oldest is rare.
    private mutating func makeRoom() {
        let oldest = entries.values.map(\.use).sorted()[MatchSessions.limit / 10]
        entries = entries.filter { $0.value.use > oldest }
    }
}
