import Foundation
import GRDB
import TestSupport

/// A history as SQLite sees it, read from a copy: opening the file itself would recover it, and that is the program's
/// to do.
struct HistoryFile {
    let path: String

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        let folder = try TemporaryFolder()
        defer { folder.close() }
        let copy = folder.file("history.sqlite")
        for ending in ["", "-wal"] where FileManager.default.fileExists(atPath: path + ending) {
            try FileManager.default.copyItem(atPath: path + ending, toPath: copy + ending)
        }
        let queue = try DatabaseQueue(path: copy)
        defer { try? queue.close() }
        return try queue.read(body)
    }

    /// `ok`, or SQLite's first complaint.
    func integrity() throws -> String {
        try read { try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") ?? "nothing" }
    }

    /// How often each path was stored.
    func paths() throws -> [String: Int] {
        try read { db in
            let paths = try String.fetchAll(db, sql: "SELECT path FROM exchange")
            return paths.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        }
    }

    /// The expression for a side's body, wherever it is but in a file.
    static func body(_ side: String) -> String {
        "coalesce(\(side)_body, (SELECT bytes FROM body WHERE body.id = \(side)_shared))"
    }

    /// Request body, path and response body of each.
    func pairs() throws -> [(path: String, request: String, response: String)] {
        try read { db in
            let columns = ["request", "response"].map { "\(Self.body($0)) AS \($0)" }.joined(separator: ", ")
            return try Row.fetchAll(db, sql: "SELECT path, \(columns) FROM exchange").map { row in
                let bodies = ["request", "response"].map { name in (row[name] as Data?) ?? Data() }
                return (
                    row["path"], String(decoding: bodies[0], as: UTF8.self), String(decoding: bodies[1], as: UTF8.self)
                )
            }
        }
    }

    /// As if exchanges had been seen at noon of another day, UTC. Nobody may have the file open.
    func move(_ condition: String, to date: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(
                sql: "UPDATE exchange SET started_at = unixepoch('\(date) 12:00') * 1000000 WHERE \(condition)")
        }
        try queue.close()
    }

    func count(_ condition: String = "true") throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM exchange WHERE \(condition)") ?? 0 }
    }
}
