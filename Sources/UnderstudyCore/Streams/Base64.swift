public import NIOCore

/// RFC 4648 §4, strict: nothing but the alphabet and its padding.
public enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 0xFF, count: 256)
        for (value, letter) in alphabet.enumerated() { values[Int(letter)] = UInt8(value) }
        return values
    }()

    public static func encode(_ bytes: ByteBuffer) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.readableBytes + 2) / 3 * 4)
        bytes.withUnsafeReadableBytes { bytes in
            var index = 0
            while index < bytes.count {
                let left = bytes.count - index
                let group =
                    UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                    | (left > 2 ? UInt32(bytes[index + 2]) : 0)
                text.append(alphabet[Int(group >> 18)])
                text.append(alphabet[Int(group >> 12 & 63)])
                text.append(left > 1 ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
                text.append(left > 2 ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
                index += 3
            }
        }
        return String(decoding: text, as: UTF8.self)
    }

    public static func decode(_ text: String) -> ByteBuffer? {
        let text = Array(text.utf8)
        guard text.count % 4 == 0 else { return nil }
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        guard padding < 2 || text.last == UInt8(ascii: "=") else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 4 * 3)
        var group: UInt32 = 0
        for (index, letter) in text.enumerated() {
            let isPadding = index >= text.count - padding
            let value = isPadding ? 0 : values[Int(letter)]
            guard value != 0xFF, !isPadding || letter == UInt8(ascii: "=") else { return nil }
            group = group << 6 | UInt32(value)
            guard index % 4 == 3 else { continue }
            bytes += [UInt8(group >> 16 & 0xFF), UInt8(group >> 8 & 0xFF), UInt8(group & 0xFF)]
            group = 0
        }
        return ByteBuffer(bytes: bytes.dropLast(padding))
    }
}
