import Foundation
import GRDB
import GRDBSQLite
import NIOCore

/// Opens the database file and judges whether it is sound.
struct HistoryOpener {
    /// How long the check of a file that was not closed properly may take; a larger file is checked in part.
    static let checkTime = Duration.milliseconds(250)
    /// How long a statement waits for another process' transaction.
    static let busyTimeout = Duration.seconds(5)

    let path: String
    let durability: Durability

    func open(_ opening: History.Opening) throws(HistoryError) -> any DatabaseWriter {
        do {
            switch opening {
            case .reading: return try openForReading()
            case .editing: return try refusingNewer(connect())
            case .serving: return try openForServing()
            }
        } catch let error as HistoryError {
            throw error
        } catch let error as DatabaseError where [.SQLITE_NOTADB, .SQLITE_CORRUPT].contains(error.resultCode) {
            throw .corrupt(path: path, reason: HistoryError.reason(of: error))
        } catch {
            throw .cannotOpen(path: path, reason: HistoryError.reason(of: error))
        }
    }

    private func openForServing() throws -> any DatabaseWriter {
        if FileSystem.exists(path) {
            try FileSystem.checkWritable(path)
            // Before the first connection that writes: what is refused or set aside stays as it was found.
            if FileSystem.status(of: path)?.byteCount != 0 { try judge() }
        } else {
            // SQLite gives its other files the permissions of this one.
            FileSystem.close(try FileSystem.open(path, O_RDWR | O_CREAT | O_EXCL))
        }
        let database = try connect()
        do {
            try HistorySchema.migrate(database, path: path)
        } catch {
            try? database.close()
            throw error
        }
        return database
    }

    private func judge() throws {
        let isClean = Self.wasClosedClean(path)
        let database = try openForReading()
        defer { try? database.close() }
        if !isClean { try check(database) }
    }

    private func connect() throws -> any DatabaseWriter {
        var configuration = configuration()
        if FileSystem.status(of: path)?.byteCount == 0 {
            configuration.prepareDatabase { db in
                // Both have to come before the first table. Pages of 8 KiB waste a fifth less on rows of 1 to 2 KiB
                // than those of 4 KiB; `prune` gives pages back.
                if !db.configuration.readonly {
                    try db.execute(sql: "PRAGMA page_size = 8192; PRAGMA auto_vacuum = INCREMENTAL")
                }
            }
        }
        let pool = try DatabasePool(path: path, configuration: configuration)
        try pool.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    PRAGMA synchronous = \(durability == .full ? "FULL" : "NORMAL");
                    PRAGMA wal_autocheckpoint = 2000; -- pages: 16 MiB, a sync each time
                    PRAGMA journal_size_limit = 67108864; -- what a busy reader made grow shrinks again
                    """)
        }
        return pool
    }

    private func openForReading() throws -> any DatabaseWriter {
        var configuration = configuration()
        configuration.readonly = true
        return try refusingNewer(DatabaseQueue(path: path, configuration: configuration))
    }

    private func refusingNewer(_ database: any DatabaseWriter) throws -> any DatabaseWriter {
        if try database.read({ try HistorySchema.migrator.hasBeenSuperseded($0) }) {
            throw HistoryError.newerSchema(path: path)
        }
        return database
    }

    private func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "history"
        configuration.busyMode = .timeout(Double(Self.busyTimeout.components.seconds))
        configuration.prepareDatabase { try ByteSearch.install(in: $0) }
        return configuration
    }

    /// A structural check, as far as it gets in its time. Source: <https://www.sqlite.org/pragma.html#pragma_quick_check>
    private func check(_ database: any DatabaseWriter) throws {
        try database.writeWithoutTransaction { db in
            let deadline = UnsafeMutablePointer<ContinuousClock.Instant>.allocate(capacity: 1)
            deadline.initialize(to: .now + Self.checkTime)
            sqlite3_progress_handler(
                db.sqliteConnection, 1000,
                { deadline in
                    guard let deadline = deadline?.assumingMemoryBound(to: ContinuousClock.Instant.self) else {
                        return 1
                    }
                    return ContinuousClock.now > deadline.pointee ? 1 : 0
                }, deadline)
            defer {
                sqlite3_progress_handler(db.sqliteConnection, 0, nil, nil)
                deadline.deallocate()
            }
            do {
                let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
                if let verdict, verdict != "ok" { throw HistoryError.corrupt(path: path, reason: verdict) }
            } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {}
        }
    }
}

extension HistoryOpener {
    /// Renames a corrupt database and its companions, and says where it went. Nothing is deleted.
    static func setAside(_ path: String) throws(HistoryError) -> String {
        var time = time(nil)
        var parts = tm()
        localtime_r(&time, &parts)
        let stamp = String(
            format: "%04d%02d%02d-%02d%02d%02d", parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
            parts.tm_min, parts.tm_sec)
        var new = "\(path).corrupt-\(stamp)"
        var number = 1
        while FileSystem.exists(new) {
            number += 1
            new = "\(path).corrupt-\(stamp)-\(number)"
        }
        do throws(FileError) {
            try FileSystem.rename(path, to: new)
            for ending in ["-wal", "-shm"] where FileSystem.exists(path + ending) {
                try FileSystem.rename(path + ending, to: new + ending)
            }
        } catch {
            throw .cannotOpen(path: path, reason: error.description)
        }
        return new
    }

    /// Notes size and time of a file that was closed properly; any later change, also from outside, shows.
    static func markClean(_ path: String) {
        guard let stamp = stamp(of: path) else { return }
        try? AtomicFile.write(ByteBuffer(string: stamp), to: cleanMark(path))
    }

    /// Whether the file is as the last proper close left it, so that no check is due.
    static func wasClosedClean(_ path: String) -> Bool {
        if let log = FileSystem.status(of: path + "-wal"), log.byteCount > 0 { return false }
        guard let stamp = stamp(of: path), let mark = try? FileSystem.contents(of: cleanMark(path)) else {
            return false
        }
        return String(buffer: mark) == stamp
    }

    private static func cleanMark(_ path: String) -> String { path + "-clean" }

    private static func stamp(of path: String) -> String? {
        FileSystem.status(of: path).map { "\($0.byteCount) \($0.modifiedAt)\n" }
    }
}
