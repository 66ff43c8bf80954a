/// A set of octets, one bit each. Asking costs a shift: these are asked about every octet of every head.
struct OctetSet {
    private let words: (UInt64, UInt64, UInt64, UInt64)

    /// - Parameter words: the octets from 0, 64, 128 and 192 on, lowest bit first.
    init(_ words: (UInt64, UInt64, UInt64, UInt64)) { self.words = words }

    subscript(octet: Int) -> Bool {
        let word = octet < 128 ? octet < 64 ? words.0 : words.1 : octet < 192 ? words.2 : words.3
        return word >> UInt64(octet & 63) & 1 != 0
    }
}

/// Character classes of RFC 9110 §5.6.2 and RFC 9112 §3. A test compares them with their definitions.
enum Octets {
    private static let high = UInt64.max

    /// `tchar`: what methods and field names are made of: letters, digits and ``!#$%&'*+-.^_`|~``.
    static let isToken = OctetSet((0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE, 0, 0))

    /// Field values: visible characters, space, tab and 0x80–0xFF.
    static let isValue = OctetSet((0xFFFF_FFFF_0000_0200, 0x7FFF_FFFF_FFFF_FFFF, high, high))

    /// Request targets: visible characters and 0x80–0xFF. Wider than RFC 3986 on purpose: odd targets pass
    /// unchanged, only what could end the start line or hide in it is refused.
    static let isTarget = OctetSet((0xFFFF_FFFE_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, high, high))

    /// What a request line may hold before its end: what a target may, and spaces.
    static let isLine = OctetSet((0xFFFF_FFFF_0000_0000, 0x7FFF_FFFF_FFFF_FFFF, high, high))

    /// Host and authority: letters, digits and `-._~!$&'()*+,;=:[]%`; no space, control, slash, userinfo, fragment or query.
    static let isAuthority = OctetSet((0x2FFF_7FF2_0000_0000, 0x47FF_FFFE_AFFF_FFFE, 0, 0))

    static func hexValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
    }

    /// `nil` for a `%` without two digits, and for what is no UTF-8.
    static func percentDecoded(_ bytes: some Collection<UInt8>) -> String? {
        var out: [UInt8] = []
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                out.append(byte)
                continue
            }
            guard let high = rest.next().flatMap(hexValue), let low = rest.next().flatMap(hexValue) else { return nil }
            out.append(UInt8(high << 4 | low))
        }
        return String(validating: out, as: UTF8.self)
    }

    /// `1*DIGIT` that fits an `Int`; `nil` for anything else, signs and blanks included.
    static func decimal(_ digits: some Collection<UInt8>) -> Int? {
        guard !digits.isEmpty else { return nil }
        var value = 0
        for digit in digits {
            guard digit >= 0x30, digit <= 0x39 else { return nil }
            let (product, overflow) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = product.addingReportingOverflow(Int(digit) - 0x30)
            guard !overflow, !carry else { return nil }
            value = sum
        }
        return value
    }
}
