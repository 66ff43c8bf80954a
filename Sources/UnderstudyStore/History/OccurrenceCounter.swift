import UnderstudyCore

/// Counts equal requests within a run, those of each collection apart: the first is 0.
struct OccurrenceCounter {
    /// Half of a key: 16 bytes keep a run of a million different requests in little memory and are still unique.
    private struct Key: Hashable {
        let first: UInt64
        let second: UInt64

        init(_ digest: Digest, place: Int) {
            first = digest.bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
            let rest = digest.bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
            second = rest ^ UInt64(place) &* 0x9E37_79B9_7F4A_7C15
        }
    }

    /// What decides about the collection.
    private struct Place: Hashable {
        let upstream: String
        let session: String
    }

    private var run: Int64 = 0
    private var counts: [Key: Int32] = [:]
    /// Counted since the last commit.
    private var open: [Key] = []
    private var places: [Place: Int] = [:]

    mutating func next(_ digest: Digest, of exchange: Exchange, run: Int64) -> Int {
        if run != self.run {
            self.run = run
            counts = [:]
            open = []
            places = [:]
        }
        let place = Place(upstream: exchange.upstream, session: exchange.session)
        let number = places[place] ?? places.count
        if number == places.count { places[place] = number }
        let key = Key(digest, place: number)
        let count = counts[key, default: 0]
        counts[key] = count + 1
        open.append(key)
        return Int(count)
    }

    mutating func commit() { open.removeAll(keepingCapacity: true) }

    /// Takes back what was counted for a transaction that failed.
    mutating func rollback() {
        for key in open { counts[key, default: 1] -= 1 }
        open.removeAll(keepingCapacity: true)
    }
}
