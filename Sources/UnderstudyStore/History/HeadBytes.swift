import Foundation
import GRDB
import NIOCore
import UnderstudyCore

/// Reads back what `RequestHead.write` and `ResponseHead.write` wrote, byte for byte.
///
/// Strict: lines end in CRLF, a name ends at the first colon, one space follows. Anything else is not ours: `nil`.
enum HeadBytes {
    static func request(_ bytes: ByteBuffer) -> RequestHead? {
        var rest = bytes
        guard let line = rest.readLine(), let fields = rest.readFields(), rest.readableBytes == 0 else { return nil }
        let view = line.readableBytesView
        guard let first = view.firstIndex(of: 0x20), let last = view.lastIndex(of: 0x20), first < last,
            let version = HTTPVersion(rawValue: String(decoding: view[(last + 1)...], as: UTF8.self)),
            let target = line.getSlice(at: first + 1, length: last - first - 1)
        else { return nil }
        let method = String(decoding: view[..<first], as: UTF8.self)
        return RequestHead(method: method, target: target, version: version, fields: fields)
    }

    /// All blocks, the final one last; `nil` when there is not at least one.
    static func responses(_ bytes: ByteBuffer) -> [ResponseHead]? {
        var rest = bytes
        var heads: [ResponseHead] = []
        while rest.readableBytes > 0 {
            guard let head = response(&rest) else { return nil }
            heads.append(head)
        }
        return heads.isEmpty ? nil : heads
    }

    private static func response(_ rest: inout ByteBuffer) -> ResponseHead? {
        guard var line = rest.readLine(), line.readString(length: 9) == "HTTP/1.1 " else { return nil }
        let view = line.readableBytesView
        guard let space = view.firstIndex(of: 0x20), let status = Int(String(decoding: view[..<space], as: UTF8.self)),
            let fields = rest.readFields()
        else { return nil }
        line.moveReaderIndex(to: space + 1)
        return ResponseHead(status: status, reason: line, fields: fields)
    }

    /// The Content-Type of a column's last head, without parameters, found without taking the head apart: listings have
    /// many heads to ask.
    static func mediaType(in row: Row, _ column: String) -> String? {
        guard let data = row[column] as Data? else { return nil }
        return data.withUnsafeBytes { mediaType(in: $0) }
    }

    static func mediaType(in bytes: UnsafeRawBufferPointer) -> String? {
        var found: Range<Int>?
        var start = 0
        while start < bytes.count, let base = bytes.baseAddress,
            let feed = memchr(base + start, 0x0A, bytes.count - start)
        {
            let next = base.distance(to: UnsafeRawPointer(feed)) + 1
            // Behind an empty line another head begins: interim ones come first.
            if next - start <= 2 { if next < bytes.count { found = nil } }
            let name = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + contentType.count, next)])
            if found == nil, ByteSearch.areAlike(name, contentType) { found = (start + contentType.count)..<next }
            start = next
        }
        guard let found else { return nil }
        return MediaType(UnsafeRawBufferPointer(rebasing: bytes[found])).map(\.essence)
    }

    private static let contentType = Array("content-type:".utf8)

    /// Field lines without the empty line at the end.
    static func trailers(_ bytes: ByteBuffer) -> Fields? {
        var rest = bytes
        rest.writeStaticString("\r\n")
        guard let fields = rest.readFields(), rest.readableBytes == 0 else { return nil }
        return fields
    }
}

extension ByteBuffer {
    /// The bytes up to the next CRLF, which is taken too.
    fileprivate mutating func readLine() -> ByteBuffer? {
        let view = readableBytesView
        var from = view.startIndex
        while let carriage = view[from...].firstIndex(of: 0x0D), carriage + 1 < view.endIndex {
            if view[carriage + 1] == 0x0A {
                let line = readSlice(length: carriage - view.startIndex)
                moveReaderIndex(forwardBy: 2)
                return line
            }
            from = carriage + 1
        }
        return nil
    }

    /// Field lines up to the empty line, which is taken too.
    fileprivate mutating func readFields() -> Fields? {
        var lines: [Fields.Line] = []
        let whole = self
        while true {
            let start = readerIndex
            guard let line = readLine() else { return nil }
            if line.readableBytes == 0 { return Fields(buffer: whole, lines: lines) }
            let end = start + line.readableBytes
            guard let colon = line.readableBytesView.firstIndex(of: 0x3A) else { return nil }
            let nameEnd = start + (colon - line.readerIndex)
            guard nameEnd + 2 <= end, whole.getInteger(at: nameEnd + 1, as: UInt8.self) == 0x20 else { return nil }
            lines.append(Fields.Line(name: start..<nameEnd, value: (nameEnd + 2)..<end))
        }
    }
}
