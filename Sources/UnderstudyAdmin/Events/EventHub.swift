import HTTPTypes
import Synchronization
import UnderstudyCore
import UnderstudyStore

/// Tells clients what happens. It looks for that itself, in the history and the files, and only while somebody follows:
/// requests that are served cost nothing more.
final class EventHub: Sendable {
    private struct State {
        var next: Int64 = 1
        /// The last few, for those who come back.
        var recent: [AdminEvent] = []
        var clients: [Int: EventSubscription] = [:]
        var nextClient = 0
        var watching: Task<Void, Never>?
        var isStopped = false
        var desk: Desk?
    }

    /// How long it is looked on for clients that may come back.
    static let afterglow = Duration.seconds(60)

    private let limits: AdminLimits
    private let state = Mutex(State())
    /// When this process began, in milliseconds: numbers of another process' events are not ours.
    private let run = String(Timestamp.now().microseconds / 1000, radix: 36)

    init(limits: AdminLimits) { self.limits = limits }

    func start(_ desk: Desk) { state.withLock { $0.desk = desk } }

    func stop() {
        let (clients, watching) = state.withLock { state in
            state.isStopped = true
            state.desk = nil
            defer { (state.clients, state.watching) = ([:], nil) }
            return (Array(state.clients.values), state.watching)
        }
        watching?.cancel()
        for client in clients { client.end() }
    }

    var clientCount: Int { state.withLock { $0.clients.count } }

    /// - Parameters:
    ///   - last: the id of the last event that the client has seen.
    ///   - isValid: whether it may still be told.
    func subscribe(
        since last: String?, while isValid: @escaping @Sendable () async -> Bool = { true }
    ) throws(Refusal) -> EventSubscription {
        let subscription = state.withLock { state -> EventSubscription? in
            guard !state.isStopped, state.clients.count < limits.eventClients else { return nil }
            let number = state.nextClient
            state.nextClient += 1
            let client = EventSubscription(
                limit: limits.events, run: run, admission: .init(interval: limits.heartbeat, isValid: isValid)
            ) { [weak self] in self?.remove(number) }
            state.clients[number] = client
            if let last {
                let isKnown = Self.repeatEvents(since: last, run, state, to: client)
                // Nobody looked on for a while: what happened then has no number.
                if isKnown, state.watching == nil { client.tell(Self.lost) }
            }
            if state.watching == nil, let desk = state.desk {
                let watcher = EventWatcher(desk)
                state.watching = Task { [weak self, limits] in await Self.watch(watcher, limits) { self } }
            }
            return client
        }
        guard let subscription else {
            throw Refusal(
                .serviceUnavailable, "serviceUnavailable", "\(limits.eventClients) clients follow events already")
        }
        return subscription
    }

    /// How many is not known.
    private static let lost = AdminEvent(number: 0, kind: .lost, data: ["count": .null])

    /// - Returns: whether the event is one of ours. If not, the client has been told so.
    private static func repeatEvents(
        since last: String, _ run: String, _ state: State, to client: EventSubscription
    ) -> Bool {
        let parts = last.split(separator: "-")
        guard parts.count == 2, parts[0] == run, let number = Int64(parts[1]), number < state.next else {
            client.tell(lost)
            return false
        }
        let first = state.recent.first?.number ?? state.next
        if first > number + 1 {
            client.tell(AdminEvent(number: 0, kind: .lost, data: ["count": .integer(first - number - 1)]))
        }
        for event in state.recent where event.number > number { client.tell(event) }
        return true
    }

    private func remove(_ client: Int) {
        state.withLock { _ = $0.clients.removeValue(forKey: client) }
    }

    /// Telling is putting into queues: with the lock, so that all clients have the order of the numbers.
    func tell(_ kind: AdminEvent.Kind, _ data: JSONValue) {
        state.withLock { state in
            let event = AdminEvent(number: state.next, kind: kind, data: data)
            state.next += 1
            state.recent.append(event)
            if state.recent.count > limits.events { state.recent.removeFirst(state.recent.count - limits.events) }
            for client in state.clients.values { client.tell(event) }
        }
    }

    private func beat() { for client in state.withLock({ Array($0.clients.values) }) { client.beat() } }

    /// One step: who begins to follow finds either a watcher that goes on, or none and starts one.
    ///
    /// - Returns: whether there is no watcher any more.
    func stopWatchingUnlessFollowed() -> Bool {
        state.withLock { state in
            guard state.clients.isEmpty else { return false }
            state.watching = nil
            return true
        }
    }

    /// Ends some time after the last client has gone.
    private static func watch(_ watcher: EventWatcher, _ limits: AdminLimits, _ hub: () -> EventHub?) async {
        var beat = ContinuousClock.now
        var last = ContinuousClock.now
        while !Task.isCancelled {
            guard let hub = hub() else { return }
            await watcher.look { hub.tell($0, $1) }
            let now = ContinuousClock.now
            if now - beat >= limits.heartbeat {
                hub.beat()
                beat = now
            }
            if hub.clientCount > 0 { last = now }
            if now - last > Self.afterglow, hub.stopWatchingUnlessFollowed() { return }
            try? await Task.sleep(for: limits.eventInterval)
        }
    }
}
