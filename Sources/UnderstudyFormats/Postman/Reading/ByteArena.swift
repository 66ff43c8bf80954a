import NIOCore
import UnderstudyCore

/// Collects the octets of many messages in one buffer, of which they become slices when it is complete.
///
/// A `ByteBuffer` of its own costs two allocations, and on average a third of its room is lost to the next power of two;
/// an example would have five. While an arena is filled only ranges are handed out, because writing to a buffer that
/// slices share copies it.
struct ByteArena {
    /// About so many octets are collected before the examples are made. A slice's start must stay below 16 MiB.
    static let capacity = 1 << 20
    /// Larger contents get a buffer of their own, so that a small field does not keep them in memory.
    static let contentLimit = 64 << 10

    private(set) var buffer: ByteBuffer
    private var scratch: [Fields.Line] = []
    private var lists: [[Fields.Line]] = Array(repeating: [], count: 64)

    init(capacity: Int = 0) {
        buffer = ByteBuffer()
        buffer.reserveCapacity(capacity)
    }

    /// Where the next octets go.
    var end: Int { buffer.writerIndex }

    /// The collected octets; the arena is empty afterwards.
    mutating func take() -> ByteBuffer {
        defer { buffer = ByteBuffer() }
        return buffer
    }

    mutating func reserve(_ capacity: Int) {
        if buffer.capacity == 0 { buffer.reserveCapacity(capacity) }
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) -> Range<Int> {
        let start = end
        buffer.writeBytes(bytes)
        return start..<end
    }

    mutating func append(_ bytes: some Sequence<UInt8>) -> Range<Int> {
        let start = end
        buffer.writeBytes(bytes)
        return start..<end
    }

    /// A string's text.
    mutating func append(_ string: JSONView) -> Range<Int> {
        let start = end
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: string.source.count) { string.unescape(into: $0) }
        return start..<end
    }

    func text(_ range: Range<Int>) -> String { buffer.getString(at: range.lowerBound, length: range.count) ?? "" }

    /// Whether a variable may stand there.
    func hasBraces(_ range: Range<Int>) -> Bool {
        buffer.withUnsafeReadableBytes { bytes in
            var index = range.lowerBound
            while index + 1 < range.upperBound {
                if bytes[index] == UInt8(ascii: "{"), bytes[index + 1] == UInt8(ascii: "{") { return true }
                index += 1
            }
            return false
        }
    }

    // MARK: Field lines

    /// Begins a list of field lines, which must be appended without anything between them.
    mutating func beginLines() { scratch.removeAll(keepingCapacity: true) }

    /// Appends `name: value` CRLF as it goes onto the wire.
    ///
    /// - Parameter start: where the list began.
    mutating func appendLine(_ name: some Collection<UInt8>, _ value: some Collection<UInt8>, since start: Int) {
        let nameStart = end - start
        buffer.writeBytes(name)
        let nameEnd = end - start
        buffer.writeStaticString(": ")
        let valueStart = end - start
        buffer.writeBytes(value)
        scratch.append(Fields.Line(name: nameStart..<nameEnd, value: valueStart..<(end - start)))
        buffer.writeStaticString("\r\n")
    }

    /// The lines since `beginLines`. Lists that are laid out alike, as those of one API mostly are, share memory.
    mutating func endLines() -> [Fields.Line] {
        guard let last = scratch.last else { return [] }
        var hasher = Hasher()
        hasher.combine(scratch.count)
        hasher.combine(last)
        let slot = hasher.finalize() & 63
        if lists[slot] != scratch { lists[slot] = Array(scratch[...]) }
        return lists[slot]
    }
}
