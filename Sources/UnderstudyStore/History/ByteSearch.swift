import GRDB
import GRDBSQLite

/// The SQL function `understudy_contains(bytes, text)`: a search in raw bytes, without regard to ASCII case.
///
/// SQLite's LIKE ends at the first NUL byte of a blob, and GRDB's functions copy each argument; this does neither.
enum ByteSearch {
    static func install(in db: Database) throws {
        let code = sqlite3_create_function_v2(
            db.sqliteConnection, "understudy_contains", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC, nil,
            { context, _, arguments in
                guard let arguments else { return }
                let hay = ByteSearch.bytes(arguments[0]), needle = ByteSearch.bytes(arguments[1])
                sqlite3_result_int(context, ByteSearch.contains(hay, needle) ? 1 : 0)
            }, nil, nil, nil)
        guard code == SQLITE_OK else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private static func bytes(_ value: OpaquePointer?) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: sqlite3_value_blob(value), count: Int(sqlite3_value_bytes(value)))
    }

    static func contains(_ hay: UnsafeRawBufferPointer, _ needle: UnsafeRawBufferPointer) -> Bool {
        guard let first = needle.first else { return true }
        guard hay.count >= needle.count else { return false }
        let low = lowered(first)
        for start in 0...(hay.count - needle.count) where lowered(hay[start]) == low {
            var index = 1
            while index < needle.count, lowered(hay[start + index]) == lowered(needle[index]) { index += 1 }
            if index == needle.count { return true }
        }
        return false
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
