import GRDB
import UnderstudyCore

/// A piece of a listing.
public struct HistoryPage: Sendable {
    public var entries: [HistoryEntry] = []
    /// How many exchanges were looked at, when their content was searched.
    public var scanned: Int?
    /// The last exchange that was looked at, when the search was ended by `HistoryQuery.scan` or `.patience`; `nil` when it came
    /// to its end or filled the page.
    public var lastScanned: Int64?
}

/// Pages are found in two steps: which exchanges, by as little as tells it, and then what a line says of them. Rows have their
/// content beside them, and whoever pages through a hundred thousand must not read it all.
extension History {
    public func page(_ query: HistoryQuery) throws(HistoryError) -> HistoryPage {
        try read { db in
            var page = HistoryPage()
            guard query.limit > 0 else { return page }
            let ids = try query.search?.isEmpty ?? true ? Self.listed(query, db) : Self.found(query, db, &page)
            let columns = try HistoryEntry.columns(in: db)
            let statement = try db.cachedStatement(sql: "SELECT \(columns) FROM exchange WHERE id = ?")
            page.entries = try ids.compactMap { id in
                try Row.fetchOne(statement, arguments: [id]).map { try HistoryEntry($0) }
            }
            return page
        }
    }

    private static func direction(_ query: HistoryQuery) -> String { query.order == .newestFirst ? "DESC" : "ASC" }

    private static func listed(_ query: HistoryQuery, _ db: Database) throws -> [Int64] {
        let condition = try query.listedCondition(in: db)
        return try Int64.fetchAll(
            db,
            sql: """
                SELECT id FROM exchange WHERE \(condition.sql) ORDER BY id \(direction(query))
                LIMIT \(query.limit) OFFSET \(max(0, query.offset))
                """, arguments: condition.arguments)
    }

    /// One exchange after the other, so that it is known how many were looked at.
    private static func found(_ query: HistoryQuery, _ db: Database, _ page: inout HistoryPage) throws -> [Int64] {
        let condition = try query.listedCondition(in: db)
        guard let search = try query.searchCondition(in: db) else { return [] }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT id, \(search.sql) FROM exchange WHERE \(condition.sql) ORDER BY id \(direction(query))
                """, arguments: search.arguments + condition.arguments)
        var ids: [Int64] = []
        var (scanned, skipped) = (0, 0)
        var last: Int64?
        let most = query.scan ?? .max
        let clock = ContinuousClock()
        let deadline = query.patience.map { clock.now + $0 }
        while let row = try rows.next() {
            // There is one more: the search has not come to its end.
            if scanned >= most || scanned > 0 && deadline.map({ clock.now >= $0 }) ?? false {
                page.lastScanned = last
                break
            }
            scanned += 1
            let id: Int64 = row[0]
            last = id
            let isFound: Bool = row[1]
            guard isFound else { continue }
            if skipped < query.offset {
                skipped += 1
                continue
            }
            ids.append(id)
            if ids.count == query.limit { break }
        }
        page.scanned = scanned
        return ids
    }
}
