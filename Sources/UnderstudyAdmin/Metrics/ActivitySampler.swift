import Synchronization
import UnderstudyCore

/// What the front door has counted since it began, in few numbers: they are read once a second.
public struct ActivityCounts: Sendable, Hashable {
    /// Exchanges by `Understudy-Result`.
    public var hits = 0, misses = 0, recorded = 0, passthrough = 0, refused = 0
    /// Exchanges without a whole response of the upstream; they are among those above.
    public var failed = 0

    public init() {}

    public var requests: Int { hits + misses + recorded + passthrough + refused }

    static func - (now: ActivityCounts, before: ActivityCounts) -> ActivityCounts {
        // Counts only grow; a server that began anew counts from nothing.
        func difference(_ place: KeyPath<ActivityCounts, Int>) -> Int {
            max(0, now[keyPath: place] - before[keyPath: place])
        }
        var counts = ActivityCounts()
        counts.hits = difference(\.hits)
        counts.misses = difference(\.misses)
        counts.recorded = difference(\.recorded)
        counts.passthrough = difference(\.passthrough)
        counts.refused = difference(\.refused)
        counts.failed = difference(\.failed)
        return counts
    }
}

/// What happened in each of the last seconds. One task that wakes once a second and reads six numbers; requests cost nothing
/// more.
final class ActivitySampler: Sendable {
    struct Sample: Sendable {
        /// Counted from 1.
        let number: Int
        /// When the second ended.
        let time: Timestamp
        let counts: ActivityCounts

        var json: JSONValue {
            [
                "time": .string(time.isoText), "requests": .integer(counts.requests), "hits": .integer(counts.hits),
                "misses": .integer(counts.misses), "recorded": .integer(counts.recorded),
                "passthrough": .integer(counts.passthrough), "refused": .integer(counts.refused),
                "failed": .integer(counts.failed),
            ]
        }
    }

    private struct State {
        var samples: [Sample] = []
        var total: ActivityCounts?
        var next = 1
        var task: Task<Void, Never>?
        var isStopped = false
    }

    private let limits: AdminLimits
    private let state = Mutex(State())

    init(limits: AdminLimits) { self.limits = limits }

    /// - Parameter control: asked as long as it is there.
    func start(_ control: AdminServer.Control) {
        state.withLock { state in
            guard state.task == nil, !state.isStopped else { return }
            state.total = control.control?.activity
            state.task = Task { [weak self, interval = limits.activityInterval] in
                var next = ContinuousClock.now + interval
                while true {
                    do { try await Task.sleep(until: next, clock: .continuous) } catch { return }
                    guard let self else { return }
                    if let counts = control.control?.activity { self.add(counts) }
                    // Whoever was late, or asleep with the machine, does not make up for it.
                    next = max(next + interval, .now)
                }
            }
        }
    }

    /// Returns when nothing is asked any more.
    func stop() async {
        let task = state.withLock { state in
            state.isStopped = true
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    /// - Parameter total: what was counted from the beginning.
    func add(_ total: ActivityCounts) {
        state.withLock { state in
            let sample = Sample(number: state.next, time: .now(), counts: total - (state.total ?? total))
            state.next += 1
            state.total = total
            state.samples.append(sample)
            if state.samples.count > limits.activitySamples { state.samples.removeFirst() }
        }
    }

    /// The last ones, oldest first.
    func samples(_ limit: Int = .max) -> [Sample] { state.withLock { Array($0.samples.suffix(limit)) } }

    /// Those behind one that was seen; of all, when that is long ago, those that are kept.
    func samples(after number: Int) -> [Sample] {
        state.withLock { state in state.samples.filter { $0.number > number } }
    }

    /// The number of the last one; 0 before the first.
    var lastNumber: Int { state.withLock { $0.next - 1 } }
}
