/// Percent-encoding. A `%` that begins no triplet is itself. <https://www.rfc-editor.org/rfc/rfc3986#section-2.1>
enum PercentCoding {
    /// The octet that two hexadecimal digits at `index` stand for.
    static func value(_ bytes: [UInt8], at index: Int) -> UInt8? {
        guard index + 1 < bytes.count, let high = bytes[index].hexDigitValue, let low = bytes[index + 1].hexDigitValue
        else { return nil }
        return UInt8(high << 4 | low)
    }

    /// - Parameter plusIsBlank: as in queries and forms.
    static func decoded(_ bytes: some Sequence<UInt8>, plusIsBlank: Bool) -> [UInt8] {
        let source = Array(bytes)
        guard source.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else { return source }
        var out: [UInt8] = []
        out.reserveCapacity(source.count)
        var index = 0
        while index < source.count {
            let byte = source[index]
            index += 1
            if byte == UInt8(ascii: "%"), let value = value(source, at: index) {
                out.append(value)
                index += 2
            } else {
                out.append(byte == UInt8(ascii: "+") && plusIsBlank ? 0x20 : byte)
            }
        }
        return out
    }
}
