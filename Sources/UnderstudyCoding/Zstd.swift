import CZstd
import NIOCore

/// RFC 8878, with the window RFC 9659 allows in HTTP.
enum Zstd {
    /// 2 to the power of it: 8 MiB.
    private static let largestWindowLog: Int32 = 23
    private static let level: Int32 = 1

    /// One frame after another, skippable ones among them, until the input ends.
    static func decode(_ input: ByteBuffer, into output: inout BoundedOutput) throws(CodingError) {
        guard let decoder = ZSTD_createDCtx() else { throw .failed(.zstd) }
        defer { ZSTD_freeDCtx(decoder) }
        ZSTD_DCtx_setParameter(decoder, ZSTD_d_windowLogMax, largestWindowLog)
        try input.withUnsafeReadableBytes { bytes throws(CodingError) in
            var source = ZSTD_inBuffer(src: bytes.baseAddress, size: bytes.count, pos: 0)
            while source.pos < source.size {
                try checkMagic(UnsafeRawBufferPointer(rebasing: bytes[source.pos...]), isFirst: source.pos == 0)
                var isAtEnd = false
                while !isAtEnd {
                    try output.write { room throws(CodingError) in
                        var target = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                        let hint = ZSTD_decompressStream(decoder, &target, &source)
                        guard ZSTD_isError(hint) == 0 else { throw .corrupt(.zstd) }
                        isAtEnd = hint == 0
                        // Nothing to read and room to spare: what is missing is input.
                        if !isAtEnd, source.pos == source.size, target.pos < target.size { throw .truncated }
                        return target.pos
                    }
                }
            }
        }
    }

    /// The library may know formats older than the standard one, which no one may send; and what is no frame at all is
    /// damage at the start but garbage behind a frame.
    private static func checkMagic(_ bytes: UnsafeRawBufferPointer, isFirst: Bool) throws(CodingError) {
        guard bytes.count >= 4 else { throw isFirst ? .truncated : .trailingBytes }
        let magic = UInt32(littleEndian: bytes.loadUnaligned(as: UInt32.self))
        guard magic == 0xFD2F_B528 || magic & 0xFFFF_FFF0 == 0x184D_2A50 else {
            throw isFirst ? .corrupt(.zstd) : .trailingBytes
        }
    }

    static func encode(_ input: ByteBuffer) throws(CodingError) -> ByteBuffer {
        var output = ByteBuffer()
        try input.withUnsafeReadableBytes { bytes throws(CodingError) in
            let room = ZSTD_compressBound(bytes.count)
            try output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { free throws(CodingError) in
                let byteCount = ZSTD_compress(free.baseAddress, free.count, bytes.baseAddress, bytes.count, level)
                guard ZSTD_isError(byteCount) == 0 else { throw .failed(.zstd) }
                return byteCount
            }
        }
        return output
    }
}
