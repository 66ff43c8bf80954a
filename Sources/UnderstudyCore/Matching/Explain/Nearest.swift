/// The examples that come closest to a request that none answers.
enum Nearest {
    /// Examples compared for one request, so that a miss among very many cannot stall the loop.
    static let candidateLimit = 10_000
    /// Parameters whose difference counts; what is further apart is equally far.
    static let pairLimit = 7

    /// - Parameter chosen: an example that is in the result whatever its distance.
    /// - Returns: closest first.
    static func find(
        _ request: MatchRequest, in index: ExampleIndex, limit: Int, with chosen: Int?
    ) -> [(distance: Int, entry: Entry)] {
        var best: [(distance: Int, entry: Entry)] = []
        var worst = Int.max
        for entry in index.entries(for: request).prefix(candidateLimit) {
            let least = roughDistance(request, entry)
            guard least < worst || entry.position == chosen else { continue }
            let distance = least + pairDistance(request.pairs.sorted, entry.query.all.sorted)
            guard distance < worst || entry.position == chosen else { continue }
            let place = best.firstIndex { $0.distance > distance } ?? best.count
            best.insert((distance, entry), at: place)
            if best.count > limit {
                let last = best.lastIndex { $0.entry.position != chosen } ?? best.count - 1
                best.remove(at: last)
            }
            if best.count == limit { worst = best[limit - 1].distance }
        }
        if let chosen, chosen >= candidateLimit {
            best.insert((0, index.entries[chosen]), at: 0)
            if best.count > limit { best.removeLast() }
        }
        return best
    }

    /// By method and path alone, which takes no memory to see.
    private static func roughDistance(_ request: MatchRequest, _ entry: Entry) -> Int {
        let isSameMethod = entry.example.request.head.method == request.head.method
        return segmentDistance(request.path.bytes, entry.path.bytes) * 16 + (isSameMethod ? 0 : 8)
    }

    /// How many path segments differ, counted from the left.
    private static func segmentDistance(_ one: [UInt8], _ other: [UInt8]) -> Int {
        one.withUnsafeBufferPointer { one in
            other.withUnsafeBufferPointer { other in
                if one.count == other.count, one.elementsEqual(other) { return 0 }
                var distance = 0
                var (left, right) = (0, 0)
                while left < one.count, right < other.count {
                    // Both stand at a slash.
                    (left, right) = (left + 1, right + 1)
                    var isSame = true
                    while left < one.count, right < other.count, one[left] != 0x2F, other[right] != 0x2F {
                        if one[left] != other[right] { isSame = false }
                        (left, right) = (left + 1, right + 1)
                    }
                    while left < one.count, one[left] != 0x2F { (left, isSame) = (left + 1, false) }
                    while right < other.count, other[right] != 0x2F { (right, isSame) = (right + 1, false) }
                    if !isSame { distance += 1 }
                }
                return distance + one[left...].count { $0 == 0x2F } + other[right...].count { $0 == 0x2F }
            }
        }
    }

    /// How many pairs are in only one of both, up to `pairLimit`. Both sorted.
    private static func pairDistance(_ left: [QueryPairs.Pair], _ right: [QueryPairs.Pair]) -> Int {
        var (one, other, distance) = (0, 0, 0)
        while distance < pairLimit, one < left.count || other < right.count {
            if one < left.count, other < right.count, left[one] == right[other] {
                (one, other) = (one + 1, other + 1)
                continue
            }
            distance += 1
            if other == right.count || one < left.count && left[one] < right[other] {
                one += 1
            } else {
                other += 1
            }
        }
        return distance
    }
}
