import struct Crypto.SHA256
import NIOCore
import UnderstudyCore

/// The first half of a SHA-256 over a collection's slug and a request's method, target and body.
struct RequestPrint: Hashable, Sendable {
    private let high: UInt64
    private let low: UInt64

    init(slug: String, _ request: Exchange.Request) {
        var hash = SHA256()
        hash.update(data: Array("\(slug)\n\(request.head.method)\n".utf8))
        request.head.target.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        hash.update(data: [0x0A])
        switch request.body.content {
        case .memory(let bytes): bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
        case .stored(let digest, _): hash.update(data: digest.bytes)
        }
        self.init(hash)
    }

    private init(_ hash: SHA256) {
        (high, low) = hash.finalize().withUnsafeBytes { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
    }

    /// That of the how-manieth equal request behind the first.
    func next(_ occurrence: Int) -> RequestPrint {
        var hash = SHA256()
        hash.update(data: Array("\(high)\n\(low)\n\(occurrence)".utf8))
        return RequestPrint(hash)
    }

    /// Eight decimal digits, and the rest of a UUID of version 8 (RFC 9562 §5.8).
    func id(ordinal: Int) -> String {
        let middle = UInt32(truncatingIfNeeded: high) & 0xFFFF_0FFF | 0x8000
        let end = low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        let digits: StaticString = "0123456789abcdef"
        return String(unsafeUninitializedCapacity: 36) { out in
            var place = ordinal
            for index in (0..<8).reversed() {
                out[index] = UInt8(ascii: "0") + UInt8(place % 10)
                place /= 10
            }
            var index = 8
            for position in 0..<24 {
                if position == 0 || position == 4 || position == 8 || position == 12 {
                    out[index] = UInt8(ascii: "-")
                    index += 1
                }
                let digit =
                    position < 8
                    ? Int(middle >> UInt32(28 - position * 4))
                    : Int(truncatingIfNeeded: end >> UInt64(92 - position * 4))
                out[index] = digits.utf8Start[digit & 15]
                index += 1
            }
            return index
        }
    }
}
