import NIOCore
import UnderstudyCore

/// A JSON text taken apart without copying anything out of it: one flat list of its values in the order of the text,
/// each knowing where it begins, where it ends and which entry comes after it.
///
/// Collections are mostly large strings of which a reader wants a few members; a tree of `JSONValue` costs an
/// allocation for each. A tape is used over and over, so that reading an example allocates nothing here.
struct JSONTape {
    struct Entry {
        enum Kind: UInt8 { case null, `false`, `true`, number, string, array, object }
        let kind: Kind
        /// Only of a string.
        let hasEscapes: Bool
        /// Offsets in the text; of a string without its quotes.
        let start: UInt32
        fileprivate(set) var end: UInt32
        /// The entry behind this value and all it holds. Members of an object are its name, then its value.
        fileprivate(set) var next: UInt32
    }

    /// A tape's offsets are 32 bits; a longer text is not read.
    static let textLimit = Int(UInt32.max)

    private var entries: [Entry] = []
    private var open: [Int] = []

    /// Takes `text` apart and lets `body` look at it. The view must not leave `body`.
    ///
    /// - Parameter depth: how deeply `text` stands in its document, which counts for the limit of nesting.
    /// - Returns: `nil` when the text is not one JSON value.
    mutating func read<Value>(
        _ text: UnsafeRawBufferPointer, depth: Int = 0, _ body: (JSONView) throws -> Value
    ) rethrows -> Value? {
        guard text.count < Self.textLimit, build(text, depth) else { return nil }
        return try entries.withUnsafeBufferPointer { entries in
            guard let first = entries.baseAddress else { return nil }
            return try body(JSONView(entries: first, bytes: text, index: 0))
        }
    }

    private mutating func build(_ text: UnsafeRawBufferPointer, _ depth: Int) -> Bool {
        entries.removeAll(keepingCapacity: true)
        open.removeAll(keepingCapacity: true)
        var cursor = JSONCursor(text)
        do throws(JSONCursor.Fault) {
            try values(&cursor, depth)
            skipWhitespace(&cursor)
            return cursor.position == text.count
        } catch {
            return false
        }
    }

    /// One value with all it holds, without recursion.
    private mutating func values(_ cursor: inout JSONCursor, _ depth: Int) throws(JSONCursor.Fault) {
        repeat {
            skipWhitespace(&cursor)
            guard cursor.position < cursor.bytes.count else { throw cursor.fault("the document ends too early") }
            let start = cursor.position
            switch cursor.bytes[start] {
            case UInt8(ascii: "\""): append(.string, try cursor.string())
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                guard depth + open.count < JSONValue.maximumDepth else {
                    throw cursor.fault("nesting is deeper than 512")
                }
                let isObject = cursor.bytes[start] == UInt8(ascii: "{")
                open.append(entries.count)
                append(isObject ? .object : .array, start..<start)
                cursor.position += 1
                skipWhitespace(&cursor)
                if !closes(&cursor, isObject) {
                    if isObject { try name(&cursor) }
                    continue
                }
            case UInt8(ascii: "t"):
                try cursor.literal("true")
                append(.true, start..<cursor.position)
            case UInt8(ascii: "f"):
                try cursor.literal("false")
                append(.false, start..<cursor.position)
            case UInt8(ascii: "n"):
                try cursor.literal("null")
                append(.null, start..<cursor.position)
            default: append(.number, try cursor.number())
            }
            try goOn(&cursor)
        } while !open.isEmpty
    }

    /// Behind a value: closes what ends here, or takes the comma and a member's name.
    private mutating func goOn(_ cursor: inout JSONCursor) throws(JSONCursor.Fault) {
        while let container = open.last {
            skipWhitespace(&cursor)
            let isObject = entries[container].kind == .object
            if cursor.position < cursor.bytes.count, cursor.bytes[cursor.position] == UInt8(ascii: ",") {
                cursor.position += 1
                if isObject { try name(&cursor) }
                return
            }
            guard closes(&cursor, isObject) else { throw cursor.fault("this goes on without a comma") }
        }
    }

    private mutating func name(_ cursor: inout JSONCursor) throws(JSONCursor.Fault) {
        skipWhitespace(&cursor)
        guard cursor.position < cursor.bytes.count, cursor.bytes[cursor.position] == UInt8(ascii: "\"") else {
            throw cursor.fault("a member has no name in quotes")
        }
        append(.string, try cursor.string())
        skipWhitespace(&cursor)
        guard cursor.position < cursor.bytes.count, cursor.bytes[cursor.position] == UInt8(ascii: ":") else {
            throw cursor.fault("a member's name has no colon")
        }
        cursor.position += 1
    }

    private mutating func closes(_ cursor: inout JSONCursor, _ isObject: Bool) -> Bool {
        guard cursor.position < cursor.bytes.count,
            cursor.bytes[cursor.position] == UInt8(ascii: isObject ? "}" : "]"), let container = open.popLast()
        else { return false }
        cursor.position += 1
        entries[container].end = UInt32(cursor.position)
        entries[container].next = UInt32(entries.count)
        return true
    }

    private mutating func append(_ kind: Entry.Kind, _ text: JSONCursor.Text) {
        entries.append(
            Entry(
                kind: kind, hasEscapes: text.hasEscapes, start: UInt32(text.range.lowerBound),
                end: UInt32(text.range.upperBound), next: UInt32(entries.count + 1)))
    }

    private mutating func append(_ kind: Entry.Kind, _ range: Range<Int>) {
        append(kind, JSONCursor.Text(range: range, hasEscapes: false))
    }

    @inline(__always) private func skipWhitespace(_ cursor: inout JSONCursor) {
        var position = cursor.position
        while position < cursor.bytes.count {
            let byte = cursor.bytes[position]
            guard byte <= 0x20, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { break }
            position += 1
        }
        cursor.position = position
    }
}
