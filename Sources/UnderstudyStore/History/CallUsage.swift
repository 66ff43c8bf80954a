import GRDB
public import UnderstudyCore

/// How often mock servers were called. Preflights count for nothing; refused calls are counted apart.
public struct CallUsage: Sendable, Hashable {
    /// Calls in a day (`2026-11-21`) or a month (`2026-11`), UTC.
    public struct Period: Sendable, Hashable {
        public var name: String
        /// Hits, misses and forced responses: what limits count.
        public var calls = 0
        public var hits = 0
        public var misses = 0
        /// Without a key, over a limit, or to a mock server that is deactivated.
        public var refused = 0
    }

    /// Oldest first; none without calls.
    public var days: [Period] = []
    public var months: [Period] = []
    /// Of all of them.
    public var total = Period(name: "")

    public init(days: [Period] = []) { self.days = days }
}

extension History {
    /// Counts calls.
    ///
    /// - Parameters:
    ///   - mock: the mock server's id; `nil` for all together.
    ///   - since: calls that came at or after; `nil` for all that the history has.
    public func usage(ofMock mock: String? = nil, since: Timestamp? = nil) throws(HistoryError) -> CallUsage {
        let days = try read { db in
            guard try HistorySchema.knowsMocks(db) else { return [CallUsage.Period]() }
            var condition = Self.counted
            var arguments = StatementArguments()
            if let mock {
                condition += " AND mock = ?"
                arguments += [mock]
            }
            if let since {
                condition += " AND started_at >= ?"
                arguments += [since.microseconds]
            }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT date(started_at / 1000000, 'unixepoch') AS day, \(Self.answered("1")) AS calls,
                        sum(result = 'hit') AS hits, sum(result = 'miss') AS misses,
                        sum(result = 'refused' AND coalesce(status, 0) < 500) AS refused
                    FROM exchange INDEXED BY exchange_use WHERE \(condition) GROUP BY day ORDER BY day
                    """, arguments: arguments
            ).map {
                CallUsage.Period(
                    name: $0["day"], calls: $0["calls"], hits: $0["hits"], misses: $0["misses"], refused: $0["refused"])
            }
        }
        var usage = CallUsage(days: days)
        for day in days {
            let month = String(day.name.prefix(7))
            if usage.months.last?.name != month { usage.months.append(CallUsage.Period(name: month)) }
            usage.months[usage.months.count - 1].add(day)
            usage.total.add(day)
        }
        return usage
    }

    /// Calls of the month of `time` that a limit counts.
    public func callsInMonth(ofMock mock: String, at time: Timestamp = .now()) throws(HistoryError) -> Int {
        try read { db in
            guard try HistorySchema.knowsMocks(db) else { return 0 }
            return try Int.fetchOne(
                db,
                sql: """
                    SELECT coalesce(\(Self.answered("1")), 0) FROM exchange INDEXED BY exchange_use
                    WHERE \(Self.counted) AND mock = ? AND started_at >= ?
                    """, arguments: [mock, time.startOfMonth.microseconds]) ?? 0
        }
    }

    /// As in the index.
    private static let counted = "mock IS NOT NULL AND (result <> 'hit' OR example_id IS NOT NULL)"

    private static func answered(_ value: String) -> String {
        "sum(CASE WHEN result <> 'refused' OR status >= 500 THEN \(value) ELSE 0 END)"
    }
}

extension CallUsage.Period {
    fileprivate mutating func add(_ other: CallUsage.Period) {
        calls += other.calls
        hits += other.hits
        misses += other.misses
        refused += other.refused
    }
}
