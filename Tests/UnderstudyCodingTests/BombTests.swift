import NIOCore
import Testing

@testable import UnderstudyCoding

/// Each holds 1 GiB of zeros. That decoding ends at once is what is tested: without the bound it would run for seconds
/// and fill memory.
@Suite struct `Bombs` {
    static let limit = 4 << 20

    /// Of each, one stream that was compressed once more with Brotli.
    static let gzip = ByteBuffer(
        hex: """
            5bc7ec0fc0484cb78fc847aa66e23042a5c3431cf3dfbaa8458615201b75e0784d4db63edf6860613bdf8fa4ca2a281c\
            37388d38208c2c328a70dc79a0f0901a0810f4fff600c039910320143d8e0201d05bfead9ee54ad6700f007ab7a14800\
            e0fabf44a7e01e00e4755a3140ef276b0dc0b1273d837b00f0de6d8b1368f9befb59b80700e7ff83214e46271faea701\
            a85f590e30faec766264f7fa544a2e3f
            """)
    static let deflate = ByteBuffer(
        hex: """
            5bbbec8f5fe0210ef7afbd6883847be8e62e9cb8aced91457959608b3a5f83ea7f70c269c4016364126178e703ad0108\
            000188f2ed0140ff705a0b04c070feb7b8c8958c700f0086fb894800e0fadf66f315807b0050d369c500c36fd59aa8f0\
            2ce2d733dc0380c7a02daeb0e5738c73700f0036ff4b43b9a2a3930fbbef57fdcb7280e96bd0c9513c2b3702
            """)
    static let br = ByteBuffer(
        hex: """
            1b2803f8af0aec86f31bc5ca22aa06849d08905f8c8e41cd82f40c0d0a5adbde0b6a952f91765f229510ad7983488a10\
            8359f2e49324bac409f409da021cc3f7aad73b15f1a9b302808e4630146de761ebca0bb2238f95d1e5670133d524679c\
            c0aaa0665dcd17a2214126e97f80d40d73ce13aa8a8f6a68f119fec10d4c6eecdfe57266ea6001
            """)

    /// A frame of 8192 blocks, each an octet to be repeated 128 KiB times (RFC 8878 §3.1.1.2).
    static let zstd: ByteBuffer = {
        var bytes = ByteBuffer(hex: "28b52ffd0068")
        for _ in 0..<8192 { bytes.writeBytes([0x02, 0x00, 0x10, 0x00]) }
        return bytes
    }()

    @Test(arguments: [
        (gzip, [ContentCoding.gzip, .br]), (deflate, [.deflate, .br]), (br, [.br, .br]), (zstd, [.zstd]),
    ])
    func `stop at the limit`(bytes: ByteBuffer, codings: [ContentCoding]) {
        #expect(throws: CodingError.tooLarge(limit: Self.limit)) {
            try ContentCoding.decode(bytes, codings: codings, limit: Self.limit)
        }
    }

    @Test func `in many members stop at the limit`() throws {
        let member = try ContentCoding.encode(ByteBuffer(zeros: 1 << 20), as: .gzip)
        var bytes = ByteBuffer()
        for _ in 0..<1024 { bytes.writeImmutableBuffer(member) }
        #expect(failure(of: bytes, .gzip, limit: Self.limit) == .tooLarge(limit: Self.limit))
    }

    @Test func `in nothing but empty members and frames are only empty`() throws {
        let codings: [ContentCoding] = [.gzip, .zstd]
        for coding in codings {
            let part = try ContentCoding.encode(ByteBuffer(string: ""), as: coding)
            var bytes = ByteBuffer()
            for _ in 0..<50_000 { bytes.writeImmutableBuffer(part) }
            #expect(try ContentCoding.decode(bytes, codings: [coding], limit: 0).readableBytes == 0)
        }
    }

    /// The room a decoder is given is the bound on memory.
    @Test func `get room for one octet more than the limit`() throws {
        var output = BoundedOutput(limit: 1000)
        var rooms: [Int] = []
        for _ in 0..<2 {
            try output.write { room in
                rooms.append(room.count)
                return 600 - rooms.count * 100
            }
        }
        #expect(rooms == [1001, 501])
        #expect(output.bytes.readableBytes == 900)
        #expect(throws: CodingError.tooLarge(limit: 1000)) { try output.write { room in room.count } }
        #expect(output.bytes.capacity <= 2048)
    }
}
