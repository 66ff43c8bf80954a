import HTTPTypes
import Synchronization
import UnderstudyCore

/// Requests of each key in a minute, as Postman's API counts and tells them.
final class RateLimiter: Sendable {
    struct Standing: Sendable {
        let limit: Int
        let remaining: Int
        /// Until the count begins anew.
        let seconds: Int
        let isExceeded: Bool

        /// Postman's older fields, whose reset is a time, and those of the draft, whose reset is a span.
        /// <https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/>
        func put(into fields: inout HTTPFields, now: Timestamp = .now()) {
            for (prefix, reset) in [
                ("X-RateLimit", now.microseconds / 1_000_000 + Int64(seconds)), ("RateLimit", Int64(seconds)),
            ] {
                fields[HTTPField.Name(prefix + "-Limit")!] = "\(limit)"
                fields[HTTPField.Name(prefix + "-Remaining")!] = "\(remaining)"
                fields[HTTPField.Name(prefix + "-Reset")!] = "\(reset)"
            }
            fields[HTTPField.Name("RateLimit-Policy")!] = "\(limit);w=60"
        }
    }

    private struct Count {
        var since: ContinuousClock.Instant
        var requests = 0
    }

    private let limit: Int?
    /// By key: no more than there are.
    private let counts = Mutex<[String: Count]>([:])
    private static let window = Duration.seconds(60)

    init(limit: Int?) { self.limit = limit }

    /// - Returns: `nil` when nobody counts.
    func request(of key: String, at now: ContinuousClock.Instant = .now) -> Standing? {
        guard let limit else { return nil }
        return counts.withLock { counts in
            var count = counts[key] ?? Count(since: now)
            if now - count.since >= Self.window { count = Count(since: now) }
            count.requests += 1
            counts[key] = count
            let seconds = max(1, Int((Self.window - (now - count.since)).components.seconds) + 1)
            return Standing(
                limit: limit, remaining: max(0, limit - count.requests), seconds: min(60, seconds),
                isExceeded: count.requests > limit)
        }
    }
}
