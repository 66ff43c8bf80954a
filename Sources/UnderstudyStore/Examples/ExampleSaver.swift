import GRDB
public import UnderstudyCore
public import UnderstudyFormats

/// Turns exchanges that are in the history already into examples, also while a server runs on the same folder: the
/// collection is changed under the lock that the server's `ExampleRecorder` takes too.
public struct ExampleSaver: Sendable {
    private let history: History
    private let folder: CollectionFolder
    private let preparation: ExamplePreparation

    /// What became of one exchange.
    public struct Saved: Sendable {
        public let exchange: Int64
        /// `nil` for what can never be replayed, such as a tunnel.
        public let example: String?
        /// Whether the collection did not have it.
        public let isNew: Bool
    }

    /// - Parameter redaction: applied before anything is written: the history may hold secrets on request.
    public init(workspace: Workspace, history: History, redaction: Redaction) {
        self.history = history
        folder = CollectionFolder(workspace)
        preparation = ExamplePreparation(bodies: workspace.bodies, redaction: redaction)
    }

    /// The collection that exchanges of a home go to.
    public func collection(_ home: CollectionHome) throws -> String { try folder.file(home).slug }

    /// Appends to one collection what it does not have yet. Equal requests keep the order given.
    ///
    /// - Parameters:
    ///   - collection: a slug; the file is made when missing.
    ///   - home: what a new file says of its address and session.
    ///   - progress: told how many were looked at.
    public func save(
        _ exchanges: [Exchange], in collection: String, home: CollectionHome, progress: (_ done: Int) -> Void = { _ in }
    ) throws -> [Saved] {
        let prepared = try exchanges.map { (try preparation.prepared($0), try history.runID(ofExchange: $0.id)) }
        let empty = PostmanCollection(slug: collection, origin: home.baseURL, session: home.session)
        return try folder.change(folder.file(slug: collection), orBegin: empty) { collection in
            var fold = ExampleFold(collection, files: folder.bodyFiles)
            var counts: [Digest: Int] = [:]
            var saved: [Saved] = []
            for (exchange, run) in prepared {
                let key = ExampleFold.requestKey(of: exchange)
                let outcome = try fold.fold(
                    exchange, occurrence: counts[key, default: 0], policy: .append, run: run)
                if outcome.id != nil { counts[key, default: 0] += 1 }
                let isNew = if case .added = outcome { true } else { false }
                saved.append(Saved(exchange: exchange.id, example: outcome.id, isNew: isNew))
                progress(saved.count)
            }
            collection = fold.collection
            return saved
        } written: { saved in
            try history.markWritten(saved.filter { $0.example != nil }.map { (id: $0.exchange, exampleID: $0.example) })
        }
    }
}

extension History {
    /// The number of the run that an exchange was recorded in.
    func runID(ofExchange id: Int64) throws(HistoryError) -> Int64? {
        try read { db in
            try Int64.fetchOne(db, sql: "SELECT run FROM exchange WHERE id = ?", arguments: [id])
        }
    }

    /// The run that an exchange was recorded in.
    public func run(ofExchange id: Int64) throws(HistoryError) -> Run? {
        try read { db in
            try Row.fetchOne(
                db, sql: "SELECT run.* FROM run JOIN exchange ON exchange.run = run.id WHERE exchange.id = ?",
                arguments: [id]
            ).map { Run($0) }
        }
    }
}
