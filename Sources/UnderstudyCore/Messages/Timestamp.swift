#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A point in time, microseconds since 1970 UTC. Wall clock: for people, not for order.
public struct Timestamp: Sendable, Hashable, Comparable {
    public var microseconds: Int64
    public init(microseconds: Int64) { self.microseconds = microseconds }
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.microseconds < right.microseconds }

    public static func - (time: Timestamp, span: Duration) -> Timestamp {
        let (seconds, attoseconds) = span.components
        return Timestamp(microseconds: time.microseconds - seconds * 1_000_000 - attoseconds / 1_000_000_000_000)
    }

    /// The wall clock now. clock_gettime(2)
    public static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    /// `2026-11-21T08:26:07.675Z`: UTC, milliseconds, as Postman's API writes times.
    public var isoText: String {
        let milliseconds = CivilTime.flooredQuotient(Int(microseconds), 1000)
        let seconds = CivilTime.flooredQuotient(milliseconds, 1000)
        return CivilTime(seconds: seconds).isoText(milliseconds: milliseconds - seconds * 1000)
    }

    /// From `2026-11-21T08:26:07.675Z`: a date, or a date with a time, whose fraction and zone (`Z`, `+02:00`) may be
    /// missing and whose zone is then UTC. `nil` for anything else. RFC 3339 §5.6
    public init?(isoText text: String) {
        var rest = Array(text.utf8)[...]
        func number(_ count: Int) -> Int? {
            guard rest.count >= count, rest.prefix(count).allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            defer { rest = rest.dropFirst(count) }
            return rest.prefix(count).reduce(0) { $0 * 10 + Int($1 - 0x30) }
        }
        func take(_ byte: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: byte) else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let year = number(4), take("-"), let month = number(2), take("-"), let day = number(2),
            let days = CivilTime.days(year: year, month: month, day: day)
        else { return nil }
        var seconds = days * CivilTime.secondsPerDay
        var fraction = 0
        if take("T") || take("t") || take(" ") {
            guard let hour = number(2), take(":"), let minute = number(2), hour < 24, minute < 60 else { return nil }
            var second = 0
            if take(":") {
                guard let value = number(2), value < 61 else { return nil }
                second = value
                if take(".") {
                    let digits = rest.prefix { (0x30...0x39).contains($0) }
                    guard !digits.isEmpty, digits.count <= 9 else { return nil }
                    rest = rest.dropFirst(digits.count)
                    let padded =
                        digits.prefix(6).map { Int($0 - 0x30) } + Array(repeating: 0, count: max(0, 6 - digits.count))
                    fraction = padded.reduce(0) { $0 * 10 + $1 }
                }
            }
            seconds += hour * 3600 + minute * 60 + second
            if !take("Z"), !take("z"), !rest.isEmpty {
                let isWest = take("-")
                guard isWest || take("+"), let hours = number(2), take(":"), let minutes = number(2), hours < 24,
                    minutes < 60
                else { return nil }
                seconds += (hours * 3600 + minutes * 60) * (isWest ? 1 : -1)
            }
        }
        guard rest.isEmpty else { return nil }
        microseconds = Int64(seconds) * 1_000_000 + Int64(fraction)
    }
}
