public import NIOCore

/// A message's field lines: ordered, byte-exact, looked up without regard to case.
///
/// One buffer holds all names and values, and each line is four offsets into it, so that a parsed head costs one
/// allocation however many fields it has. Nothing is decoded: bytes 0x80–0xFF survive, repeats stay repeats.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-5>
public struct Fields: Sendable {
    /// One line's place in the buffer, as absolute reader-independent offsets.
    public struct Line: Sendable, Hashable {
        var nameStart: UInt32, nameEnd: UInt32, valueStart: UInt32, valueEnd: UInt32

        /// Offsets of the name and the value (without surrounding whitespace) in the buffer given to `Fields`.
        public init(name: Range<Int>, value: Range<Int>) {
            nameStart = UInt32(name.lowerBound)
            nameEnd = UInt32(name.upperBound)
            valueStart = UInt32(value.lowerBound)
            valueEnd = UInt32(value.upperBound)
        }

        public var hasEmptyValue: Bool { valueStart == valueEnd }

        /// The same line with a value that goes on to another offset.
        public func withValue(endingAt end: Int) -> Line {
            var line = self
            line.valueEnd = UInt32(end)
            return line
        }
    }

    private var buffer: ByteBuffer
    private var lines: [Line]

    public init() {
        buffer = ByteBuffer()
        lines = []
    }

    /// Takes over a parsed head: `lines` point into `buffer` by absolute index.
    public init(buffer: ByteBuffer, lines: [Line]) {
        self.buffer = buffer
        self.lines = lines
    }

    /// The number of field lines, repeats counted.
    public var count: Int { lines.count }
    public var isEmpty: Bool { lines.isEmpty }

    /// Appends a line. Names and values are taken as they are: the caller has validated them.
    public mutating func append(_ name: some Sequence<UInt8>, _ value: some Sequence<UInt8>) {
        let nameStart = buffer.writerIndex
        buffer.writeBytes(name)
        let valueStart = buffer.writerIndex
        buffer.writeBytes(value)
        lines.append(Line(name: nameStart..<valueStart, value: valueStart..<buffer.writerIndex))
    }

    /// Appends a line given as text, in UTF-8.
    public mutating func append(_ name: String, _ value: String) { append(name.utf8, value.utf8) }

    /// Removes every line for which `condition` holds.
    public mutating func removeAll(where condition: (Field) -> Bool) {
        let buffer = self.buffer
        lines.removeAll { condition(Field(buffer: buffer, line: $0)) }
    }

    /// The same by the bytes where they lie. The pointers must not leave `condition`.
    public mutating func removeLines(
        where condition: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool
    ) {
        buffer.withVeryUnsafeBytes { bytes in
            lines.removeAll { condition($0.name(in: bytes), $0.value(in: bytes)) }
        }
    }

    /// Removes every line of that name.
    public mutating func remove(_ name: StaticString) {
        guard firstLine(name) != nil else { return }
        removeAll { $0.isNamed(name) }
    }

    /// Gives the first line of that name another value, in its place, and keeps the name as it was written.
    public mutating func replace(_ name: StaticString, with value: String) {
        guard let index = firstIndex(where: { $0.isNamed(name) }) else { return }
        let start = buffer.writerIndex
        buffer.writeString(value)
        let old = lines[index]
        lines[index] = Line(
            name: Int(old.nameStart)..<Int(old.nameEnd), value: start..<buffer.writerIndex)
    }

    /// Writes each line as `Name: value` CRLF, in order. Lines that lie behind one another in that form already, as in
    /// a head just parsed, are copied together.
    public func write(into out: inout ByteBuffer) {
        buffer.withVeryUnsafeBytes { bytes in
            var run = 0..<0
            for line in lines {
                let (start, end) = (Int(line.nameStart), Int(line.valueEnd))
                if line.isCanonical(in: bytes) {
                    if run.upperBound != start {
                        out.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[run]))
                        run = start..<start
                    }
                    run = run.lowerBound..<(end + 2)
                } else {
                    out.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[run]))
                    run = 0..<0
                    out.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[start..<Int(line.nameEnd)]))
                    out.writeStaticString(": ")
                    out.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[Int(line.valueStart)..<end]))
                    out.writeStaticString("\r\n")
                }
            }
            out.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[run]))
        }
    }

    /// Calls `body` with each line's bytes, in order. The pointers must not leave it.
    public func forEachLine(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
        buffer.withVeryUnsafeBytes { bytes in
            for line in lines { body(line.name(in: bytes), line.value(in: bytes)) }
        }
    }

    /// Looks up without making a `Field` per line, each of which would count a reference to the buffer.
    private func firstLine(_ name: StaticString) -> Line? {
        buffer.withVeryUnsafeBytes { bytes in
            lines.first { $0.isNamed(name, in: bytes) }
        }
    }
}

extension Fields: RandomAccessCollection {
    public var startIndex: Int { 0 }
    public var endIndex: Int { lines.count }
    public subscript(position: Int) -> Field { Field(buffer: buffer, line: lines[position]) }
}

extension Fields: Hashable {
    /// Equal when the lines are equal, byte for byte and in order; how they are stored does not matter.
    public static func == (left: Fields, right: Fields) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0 == $1 }
    }

    public func hash(into hasher: inout Hasher) {
        for field in self { hasher.combine(field) }
    }
}

extension Fields {
    /// The first line of that name.
    public func first(_ name: StaticString) -> Field? {
        firstLine(name).map { Field(buffer: buffer, line: $0) }
    }

    public func contains(_ name: StaticString) -> Bool { firstLine(name) != nil }

    /// Whether there is a line of one of these names.
    public func containsAny(of names: [StaticString]) -> Bool {
        buffer.withVeryUnsafeBytes { bytes in
            lines.contains { line in names.contains { line.isNamed($0, in: bytes) } }
        }
    }

    /// All lines of that name, in order.
    public func all(_ name: StaticString) -> [Field] {
        buffer.withVeryUnsafeBytes { bytes in
            lines.compactMap { $0.isNamed(name, in: bytes) ? Field(buffer: buffer, line: $0) : nil }
        }
    }

    /// The first value of that name as text; see `Field.valueText`.
    public func text(_ name: StaticString) -> String? { first(name)?.valueText }

    /// Whether a comma-separated list field of that name holds `token`, case-insensitively.
    public func list(_ name: StaticString, contains token: StaticString) -> Bool {
        var isFound = false
        buffer.withVeryUnsafeBytes { bytes in
            for line in lines where !isFound && line.isNamed(name, in: bytes) {
                line.value(in: bytes).forEachListElement { isFound = isFound || $0.equalsIgnoringCase(token) }
            }
        }
        return isFound
    }
}

extension Fields.Line {
    func name(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(nameStart)..<Int(nameEnd)])
    }

    func value(in bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: bytes[Int(valueStart)..<Int(valueEnd)])
    }

    /// Whether the bytes are `Name: value` CRLF as they stand.
    func isCanonical(in bytes: UnsafeRawBufferPointer) -> Bool {
        let (colon, end) = (Int(nameEnd), Int(valueEnd))
        return Int(valueStart) == colon + 2 && end + 1 < bytes.count && bytes[colon] == 0x3A && bytes[colon + 1] == 0x20
            && bytes[end] == 0x0D && bytes[end + 1] == 0x0A
    }

    func isNamed(_ other: StaticString, in bytes: UnsafeRawBufferPointer) -> Bool {
        let length = other.utf8CodeUnitCount
        guard Int(nameEnd) - Int(nameStart) == length else { return false }
        let (start, letters) = (Int(nameStart), other.utf8Start)
        for index in 0..<length where bytes[start + index].asciiLowercased != letters[index].asciiLowercased {
            return false
        }
        return true
    }
}

/// One field line of a message.
public struct Field: Sendable, Hashable {
    let buffer: ByteBuffer
    let line: Fields.Line

    public var name: ByteBufferView { view(line.nameStart, line.nameEnd) }
    public var value: ByteBufferView { view(line.valueStart, line.valueEnd) }

    private func view(_ start: UInt32, _ end: UInt32) -> ByteBufferView {
        buffer.viewBytes(at: Int(start), length: Int(end - start)) ?? ByteBufferView()
    }

    /// The name for people; names are ASCII tokens.
    public var nameText: String { String(decoding: name, as: UTF8.self) }

    /// The value for people, files and JSON: UTF-8 where the bytes are, else Latin-1, so that no byte vanishes.
    public var valueText: String { TextBytes.text(of: value) }

    public func isNamed(_ other: StaticString) -> Bool { name.equalsIgnoringCase(other) }

    /// The elements of a comma-separated list, trimmed, without empty ones. Quoted strings are not looked into:
    /// no list field that Understudy reads has any. <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.1>
    public var listElements: [ByteBufferView] {
        value.split(separator: UInt8(ascii: ",")).map { $0.trimmingOptionalWhitespace() }.filter { !$0.isEmpty }
    }

    public static func == (left: Field, right: Field) -> Bool {
        left.name.elementsEqual(right.name) && left.value.elementsEqual(right.value)
    }

    public func hash(into hasher: inout Hasher) {
        name.withUnsafeBytes { hasher.combine(bytes: $0) }
        value.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}

extension ByteBuffer {
    /// Writes `Name: value` CRLF.
    public mutating func writeField(_ field: Field) {
        writeBytes(field.name)
        writeStaticString(": ")
        writeBytes(field.value)
        writeStaticString("\r\n")
    }
}

extension ByteBufferView {
    /// ASCII case-insensitive equality.
    public func equalsIgnoringCase(_ other: StaticString) -> Bool {
        let length = other.utf8CodeUnitCount
        guard count == length else { return false }
        return withUnsafeBytes { mine in
            let theirs = other.utf8Start
            for index in 0..<length where mine[index].asciiLowercased != theirs[index].asciiLowercased { return false }
            return true
        }
    }

    /// Without spaces and tabs at both ends (OWS, RFC 9110 §5.6.3).
    public func trimmingOptionalWhitespace() -> ByteBufferView {
        var rest = self
        while let first = rest.first, first == 0x20 || first == 0x09 { rest = rest.dropFirst() }
        while let last = rest.last, last == 0x20 || last == 0x09 { rest = rest.dropLast() }
        return rest
    }
}

extension UInt8 {
    /// `A`–`Z` lowered, everything else unchanged.
    @inlinable public var asciiLowercased: UInt8 { self >= 0x41 && self <= 0x5A ? self | 0x20 : self }
}
