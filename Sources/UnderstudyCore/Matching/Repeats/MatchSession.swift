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
