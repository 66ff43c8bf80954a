import NIOCore
import Testing

@testable import UnderstudyCoding

extension ByteBuffer {
    /// From hexadecimal digits.
    init(hex: String) {
        let digits = hex.utf8.map { $0 <= 0x39 ? $0 - 0x30 : $0 - 0x61 + 10 }
        self.init(bytes: stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
    }

    init(zeros count: Int) { self.init(repeating: 0, count: count) }

    func prefix(_ count: Int) -> ByteBuffer { getSlice(at: readerIndex, length: count)! }

    static func + (left: ByteBuffer, right: ByteBuffer) -> ByteBuffer {
        var sum = left
        sum.writeImmutableBuffer(right)
        return sum
    }
}

/// The error that decoding ends with; `nil` when it succeeds.
func failure(of bytes: ByteBuffer, _ codings: ContentCoding..., limit: Int = 1 << 20) -> CodingError? {
    do throws(CodingError) {
        _ = try ContentCoding.decode(bytes, codings: codings, limit: limit)
        return nil
    } catch {
        return error
    }
}

/// What other implementations made of `Known.text`.
enum Known {
    static let text = "Hello, hello, hello, hello!"
    static let contents: [(coding: ContentCoding, name: String, bytes: ByteBuffer)] = [
        (.gzip, "with a name and a time", gzip),
        (.deflate, "in zlib's wrapper", ByteBuffer(hex: "789cf348cdc9c9d751c8c0a41401820c0936")),
        (.deflate, "without a wrapper", ByteBuffer(hex: "f348cdc9c9d751c8c0a41401")),
        (.br, "", ByteBuffer(hex: "1b1a00f88dd44ef9c38caa91d0d8de3448084b9952649f4820b80e09")),
        (.zstd, "with a checksum", ByteBuffer(hex: "28b52ffd04587d00004848656c6c6f2c2068210100f20a1717615b80")),
        (
            .zstd, "behind a skippable frame",
            ByteBuffer(hex: "5a2a4d180300000001020328b52ffd04587d00004848656c6c6f2c2068210100f20a1717615b80")
        ),
        (.identity, "", ByteBuffer(string: text)),
    ]
    static let gzip = ByteBuffer(
        hex: "1f8b0808d202964902ff6e616d652e74787400f348cdc9c9d751c8c0a41401a18ef4391b000000")
}
