import GRDB
public import UnderstudyCore

/// How long a mock server took to answer, in microseconds.
public struct CallLatency: Sendable, Hashable {
    /// The most calls that are looked at, the newest.
    public static let limit = 100_000

    public var counts = LatencyCounts()
    /// `nil` without calls.
    public var median: Int64?
    public var ninetieth: Int64?
    public var ninetyNinth: Int64?
    public var longest: Int64?
    /// Whether older calls were not looked at.
    public var isSampled = false

    init(_ times: [Int64]) {
        for time in times { counts.add(time) }
        let sorted = times.sorted()
        /// The time that so many in a hundred did not exceed: the nearest rank.
        func percentile(_ percent: Int) -> Int64? {
            sorted.isEmpty ? nil : sorted[max(0, (sorted.count * percent + 99) / 100 - 1)]
        }
        median = percentile(50)
        ninetieth = percentile(90)
        ninetyNinth = percentile(99)
        longest = sorted.last
    }
}

extension History {
    /// The times of a mock server's calls, as `usage` counts them: neither preflights nor calls that were refused.
    ///
    /// - Parameters:
    ///   - since: calls that came at or after; `nil` for all that the history has.
    ///   - limit: how many are looked at.
    public func latency(
        ofMock mock: String, since: Timestamp? = nil, limit: Int = CallLatency.limit
    ) throws(HistoryError) -> CallLatency {
        var times = try read { db in
            guard try HistorySchema.knowsMocks(db) else { return [Int64]() }
            return try Int64.fetchAll(
                db,
                sql: """
                    SELECT total FROM exchange INDEXED BY exchange_use
                    WHERE mock IS NOT NULL AND (result <> 'hit' OR example_id IS NOT NULL)
                        AND (result <> 'refused' OR status >= 500) AND mock = ? AND started_at >= ?
                    ORDER BY started_at DESC LIMIT \(limit + 1)
                    """, arguments: [mock, since?.microseconds ?? Int64.min])
        }
        let isSampled = times.count > limit
        if isSampled { times.removeLast() }
        var latency = CallLatency(times)
        latency.isSampled = isSampled
        return latency
    }
}
