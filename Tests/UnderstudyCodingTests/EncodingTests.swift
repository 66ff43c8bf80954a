import NIOCore
import Testing

@testable import UnderstudyCoding

@Suite struct `Encoding content` {
    /// Nothing, little, much of the same, and what cannot be compressed.
    static let contents: [ByteBuffer] = [
        ByteBuffer(), ByteBuffer(string: "x"), ByteBuffer(zeros: 1 << 20),
        ByteBuffer(string: String(repeating: #"{"id":1,"name":"Ada"},"#, count: 20_000)),
        ByteBuffer(bytes: (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 13) }),
    ]

    @Test(arguments: ContentCoding.allCases)
    func `can be undone`(coding: ContentCoding) throws {
        for content in Self.contents {
            let encoded = try ContentCoding.encode(content, as: coding)
            let limit = content.readableBytes
            #expect(try ContentCoding.decode(encoded, codings: [coding], limit: limit) == content)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `is the same each time`(coding: ContentCoding) throws {
        for content in Self.contents {
            #expect(
                try ContentCoding.encode(content, as: coding) == ContentCoding.encode(content, as: coding))
        }
    }

    @Test func `leaves the time out of gzip and puts deflate into zlib's wrapper`() throws {
        let gzip = try ContentCoding.encode(Self.contents[3], as: .gzip)
        #expect(Array(gzip.readableBytesView.prefix(8)) == [0x1F, 0x8B, 8, 0, 0, 0, 0, 0])
        let deflate = try ContentCoding.encode(Self.contents[3], as: .deflate)
        #expect(deflate.readableBytesView.first == 0x78)
    }

    @Test(arguments: [ContentCoding.gzip, .deflate, .br, .zstd])
    func `makes repetitive content smaller`(coding: ContentCoding) throws {
        #expect(try ContentCoding.encode(Self.contents[3], as: coding).readableBytes < 20_000)
    }
}
