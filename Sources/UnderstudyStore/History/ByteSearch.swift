import Foundation
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

    /// `memchr` leaps to the next place where the rarest of the text's bytes stands, in either case; only there both are
    /// compared.
    static func contains(_ hay: UnsafeRawBufferPointer, _ needle: UnsafeRawBufferPointer) -> Bool {
        guard !needle.isEmpty else { return true }
        guard hay.count >= needle.count, let base = hay.baseAddress else { return false }
        let anchor = anchor(of: needle)
        let (low, high) = cases(of: needle[anchor])
        let end = hay.count - needle.count + anchor + 1
        func next(_ byte: UInt8, from start: Int) -> Int {
            guard start < end, let place = memchr(base + start, Int32(byte), end - start) else { return end }
            return base.distance(to: UnsafeRawPointer(place))
        }
        var (lower, upper) = (next(low, from: anchor), low == high ? end : next(high, from: anchor))
        while true {
            let place = min(lower, upper)
            guard place < end else { return false }
            let start = place - anchor
            if areAlike(UnsafeRawBufferPointer(rebasing: hay[start..<(start + needle.count)]), needle) { return true }
            if place == lower { lower = next(low, from: place + 1) } else { upper = next(high, from: place + 1) }
        }
    }

    /// Whether both are the same but for the case of ASCII letters.
    static func areAlike(_ one: some Collection<UInt8>, _ other: some Collection<UInt8>) -> Bool {
        one.count == other.count && one.elementsEqual(other) { lowered($0) == lowered($1) }
    }

    /// Where in a text the byte stands that is met least often in field lines and JSON, as far as a simple rule can say.
    private static func anchor(of needle: UnsafeRawBufferPointer) -> Int {
        func commonness(_ byte: UInt8) -> Int {
            switch lowered(byte) {
            case UInt8(ascii: "j"), UInt8(ascii: "q"), UInt8(ascii: "x"), UInt8(ascii: "z"), 0x80...0xFF: 0
            case UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "g"), UInt8(ascii: "k"), UInt8(ascii: "v"),
                UInt8(ascii: "w"), UInt8(ascii: "y"):
                1
            case UInt8(ascii: "0")...UInt8(ascii: "9"): 2
            case UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "t"), UInt8(ascii: " "), UInt8(ascii: "\""): 4
            default: 3
            }
        }
        var (best, least) = (0, Int.max)
        for (index, byte) in needle.prefix(64).enumerated() {
            let value = commonness(byte)
            if value < least { (best, least) = (index, value) }
        }
        return best
    }

    private static func cases(of byte: UInt8) -> (low: UInt8, high: UInt8) {
        let low = lowered(byte)
        return (low, (0x61...0x7A).contains(low) ? low & ~0x20 : low)
    }

    private static func lowered(_ byte: UInt8) -> UInt8 { byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte }
}
