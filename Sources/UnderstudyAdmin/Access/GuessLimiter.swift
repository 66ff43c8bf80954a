import Synchronization
import UnderstudyCore

/// Counts wrong keys by address, so that guessing them is slow. Right keys are never held up: guessers on an address must not
/// lock out those who have one.
final class GuessLimiter: Sendable {
    private struct Count {
        var since: ContinuousClock.Instant
        var wrong = 0
    }

    private let limits: AdminLimits
    private let counts = Mutex<[String: Count]>([:])

    init(_ limits: AdminLimits) { self.limits = limits }

    static let window = Duration.seconds(60)

    /// A key was wrong.
    ///
    /// - Returns: the seconds to wait when there were too many; `nil` while there were not.
    func wrong(from address: String, at now: ContinuousClock.Instant = .now) -> Int? {
        counts.withLock { counts in
            var count = counts[address] ?? Count(since: now)
            if now - count.since >= Self.window { count = Count(since: now) }
            count.wrong += 1
            if counts[address] == nil, counts.count >= limits.guessingAddresses,
                let oldest = counts.min(by: { $0.value.since < $1.value.since })?.key
            {
                counts[oldest] = nil
            }
            counts[address] = count
            guard count.wrong > limits.wrongKeysPerMinute else { return nil }
            return max(1, Int((Self.window - (now - count.since)).components.seconds) + 1)
        }
    }

    /// Addresses counted now.
    var addresses: Int { counts.withLock { $0.count } }
}
