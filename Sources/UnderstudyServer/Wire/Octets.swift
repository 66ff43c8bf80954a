/// Character classes of RFC 9110 §5.6.2 and RFC 9112 §3, as tables: one load per byte.
enum Octets {
    /// `tchar`: what methods and field names are made of.
    static let isToken: [Bool] = table { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: Array("!#$%&'*+-.^_`|~".utf8).contains(byte)
        }
    }

    /// Field values: visible characters, space, tab and 0x80–0xFF.
    static let isValue: [Bool] = table { $0 == 0x09 || ($0 >= 0x20 && $0 != 0x7F) }

    /// Request targets: visible characters and 0x80–0xFF. Wider than RFC 3986 on purpose: odd targets pass
    /// unchanged, only what could end the start line or hide in it is refused.
    static let isTarget: [Bool] = table { $0 > 0x20 && $0 != 0x7F }

    /// What a request line may hold before its end: what a target may, and spaces.
    static let isLine: [Bool] = table { $0 >= 0x20 && $0 != 0x7F }

    /// Host and authority: no space, control, slash, userinfo, fragment or query.
    static let isAuthority: [Bool] = table { byte in
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: Array("-._~!$&'()*+,;=:[]%".utf8).contains(byte)
        }
    }

    private static func table(_ member: (UInt8) -> Bool) -> [Bool] { (0...255).map { member(UInt8($0)) } }

    static func hexValue(_ byte: UInt8) -> Int? {
        switch byte {
        case 0x30...0x39: Int(byte) - 0x30
        case 0x41...0x46: Int(byte) - 0x41 + 10
        case 0x61...0x66: Int(byte) - 0x61 + 10
        default: nil
        }
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
