import NIOCore
import UnderstudyCore

/// The three forms of a date in HTTP. <https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7>
enum HTTPDate {
    private static let months: [StaticString] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ]

    /// Seconds since 1970; `nil` for what is no date. The weekday is not compared with the day.
    ///
    /// - Parameter now: what the two digits of an RFC 850 year are read against.
    static func seconds(_ text: ByteBufferView, now: @autoclosure () -> Timestamp = .now()) -> Int? {
        text.withUnsafeBytes { bytes in
            if bytes.count == 24 {
                // Sun Nov  6 08:49:37 1994
                guard bytes[3] == space, bytes[7] == space, bytes[10] == space, bytes[19] == space else { return nil }
                return seconds(
                    year: number(bytes, 20..<24), month: bytes[4..<7],
                    day: bytes[8] == space ? number(bytes, 9..<10) : number(bytes, 8..<10), time: bytes[11..<19])
            }
            guard let comma = bytes.firstIndex(of: UInt8(ascii: ",")), bytes.last == UInt8(ascii: "T") else {
                return nil
            }
            let rest = UnsafeRawBufferPointer(rebasing: bytes[(comma + 1)...])
            switch rest.count {
            case 25:
                // Sun, 06 Nov 1994 08:49:37 GMT
                guard comma == 3, rest[0] == space, rest[3] == space, rest[7] == space, isGMT(rest, after: 12) else {
                    return nil
                }
                return seconds(
                    year: number(rest, 8..<12), month: rest[4..<7], day: number(rest, 1..<3), time: rest[13..<21])
            case 23:
                // Sunday, 06-Nov-94 08:49:37 GMT
                guard rest[0] == space, rest[3] == dash, rest[7] == dash, isGMT(rest, after: 10),
                    let year = number(rest, 8..<10)
                else { return nil }
                return seconds(
                    year: fullYear(year, now: now()), month: rest[4..<7], day: number(rest, 1..<3), time: rest[11..<19])
            default: return nil
            }
        }
    }

    private static let space = UInt8(ascii: " ")
    private static let dash = UInt8(ascii: "-")

    /// A blank, eight octets of time, and ` GMT`.
    private static func isGMT(_ bytes: UnsafeRawBufferPointer, after index: Int) -> Bool {
        bytes[index] == space && bytes[(index + 9)...].elementsEqual(" GMT".utf8)
    }

    private static func number(_ bytes: UnsafeRawBufferPointer, _ digits: Range<Int>) -> Int? {
        Octets.decimal(bytes[digits])
    }

    private static func seconds(
        year: Int?, month: Slice<UnsafeRawBufferPointer>, day: Int?, time: Slice<UnsafeRawBufferPointer>
    ) -> Int? {
        let name = UnsafeRawBufferPointer(rebasing: month)
        let time = UnsafeRawBufferPointer(rebasing: time)
        let colon = UInt8(ascii: ":")
        guard let year, let day, let month = months.firstIndex(where: { name.equalsIgnoringCase($0) }),
            time[2] == colon, time[5] == colon, let hour = number(time, 0..<2), let minute = number(time, 3..<5),
            let second = number(time, 6..<8),
            // 60 is a leap second.
            year > 0, hour < 24, minute < 60, second <= 60, day >= 1, day <= dayCount(month + 1, year)
        else { return nil }
        return (days(year, month + 1, day) * 24 + hour) * 3600 + minute * 60 + second
    }

    private static func dayCount(_ month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Days since 1970 in the Gregorian calendar, counted in years that begin in March, so that the leap day is last.
    private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month <= 2 ? year - 1 : year
        let dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1
        return year * 365 + year / 4 - year / 100 + year / 400 + dayOfYear - 719_468
    }

    /// A year that would be more than 50 years ahead is one of the century before.
    private static func fullYear(_ lastDigits: Int, now: Timestamp) -> Int {
        // Good to a day, which is enough for a bound of fifty years.
        let thisYear = 1970 + Int(now.microseconds / 31_556_952_000_000)
        let year = thisYear / 100 * 100 + lastDigits
        return year > thisYear + 50 ? year - 100 : year
    }
}
