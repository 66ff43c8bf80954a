import GRDB
public import UnderstudyCore

/// An exchange that waits to be folded into its collection.
public struct PendingExchange: Sendable {
    public var exchange: Exchange
    /// Its run, whose row says which collection.
    public var run: Int64
    public var requestKey: Digest
    /// How many exchanges of the same key came before it in the run.
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
            ).map { row in
                let exchange = try ExchangeRow(row: row).exchange()
                guard let bytes: [UInt8] = row.bytes("request_key"), let key = Digest(bytes: bytes) else {
                    throw HistoryError.damagedRow(id: exchange.id)
                }
                return PendingExchange(
                    exchange: exchange, run: row["run"], requestKey: key, occurrence: row["occurrence"] ?? 0)
            }
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
        try write { db in
            let statement = try db.cachedStatement(
                sql: "UPDATE exchange SET example_state = 2, example_id = coalesce(?, example_id) WHERE id = ?")
            for example in examples { try statement.execute(arguments: [example.exampleID, example.id]) }
        }
    }

    /// The same without ids of examples.
    public func markWritten(_ ids: some Sequence<Int64>) throws(HistoryError) {
        try markWritten(ids.map { ($0, nil) })
    }

    /// Marks a stored exchange to become an example (`history save`), with the next occurrence of its key in its run.
    ///
    /// - Returns: whether there is such an exchange and it was not pending already.
    @discardableResult
    public func markPending(id: Int64, _ example: PendingExample) throws(HistoryError) -> Bool {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE exchange SET example_state = 1, request_key = ?1, occurrence = coalesce(
                        occurrence, (SELECT count(*) FROM exchange AS other
                         WHERE other.run = exchange.run AND other.request_key = ?1 AND other.id < ?2))
                    WHERE id = ?2 AND example_state <> 1
                    """, arguments: [example.requestKey.data, id])
            return db.changesCount > 0
        }
    }
}

extension History {
    /// Whether some exchanges of a run are in their collection already, so that folding goes on instead of beginning.
    func hasWrittenExamples(run: Int64) throws(HistoryError) -> Bool {
        try read { db in
            try Bool.fetchOne(
                db,
                sql: """
                    SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1 AND has_examples = 1)
                        OR EXISTS (SELECT 1 FROM exchange WHERE run = ?1 AND example_state = 2)
                    """, arguments: [run]) ?? false
        }
    }

    /// Notes that a run has examples: its exchanges may be removed before the run is folded again.
    func markFolded(run: Int64) throws(HistoryError) {
        try write { db in
            try db.execute(sql: "UPDATE run SET has_examples = 1 WHERE id = ? AND has_examples = 0", arguments: [run])
        }
    }
}
