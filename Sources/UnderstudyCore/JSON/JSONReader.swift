public import NIOCore

/// Reads a JSON document part by part, so that a reader of large files builds only what it needs and keeps the rest
/// as slices of the file.
///
///     var reader = try JSONReader(bytes)
///     try reader.enter("{")
///     while let name = try reader.nextMember() { … try reader.value() or reader.skip() … }
///     try reader.finish()
///
/// Every error is a `JSONError` with its place in the whole document.
public struct JSONReader {
    private let buffer: ByteBuffer
    private var position: Int
    /// How many containers were entered and not left.
    private var depth = 0
    private var isFirst = true

    /// - Throws: when the bytes are not UTF-8.
    public init(_ buffer: ByteBuffer) throws(JSONError) {
        self.buffer = buffer
        let (start, fault) = buffer.withUnsafeReadableBytes { bytes in
            let fault = UTF8Check.firstInvalidOffset(in: bytes).map {
                JSONError("this is not UTF-8", at: $0, in: bytes)
            }
            return (JSONCursor(bytes).position, fault)
        }
        if let fault { throw fault }
        position = start
    }

    /// The line on which the next thing is read, from 1.
    public var line: Int {
        1 + buffer.readableBytesView.prefix(position).count { $0 == UInt8(ascii: "\n") }
    }

    /// The first byte of the next value, whitespace skipped: `{`, `[`, `"` … tell what it is.
    public mutating func peek() -> UInt8 {
        buffer.withUnsafeReadableBytes { bytes in
            var cursor = JSONCursor(bytes, at: position)
            cursor.skipWhitespace()
            position = cursor.position
            return cursor.current
        }
    }

    /// Parses the next value.
    public mutating func value() throws(JSONError) -> JSONValue {
        let depth = depth
        return try take { cursor throws(JSONCursor.Fault) in
            var parser = JSONParser(cursor: cursor)
            let value = try parser.value(depth: depth)
            cursor = parser.cursor
            return value
        }
    }

    /// Checks the next value and gives its text, which shares the document's memory.
    public mutating func skip() throws(JSONError) -> ByteBuffer {
        let depth = depth
        let range = try take { cursor throws(JSONCursor.Fault) in
            var parser = JSONParser(cursor: cursor)
            parser.cursor.skipWhitespace()
            let start = parser.cursor.position
            try parser.skip(depth: depth)
            cursor = parser.cursor
            return start..<cursor.position
        }
        return buffer.getSlice(at: buffer.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
    }

    /// Takes the opening bracket of an object or array.
    public mutating func enter(_ bracket: Unicode.Scalar) throws(JSONError) {
        let depth = depth
        try take { cursor throws(JSONCursor.Fault) in
            cursor.skipWhitespace()
            guard cursor.current == UInt8(ascii: bracket) else { throw cursor.fault("this is not the expected value") }
            guard depth < JSONValue.maximumDepth else { throw cursor.fault("nesting is deeper than 512") }
            cursor.position += 1
        }
        self.depth += 1
        isFirst = true
    }

    /// The name of the next member of the object entered last; `nil` leaves the object.
    public mutating func nextMember() throws(JSONError) -> String? {
        guard try next(UInt8(ascii: "}"), else: "an object goes on without a comma") else { return nil }
        return try take { cursor throws(JSONCursor.Fault) in
            var parser = JSONParser(cursor: cursor)
            let name = try parser.memberName()
            cursor = parser.cursor
            return name
        }
    }

    /// Whether the array entered last has another element; false leaves the array.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try next(UInt8(ascii: "]"), else: "an array goes on without a comma")
    }

    /// Nothing but whitespace may follow.
    public mutating func finish() throws(JSONError) {
        try take { cursor throws(JSONCursor.Fault) in
            cursor.skipWhitespace()
            guard cursor.position == cursor.bytes.count else { throw cursor.fault("something follows the document") }
        }
    }

    private mutating func next(_ closing: UInt8, else reason: StaticString) throws(JSONError) -> Bool {
        let isFirst = isFirst
        let goesOn = try take { cursor throws(JSONCursor.Fault) in
            cursor.skipWhitespace()
            if cursor.current == closing {
                cursor.position += 1
                return false
            }
            if !isFirst {
                guard cursor.current == UInt8(ascii: ",") else { throw cursor.fault(reason) }
                cursor.position += 1
                cursor.skipWhitespace()
            }
            return true
        }
        self.isFirst = false
        if !goesOn { depth -= 1 }
        return goesOn
    }

    private mutating func take<Value>(
        _ body: (inout JSONCursor) throws(JSONCursor.Fault) -> Value
    ) throws(JSONError) -> Value {
        let start = position
        // `withUnsafeReadableBytes` has no typed throws.
        let result: Result<(Value, Int), JSONError> = buffer.withUnsafeReadableBytes { bytes in
            var cursor = JSONCursor(bytes, at: start)
            do throws(JSONCursor.Fault) {
                return .success((try body(&cursor), cursor.position))
            } catch {
                return .failure(JSONError("\(error.reason)", at: error.position, in: bytes))
            }
        }
        let (value, end) = try result.get()
        position = end
        return value
    }
}
