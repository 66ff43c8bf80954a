import UnderstudyCore
import UnderstudyStore

/// Finds out what has happened since it last looked.
actor EventWatcher {
    /// Exchanges told one by one each time.
    static let exchangeLimit = 500

    private let desk: Desk
    private let watch: MockWatch
    private var lastExchange: Int64?
    private var mocks: [String: (name: String, revision: Revision)]?
    private var mode: Mode?
    private var degraded: String??

    init(_ desk: Desk) {
        self.desk = desk
        watch = MockWatch(desk.workspace)
    }

    func look(_ tell: (AdminEvent.Kind, JSONValue) -> Void) async {
        // What cannot be read now is looked for again.
        try? await lookForExchanges(tell)
        try? await lookForMocks(tell)
        guard let status = try? await desk.live.control?.status() else { return }
        if let mode, mode != status.mode { tell(.modeChanged, ["mode": .string(status.mode.rawValue)]) }
        mode = status.mode
        if let degraded, degraded != status.degraded {
            tell(
                .recordingChanged,
                [
                    "recording": status.degraded == nil ? "ok" : "degraded",
                    "degraded": status.degraded.map { .string($0) } ?? .null,
                ])
        }
        degraded = .some(status.degraded)
    }

    private func lookForExchanges(_ tell: (AdminEvent.Kind, JSONValue) -> Void) async throws {
        var query = HistoryQuery()
        query.limit = lastExchange == nil ? 1 : Self.exchangeLimit
        query.after = lastExchange
        let wanted = query
        let entries = try await desk.threads.run { [desk] in try desk.history.entries(wanted) }
        guard let last = lastExchange else {
            lastExchange = entries.first?.id ?? 0
            return
        }
        guard let newest = entries.first, let oldest = entries.last else { return }
        if oldest.id > last + 1, entries.count == Self.exchangeLimit {
            tell(.exchangesLeftOut, ["count": .integer(oldest.id - last - 1)])
        }
        for entry in entries.reversed() { tell(.exchange, HistoryJSON.entry(entry)) }
        lastExchange = newest.id
    }

    private func lookForMocks(_ tell: (AdminEvent.Kind, JSONValue) -> Void) async throws {
        let hasChanged = watch.takeChange()
        guard mocks == nil || hasChanged else { return }
        let all = try await desk.threads.run { [desk] in desk.mocks.all().mocks }
        let current = Dictionary(
            all.map { ($0.mock.id, (name: $0.mock.name, revision: $0.revision)) },
            uniquingKeysWith: { first, _ in first })
        defer { mocks = current }
        guard let before = mocks else { return }
        for (id, mock) in current.sorted(by: { $0.key < $1.key }) where before[id]?.revision != mock.revision {
            tell(
                before[id] == nil ? .mockCreated : .mockChanged, ["id": .string(id), "name": .string(mock.name)])
        }
        for (id, mock) in before.sorted(by: { $0.key < $1.key }) where current[id] == nil {
            tell(.mockDeleted, ["id": .string(id), "name": .string(mock.name)])
        }
    }
}
