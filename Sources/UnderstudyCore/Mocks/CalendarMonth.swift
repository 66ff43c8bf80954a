/// Calendar months in UTC, which calls to mock servers are counted by.
extension Timestamp {
    /// Rises by one with each month.
    public var monthNumber: Int {
        let time = CivilTime(seconds: CivilTime.flooredQuotient(Int(microseconds), 1_000_000))
        return time.year * 12 + time.month - 1
    }

    /// The first moment of its month.
    public var startOfMonth: Timestamp {
        let seconds = CivilTime.flooredQuotient(Int(microseconds), 1_000_000)
        let time = CivilTime(seconds: seconds)
        let days = CivilTime.flooredQuotient(seconds, CivilTime.secondsPerDay) - (time.day - 1)
        return Timestamp(microseconds: Int64(days) * Int64(CivilTime.secondsPerDay) * 1_000_000)
    }
}
