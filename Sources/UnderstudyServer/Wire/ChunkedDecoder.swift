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
        guard let next = rest.first else { return size }
        // Blanks before the semicolon are "bad whitespace" (RFC 9112 §7.1.1), refused with everything else.
        guard next == UInt8(ascii: ";"), rest.allSatisfy({ Octets.isValue[Int($0)] }) else {
            throw .bad("Something other than an extension follows a chunk size.")
        }
        return size
    }

    /// Length of the trailer section with its empty line; `nil` while that has not arrived.
    private static func trailerLength(_ input: ByteBuffer, from scanned: Int) -> Int? {
        input.withUnsafeReadableBytes { bytes in
            guard bytes.count >= 2 else { return nil }
            if bytes[0] == 0x0D, bytes[1] == 0x0A { return 2 }
            if bytes[0] == 0x0A { return 1 }
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
