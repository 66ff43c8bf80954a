import Synchronization

/// What one client has been answered so far: its place among equal examples, and what it has changed.
public final class MatchSession: Sendable {
    /// State-changing requests counted for one session. Further ones no longer tell versions of a resource apart.
    static let changeLimit = 100_000
    /// Groups of equal examples a session has a place in.
    static let placeLimit = 100_000

    struct State {
        /// By group (and version, when causal): how many of it were served.
        var places: [UInt64: Int] = [:]
        /// By group: how often a state-changing request of it was answered.
        var changes: [UInt64: Int] = [:]
        var changeCount = 0
        /// By example, only where values are drawn with a seed.
        var answers: [String: UInt64] = [:]
    }

    let state = Mutex(State())
    /// Rises with every use of any session; which one was used longest ago.
    let lastUse = Atomic<Int>(0)

    /// The place in a group, at most `last`, which then moves on unless it is that.
    func advance(_ group: UInt64, last: Int) -> Int {
        state.withLock { state in
            if state.places.count >= Self.placeLimit, state.places[group] == nil { return 0 }
            let place = min(state.places[group] ?? 0, last)
            if place < last { state.places[group] = place + 1 }
            return place
        }
    }

    func place(in group: UInt64, last: Int) -> Int { min(state.withLock { $0.places[group] ?? 0 }, last) }

    /// How often an example was answered in this session before, which then counts one more: what makes values drawn
    /// with a seed differ from call to call and yet repeat from run to run.
    public func countAnswer(of example: String) -> UInt64 {
        state.withLock { state in
            guard state.answers.count < Self.placeLimit || state.answers[example] != nil else { return 0 }
            let count = state.answers[example] ?? 0
            state.answers[example] = count &+ 1
            return count
        }
    }

    /// A state-changing request was answered.
    func changed(_ group: UInt64) {
        state.withLock { state in
            guard state.changeCount < Self.changeLimit else { return }
            state.changeCount += 1
            state.changes[group, default: 0] += 1
        }
    }

    func reset() { state.withLock { $0 = State() } }
}

/// The sessions of a server, by key. Bounded: the one unused for longest makes room.
public final class MatchSessions: Sendable {
    /// Sessions kept.
    public static let limit = 10_000

    private let sessions = Mutex<[String: MatchSession]>([:])
    private let uses = Atomic<Int>(0)
    /// The session of requests that name none, which most are: found without a lock.
    private let common = MatchSession()

    public init() {}

    public func session(_ key: String) -> MatchSession {
        if key.isEmpty { return common }
        let use = uses.add(1, ordering: .relaxed).newValue
        return sessions.withLock { sessions in
            if let session = sessions[key] {
                session.lastUse.store(use, ordering: .relaxed)
                return session
            }
            if sessions.count >= Self.limit { Self.makeRoom(&sessions) }
            let session = MatchSession()
            session.lastUse.store(use, ordering: .relaxed)
            sessions[key] = session
            return session
        }
    }

    /// Forgets a tenth of them at once, so that the search for the oldest is rare.
    private static func makeRoom(_ sessions: inout [String: MatchSession]) {
        let uses = sessions.values.map { $0.lastUse.load(ordering: .relaxed) }.sorted()
        let oldest = uses[limit / 10]
        sessions = sessions.filter { $0.value.lastUse.load(ordering: .relaxed) > oldest }
    }

    /// Begins anew: every group at its first. `nil` does so for all sessions.
    ///
    /// - Returns: how many sessions that were.
    @discardableResult
    public func reset(_ key: String? = nil) -> Int {
        if let key {
            if key.isEmpty {
                common.reset()
                return 1
            }
            return sessions.withLock { $0.removeValue(forKey: key) == nil ? 0 : 1 }
        }
        common.reset()
        return sessions.withLock { sessions in
            defer { sessions = [:] }
            return sessions.count + 1
        }
    }

    /// The keys of all sessions but the common one.
    public var keys: [String] { sessions.withLock { $0.keys.sorted() } }
}
