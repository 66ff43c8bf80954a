import Dispatch
import Synchronization
import UnderstudyCore

/// What waits for the history's writer: bounded, and one wake-up for however many come while it is busy.
final class WriterQueue: Sendable {
    struct Entry: Sendable {
        var exchange: Exchange
        var example: Digest?
        var run: Int64
        /// Not to be dropped: someone waits for it, or would without `Durability.async`.
        var isWanted: Bool
        var target: AckTarget?
        var acknowledged: (@Sendable (Int64?) -> Void)?
        /// About how many octets it holds.
        var cost: Int
    }

    /// What the writer is to do next.
    enum Turn {
        case write([Entry])
        /// The time asked for has passed and nothing came.
        case idle
        case stop
    }

    private struct State {
        var entries: [Entry] = []
        /// Those taken by the writer count until they are stored: they hold memory all the same.
        var depth = 0
        var bytes = 0
        var dropped = 0
        /// Of those the ones that were calls to mock servers, by id.
        var droppedByMock: [String: Int] = [:]
        /// Entries someone waits for.
        var urgent = 0
        var isAsleep = false
        /// Asleep until someone waits, not until there is work.
        var isResting = false
        /// Left out when the writer last looked, and when it last found more.
        var droppedBefore = 0
        var overrunAt: ContinuousClock.Instant?
        var isClosed = false
        /// Who waits until what came before them is stored; and those whose entries the writer has in hand.
        var barriers: [DispatchSemaphore] = []
        var barriersInHand: [DispatchSemaphore] = []
        var drained: [@Sendable () -> Void] = []

        mutating func drop(_ mock: String?, _ count: Int) {
            dropped += count
            if let mock, !mock.isEmpty { droppedByMock[mock, default: 0] += count }
        }

        var isAwaited: Bool { urgent > 0 || isClosed || !barriers.isEmpty || !barriersInHand.isEmpty }
    }

    /// Rows nobody waits for are gathered this long, so that a replay at full speed wakes the writer rarely.
    static let gathering = DispatchTimeInterval.milliseconds(20)
    static let gatheredCount = 256
    /// How long after the last row was left out the queue counts as overrun: while it empties none is.
    static let overrunMemory = Duration.seconds(1)

    private let countLimit: Int
    private let byteLimit: Int
    private let state = Mutex(State())
    private let congested = Atomic(false)
    private let wakeup = DispatchSemaphore(value: 0)

    init(limits: Limits) {
        countLimit = limits.recorderQueueCount
        byteLimit = limits.recorderQueueBytes
    }

    var isCongested: Bool { congested.load(ordering: .relaxed) }

    /// - Returns: `false` when the queue is closed.
    func append(_ entry: Entry) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            let isUrgent = entry.isWanted
            if !isUrgent, congested.load(ordering: .relaxed) {
                state.drop(entry.exchange.mock, 1)
                return true
            }
            state.entries.append(entry)
            state.depth += 1
            state.bytes += entry.cost
            if isUrgent { state.urgent += 1 }
            if state.depth >= countLimit || state.bytes >= byteLimit { congested.store(true, ordering: .relaxed) }
            let isWorthWaking = state.entries.count == 1 || state.entries.count == Self.gatheredCount
            if isUrgent || isWorthWaking && !state.isResting { wake(&state) }
            return true
        }
    }

    private func wake(_ state: inout State) {
        guard state.isAsleep else { return }
        state.isAsleep = false
        wakeup.signal()
    }

    /// Waits for work. Only the writer's thread.
    ///
    /// - Parameter patience: return `.idle` after so long without work; `nil` waits for ever.
    func next(patience: DispatchTimeInterval?) -> Turn {
        var hasGathered = false
        var isOut = false
        while true {
            var turn: Turn?
            var isAgain = false
            state.withLock { state in
                state.isAsleep = false
                for barrier in state.barriersInHand { barrier.signal() }
                state.barriersInHand = state.barriers
                state.barriers = []
                let mayGather =
                    state.urgent == 0 && !state.isClosed && state.barriersInHand.isEmpty && !hasGathered
                    && state.entries.count < Self.gatheredCount
                if !state.entries.isEmpty, !mayGather {
                    turn = .write(state.entries)
                    state.entries = []
                    state.urgent = 0
                } else if !state.barriersInHand.isEmpty {
                    for barrier in state.barriersInHand { barrier.signal() }
                    state.barriersInHand = []
                    isAgain = true
                } else if state.entries.isEmpty, state.isClosed {
                    turn = .stop
                } else if state.entries.isEmpty, isOut {
                    turn = .idle
                } else {
                    hasGathered = !state.entries.isEmpty
                    state.isAsleep = true
                }
            }
            if let turn { return turn }
            if isAgain { continue }
            let wait = hasGathered ? Self.gathering : patience
            if let wait {
                isOut = wakeup.wait(timeout: .now() + wait) == .timedOut && !hasGathered
            } else {
                wakeup.wait()
            }
        }
    }

    /// Whether rows were left out lately, and nobody waits for those that are queued. Only the writer's thread.
    func isOverrun(at now: ContinuousClock.Instant) -> Bool {
        state.withLock { state in
            if state.dropped > state.droppedBefore { state.overrunAt = now }
            state.droppedBefore = state.dropped
            guard let overrunAt = state.overrunAt, now - overrunAt < Self.overrunMemory else { return false }
            return !state.isAwaited
        }
    }

    /// Waits without taking work, until someone waits for it. Only the writer's thread.
    func rest(for time: Duration) {
        let mayRest = state.withLock { state in
            state.isResting = !state.isAwaited
            state.isAsleep = state.isResting
            return state.isResting
        }
        guard mayRest else { return }
        _ = wakeup.wait(timeout: .now() + .nanoseconds(Int(time / .nanoseconds(1))))
        state.withLock { ($0.isAsleep, $0.isResting) = (false, false) }
    }

    /// Takes stored entries off the books, and calls back those who waited for room.
    func settle(count: Int, bytes: Int) {
        let drained = state.withLock { state -> [@Sendable () -> Void] in
            state.depth -= count
            state.bytes -= bytes
            guard congested.load(ordering: .relaxed), state.depth <= countLimit / 2, state.bytes <= byteLimit / 2 else {
                return []
            }
            congested.store(false, ordering: .relaxed)
            defer { state.drained = [] }
            return state.drained
        }
        for body in drained { body() }
    }

    func whenDrained(_ body: @escaping @Sendable () -> Void) {
        let waits = state.withLock { state in
            guard congested.load(ordering: .relaxed) else { return false }
            state.drained.append(body)
            return true
        }
        if !waits { body() }
    }

    /// Waits until everything appended before is stored or given up.
    func flush() {
        let barrier = DispatchSemaphore(value: 0)
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            state.barriers.append(barrier)
            wake(&state)
            return true
        }
        if isOpen { barrier.wait() }
    }

    /// No more entries; the writer stops after those that are queued.
    func close() {
        state.withLock { state in
            state.isClosed = true
            wake(&state)
        }
    }

    /// Counts rows that were not made because the queue is full.
    func leaveOut(_ counts: [String: Int]) {
        state.withLock { state in for (mock, count) in counts { state.drop(mock, count) } }
    }

    func describe(in status: inout RecorderStatus) {
        state.withLock { state in
            status.dropped = state.dropped
            status.droppedByMock = state.droppedByMock
            status.queueDepth = state.depth
            status.queueBytes = state.bytes
        }
    }
}
