import GRDB
public import UnderstudyCore

extension History {
    /// One page of a listing.
    public func entries(_ query: HistoryQuery = HistoryQuery()) throws(HistoryError) -> [HistoryEntry] {
        try page(query).entries
    }

    /// How many exchanges a query finds, its limit aside.
    public func count(_ query: HistoryQuery = HistoryQuery()) throws(HistoryError) -> Int {
        try read { db in
            let condition = try query.condition(in: db)
            return try Int.fetchOne(
                db, sql: "SELECT count(*) FROM exchange WHERE \(condition.sql)", arguments: condition.arguments) ?? 0
        }
    }

    /// An exchange as it was recorded, byte for byte; `nil` when there is none of that number.
    public func exchange(id: Int64) throws(HistoryError) -> Exchange? {
        try read { db in
            let columns = try SharedBodies.columns(in: db)
            return try Row.fetchOne(db, sql: "SELECT \(columns) FROM exchange WHERE id = ?", arguments: [id])
                .map { try ExchangeRow(row: $0).exchange() }
        }
    }

    public func run(id: Int64) throws(HistoryError) -> Run? {
        try read { db in
            try Row.fetchOne(db, sql: "SELECT * FROM run WHERE id = ?", arguments: [id]).map { Run($0) }
        }
    }

    /// All runs, oldest first.
    public func runs() throws(HistoryError) -> [Run] {
        try read { db in try Row.fetchAll(db, sql: "SELECT * FROM run ORDER BY id").map { Run($0) } }
    }
}

extension Run {
    init(_ row: Row) {
        self.init(
            startedAt: Timestamp(microseconds: row["started_at"]), collection: row["collection"],
            baseURL: row["base_url"], writePolicy: WritePolicy(rawValue: row["write_policy"]) ?? .append)
        id = row["id"]
    }
}
