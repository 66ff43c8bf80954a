import Foundation
import UnderstudyCore

/// A point in time as people type it: `2026-05-31`, `2026-05-31 14:00`, `2026-05-31T14:00:00Z`, or a span back from
/// now such as `10m`. Without a zone it is local time.
enum TimeInput {
    static let expected =
        "a time: 2026-05-31, '2026-05-31 14:00', 2026-05-31T14:00:00Z, or a span back such as 10m, 2h, 7d"

    static func timestamp(_ text: String, now: Timestamp = .now()) -> Timestamp? {
        if let span = span(text) { return Timestamp(microseconds: now.microseconds - span) }
        return point(text)
    }

    /// Microseconds of `30s`, `10m`, `2h`, `7d` or `2w`.
    static func span(_ text: String) -> Int64? {
        let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        guard let unit = text.last.flatMap({ units[$0] }), let number = digits(text.dropLast()) else { return nil }
        let (span, overflow) = Int64(number).multipliedReportingOverflow(by: unit * 1_000_000)
        // A hundred years is longer than anyone means.
        return overflow || span > 3_200_000_000 * 1_000_000 ? nil : span
    }

    /// The local day of that date: its first moment and the next day's.
    static func day(_ text: String) -> Range<Timestamp>? {
        guard text.count == 10, let parts = date(text[...]), let start = local(parts) else { return nil }
        var next = parts
        next.tm_mday += 1
        next.tm_isdst = -1
        return start..<Timestamp(microseconds: Int64(mktime(&next)) * 1_000_000)
    }

    /// What `--since`, `--until` and `--date` say together: the narrowest.
    static func range(
        since: String?, until: String?, date: String? = nil
    ) throws(CommandFailure) -> (since: Timestamp?, until: Timestamp?) {
        func time(_ name: String, _ text: String?) throws(CommandFailure) -> Timestamp? {
            guard let text else { return nil }
            guard let time = timestamp(text) else { throw .usage("--\(name): '\(text)' is not \(expected)") }
            return time
        }
        let range = (since: try time("since", since), until: try time("until", until))
        guard let date else { return range }
        guard let day = day(date) else { throw .usage("--date: '\(date)' is not a day such as 2026-05-31") }
        return (max(range.since ?? day.lowerBound, day.lowerBound), min(range.until ?? day.upperBound, day.upperBound))
    }

    // MARK: Parts

    private static func point(_ text: String) -> Timestamp? {
        guard var parts = date(text.prefix(10)) else { return nil }
        var rest = text.dropFirst(10)
        guard !rest.isEmpty else { return local(parts) }
        guard "Tt ".contains(rest.removeFirst()) else { return nil }
        let zone = rest.firstIndex { "Zz+-".contains($0) } ?? rest.endIndex
        guard let fraction = time(rest[..<zone], into: &parts) else { return nil }
        let whole: Timestamp?
        if zone == rest.endIndex {
            whole = local(parts)
        } else if let offset = offset(rest[zone...]) {
            whole = Timestamp(microseconds: (Int64(timegm(&parts)) - offset) * 1_000_000)
        } else {
            whole = nil
        }
        return whole.map { Timestamp(microseconds: $0.microseconds + fraction) }
    }

    /// `YYYY-MM-DD`, a day that exists.
    private static func date(_ text: Substring) -> tm? {
        let fields = text.split(separator: "-", omittingEmptySubsequences: false)
        guard fields.count == 3, fields[0].count == 4, fields[1].count == 2, fields[2].count == 2,
            let year = digits(fields[0]), let month = digits(fields[1]), let day = digits(fields[2]), year >= 1970
        else { return nil }
        var parts = tm()
        (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(year - 1900), Int32(month - 1), Int32(day))
        var same = parts
        _ = timegm(&same)
        return same.tm_mon == parts.tm_mon && same.tm_mday == parts.tm_mday ? parts : nil
    }

    /// `HH:MM[:SS[.fraction]]`. Returns the fraction in microseconds.
    private static func time(_ text: Substring, into parts: inout tm) -> Int64? {
        var fields = text.split(separator: ":", omittingEmptySubsequences: false)
        var fraction: Int64 = 0
        if fields.count == 3, let dot = fields[2].firstIndex(of: ".") {
            let digits = fields[2][dot...].dropFirst()
            guard !digits.isEmpty, Self.digits(digits) != nil else { return nil }
            fraction = Int64(digits.prefix(6) + String(repeating: "0", count: max(0, 6 - digits.count))) ?? 0
            fields[2] = fields[2][..<dot]
        }
        guard (2...3).contains(fields.count), fields.allSatisfy({ $0.count == 2 }), let hour = digits(fields[0]),
            hour < 24,
            let minute = digits(fields[1]), minute < 60
        else { return nil }
        let second = fields.count == 3 ? digits(fields[2]) : 0
        guard let second, second < 61 else { return nil }
        (parts.tm_hour, parts.tm_min, parts.tm_sec) = (Int32(hour), Int32(minute), Int32(second))
        return fraction
    }

    /// Seconds east of UTC of `Z`, `+02:00`.
    private static func offset(_ text: Substring) -> Int64? {
        if text == "Z" || text == "z" { return 0 }
        let fields = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard fields.count == 2, fields.allSatisfy({ $0.count == 2 }), let hours = digits(fields[0]), hours < 24,
            let minutes = digits(fields[1]), minutes < 60
        else { return nil }
        return Int64(hours * 3600 + minutes * 60) * (text.first == "-" ? -1 : 1)
    }

    private static func local(_ parts: tm) -> Timestamp? {
        var parts = parts
        parts.tm_isdst = -1
        return Timestamp(microseconds: Int64(mktime(&parts)) * 1_000_000)
    }

    /// A number of ASCII digits only.
    private static func digits(_ text: Substring) -> Int? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int(text) : nil
    }
}
