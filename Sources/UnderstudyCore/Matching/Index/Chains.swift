/// Lists of entries by key, in the order in which they came, in a few bytes per entry.
struct Chains: Sendable {
    private var ends: [UInt64: End] = [:]
    /// For each entry the next of its list.
    private var next: [UInt32] = []

    private struct End {
        var first: UInt32
        var last: UInt32
        var count: UInt32
    }

    private static let none = UInt32.max

    mutating func reserveCapacity(_ count: Int) {
        ends.reserveCapacity(count)
        next.reserveCapacity(count)
    }

    /// - Returns: how many entries the key has now.
    @discardableResult
    mutating func append(_ position: Int, to key: UInt64) -> Int {
        while next.count <= position { next.append(Self.none) }
        let own = UInt32(position)
        if var end = ends[key] {
            next[Int(end.last)] = own
            end.last = own
            end.count += 1
            ends[key] = end
            return Int(end.count)
        }
        ends[key] = End(first: own, last: own, count: 1)
        return 1
    }

    func count(_ key: UInt64) -> Int { ends[key].map { Int($0.count) } ?? 0 }

    func contains(_ key: UInt64) -> Bool { ends[key] != nil }

    var isEmpty: Bool { ends.isEmpty }

    /// The first entry, when there is one, and whether it is the only one.
    func first(_ key: UInt64) -> (position: Int, isOnly: Bool)? {
        ends[key].map { (Int($0.first), $0.first == $0.last) }
    }

    func forEach(_ key: UInt64, _ body: (Int) -> Void) {
        guard let end = ends[key] else { return }
        var position = end.first
        while position != Self.none {
            body(Int(position))
            position = next[Int(position)]
        }
    }
}
