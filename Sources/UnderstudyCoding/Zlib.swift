import CZlib
import NIOCore

/// gzip and deflate, by zlib. <https://www.zlib.net/manual.html>
enum Zlib {
    /// The wrapper around a deflate stream, as zlib's `windowBits`, with the largest window in each.
    enum Format: Int32 {
        case zlib = 15
        case gzip = 31
        case raw = -15

        var coding: ContentCoding { self == .gzip ? .gzip : .deflate }
    }

    /// zlib's quickest that still looks for repeats.
    private static let level: Int32 = 1

    /// One gzip member after another, until the input ends (RFC 1952 §2.2).
    static func decodeMembers(_ input: ByteBuffer, into output: inout BoundedOutput) throws(CodingError) {
        try decode(input, format: .gzip, into: &output)
    }

    /// With the wrapper when the first two bytes are one (RFC 1950 §2.2), else without. A stream without wrapper that
    /// looks like one would begin with a stored block whose padding is not zero; no encoder writes that.
    static func decodeDeflate(_ input: ByteBuffer, into output: inout BoundedOutput) throws(CodingError) {
        let start = input.readableBytesView.prefix(2).map { Int($0) }
        let isWrapped =
            start.count == 2 && start[0] & 0x0F == 8 && start[0] >> 4 <= 7 && (start[0] << 8 | start[1]) % 31 == 0
        try decode(input, format: isWrapped ? .zlib : .raw, into: &output)
    }

    private static func decode(
        _ input: ByteBuffer, format: Format, into output: inout BoundedOutput
    ) throws(CodingError) {
        let inflater = try Inflater(format)
        try input.withUnsafeReadableBytes { bytes throws(CodingError) in
            // zlib reads through this pointer and writes nothing.
            inflater.stream.pointee.next_in = UnsafeMutablePointer(
                mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
            inflater.stream.pointee.avail_in = UInt32(bytes.count)
            while true {
                while try !inflater.step(into: &output) {}
                let rest = bytes.suffix(Int(inflater.stream.pointee.avail_in))
                if rest.isEmpty { return }
                guard format == .gzip, rest.starts(with: [0x1F, 0x8B]) else { throw .trailingBytes }
                inflateReset(inflater.stream)
            }
        }
    }

    static func encode(_ input: ByteBuffer, format: Format) throws(CodingError) -> ByteBuffer {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        guard czlib_deflate_init(stream, level, format.rawValue) == Z_OK else { throw .failed(format.coding) }
        defer { deflateEnd(stream) }
        var output = ByteBuffer()
        let room = Int(deflateBound(stream, UInt(input.readableBytes)))
        try input.withUnsafeReadableBytes { bytes throws(CodingError) in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
            stream.pointee.avail_in = UInt32(bytes.count)
            try output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { free throws(CodingError) in
                stream.pointee.next_out = free.bindMemory(to: UInt8.self).baseAddress
                stream.pointee.avail_out = UInt32(free.count)
                guard deflate(stream, Z_FINISH) == Z_STREAM_END else { throw .failed(format.coding) }
                return free.count - Int(stream.pointee.avail_out)
            }
        }
        return output
    }
}

/// zlib's state of one decoding. In memory of its own, because zlib remembers where it is.
private struct Inflater: ~Copyable {
    let stream: UnsafeMutablePointer<z_stream>
    private let coding: ContentCoding

    init(_ format: Zlib.Format) throws(CodingError) {
        coding = format.coding
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        guard czlib_inflate_init(stream, format.rawValue) == Z_OK else { throw .failed(format.coding) }
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
    }

    /// Fills some room; true at the stream's end.
    borrowing func step(into output: inout BoundedOutput) throws(CodingError) -> Bool {
        var isAtEnd = false
        let (stream, coding) = (stream, coding)
        try output.write { room throws(CodingError) in
            stream.pointee.next_out = room.bindMemory(to: UInt8.self).baseAddress
            stream.pointee.avail_out = UInt32(room.count)
            switch inflate(stream, Z_NO_FLUSH) {
            case Z_OK: break
            case Z_STREAM_END: isAtEnd = true
            // There is always room, so it is input that lacks.
            case Z_BUF_ERROR: throw .truncated
            case Z_MEM_ERROR: throw .failed(coding)
            default: throw .corrupt(coding)
            }
            return room.count - Int(stream.pointee.avail_out)
        }
        return isAtEnd
    }
}
