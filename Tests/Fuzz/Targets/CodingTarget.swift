import NIOCore
import UnderstudyCoding

/// Coded content: decoding stays within its bound whatever it is given, and takes off what encoding put on. The first
/// byte chooses the codings.
enum CodingTarget {
    private static let limit = 64 << 10
    private static let lists: [[ContentCoding]] = [
        [.gzip], [.deflate], [.br], [.zstd], [.gzip, .br], [.zstd, .deflate],
    ]

    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first else { return }
        let codings = lists[Int(first) % lists.count]
        let content = ByteBuffer(bytes: bytes.dropFirst())
        if let decoded = try? ContentCoding.decode(content, codings: codings, limit: limit) {
            require(decoded.readableBytes <= limit, "\(decoded.readableBytes) octets")
        }
        var encoded = content
        do throws(CodingError) {
            for coding in codings { encoded = try ContentCoding.encode(encoded, as: coding) }
            let decoded = try ContentCoding.decode(encoded, codings: codings, limit: limit)
            require(decoded == content, "decoding gives other bytes")
        } catch { fatalError("\(codings): \(error)") }
        _ = try? ContentCoding.list([content.readableBytesView])
    }
}
