import CBrotli
import NIOCore

/// RFC 7932. The format's own windows, of at most 16 MiB; the "large window" extension stays off.
enum Brotli {
    /// The second quickest of twelve: hardly slower than the quickest, and smaller.
    private static let quality: Int32 = 1

    static func decode(_ input: ByteBuffer, into output: inout BoundedOutput) throws(CodingError) {
        guard let decoder = BrotliDecoderCreateInstance(nil, nil, nil) else { throw .failed(.br) }
        defer { BrotliDecoderDestroyInstance(decoder) }
        try input.withUnsafeReadableBytes { bytes throws(CodingError) in
            var next = bytes.bindMemory(to: UInt8.self).baseAddress
            var rest = bytes.count
            var isAtEnd = false
            while !isAtEnd {
                try output.write { room throws(CodingError) in
                    var nextRoom = room.bindMemory(to: UInt8.self).baseAddress
                    var free = room.count
                    let result = BrotliDecoderDecompressStream(decoder, &rest, &next, &free, &nextRoom, nil)
                    switch result {
                    case BROTLI_DECODER_RESULT_SUCCESS: isAtEnd = true
                    case BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT: break
                    case BROTLI_DECODER_RESULT_NEEDS_MORE_INPUT: throw .truncated
                    default: throw .corrupt(.br)
                    }
                    return room.count - free
                }
            }
            guard rest == 0 else { throw .trailingBytes }
        }
    }

    static func encode(_ input: ByteBuffer) throws(CodingError) -> ByteBuffer {
        // 0 when the input is too large to say.
        let room = BrotliEncoderMaxCompressedSize(input.readableBytes)
        guard room > 0 else { throw .failed(.br) }
        var output = ByteBuffer()
        try input.withUnsafeReadableBytes { bytes throws(CodingError) in
            _ = try output.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { free throws(CodingError) in
                var byteCount = free.count
                let isDone = BrotliEncoderCompress(
                    quality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_GENERIC, bytes.count,
                    bytes.bindMemory(to: UInt8.self).baseAddress, &byteCount,
                    free.bindMemory(to: UInt8.self).baseAddress)
                guard isDone == BROTLI_TRUE else { throw .failed(.br) }
                return byteCount
            }
        }
        return output
    }
}
