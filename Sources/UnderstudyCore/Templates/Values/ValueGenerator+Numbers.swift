extension ValueGenerator {
    static var secondsPerYear: Int { 365 * CivilTime.secondsPerDay }

    /// The clock, in whole seconds and milliseconds since 1970.
    var seconds: Int { CivilTime.flooredQuotient(Int(now.microseconds), 1_000_000) }
    var milliseconds: Int { CivilTime.flooredQuotient(Int(now.microseconds), 1000) }

    /// The moment that many seconds from now.
    func date(_ offset: Int) -> String { CivilTime(seconds: seconds + offset).javaScriptText }

    mutating func digits(_ count: Int) -> String { text(count, of: "0123456789") }

    mutating func hex(_ count: Int) -> String { text(count, of: "0123456789abcdef") }

    /// Hexadecimal groups between colons.
    mutating func groups(_ count: Int, of length: Int) -> String { joined(count, by: ":") { $0.hex(length) } }

    /// Version 4, variant 1 (RFC 9562 §5.4).
    mutating func uuid() -> String { "\(hex(8))-\(hex(4))-4\(hex(3))-\(text(1, of: "89ab"))\(hex(3))-\(hex(12))" }

    /// One channel of a colour; Postman's are dark, none is above 128.
    mutating func channel() -> String {
        let digits = String(integer(0...128), radix: 16)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }

    /// An angle with four decimals.
    mutating func degrees(_ limit: Int) -> String {
        let value = integer(-limit * 10_000...limit * 10_000)
        let (whole, rest) = (value.magnitude / 10_000, value.magnitude % 10_000)
        return "\(value < 0 ? "-" : "")\(whole).\(CivilTime.padded(Int(rest), 4))"
    }

    mutating func price() -> String {
        let cents = integer(0...100_000)
        return "\(cents / 100).\(CivilTime.padded(cents % 100))"
    }

    mutating func phoneNumber() -> String { "\(integer(200...999))-\(integer(200...999))-\(digits(4))" }

    mutating func joined(
        _ count: Int, by separator: String = " ", _ part: (inout ValueGenerator) -> String
    ) -> String {
        var text = ""
        for index in 0..<count {
            if index > 0 { text += separator }
            text += part(&self)
        }
        return text
    }
}
