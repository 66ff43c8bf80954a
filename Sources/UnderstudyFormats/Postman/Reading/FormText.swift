import UnderstudyCore

/// `application/x-www-form-urlencoded`, as <https://url.spec.whatwg.org/#urlencoded-serializing> writes it.
enum FormText {
    /// The enabled pairs of a collection's `urlencoded` list, each text given its variables by `fill` first.
    static func encode(_ pairs: [JSONValue], _ fill: (String) -> String = { $0 }) -> String {
        var out: [UInt8] = []
        for pair in pairs where pair.object != nil && !pair.isDisabled {
            if !out.isEmpty { out.append(UInt8(ascii: "&")) }
            append(fill(pair["key"]?.scalarText ?? ""), to: &out)
            guard let value = pair["value"]?.scalarText else { continue }
            out.append(UInt8(ascii: "="))
            append(fill(value), to: &out)
        }
        return String(decoding: out, as: UTF8.self)
    }

    /// The pairs, if `encode` gives exactly this text back.
    static func pairs(of text: String) -> [JSONValue]? {
        guard !text.isEmpty else { return nil }
        var pairs: [JSONValue] = []
        for piece in text.utf8.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false) {
            let parts = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, let key = decode(parts[0]), let value = decode(parts[1]) else { return nil }
            pairs.append(["key": .string(key), "value": .string(value)])
        }
        return encode(pairs).utf8.elementsEqual(text.utf8) ? pairs : nil
    }

    private static func append(_ text: String, to out: inout [UInt8]) { append(text.utf8, to: &out) }

    static func append(_ bytes: some Sequence<UInt8>, to out: inout [UInt8]) {
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in bytes {
            switch byte {
            case 0x20: out.append(UInt8(ascii: "+"))
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2A, 0x2D, 0x2E, 0x5F: out.append(byte)
            default: out.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
    }

    static func decode(_ piece: Substring.UTF8View) -> String? {
        var out: [UInt8] = []
        var rest = piece
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "+"): out.append(0x20)
            case UInt8(ascii: "%"):
                guard let high = rest.popFirst().flatMap(hex), let low = rest.popFirst().flatMap(hex) else {
                    return nil
                }
                out.append(high << 4 | low)
            default: out.append(byte)
            }
        }
        return String(validating: out, as: UTF8.self)
    }

    private static func hex(_ byte: UInt8) -> UInt8? { Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init) }
}
