/// A moment as date and time of day in UTC, in the proleptic Gregorian calendar.
struct CivilTime: Sendable, Equatable {
    static let secondsPerDay = 86_400
    static let weekdays = WordList("Sunday, Monday, Tuesday, Wednesday, Thursday, Friday, Saturday")
    static let months = WordList(
        "January, February, March, April, May, June, July, August, September, October, November, December")

    let year: Int
    /// 1…12, 1…31.
    let month, day: Int
    let hour, minute, second: Int
    /// 0 is Sunday.
    let weekday: Int

    /// - Parameter seconds: since 1970, negative before it.
    init(seconds: Int) {
        let days = Self.flooredQuotient(seconds, Self.secondsPerDay)
        let rest = seconds - days * Self.secondsPerDay
        (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60)
        // 1970 began on a Thursday.
        weekday = (days + 4) - Self.flooredQuotient(days + 4, 7) * 7

        // Counted from 1 March of year 0, so that a leap day is the last of its year: 400 years have 146,097 days.
        let shifted = days + 719_468
        let era = Self.flooredQuotient(shifted, 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        // March to July and August to December have 153 days each.
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0)
    }

    /// Days since 1970 of a date that exists; `nil` for others.
    static func days(year: Int, month: Int, day: Int) -> Int? {
        guard (1...12).contains(month), (1...31).contains(day) else { return nil }
        // Counted from March, as above.
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = flooredQuotient(shiftedYear, 400)
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let days = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        let back = CivilTime(seconds: days * secondsPerDay)
        return back.month == month && back.day == day ? days : nil
    }

    /// Division that rounds down, so that moments before 1970 are in the right second and day.
    static func flooredQuotient(_ value: Int, _ divisor: Int) -> Int {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }

    /// `2026-11-21T08:26:07.675Z`
    func isoText(milliseconds: Int) -> String {
        "\(Self.padded(year, 4))-\(Self.padded(month))-\(Self.padded(day))T\(timeText).\(Self.padded(milliseconds, 3))Z"
    }

    /// What JavaScript's `Date` prints where the time zone is UTC (ECMA-262 §21.4.4.41.4).
    var javaScriptText: String {
        let weekday = Self.weekdays.words[weekday].prefix(3)
        let month = Self.months.words[month - 1].prefix(3)
        return "\(weekday) \(month) \(Self.padded(day)) \(Self.padded(year, 4)) \(timeText)"
            + " GMT+0000 (Coordinated Universal Time)"
    }

    private var timeText: String { "\(Self.padded(hour)):\(Self.padded(minute)):\(Self.padded(second))" }

    /// Decimal, with zeros in front up to `width` digits.
    static func padded(_ value: Int, _ width: Int = 2) -> String {
        let digits = String(value.magnitude)
        let zeros = String(repeating: "0", count: max(0, width - digits.utf8.count))
        return (value < 0 ? "-" : "") + zeros + digits
    }
}
