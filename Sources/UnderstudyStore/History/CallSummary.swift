import GRDB
public import UnderstudyCore

/// One line of a mock server's log: a call without its messages, read without touching them.
public struct CallSummary: Sendable, Hashable {
    /// The history's number of it.
    public let id: Int64
    public let startedAt: Timestamp
    public let method: String
    public let path: String
    public let query: String?
    public let result: Exchange.Result
    /// `nil` when none was sent.
    public let status: Int?
    /// The id and the name of the example that answered.
    public let exampleID: String?
    public let exampleName: String?
    public let score: Double?
    /// Why no example answered, as the client was told.
    public let missReason: String?
    /// From the request's head to the answer's end, in microseconds.
    public let total: Int64

    static let columns =
        "id, started_at, method, path, query, result, status, example_id, example_name, score, miss_reason, total"

    init(_ row: Row) throws(HistoryError) {
        id = row["id"]
        guard let result = Exchange.Result(rawValue: row["result"]) else { throw .damagedRow(id: id) }
        self.result = result
        startedAt = Timestamp(microseconds: row["started_at"])
        method = row["method"]
        path = row["path"]
        query = row["query"]
        status = row["status"]
        exampleID = row["example_id"]
        exampleName = row["example_name"]
        score = row["score"]
        missReason = row["miss_reason"]
        total = row["total"]
    }
}

/// One page of them.
public struct CallSummaryPage: Sendable {
    public var calls: [CallSummary]
    /// Asks for the next page; `nil` behind the last.
    public var nextCursor: CallLogCursor?
}

extension History {
    /// One page of a mock server's log, without messages.
    ///
    /// - Parameter limit: of the page, instead of the query's.
    public func callSummaries(_ query: CallLogQuery, limit: Int) throws(HistoryError) -> CallSummaryPage {
        var calls = try read { db in
            guard try HistorySchema.knowsMocks(db) else { return [CallSummary]() }
            // Lines show when a call came, so that is what they are asked for by.
            let (sql, arguments) = query.statement(CallSummary.columns, limit: limit + 1, time: "started_at")
            return try Row.fetchAll(db, sql: sql, arguments: arguments).map { try CallSummary($0) }
        }
        guard calls.count > limit else { return CallSummaryPage(calls: calls) }
        calls.removeLast()
        return CallSummaryPage(calls: calls, nextCursor: calls.last.map { CallLogCursor(id: $0.id) })
    }

    /// How many calls are in the logs of mock servers, under their ids.
    ///
    /// - Parameter limit: how many are counted at most, all together; mock servers whose calls would be more are left out.
    public func callCounts(ofMocks mocks: [String], limit: Int) throws(HistoryError) -> [String: Int] {
        try read { db in
            guard try HistorySchema.knowsMocks(db) else { return [:] }
            let statement = try db.makeStatement(
                sql: """
                    SELECT count(*) FROM
                        (SELECT 1 FROM exchange INDEXED BY exchange_by_mock WHERE mock = ? LIMIT ?)
                    """)
            var counts: [String: Int] = [:]
            var rest = limit
            for mock in mocks where rest > 0 {
                let count = try Int.fetchOne(statement, arguments: [mock, rest]) ?? 0
                if count < rest { counts[mock] = count }
                rest -= count
            }
            return counts
        }
    }
}
