public import NIOCore

/// Writes JSON text, the same bytes for the same value: members in their order, numbers as they were read.
///
/// Used piece by piece, so that a collection of many megabytes needs no second tree in memory.
public struct JSONWriter {
    public enum Style: Sendable, Hashable {
        /// No whitespace.
        case compact
        /// A line per member and element, indented by one tab a level, as Postman exports are.
        case tabs
        /// The same with two spaces.
        case twoSpaces
    }

    public private(set) var buffer: ByteBuffer
    public let style: Style
    /// How many levels the next line is indented.
    public private(set) var depth: Int
    private var isFirst = true

    public init(style: Style, depth: Int = 0, capacity: Int = 256) {
        self.style = style
        self.depth = depth
        buffer = ByteBuffer()
        buffer.reserveCapacity(capacity)
    }

    /// The text of a whole value; ends in a newline unless compact.
    public static func bytes(_ value: JSONValue, style: Style = .tabs) -> ByteBuffer {
        var writer = JSONWriter(style: style)
        writer.write(value)
        if style != .compact { writer.newline() }
        return writer.buffer
    }

    public static func text(_ value: JSONValue, style: Style = .compact) -> String {
        String(buffer: bytes(value, style: style))
    }

    /// A text in quotes, escaped.
    public static func quoted(_ text: String) -> String { self.text(.string(text)) }

    public mutating func write(_ value: JSONValue) {
        switch value {
        case .null: buffer.writeStaticString("null")
        case .bool(let bool): buffer.writeStaticString(bool ? "true" : "false")
        case .number(let literal): buffer.writeString(literal)
        case .string(let text): write(text: text)
        case .array(let elements):
            open("[")
            for element in elements {
                separate()
                write(element)
            }
            close("]")
        case .object(let object):
            open("{")
            for member in object.members { write(member) }
            close("}")
        }
    }

    public mutating func write(_ member: JSONObject.Member) {
        name(member.name)
        write(member.value)
    }

    /// Begins an object or array whose parts the caller writes; `close` ends it.
    public mutating func open(_ bracket: StaticString) {
        buffer.writeStaticString(bracket)
        depth += 1
        isFirst = true
    }

    public mutating func close(_ bracket: StaticString) {
        depth -= 1
        if !isFirst { breakLine() }
        buffer.writeStaticString(bracket)
        isFirst = false
    }

    /// A member's name and colon; its value must follow.
    public mutating func name(_ name: String) {
        separate()
        write(text: name)
        buffer.writeStaticString(style == .compact ? ":" : ": ")
    }

    /// What stands before an element: a comma unless it is the first, and its line.
    public mutating func separate() {
        if !isFirst { buffer.writeStaticString(",") }
        isFirst = false
        breakLine()
    }

    /// A value's text as another writer of this style made it at this `depth`.
    public mutating func write(rendered text: ByteBuffer) {
        buffer.writeImmutableBuffer(text)
        isFirst = false
    }

    public mutating func newline() { buffer.writeStaticString("\n") }

    private mutating func breakLine() {
        guard style != .compact else { return }
        buffer.writeStaticString("\n")
        buffer.writeRepeatingByte(
            style == .tabs ? UInt8(ascii: "\t") : UInt8(ascii: " "), count: style == .tabs ? depth : depth * 2)
    }

    private mutating func write(text: String) {
        isFirst = false
        buffer.writeStaticString("\"")
        var text = text
        text.withUTF8 { bytes in
            var start = 0
            for index in bytes.indices {
                let byte = bytes[index]
                guard byte < 0x20 || byte == 0x22 || byte == 0x5C else { continue }
                buffer.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[start..<index])))
                writeEscape(byte)
                start = index + 1
            }
            buffer.writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[start...])))
        }
        buffer.writeStaticString("\"")
    }

    private mutating func writeEscape(_ byte: UInt8) {
        switch byte {
        case 0x22: buffer.writeStaticString("\\\"")
        case 0x5C: buffer.writeStaticString("\\\\")
        case 0x08: buffer.writeStaticString("\\b")
        case 0x09: buffer.writeStaticString("\\t")
        case 0x0A: buffer.writeStaticString("\\n")
        case 0x0C: buffer.writeStaticString("\\f")
        case 0x0D: buffer.writeStaticString("\\r")
        default:
            buffer.writeStaticString("\\u00")
            let digits: StaticString = "0123456789abcdef"
            buffer.writeInteger(digits.utf8Start[Int(byte >> 4)])
            buffer.writeInteger(digits.utf8Start[Int(byte & 15)])
        }
    }
}
