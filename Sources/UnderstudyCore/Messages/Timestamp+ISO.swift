extension Timestamp {
    /// `2026-11-21T08:26:07.675Z`, in UTC.
    public var isoText: String {
        let milliseconds = CivilTime.flooredQuotient(Int(microseconds), 1000)
        let seconds = CivilTime.flooredQuotient(milliseconds, 1000)
        return CivilTime(seconds: seconds).isoText(milliseconds: milliseconds - seconds * 1000)
    }

    /// A date-time of RFC 3339 with its zone, `nil` for anything else. Digits behind microseconds are dropped.
    public init?(iso text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20, bytes.count <= 40, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            bytes[10] | 0x20 == UInt8(ascii: "t") || bytes[10] == 0x20, bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":")
        else { return nil }
        func number(_ range: Range<Int>, upTo limit: Int) -> Int? {
            guard range.upperBound <= bytes.count else { return nil }
            var value = 0
            for byte in bytes[range] {
                guard (0x30...0x39).contains(byte) else { return nil }
                value = value * 10 + Int(byte - 0x30)
            }
            return value <= limit ? value : nil
        }
        guard let year = number(0..<4, upTo: 9999), let month = number(5..<7, upTo: 12), month > 0,
            let day = number(8..<10, upTo: 31), day > 0, let hour = number(11..<13, upTo: 23),
            let minute = number(14..<16, upTo: 59), let second = number(17..<19, upTo: 60)
        else { return nil }
        var position = 19
        var fraction = 0
        if bytes[position] == UInt8(ascii: ".") {
            position += 1
            var digits = 0
            while position < bytes.count, (0x30...0x39).contains(bytes[position]) {
                if digits < 6 { fraction = fraction * 10 + Int(bytes[position] - 0x30) }
                digits += 1
                position += 1
            }
            guard digits > 0 else { return nil }
            for _ in min(digits, 6)..<6 { fraction *= 10 }
        }
        var offset = 0
        let zone = bytes[position...]
        if zone.count == 1, (zone.first ?? 0) | 0x20 == UInt8(ascii: "z") {
            offset = 0
        } else if zone.count == 6 || zone.count == 5, let sign = zone.first, sign == 0x2B || sign == 0x2D,
            let hours = number(position + 1..<position + 3, upTo: 23),
            let minutes = number(bytes.count - 2..<bytes.count, upTo: 59)
        {
            offset = (hours * 60 + minutes) * (sign == 0x2D ? -60 : 60)
        } else {
            return nil
        }
        // Days since 1970 of a date in a year that begins in March; see `CivilTime`.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = CivilTime.flooredQuotient(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let seconds = days * CivilTime.secondsPerDay + hour * 3600 + minute * 60 + second - offset
        self.init(microseconds: Int64(seconds) * 1_000_000 + Int64(fraction))
    }
}
