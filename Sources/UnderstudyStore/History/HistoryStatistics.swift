import Foundation
import GRDB
public import UnderstudyCore

/// What a history holds, in numbers.
public struct HistoryStatistics: Sendable, Hashable {
    public struct Group: Sendable, Hashable {
        /// A status class (`2xx`, `failed`), a host, or a day (`2026-11-21`, UTC).
        public var name: String
        public var exchanges: Int
        /// Octets of body on the wire, both ways.
        public var byteCount: Int64
    }

    public var exchanges = 0
    /// Exchanges that failed or are cut.
    public var incomplete = 0
    /// Exchanges whose example is not written yet.
    public var pending = 0
    /// Octets of body on the wire, both ways.
    public var byteCount: Int64 = 0
    public var oldest: Timestamp?
    public var newest: Timestamp?
    /// Ascending by name.
    public var byStatus: [Group] = []
    /// The busiest first.
    public var byHost: [Group] = []
    /// Oldest first.
    public var byDay: [Group] = []
    /// Octets of the database with its log, and of body files.
    public var databaseSize: Int64 = 0
    public var bodyFiles = 0
    public var bodyFilesSize: Int64 = 0
}

extension History {
    /// Counts everything. Reads the whole table: fractions of a second per 100,000 exchanges.
    public func statistics() throws(HistoryError) -> HistoryStatistics {
        var statistics = HistoryStatistics()
        try read { db in
            let size = "sum(request_size + response_size)"
            if let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT count(*) AS count, sum(flags & 1) AS incomplete, sum(example_state = 1) AS pending,
                        \(size) AS size, min(started_at) AS oldest, max(started_at) AS newest FROM exchange
                    """)
            {
                statistics.exchanges = row["count"]
                statistics.incomplete = row["incomplete"] ?? 0
                statistics.pending = row["pending"] ?? 0
                statistics.byteCount = row["size"] ?? 0
                statistics.oldest = (row["oldest"] as Int64?).map { Timestamp(microseconds: $0) }
                statistics.newest = (row["newest"] as Int64?).map { Timestamp(microseconds: $0) }
            }
            func groups(_ name: String, order: String) throws -> [HistoryStatistics.Group] {
                try Row.fetchAll(
                    db,
                    sql: """
                        SELECT \(name) AS name, count(*) AS count, \(size) AS size FROM exchange
                        GROUP BY 1 ORDER BY \(order)
                        """
                ).map { .init(name: $0["name"] ?? "", exchanges: $0["count"], byteCount: $0["size"] ?? 0) }
            }
            statistics.byStatus = try groups(
                "CASE WHEN status IS NULL THEN 'failed' ELSE (status / 100) || 'xx' END", order: "1")
            statistics.byHost = try groups("host", order: "2 DESC, 1")
            statistics.byDay = try groups("date(started_at / 1000000, 'unixepoch')", order: "1")
        }
        for ending in ["", "-wal"] { statistics.databaseSize += FileSystem.status(of: path + ending)?.byteCount ?? 0 }
        for file in BodyStore.bodies(in: bodies.history) {
            statistics.bodyFiles += 1
            statistics.bodyFilesSize += file.byteCount
        }
        return statistics
    }
}

extension History {
    /// Octets of the database with its log. Two system calls.
    public var fileSize: Int64 {
        ["", "-wal"].reduce(0) { $0 + (FileSystem.status(of: path + $1)?.byteCount ?? 0) }
    }
}
