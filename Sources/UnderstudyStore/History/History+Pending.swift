import GRDB
public import UnderstudyCore

/// An exchange that waits to be folded into its collection.
public struct PendingExchange: Sendable {
    public var exchange: Exchange
    /// Its run, whose row says how it becomes an example.
    public var run: Int64
    public var requestKey: Digest
    /// How many exchanges of the same key came before it in the run, from the same upstream and of the same session.
    public var occurrence: Int
}

extension History {
    /// The next exchanges to fold, in the order they were recorded. At start: those a killed process left.
    ///
    /// - Parameters:
    ///   - id: only later ones; 0 begins at the first.
    ///   - run: only those of one run.
    public func pendingExchanges(
        after id: Int64 = 0, run: Int64? = nil, limit: Int = 256
    ) throws(HistoryError) -> [PendingExchange] {
        try read { db in
            let columns = try SharedBodies.columns(in: db)
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(columns) FROM exchange INDEXED BY exchange_pending
                    WHERE example_state = 1 AND id > ?1 AND (?2 IS NULL OR run = ?2) ORDER BY id LIMIT ?3
                    """, arguments: [id, run, limit]
            ).map { try PendingExchange($0) }
        }
    }

    /// How many wait.
    public func pendingCount() throws(HistoryError) -> Int {
        try read { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM exchange WHERE example_state = 1") ?? 0 }
    }

    /// Notes that a collection now holds these. Call it only after the file is safely written: a crash in between
    /// folds them again, which must give the same file.
    ///
    /// - Parameter examples: for each exchange the id of the example it became, or `nil` when it gave none.
    public func markWritten(_ examples: [(id: Int64, exampleID: String?)]) throws(HistoryError) {
        try write { db in try Self.markWritten(examples, in: db) }
    }

    private static func markWritten(_ examples: [(id: Int64, exampleID: String?)], in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: "UPDATE exchange SET example_state = 2, example_id = coalesce(?, example_id) WHERE id = ?")
        for example in examples { try statement.execute(arguments: [example.exampleID, example.id]) }
    }

    /// The same without ids of examples.
    public func markWritten(_ ids: some Sequence<Int64>) throws(HistoryError) {
        try markWritten(ids.map { ($0, nil) })
    }
}

/// Pending exchanges of one run that go into one collection.
struct PendingGroup: Sendable {
    /// `scheme://authority`.
    let upstream: String
    let session: String
    /// In the order they were recorded.
    var ids: [Int64]
}

extension History {
    /// The runs of which something is pending, oldest first.
    func pendingRuns() throws(HistoryError) -> [Int64] {
        try read { db in
            try Int64.fetchAll(
                db,
                sql:
                    "SELECT DISTINCT run FROM exchange INDEXED BY exchange_pending WHERE example_state = 1 ORDER BY run"
            )
        }
    }

    /// What is pending of a run, the group first whose first exchange came first.
    func pendingGroups(run: Int64) throws(HistoryError) -> [PendingGroup] {
        try read { db in
            var groups: [PendingGroup] = []
            var places: [[String]: Int] = [:]
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT id, upstream, \(try HistorySchema.session(in: db)) AS session
                    FROM exchange INDEXED BY exchange_pending WHERE example_state = 1 AND run = ? ORDER BY id
                    """, arguments: [run])
            while let row = try rows.next() {
                let key: [String] = [row["upstream"], row["session"] ?? ""]
                if let place = places[key] {
                    groups[place].ids.append(row["id"])
                } else {
                    places[key] = groups.count
                    groups.append(PendingGroup(upstream: key[0], session: key[1], ids: [row["id"]]))
                }
            }
            return groups
        }
    }

    /// Those of these numbers that are still pending, in their order.
    func pendingExchanges(_ ids: some Sequence<Int64>) throws(HistoryError) -> [PendingExchange] {
        try read { db in
            let columns = try SharedBodies.columns(in: db)
            let list = ids.map(String.init).joined(separator: ", ")
            return try Row.fetchAll(
                db, sql: "SELECT \(columns) FROM exchange WHERE id IN (\(list)) AND example_state = 1 ORDER BY id"
            ).map { try PendingExchange($0) }
        }
    }

    /// Whether a collection holds examples of a run already, so that folding goes on instead of beginning.
    func isFolded(run: Int64, into collection: String) throws(HistoryError) -> Bool {
        try read { db in
            try Bool.fetchOne(
                db, sql: "SELECT EXISTS (SELECT 1 FROM folded WHERE run = ? AND collection = ?)",
                arguments: [run, collection]) ?? false
        }
    }

    /// Notes that a collection now holds these, in one step with that it holds examples of the run: its exchanges may
    /// be removed before the run is folded again.
    func markFolded(
        run: Int64, into collection: String, _ examples: [(id: Int64, exampleID: String?)]
    ) throws(HistoryError) {
        try write { db in
            try Self.markWritten(examples, in: db)
            try db.execute(sql: "INSERT OR IGNORE INTO folded VALUES (?, ?)", arguments: [run, collection])
        }
    }
}

extension PendingExchange {
    fileprivate init(_ row: Row) throws {
        let exchange = try ExchangeRow(row: row).exchange()
        guard let bytes: [UInt8] = row.bytes("request_key"), let key = Digest(bytes: bytes) else {
            throw HistoryError.damagedRow(id: exchange.id)
        }
        self.init(exchange: exchange, run: row["run"], requestKey: key, occurrence: row["occurrence"] ?? 0)
    }
}
