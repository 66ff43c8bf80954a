import NIOCore
import Synchronization
import UnderstudyCore

/// Counts the calls that a mock server answers, on all loops together, and says when it is enough.
///
/// A minute begins with its first call; a month is the calendar's, in UTC. Calls that are refused count for neither.
struct CallMeter: Sendable {
    enum Refusal: Equatable {
        /// Until then, in seconds since 1970.
        case minute(until: Int)
        case month(limit: Int)
    }

    let limits: MockSite.CallLimits
    let counts: CallCounts

    /// Counts a call; `nil` when it is to be answered.
    func take(at now: Timestamp = .now()) -> Refusal? {
        let seconds = Int(now.microseconds / 1_000_000)
        if let limit = limits.perMonth, counts.inMonth(of: now) >= limit { return .month(limit: limit) }
        if let limit = limits.perMinute, !counts.takeMinute(seconds, limit: limit) {
            return .minute(until: counts.minute(at: seconds).end)
        }
        if let limit = limits.perMonth, !counts.takeMonth(now, limit: limit) {
            if limits.perMinute != nil { counts.returnMinute() }
            return .month(limit: limit)
        }
        return nil
    }

    /// What Postman's answers carry, where there is a limit per minute.
    func fields(at now: Timestamp = .now()) -> Fields {
        var fields = Fields()
        guard let limit = limits.perMinute else { return fields }
        let minute = counts.minute(at: Int(now.microseconds / 1_000_000))
        fields.append("X-RateLimit-Limit", String(limit))
        fields.append("X-RateLimit-Remaining", String(max(0, limit - minute.count)))
        fields.append("X-RateLimit-Reset", String(minute.end))
        return fields
    }
}

/// The counts of a mock server, kept while its configuration changes. Each is one word, so that no call is counted twice
/// or not at all.
final class CallCounts: Sendable {
    /// When the minute began, in seconds, and above it nothing; below 24 bits of count.
    private let minute = Atomic<UInt64>(0)
    /// Which month, and below 40 bits of count.
    private let month = Atomic<UInt64>(0)
    static let minuteLength = 60
    private static let minuteBits: UInt64 = 24, monthBits: UInt64 = 40

    /// Calls of the minute that runs, and when it ends; that of one that begins now where none does.
    func minute(at now: Int) -> (count: Int, end: Int) {
        let word = minute.load(ordering: .relaxed)
        let start = Int(word >> Self.minuteBits)
        guard now >= start, now < start + Self.minuteLength else { return (0, now + Self.minuteLength) }
        return (Int(word & (1 << Self.minuteBits - 1)), start + Self.minuteLength)
    }

    func takeMinute(_ now: Int, limit: Int) -> Bool {
        var word = minute.load(ordering: .relaxed)
        while true {
            let start = Int(word >> Self.minuteBits)
            let isRunning = now >= start && now < start + Self.minuteLength
            let count = isRunning ? Int(word & (1 << Self.minuteBits - 1)) : 0
            guard count < min(limit, 1 << Self.minuteBits - 1) else { return false }
            let next = UInt64(isRunning ? start : now) << Self.minuteBits | UInt64(count + 1)
            let (isExchanged, original) = minute.compareExchange(expected: word, desired: next, ordering: .relaxed)
            if isExchanged { return true }
            word = original
        }
    }

    func returnMinute() { minute.subtract(1, ordering: .relaxed) }

    func inMonth(of now: Timestamp) -> Int {
        let word = month.load(ordering: .relaxed)
        return word >> Self.monthBits == UInt64(now.monthNumber) ? Int(word & (1 << Self.monthBits - 1)) : 0
    }

    func takeMonth(_ now: Timestamp, limit: Int) -> Bool {
        let number = UInt64(now.monthNumber)
        var word = month.load(ordering: .relaxed)
        while true {
            let count = word >> Self.monthBits == number ? word & (1 << Self.monthBits - 1) : 0
            guard count < UInt64(max(0, limit)) else { return false }
            let (isExchanged, original) = month.compareExchange(
                expected: word, desired: number << Self.monthBits | (count + 1), ordering: .relaxed)
            if isExchanged { return true }
            word = original
        }
    }

    /// Calls of this month that were answered before anybody counted.
    func begin(month count: Int, at now: Timestamp) {
        month.store(UInt64(now.monthNumber) << Self.monthBits | UInt64(max(0, count)), ordering: .relaxed)
    }
}

/// Answers of mock servers that are Postman's word for word.
extension Problem {
    static func body(of refusal: CallMeter.Refusal) -> JSONValue {
        switch refusal {
        case .minute: ["error": ["name": "rateLimitError", "message": .string(message(of: refusal))]]
        case .month:
            [
                "error": [
                    "name": "usageLimitError", "header": "Usage limit reached",
                    "message": .string(message(of: refusal)),
                ]
            ]
        }
    }

    static func message(of refusal: CallMeter.Refusal) -> String {
        switch refusal {
        case .minute(let end): "Rate limit exceeded. Retry after \(end)"
        case .month(let limit):
            "Your team plan allows \(limit) mock server calls per month. Contact your team Admin to up your limit."
        }
    }
}
