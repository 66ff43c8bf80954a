/// Lists of entries by key, in the order in which they came, in a few bytes per entry.
struct Chains: Sendable {
    private var ends: [UInt64: (first: UInt32, last: UInt32)] = [:]
    /// For each entry the next of its list.
    private var next: [UInt32] = []

    private static let none = UInt32.max

    mutating func reserveCapacity(_ count: Int) {
        ends.reserveCapacity(count)
        next.reserveCapacity(count)
    }

    mutating func append(_ position: Int, to key: UInt64) {
        while next.count <= position { next.append(Self.none) }
        let own = UInt32(position)
        if let end = ends[key] {
            next[Int(end.last)] = own
            ends[key] = (end.first, own)
        } else {
            ends[key] = (own, own)
        }
    }

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
