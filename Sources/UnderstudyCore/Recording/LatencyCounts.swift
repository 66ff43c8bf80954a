/// How many exchanges took how long, in fixed steps: a few nanoseconds to count, no memory that grows.
public struct LatencyCounts: Sendable, Hashable {
    /// Upper ends of the steps, in microseconds, each of them included.
    public static let bounds: [Int64] = [
        500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
        10_000_000, 30_000_000, 60_000_000,
    ]

    /// By step; the last is for what took longer than all.
    public private(set) var counts = [Int](repeating: 0, count: bounds.count + 1)
    public private(set) var count = 0
    /// Microseconds of all together.
    public private(set) var sum: Int64 = 0

    public init() {}

    public mutating func add(_ microseconds: Int64) {
        var step = 0
        while step < Self.bounds.count, microseconds > Self.bounds[step] { step += 1 }
        counts[step] += 1
        count += 1
        sum &+= max(0, microseconds)
    }
}
