import UnderstudyCore
import UnderstudyStore

/// Finds out what has happened since it last looked.
actor EventWatcher {
    /// Exchanges told one by one each time, the newest: nobody reads more than that as they fly by.
    static let exchangeLimit = 50

    private let desk: Desk
    private let watch: DocumentWatch
    /// Folders that are to be read: all at first, those in which something has changed, and again those that could not be read.
    private var due = Set(DocumentWatch.Folder.allCases)
    private var lastSample: Int
    private var lastExchange: Int64?
    private var mocks: [String: (name: String, revision: Revision)]?
    private var collections: [String: CollectionCatalog.Entry]?
    private var environments: [String: (name: String, revision: Revision)]?
    private var mode: Mode?
    private var degraded: String??

    init(_ desk: Desk) {
        self.desk = desk
        watch = DocumentWatch(desk.workspace)
        lastSample = desk.activity.lastNumber
    }

    func look(_ tell: (AdminEvent.Kind, JSONValue) -> Void) async {
        for sample in desk.activity.samples(after: lastSample) {
            tell(.activity, sample.json)
            lastSample = sample.number
        }
        // What cannot be read now is looked for again.
        try? await lookForExchanges(tell)
        due.formUnion(watch.takeChanges())
        try? await lookForMocks(tell)
        try? await lookForCollections(tell)
        try? await lookForEnvironments(tell)
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
        guard due.contains(.mocks) else { return }
        let all = try await desk.threads.run { [desk] in desk.mocks.all().mocks }
        due.remove(.mocks)
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

    /// By file: a recording writes to one whose name and id stay.
    private func lookForCollections(_ tell: (AdminEvent.Kind, JSONValue) -> Void) async throws {
        guard due.contains(.collections) else { return }
        let all = try await desk.threads.run { [desk] in desk.collections.all() }
        due.remove(.collections)
        let current = Dictionary(all.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        defer { collections = current }
        guard let before = collections else { return }
        func report(_ entry: CollectionCatalog.Entry, isRemoved: Bool) {
            tell(
                .collectionChanged,
                [
                    "id": .string(entry.id), "slug": .string(entry.slug), "name": .string(entry.name),
                    "removed": .bool(isRemoved),
                ])
        }
        for entry in all where before[entry.path] != entry { report(entry, isRemoved: false) }
        for (path, entry) in before.sorted(by: { $0.key < $1.key }) where current[path] == nil {
            report(entry, isRemoved: true)
        }
    }

    private func lookForEnvironments(_ tell: (AdminEvent.Kind, JSONValue) -> Void) async throws {
        guard due.contains(.environments) else { return }
        let all = try await desk.threads.run { [desk] in desk.environments.all().environments }
        due.remove(.environments)
        let current = Dictionary(
            all.map { ($0.id, (name: $0.name, revision: $0.revision)) }, uniquingKeysWith: { first, _ in first })
        defer { environments = current }
        guard let before = environments else { return }
        func report(_ id: String, _ name: String, isRemoved: Bool) {
            tell(.environmentChanged, ["id": .string(id), "name": .string(name), "removed": .bool(isRemoved)])
        }
        for (id, environment) in current.sorted(by: { $0.key < $1.key })
        where before[id]?.revision != environment.revision {
            report(id, environment.name, isRemoved: false)
        }
        for (id, environment) in before.sorted(by: { $0.key < $1.key }) where current[id] == nil {
            report(id, environment.name, isRemoved: true)
        }
    }
}
