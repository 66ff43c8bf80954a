import NIOCore
import Testing

@testable import UnderstudyCoding

@Suite struct `Decoding content` {
    @Test(arguments: Known.contents.indices)
    func `that others have encoded`(index: Int) throws {
        let known = Known.contents[index]
        let text = try ContentCoding.decode(known.bytes, codings: [known.coding], limit: 27)
        #expect(String(buffer: text) == Known.text, "\(known.name)")
    }

    @Test(arguments: Known.contents.indices)
    func `up to the limit and not one octet more`(index: Int) {
        let known = Known.contents[index]
        for limit in [0, 1, 26] {
            #expect(failure(of: known.bytes, known.coding, limit: limit) == .tooLarge(limit: limit), "\(known.name)")
        }
        #expect(failure(of: known.bytes, known.coding, limit: 27) == nil, "\(known.name)")
        #expect(failure(of: known.bytes, known.coding, limit: .max) == nil, "\(known.name)")
    }

    @Test(arguments: Known.contents.indices)
    func `cut anywhere is refused`(index: Int) {
        let known = Known.contents[index]
        guard known.coding != .identity else { return }
        for count in 1..<known.bytes.readableBytes where !(known.name.contains("skippable") && count == 11) {
            #expect(failure(of: known.bytes.prefix(count), known.coding) != nil, "\(known.name) at \(count)")
        }
    }

    @Test(arguments: Known.contents.indices)
    func `followed by other bytes is refused`(index: Int) {
        let known = Known.contents[index]
        guard known.coding != .identity else { return }
        for rest in ["\u{0}", "x", "\u{1F}", "garbage", "PK\u{3}\u{4}"] {
            #expect(failure(of: known.bytes + ByteBuffer(string: rest), known.coding) == .trailingBytes, "\(rest)")
        }
    }

    @Test(arguments: Known.contents.indices)
    func `with any one bit turned never hangs or grows`(index: Int) throws {
        let known = Known.contents[index]
        let bytes = Array(known.bytes.readableBytesView)
        for place in bytes.indices {
            for bit in 0..<8 {
                var damaged = bytes
                damaged[place] ^= 1 << bit
                let text = try? ContentCoding.decode(
                    ByteBuffer(bytes: damaged), codings: [known.coding], limit: 1 << 16)
                #expect((text?.readableBytes ?? 0) <= 1 << 16)
            }
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `of random bytes`(coding: ContentCoding) {
        var state: UInt64 = 88_172_645_463_325_252
        for _ in 0..<2000 {
            var bytes: [UInt8] = []
            for _ in 0..<48 {
                state ^= state << 13
                state ^= state >> 7
                state ^= state << 17
                bytes.append(UInt8(truncatingIfNeeded: state))
            }
            if coding == .gzip { bytes.replaceSubrange(0..<4, with: [0x1F, 0x8B, 8, bytes[3] & 0x1F]) }
            if coding == .zstd { bytes.replaceSubrange(0..<4, with: [0x28, 0xB5, 0x2F, 0xFD]) }
            let text = try? ContentCoding.decode(ByteBuffer(bytes: bytes), codings: [coding], limit: 1 << 16)
            #expect((text?.readableBytes ?? 0) <= 1 << 16)
        }
    }

    @Test(arguments: ContentCoding.allCases)
    func `of nothing is nothing`(coding: ContentCoding) throws {
        #expect(try ContentCoding.decode(ByteBuffer(), codings: [coding], limit: 0).readableBytes == 0)
    }

    @Test func `takes several gzip members and several zstd frames`() throws {
        let zstd = Known.contents[4].bytes
        for (coding, part) in [(ContentCoding.gzip, Known.gzip), (.zstd, zstd)] {
            let bytes = part + part + part
            let text = try ContentCoding.decode(bytes, codings: [coding], limit: 1 << 10)
            #expect(String(buffer: text) == Known.text + Known.text + Known.text)
            #expect(failure(of: bytes, coding, limit: 80) == .tooLarge(limit: 80))
            #expect(failure(of: bytes.prefix(bytes.readableBytes - 1), coding) == .truncated)
        }
        #expect(failure(of: Known.gzip + Known.gzip.prefix(5), .gzip) == .truncated)
    }

    @Test func `takes off in reverse what was put on in order`() throws {
        let codings: [ContentCoding] = [.gzip, .br, .zstd, .deflate]
        var bytes = ByteBuffer(string: Known.text)
        for coding in codings { bytes = try ContentCoding.encode(bytes, as: coding) }
        #expect(String(buffer: try ContentCoding.decode(bytes, codings: codings, limit: 1 << 10)) == Known.text)
        #expect(throws: CodingError.self) {
            try ContentCoding.decode(bytes, codings: codings.reversed(), limit: 1 << 10)
        }
        #expect(throws: CodingError.tooManyCodings) {
            try ContentCoding.decode(bytes, codings: codings + [.br], limit: 1 << 10)
        }
    }

    @Test(arguments: [
        // A window of 16 MiB, twice what HTTP allows.
        (ContentCoding.zstd, "28b52ffd0070010000", CodingError.corrupt(.zstd)),
        // The format before the standard one, version 0.7.
        (.zstd, "27b52ffd0400", .corrupt(.zstd)),
        // A zlib stream that wants a dictionary.
        (.deflate, "78bb00000001f348cdc9c9070000", .corrupt(.deflate)),
        (.gzip, "48656c6c6f", .corrupt(.gzip)),
        (.br, "ffffffffff", .corrupt(.br)),
    ])
    func `not of what has no place here`(coding: ContentCoding, hex: String, error: CodingError) {
        #expect(failure(of: ByteBuffer(hex: hex), coding) == error)
    }

    @Test func `reads only the readable part of a buffer`() throws {
        var bytes = ByteBuffer(string: "before")
        bytes.writeImmutableBuffer(Known.gzip)
        bytes.moveReaderIndex(forwardBy: 6)
        bytes.reserveCapacity(4096)
        #expect(String(buffer: try ContentCoding.decode(bytes, codings: [.gzip], limit: 27)) == Known.text)
    }
}

@Suite struct `Content codings` {
    @Test(arguments: [
        ("gzip", [ContentCoding.gzip]), ("X-GZip", [.gzip]), (" gzip ,\tbr, ", [.gzip, .br]), ("identity", []),
        ("", []),
        ("deflate,identity,ZSTD", [.deflate, .zstd]), (",,", []),
    ])
    func `are read from a list`(value: String, expected: [ContentCoding]) throws {
        #expect(try ContentCoding.list([ByteBuffer(string: value).readableBytesView]) == expected)
    }

    @Test func `may stand in several lines`() throws {
        let values = ["gzip", "br, zstd"].map { ByteBuffer(string: $0).readableBytesView }
        #expect(try ContentCoding.list(values) == [.gzip, .br, .zstd])
    }

    @Test(arguments: [
        ("compress", CodingError.unknownCoding), ("gzip;q=1", .unknownCoding), ("br, dcb", .unknownCoding),
        ("gzipp", .unknownCoding), ("br,br,br,br,br", .tooManyCodings),
    ])
    func `that cannot be taken off are refused`(value: String, expected: CodingError) {
        #expect(throws: expected) { try ContentCoding.list([ByteBuffer(string: value).readableBytesView]) }
    }
}
