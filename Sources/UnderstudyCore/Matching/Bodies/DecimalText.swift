/// JSON's numbers as exact decimals: `1`, `1.0` and `10e-1` are one number, however many digits there are.
///
/// A number is reduced to one spelling instead of being computed, so twenty digits keep all of them and `1E400` stays
/// finite. An exponent of more than 17 digits is taken as it is written: then only numbers that differ in nothing but
/// zeros after the point are found equal, and no zeros are ever written out to find more.
enum DecimalText {
    /// Digits of a whole number that is spelled without exponent.
    private static let plainDigitLimit = 40
    private static let exponentDigitLimit = 17

    /// Appends the one spelling of a number that JSON's grammar allows.
    static func appendCanonical(_ literal: some Collection<UInt8>, to out: inout [UInt8]) {
        if literal.count <= plainDigitLimit, literal.allSatisfy(\.isDigit) {
            out += literal
            return
        }
        let parts = Parts(literal)
        guard !parts.digits.isEmpty else {
            out.append(UInt8(ascii: "0"))
            return
        }
        if parts.isNegative { out.append(UInt8(ascii: "-")) }
        out += parts.digits
        guard let exponent = parts.exponent else {
            // What was written, with the mantissa's own shift beside it.
            out += Array("e".utf8) + parts.writtenExponent + Array("e\(parts.shift)".utf8)
            return
        }
        if exponent >= 0, parts.digits.count + exponent <= plainDigitLimit {
            out += repeatElement(UInt8(ascii: "0"), count: exponent)
        } else {
            out += Array("e\(exponent)".utf8)
        }
    }

    /// Whether a JSON number and a text are the same number; false when the text is none.
    static func areEqual(_ literal: String, _ text: String) -> Bool {
        var text = text
        let isNumber = text.withUTF8 { bytes in
            var cursor = JSONCursor(UnsafeRawBufferPointer(bytes), at: 0)
            return (try? cursor.number()) != nil && cursor.position == bytes.count
        }
        guard isNumber else { return false }
        var (left, right): ([UInt8], [UInt8]) = ([], [])
        appendCanonical(literal.utf8, to: &left)
        appendCanonical(text.utf8, to: &right)
        return left == right
    }

    private struct Parts {
        var isNegative = false
        /// Without zeros at either end; empty for zero.
        var digits: [UInt8] = []
        /// By which power of ten the digits, read as a whole number, are to be multiplied before the exponent counts.
        var shift = 0
        /// Sign and digits without zeros before them; empty for none.
        var writtenExponent: [UInt8] = []
        /// `nil` when it has too many digits.
        var exponent: Int?

        init(_ literal: some Collection<UInt8>) {
            var isFraction = false
            var index = literal.startIndex
            while index != literal.endIndex, literal[index] | 0x20 != UInt8(ascii: "e") {
                let byte = literal[index]
                index = literal.index(after: index)
                switch byte {
                case UInt8(ascii: "-"): isNegative = true
                case UInt8(ascii: "."): isFraction = true
                default:
                    if isFraction { shift -= 1 }
                    if byte != 0x30 || !digits.isEmpty { digits.append(byte) }
                }
            }
            while digits.last == 0x30 {
                digits.removeLast()
                shift += 1
            }
            readExponent(literal[index...].dropFirst())
        }

        private mutating func readExponent(_ text: some Collection<UInt8>) {
            let significant = text.filter(\.isDigit).drop { $0 == 0x30 }
            let isBelowZero = text.first == UInt8(ascii: "-")
            if !significant.isEmpty { writtenExponent = (isBelowZero ? [UInt8(ascii: "-")] : []) + significant }
            guard significant.count <= exponentDigitLimit else { return }
            let size = significant.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            exponent = shift + (isBelowZero ? -size : size)
        }
    }
}
