public import NIOCore

extension JSONValue {
    /// Nesting deeper than this is an error, so that no document can exhaust the stack.
    public static let maximumDepth = 512

    /// Parses one document.
    ///
    /// A byte order mark is skipped. Bytes that are not UTF-8 are an error; a lone surrogate escape becomes U+FFFD.
    /// - Throws: `JSONError`, with the place.
    public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
        if let offset = UTF8Check.firstInvalidOffset(in: bytes) {
            throw JSONError("this is not UTF-8", at: offset, in: bytes)
        }
        var parser = JSONParser(cursor: JSONCursor(bytes))
        do throws(JSONCursor.Fault) {
            self = try parser.document()
        } catch {
            throw JSONError("\(error.reason)", at: error.position, in: bytes)
        }
    }

    public init(parsing buffer: ByteBuffer) throws(JSONError) {
        // `withUnsafeReadableBytes` has no typed throws.
        let result = buffer.withUnsafeReadableBytes { bytes in
            Result { () throws(JSONError) in try JSONValue(parsing: bytes) }
        }
        self = try result.get()
    }

    public init(parsing text: String) throws(JSONError) { try self.init(parsing: ByteBuffer(string: text)) }
}

/// Recursive descent over bytes that are known to be UTF-8.
struct JSONParser {
    var cursor: JSONCursor
    private var names = NameCache()

    init(cursor: JSONCursor) { self.cursor = cursor }

    mutating func document() throws(JSONCursor.Fault) -> JSONValue {
        let value = try value(depth: 0)
        cursor.skipWhitespace()
        guard cursor.position == cursor.bytes.count else { throw cursor.fault("something follows the document") }
        return value
    }

    mutating func value(depth: Int) throws(JSONCursor.Fault) -> JSONValue {
        cursor.skipWhitespace()
        switch cursor.current {
        case UInt8(ascii: "\""): return .string(text(try cursor.string()))
        case UInt8(ascii: "{"): return .object(JSONObject(members: try members(depth: depth + 1)))
        case UInt8(ascii: "["): return .array(try elements(depth: depth + 1))
        case UInt8(ascii: "t"):
            try cursor.literal("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try cursor.literal("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try cursor.literal("null")
            return .null
        default:
            guard cursor.position < cursor.bytes.count else { throw cursor.fault("the document ends too early") }
            return .number(plain(try cursor.number()))
        }
    }

    private mutating func members(depth: Int) throws(JSONCursor.Fault) -> [JSONObject.Member] {
        try enter(depth)
        var members: [JSONObject.Member] = []
        if closes(UInt8(ascii: "}")) { return members }
        members.reserveCapacity(4)
        while true {
            let name = try memberName()
            members.append(JSONObject.Member(name, try value(depth: depth)))
            if try ends(UInt8(ascii: "}"), else: "an object goes on without a comma") { return members }
        }
    }

    /// Takes a name and its colon.
    mutating func memberName() throws(JSONCursor.Fault) -> String { name(try nameToken()) }

    private mutating func nameToken() throws(JSONCursor.Fault) -> JSONCursor.Text {
        cursor.skipWhitespace()
        guard cursor.current == UInt8(ascii: "\"") else { throw cursor.fault("a member has no name in quotes") }
        let text = try cursor.string()
        cursor.skipWhitespace()
        guard cursor.current == UInt8(ascii: ":") else { throw cursor.fault("a member's name has no colon") }
        cursor.position += 1
        return text
    }

    /// Takes a value, checking it as `value` does but building nothing.
    mutating func skip(depth: Int) throws(JSONCursor.Fault) {
        cursor.skipWhitespace()
        switch cursor.current {
        case UInt8(ascii: "\""): _ = try cursor.string()
        case UInt8(ascii: "{"):
            try enter(depth + 1)
            if closes(UInt8(ascii: "}")) { return }
            repeat {
                _ = try nameToken()
                try skip(depth: depth + 1)
            } while try !ends(UInt8(ascii: "}"), else: "an object goes on without a comma")
        case UInt8(ascii: "["):
            try enter(depth + 1)
            if closes(UInt8(ascii: "]")) { return }
            repeat {
                try skip(depth: depth + 1)
            } while try !ends(
                UInt8(ascii: "]"), else: "an array goes on without a comma")
        case UInt8(ascii: "t"): try cursor.literal("true")
        case UInt8(ascii: "f"): try cursor.literal("false")
        case UInt8(ascii: "n"): try cursor.literal("null")
        default:
            guard cursor.position < cursor.bytes.count else { throw cursor.fault("the document ends too early") }
            _ = try cursor.number()
        }
    }

    private mutating func elements(depth: Int) throws(JSONCursor.Fault) -> [JSONValue] {
        try enter(depth)
        var elements: [JSONValue] = []
        if closes(UInt8(ascii: "]")) { return elements }
        while true {
            elements.append(try value(depth: depth))
            if try ends(UInt8(ascii: "]"), else: "an array goes on without a comma") { return elements }
        }
    }

    private mutating func enter(_ depth: Int) throws(JSONCursor.Fault) {
        guard depth <= JSONValue.maximumDepth else { throw cursor.fault("nesting is deeper than 512") }
        cursor.position += 1
    }

    private mutating func closes(_ bracket: UInt8) -> Bool {
        cursor.skipWhitespace()
        guard cursor.current == bracket else { return false }
        cursor.position += 1
        return true
    }

    /// Takes a comma (false) or the closing bracket (true).
    private mutating func ends(_ bracket: UInt8, else reason: StaticString) throws(JSONCursor.Fault) -> Bool {
        cursor.skipWhitespace()
        let byte = cursor.current
        guard byte == bracket || byte == UInt8(ascii: ",") else { throw cursor.fault(reason) }
        cursor.position += 1
        return byte == bracket
    }

    private mutating func name(_ text: JSONCursor.Text) -> String {
        if text.hasEscapes { return self.text(text) }
        return names.text(UnsafeRawBufferPointer(rebasing: cursor.bytes[text.range]))
    }

    private func text(_ text: JSONCursor.Text) -> String {
        text.hasEscapes ? String(decoding: cursor.unescaped(text), as: UTF8.self) : plain(text.range)
    }

    private func plain(_ range: Range<Int>) -> String {
        String(decoding: UnsafeRawBufferPointer(rebasing: cursor.bytes[range]), as: UTF8.self)
    }
}

/// Member names repeat; those too long to live inside a `String` (15 octets) are shared instead of allocated.
private struct NameCache {
    private var slots: [String] = Array(repeating: "", count: 64)

    mutating func text(_ bytes: UnsafeRawBufferPointer) -> String {
        guard bytes.count > 15 else { return String(decoding: bytes, as: UTF8.self) }
        let slot = (bytes.count &* 31 &+ Int(bytes[bytes.count - 1]) &* 7 &+ Int(bytes[bytes.count / 2])) & 63
        let cached = slots[slot]
        if cached.utf8.count == bytes.count, cached.utf8.elementsEqual(bytes) { return cached }
        let text = String(decoding: bytes, as: UTF8.self)
        slots[slot] = text
        return text
    }
}
