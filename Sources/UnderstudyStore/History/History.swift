import Foundation
import GRDB
import UnderstudyCore

/// Every exchange the proxy has seen, in one SQLite file.
///
/// Reads may run anywhere but an event loop. While a server runs, rows come only from its `HistoryWriter`, in batches,
/// because SQLite has one writer (<https://www.sqlite.org/wal.html>). The tables are in `HistorySchema`, a row's way in
/// is `ExchangeInsert`, its way out `ExchangeRow`.
public struct History: Sendable {
    public enum Opening: Sendable {
        /// For a server: created when missing; a corrupt file is set aside and a new one begun. The caller holds the
        /// workspace's lock.
        case serving
        /// For commands that remove rows, also while a server runs. Never created.
        case editing
        /// For commands that look. Changes nothing.
        case reading
    }

    public let path: String
    public let bodies: BodyStore
    public let durability: Durability
    /// Where a corrupt predecessor went when this one was opened, for the caller to say.
    public let setAside: String?
    let database: any DatabaseWriter

    /// Opens the history of `workspace`.
    ///
    /// - Throws: `HistoryError`.
    public init(_ workspace: Workspace, opening: Opening, durability: Durability = .normal) throws(HistoryError) {
        try self.init(path: workspace.history, bodies: workspace.bodies, opening: opening, durability: durability)
    }

    init(path: String, bodies: BodyStore, opening: Opening, durability: Durability = .normal) throws(HistoryError) {
        self.path = path
        self.bodies = bodies
        self.durability = durability
        if opening != .serving, !FileSystem.exists(path) { throw .missing(path: path) }
        do {
            database = try HistoryOpener(path: path, durability: durability).open(opening)
            setAside = nil
        } catch .corrupt where opening == .serving {
            setAside = try HistoryOpener.setAside(path)
            database = try HistoryOpener(path: path, durability: durability).open(opening)
        }
    }

    /// Stores a run and returns its number.
    public func beginRun(_ run: Run) throws(HistoryError) -> Int64 {
        do {
            return try database.write { db in
                try db.execute(
                    sql: "INSERT INTO run (started_at, collection, base_url, write_policy) VALUES (?, ?, ?, ?)",
                    arguments: [run.startedAt.microseconds, run.collection, run.baseURL, run.writePolicy.rawValue])
                return db.lastInsertedRowID
            }
        } catch {
            throw HistoryError(error)
        }
    }

    /// Folds the log into the file and closes. Nothing may use the history afterwards.
    public func close() throws(HistoryError) {
        do {
            if let pool = database as? DatabasePool {
                _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            }
            try database.close()
        } catch {
            throw HistoryError(error)
        }
        if database is DatabasePool { HistoryOpener.markClean(path) }
    }

    /// Runs a read, with this module's errors.
    func read<Value>(_ body: (Database) throws -> Value) throws(HistoryError) -> Value {
        do { return try database.read(body) } catch { throw HistoryError(error) }
    }
}
