public import NIOCore
import Crypto

/// A SHA-256 value: the name of a stored body, and what ids are derived from.
public struct Digest: Sendable, Hashable, CustomStringConvertible {
    /// 32 bytes.
    public let bytes: [UInt8]

    public init(of data: ByteBuffer) {
        bytes = data.withUnsafeReadableBytes { Array(SHA256.hash(data: $0)) }
    }

    public init(of text: String) { bytes = Array(SHA256.hash(data: Array(text.utf8))) }

    /// From 64 lower-case hexadecimal digits; `nil` for anything else, so that a file name can never be a path.
    public init?(hex: String) {
        let digits = Array(hex.utf8)
        guard digits.count == 64 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(32)
        for index in stride(from: 0, to: 64, by: 2) {
            guard let high = Self.value(digits[index]), let low = Self.value(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// From 32 bytes made elsewhere (an incremental hash).
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    fileprivate init(_ hash: SHA256.Digest) { bytes = Array(hash) }

    /// 64 lower-case hexadecimal digits.
    public var description: String { Self.hex(bytes) }

    /// A stable UUID from the first 16 bytes, marked version 8 (RFC 9562 §5.8), in lower case.
    public var uuid: String {
        var part = Array(bytes[0..<16])
        part[6] = part[6] & 0x0F | 0x80
        part[8] = part[8] & 0x3F | 0x80
        let digits = Self.hex(part)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index == 8 || index == 12 || index == 16 || index == 20 { text.append("-") }
            text.append(digit)
        }
        return text
    }

    static func hex(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}

/// A digest of what comes in pieces.
public struct DigestBuilder: Sendable {
    private var hash = SHA256()

    public init() {}

    public mutating func update(_ bytes: ByteBuffer) {
        bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
    }

    public func finish() -> Digest { Digest(hash.finalize()) }
}
