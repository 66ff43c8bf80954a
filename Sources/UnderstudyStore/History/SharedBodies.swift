import Crypto
import GRDB
import GRDBSQLite

/// Bodies that come again and again, stored once: which ones the writer has seen lately, and as which rows of `body`.
///
/// A body seen for the first time stays in its exchange's row, so that one that never comes again costs a digest and no
/// more. From the second time on it is a row of `body`, and exchanges refer to that. What was seen is known in memory only:
/// after a restart each body is stored anew, once in a row and once shared, which costs room and nothing else.
///
/// Another process may remove exchanges meanwhile, and the last reference takes the shared body with it (a trigger, see
/// `HistorySchema`). So each transaction looks once whether the row it refers to is still there. Numbers are never used
/// twice, so a row that is there has the bytes it was inserted with.
///
/// Lives on the writer's thread.
struct SharedBodies {
    /// Shorter bodies stay in their rows: a reference with its entry in the index costs tens of octets too.
    static let minimum = 256
    /// The most bodies remembered, at under 100 octets each. Those not seen for longest are forgotten, half of all at a
    /// time; one that comes again later is stored anew.
    static let limit = 4096

    /// A SHA-256 digest: equal only for equal bodies.
    private struct Key: Hashable {
        let parts: (UInt64, UInt64, UInt64, UInt64)

        init(_ bytes: UnsafeRawBufferPointer) {
            var hash = SHA256()
            hash.update(bufferPointer: bytes)
            parts = hash.finalize().withUnsafeBytes {
                $0.loadUnaligned(as: (UInt64, UInt64, UInt64, UInt64).self)
            }
        }

        static func == (one: Key, other: Key) -> Bool { one.parts == other.parts }

        /// A digest is spread evenly already; the hasher's own key keeps chosen bodies from meeting in one place.
        func hash(into hasher: inout Hasher) { hasher.combine(parts.0) }
    }

    private struct Place {
        /// The row of `body`; 0 while the body has been seen once only.
        var id: Int64 = 0
        /// The transaction that last saw the row: until its end nobody can remove it.
        var seenIn: UInt64 = 0
    }

    /// Two generations: when the recent ones are half of the limit, they become the old ones, and the old ones go.
    private var recent: [Key: Place] = [:]
    private var old: [Key: Place] = [:]
    private var transaction: UInt64 = 0
    /// Those whose place changed in the open transaction.
    private var changed: [Key] = []

    var count: Int { recent.count + old.count }

    /// A transaction begins. It must be an immediate one: what it has seen may not go before it ends.
    mutating func begin() { transaction += 1 }

    mutating func commit() { changed.removeAll(keepingCapacity: true) }

    /// Forgets what a failed transaction stored.
    mutating func rollback() {
        for key in changed {
            recent[key] = nil
            old[key] = nil
        }
        changed.removeAll(keepingCapacity: true)
    }

    /// Where a body is to be referred to, stored now if need be; `nil` when it belongs into the exchange's row.
    mutating func reference(to bytes: UnsafeRawBufferPointer, in db: Database) throws -> Int64? {
        guard bytes.count >= Self.minimum else { return nil }
        let key = Key(bytes)
        guard let place = place(of: key) else {
            set(Place(), for: key)
            changed.append(key)
            return nil
        }
        if place.id != 0 {
            if place.seenIn == transaction { return place.id }
            if try Self.isStored(place.id, in: db) {
                recent[key] = Place(id: place.id, seenIn: transaction)
                return place.id
            }
        }
        let id = try Self.store(bytes, in: db)
        changed.append(key)
        recent[key] = Place(id: id, seenIn: transaction)
        return id
    }

    /// Afterwards the key is among the recent ones, unless it is unknown.
    private mutating func place(of key: Key) -> Place? {
        if let place = recent[key] { return place }
        guard let place = old.removeValue(forKey: key) else { return nil }
        set(place, for: key)
        return place
    }

    private mutating func set(_ place: Place, for key: Key) {
        if recent.count >= Self.limit / 2 {
            swap(&recent, &old)
            recent.removeAll(keepingCapacity: true)
        }
        recent[key] = place
    }
}

extension SharedBodies {
    private static func isStored(_ id: Int64, in db: Database) throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM body WHERE id = ?").sqliteStatement
        sqlite3_bind_int64(statement, 1, id)
        let code = sqlite3_step(statement)
        let reason = code == SQLITE_ROW || code == SQLITE_DONE ? nil : db.lastErrorMessage
        sqlite3_reset(statement)
        guard reason == nil else { throw DatabaseError(resultCode: ResultCode(rawValue: code), message: reason) }
        return code == SQLITE_ROW
    }

    /// Binds in place, as `ExchangeInsert` does.
    private static func store(_ bytes: UnsafeRawBufferPointer, in db: Database) throws -> Int64 {
        let statement = try db.cachedStatement(sql: "INSERT INTO body (bytes) VALUES (?)").sqliteStatement
        sqlite3_bind_blob(statement, 1, bytes.baseAddress, Int32(bytes.count), nil)
        let code = sqlite3_step(statement)
        let reason = code == SQLITE_DONE ? nil : db.lastErrorMessage
        sqlite3_reset(statement)
        sqlite3_clear_bindings(statement)
        guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code), message: reason) }
        return sqlite3_last_insert_rowid(db.sqliteConnection)
    }
}

extension SharedBodies {
    /// Whether a history has shared bodies at all: a command that reads may meet a file that no later server has opened.
    /// Asked in the transaction that reads, because a server may open it meanwhile.
    static func areKnown(to db: Database) throws -> Bool {
        try Bool.fetchOne(
            db, sql: "SELECT EXISTS (SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'body')") ?? false
    }

    /// The expression for the shared body that a row of `exchange` refers to.
    static func bytes(_ side: String) -> String { "(SELECT bytes FROM body WHERE body.id = exchange.\(side)_shared)" }

    /// All columns of an exchange for `ExchangeRow`.
    static func columns(in db: Database) throws -> String {
        try areKnown(to: db)
            ? "*, \(bytes("request")) AS request_shared_bytes, \(bytes("response")) AS response_shared_bytes" : "*"
    }

    /// The expression for how long a shared body is, or NULL.
    static func length(_ side: String) -> String {
        "(SELECT length(bytes) FROM body WHERE body.id = exchange.\(side)_shared)"
    }
}
