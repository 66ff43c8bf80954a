import GRDB
import UnderstudyCore

/// The log of calls to mock servers. Not for an event loop.
extension History {
    /// One page of a mock server's log.
    public func callLog(_ query: CallLogQuery) throws(HistoryError) -> CallLogPage {
        let limit = min(max(1, query.limit), CallLogQuery.maximum)
        var entries = try read { db in
            guard try HistorySchema.knowsMocks(db) else { return [CallLogEntry]() }
            let columns = try SharedBodies.columns(in: db)
            let (sql, arguments) = query.statement(columns, limit: limit + 1, time: "started_at + total")
            return try Row.fetchAll(db, sql: sql, arguments: arguments)
                .map { CallLogEntry(exchange: try ExchangeRow(row: $0).exchange()) }
        }
        guard entries.count > limit else { return CallLogPage(entries: entries) }
        entries.removeLast()
        return CallLogPage(entries: entries, nextCursor: entries.last.map { CallLogCursor(id: $0.id) })
    }

    /// What came into a mock server's log behind a call, oldest first: how to follow it. At most
    /// `CallLogQuery.maximum`; ask again behind the last.
    ///
    /// - Parameter id: 0 for the whole log; `lastCall` for what comes from now on.
    public func calls(ofMock mock: String, after id: Int64) throws(HistoryError) -> [CallLogEntry] {
        var query = CallLogQuery(mock: mock)
        query.order = .oldestFirst
        if id > 0 { query.cursor = CallLogCursor(id: id) }
        return try callLog(query).entries
    }

    /// The number of a mock server's last call; 0 before the first.
    public func lastCall(ofMock mock: String) throws(HistoryError) -> Int64 {
        try read { db in
            guard try HistorySchema.knowsMocks(db) else { return 0 }
            return try Int64.fetchOne(
                db, sql: "SELECT max(id) FROM exchange INDEXED BY exchange_by_mock WHERE mock = ?", arguments: [mock])
                ?? 0
        }
    }

    /// A call with both messages; `nil` when the mock server has none of that number.
    public func call(id: Int64, ofMock mock: String) throws(HistoryError) -> CallLogEntry? {
        guard let exchange = try exchange(id: id), exchange.mock == mock else { return nil }
        return CallLogEntry(exchange: exchange)
    }

    /// Takes a call out of a mock server's log.
    ///
    /// - Returns: whether it was there.
    public func removeCall(id: Int64, ofMock mock: String) throws(HistoryError) -> Bool {
        guard try call(id: id, ofMock: mock) != nil else { return false }
        return try remove([id]).exchanges > 0
    }
}

extension CallLogQuery {
    /// - Parameter time: the expression that `since` and `until` are about.
    func statement(_ columns: String, limit: Int, time: String) -> (sql: String, arguments: StatementArguments) {
        let isNewestFirst = order == .newestFirst
        var parts = ["mock = ?"]
        var arguments: StatementArguments = [mock]
        func add(_ sql: String, _ value: any DatabaseValueConvertible) {
            parts.append(sql)
            arguments += [value]
        }
        if let since { add("\(time) >= ?", since.microseconds) }
        if let until { add("\(time) < ?", until.microseconds) }
        if let responseStatusCode { add("status = ?", responseStatusCode) }
        switch responseType {
        case .success: parts.append("result = 'hit'")
        case .error: parts.append("result <> 'hit'")
        case nil: break
        }
        if let requestMethod { add("method = ? COLLATE NOCASE", requestMethod) }
        if let requestPath {
            let hasQuery = requestPath.contains("?")
            add("\(hasQuery ? "path || coalesce('?' || query, '')" : "path") = ? COLLATE NOCASE", requestPath)
        }
        if let cursor { add(isNewestFirst ? "id < ?" : "id > ?", cursor.id) }
        let sql = """
            SELECT \(columns) FROM exchange INDEXED BY exchange_by_mock WHERE \(parts.joined(separator: " AND "))
            ORDER BY id \(isNewestFirst ? "DESC" : "ASC") LIMIT \(limit)
            """
        return (sql, arguments)
    }
}
