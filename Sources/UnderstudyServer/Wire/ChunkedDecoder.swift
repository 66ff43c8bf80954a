import NIOCore
import UnderstudyCore

/// Takes the chunked transfer coding off (RFC 9112 §7.1). Chunk extensions are dropped, as §7.1.1 allows.
struct ChunkedDecoder {
    enum Piece {
        case needsMore
        case data(ByteBuffer)
        case end(Fields)
    }

    private enum State {
        case size
        case data(remaining: Int)
        case dataEnd
        case trailers(scanned: Int)
    }

    /// A size line with its extension.
    static let sizeLineLimit = 4 << 10

    private var state = State.size

    /// The next piece; data comes as it arrives, not chunk by chunk.
    mutating func next(from input: inout ByteBuffer, trailers parser: HeadParser) throws(WireError) -> Piece {
        while true {
            switch state {
            case .size:
                guard let line = try Self.readLine(&input) else { return .needsMore }
                let size = try Self.size(line)
                state = size == 0 ? .trailers(scanned: 0) : .data(remaining: size)
            case .data(let remaining):
                guard let data = input.readSlice(length: min(remaining, input.readableBytes)), data.readableBytes > 0
                else { return .needsMore }
                state = data.readableBytes == remaining ? .dataEnd : .data(remaining: remaining - data.readableBytes)
                return .data(data)
            case .dataEnd:
                guard input.readableBytes > 0 else { return .needsMore }
                guard input.getInteger(at: input.readerIndex, as: UInt8.self) == 0x0D else {
                    throw .bad("A chunk is longer than its size says.")
                }
                guard input.readableBytes > 1 else { return .needsMore }
                guard input.readInteger(as: UInt16.self) == 0x0D0A else {
                    throw .bad("A chunk does not end with CRLF.")
                }
                state = .size
            case .trailers(let scanned):
                guard let length = Self.trailerLength(input, from: scanned) else {
                    guard input.readableBytes <= parser.limits.head else { throw .headTooLarge }
                    state = .trailers(scanned: max(0, input.readableBytes - 2))
                    return .needsMore
                }
                guard length <= parser.limits.head else { throw .headTooLarge }
                var fields = try parser.parseTrailers(input.readSlice(length: length) ?? ByteBuffer())
                // Trailers never change how a message is read (RFC 9110 §6.5.1).
                fields.removeAll {
                    $0.isNamed("content-length") || $0.isNamed("transfer-encoding") || $0.isNamed("host")
                }
                return .end(fields)
            }
        }
    }

    /// A line without its CRLF; `nil` while it has not arrived.
    private static func readLine(_ input: inout ByteBuffer) throws(WireError) -> ByteBuffer? {
        let view = input.readableBytesView
        guard let feed = view.prefix(sizeLineLimit).firstIndex(of: 0x0A) else {
            guard view.count < sizeLineLimit else { throw .bad("A chunk's size line is too long.") }
            return nil
        }
        let length = feed - view.startIndex
        guard length >= 1, view[feed - 1] == 0x0D else { throw .bad("A chunk's size line ends without CRLF.") }
        let line = input.readSlice(length: length - 1)
        input.moveReaderIndex(forwardBy: 2)
        return line
    }

    /// `1*HEXDIG [chunk-ext]`: at most 15 digits, so that no size overflows.
    private static func size(_ line: ByteBuffer) throws(WireError) -> Int {
        let view = line.readableBytesView
        var size = 0
        var digits = 0
        var rest = view[...]
        while let byte = rest.first, let value = Octets.hexValue(byte) {
            digits += 1
            guard digits <= 15 else { throw .bad("A chunk size has too many digits.") }
            size = size << 4 | value
            rest = rest.dropFirst()
        }
        guard digits > 0 else { throw .bad("A chunk size is not a hexadecimal number.") }
        guard areExtensions(rest) else { throw .bad("Something other than an extension follows a chunk size.") }
        return size
    }

    /// `*( ";" name [ "=" value ] )`, a value being a token or quoted (RFC 9112 §7.1.1). Dropped all the same, but what
    /// is not of this form is read in different ways. The "bad whitespace" allowed there is refused for that reason.
    private static func areExtensions(_ text: ByteBufferView) -> Bool {
        var rest = text
        while let first = rest.popFirst() {
            guard first == UInt8(ascii: ";"), takeToken(&rest) else { return false }
            guard rest.first == UInt8(ascii: "=") else { continue }
            rest.removeFirst()
            guard rest.first == UInt8(ascii: "\"") ? takeQuoted(&rest) : takeToken(&rest) else { return false }
        }
        return true
    }

    private static func takeToken(_ text: inout ByteBufferView) -> Bool {
        let rest = text.drop { Octets.isToken[Int($0)] }
        defer { text = rest }
        return rest.count < text.count
    }

    /// RFC 9110 §5.6.4, without bytes above 0x7F.
    private static func takeQuoted(_ text: inout ByteBufferView) -> Bool {
        text.removeFirst()
        while let byte = text.popFirst() {
            if byte == UInt8(ascii: "\"") { return true }
            let character = byte == UInt8(ascii: "\\") ? text.popFirst() ?? 0 : byte
            guard Octets.isValue[Int(character)], character < 0x80 else { return false }
        }
        return false
    }

    /// Length of the trailer section with its empty line; `nil` while that has not arrived.
    private static func trailerLength(_ input: ByteBuffer, from scanned: Int) -> Int? {
        input.withUnsafeReadableBytes { bytes in
            // A line feed alone is refused at once by whoever parses it, rather than waited behind.
            if bytes.first == 0x0A { return 1 }
            guard bytes.count >= 2 else { return nil }
            if bytes[0] == 0x0D, bytes[1] == 0x0A { return 2 }
            var index = scanned
            while index + 1 < bytes.count {
                if bytes[index] == 0x0A {
                    if bytes[index + 1] == 0x0A { return index + 2 }
                    if index + 2 < bytes.count, bytes[index + 1] == 0x0D, bytes[index + 2] == 0x0A { return index + 3 }
                }
                index += 1
            }
            return nil
        }
    }
}
