import Foundation
import GRDB
public import UnderstudyCore

/// What a removal did.
public struct Removal: Sendable, Hashable {
    /// Exchanges removed.
    public var exchanges = 0
    /// Body files removed because nothing refers to them any more.
    public var files = 0
    /// Octets of those files, and of pages given back.
    public var byteCount: Int64 = 0
}

/// What may stay. Pending exchanges always stay: their examples are not written yet.
public enum Retention: Sendable, Hashable {
    /// Exchanges from then on.
    case since(Timestamp)
    /// The newest so many.
    case newest(Int)
    /// The newest whose heads and bodies, in rows and files, add up to no more octets. What several share counts for each.
    case bytes(Int64)
    case nothing
}

extension History {
    /// A file without a row is spared this long: its row may be on the way.
    static let fileGrace = Duration.seconds(600)
    /// Rows removed per transaction, so that a serving writer gets its turn in between.
    static let removalBatch = 500

    /// The numbers of all exchanges that a query finds, its limit aside, oldest first, but for pending ones.
    ///
    /// - Parameter limit: `nil` where there are more than that.
    public func removable(_ query: HistoryQuery, limit: Int) throws(HistoryError) -> [Int64]? {
        let ids = try read { db in
            let condition = try query.condition(in: db)
            return try Int64.fetchAll(
                db,
                sql: """
                    SELECT id FROM exchange WHERE \(condition.sql) AND example_state <> 1
                    ORDER BY id LIMIT \(limit + 1)
                    """, arguments: condition.arguments)
        }
        return ids.count > limit ? nil : ids
    }

    /// Removes exchanges by number, pending or not; unknown numbers are ignored.
    ///
    /// - Parameter progress: told how many of the numbers were looked at.
    public func remove(
        _ ids: some Sequence<Int64>, progress: (Int) -> Void = { _ in }
    ) throws(HistoryError) -> Removal {
        let ids = Array(ids)
        var removal = Removal()
        for start in stride(from: 0, to: ids.count, by: Self.removalBatch) {
            progress(start)
            let part = Array(ids[start..<min(start + Self.removalBatch, ids.count)])
            removal.exchanges += try write { db in
                let marks = part.map { _ in "?" }.joined(separator: ", ")
                try db.execute(sql: "DELETE FROM exchange WHERE id IN (\(marks))", arguments: StatementArguments(part))
                return db.changesCount
            }
        }
        try tidy(&removal)
        return removal
    }

    /// Removes the oldest exchanges, as far as `retention` does not keep them.
    public func prune(keeping retention: Retention) throws(HistoryError) -> Removal {
        let last = try lastToRemove(retention)
        let (condition, argument): (String, Int64) =
            if case .since(let time) = retention { ("started_at < ?2", time.microseconds) } else { ("id <= ?2", last) }
        var removal = Removal()
        var done: Int64 = 0
        while true {
            let end = try read { db in
                try Int64.fetchOne(
                    db,
                    sql: """
                        SELECT max(id) FROM (SELECT id FROM exchange WHERE id > ?1 AND \(condition)
                            AND example_state <> 1 ORDER BY id LIMIT \(Self.removalBatch))
                        """, arguments: [done, argument])
            }
            guard let end else { break }
            removal.exchanges += try write { db in
                try db.execute(
                    sql: "DELETE FROM exchange WHERE id > ?1 AND id <= ?3 AND \(condition) AND example_state <> 1",
                    arguments: [done, argument, end])
                return db.changesCount
            }
            done = end
        }
        try tidy(&removal)
        return removal
    }

    private func lastToRemove(_ retention: Retention) throws(HistoryError) -> Int64 {
        try read { db in
            switch retention {
            case .since: return 0
            case .nothing: return Int64.max
            case .newest(let count):
                return try Int64.fetchOne(
                    db, sql: "SELECT id FROM exchange ORDER BY id DESC LIMIT 1 OFFSET ?", arguments: [max(0, count)])
                    ?? 0
            case .bytes(let limit):
                let known = try SharedBodies.areKnown(to: db)
                let shared =
                    known ? (SharedBodies.length("request"), SharedBodies.length("response")) : ("NULL", "NULL")
                let rows = try Row.fetchCursor(
                    db,
                    sql: """
                        SELECT id, length(request_head) + coalesce(length(response_head), 0)
                            + coalesce(request_kept, length(request_body), \(shared.0), 0)
                            + coalesce(response_kept, length(response_body), \(shared.1), 0) AS size
                        FROM exchange ORDER BY id DESC
                        """)
                var total: Int64 = 0
                while let row = try rows.next() {
                    total += row["size"] as Int64
                    if total > limit { return row["id"] }
                }
                return 0
            }
        }
    }

    /// Removes files that no row refers to, and gives free pages back to the file system.
    private func tidy(_ removal: inout Removal) throws(HistoryError) {
        try removeUnusedFiles(&removal)
        let before = FileSystem.status(of: path)?.byteCount ?? 0
        // Both are only worth trying: a reader in another process may be in the way.
        try? database.writeWithoutTransaction { db in
            while try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0 > 0 {
                let free = try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
                try db.execute(sql: "PRAGMA incremental_vacuum(1000)")
                if try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0 >= free { break }
            }
            _ = try db.checkpoint(.passive)
        }
        removal.byteCount += max(0, before - (FileSystem.status(of: path)?.byteCount ?? 0))
    }

    private func removeUnusedFiles(_ removal: inout Removal) throws(HistoryError) {
        let files = BodyStore.bodies(in: bodies.history)
        guard !files.isEmpty else { return }
        let used = try read { db in
            try Set(
                Data.fetchAll(
                    db,
                    sql: """
                        SELECT request_file FROM exchange WHERE request_file IS NOT NULL
                        UNION SELECT response_file FROM exchange WHERE response_file IS NOT NULL
                        """))
        }
        for file in files where !used.contains(file.digest.data) {
            guard bodies.removeFromHistory(file.digest, unlessYoungerThan: Self.fileGrace) else { continue }
            removal.files += 1
            removal.byteCount += file.byteCount
        }
    }

    func write<Value>(_ body: (Database) throws -> Value) throws(HistoryError) -> Value {
        do { return try database.write(body) } catch { throw HistoryError(error) }
    }
}

extension Digest {
    var data: Data { Data(bytes) }
}

extension Row {
    func bytes(_ column: String) -> [UInt8]? { (self[column] as Data?).map { Array($0) } }
}
