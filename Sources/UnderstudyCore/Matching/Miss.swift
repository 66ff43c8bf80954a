import NIOCore

/// Why no example matched: the request and the examples that came closest, each with its first difference.
public struct Miss: Sendable {
    public struct Near: Sendable {
        public let example: Example
        /// One sentence: what differs.
        public let reason: String
    }

    public let method: String
    public let target: String
    /// Up to three, closest first.
    public let nearest: [Near]

    /// Examples compared for one miss, so that a miss among very many cannot stall the loop.
    static let candidateLimit = 10_000
    /// Query pairs whose difference counts; what is further apart is equally far.
    static let pairLimit = 7

    public init(of head: RequestHead, among examples: some Sequence<Example> = []) {
        method = head.method
        target = head.targetText
        let bytes = Array(head.target.readableBytesView)
        let pairs = Self.pairs(bytes[...])
        var best: [(distance: Int, example: Example)] = []
        for example in examples.prefix(Self.candidateLimit) {
            let other = example.request.head
            let distance = other.target.withUnsafeReadableBytes { other in
                // Most are far off already by their path, which takes no memory to see.
                let distance =
                    Self.segmentDistance(bytes[...], other[...]) * 16
                    + (example.request.head.method == head.method ? 0 : 8)
                if best.count == 3, let last = best.last, distance >= last.distance { return distance }
                return distance + Self.pairDistance(pairs, Self.pairs(other[...]))
            }
            if best.count == 3, let last = best.last, distance >= last.distance { continue }
            let place = best.firstIndex { $0.distance > distance } ?? best.count
            best.insert((distance, example), at: place)
            if best.count > 3 { best.removeLast() }
        }
        nearest = best.map { Near(example: $0.example, reason: Self.reason(head, $0.example.request.head)) }
    }

    // MARK: Distance

    /// How many path segments differ, counted from the left.
    private static func segmentDistance(
        _ left: some RandomAccessCollection<UInt8>, _ right: some RandomAccessCollection<UInt8>
    ) -> Int {
        var (left, right) = (path(left), path(right))
        var distance = 0
        while true {
            let (one, other) = (left.prefix { $0 != 0x2F }, right.prefix { $0 != 0x2F })
            if !one.elementsEqual(other) { distance += 1 }
            (left, right) = (left[one.endIndex...], right[other.endIndex...])
            guard !left.isEmpty, !right.isEmpty else { break }
            (left, right) = (left.dropFirst(), right.dropFirst())
        }
        // What is left begins with a slash each.
        return distance + left.count { $0 == 0x2F } + right.count { $0 == 0x2F }
    }

    private static func path<Bytes: Collection<UInt8>>(_ target: Bytes) -> Bytes.SubSequence {
        target.prefix { $0 != 0x3F }
    }

    /// The query's parts, sorted, without empty ones.
    private static func pairs(_ target: some Collection<UInt8>) -> [[UInt8]] {
        target.drop { $0 != 0x3F }.dropFirst().split(separator: 0x26).map { Array($0) }
            .sorted { $0.lexicographicallyPrecedes($1) }
    }

    /// How many pairs are in only one of both, up to `pairLimit`.
    private static func pairDistance(_ left: [[UInt8]], _ right: [[UInt8]]) -> Int {
        var (one, other, distance) = (0, 0, 0)
        while distance < pairLimit, one < left.count || other < right.count {
            if one < left.count, other < right.count, left[one] == right[other] {
                (one, other) = (one + 1, other + 1)
                continue
            }
            distance += 1
            if other == right.count || one < left.count && left[one].lexicographicallyPrecedes(right[other]) {
                one += 1
            } else {
                other += 1
            }
        }
        return distance
    }

    // MARK: Reason

    private static func reason(_ request: RequestHead, _ example: RequestHead) -> String {
        let (mine, its) = (request.target.readableBytesView, example.target.readableBytesView)
        if !path(mine).elementsEqual(path(its)) {
            return "its path is \(TextBytes.text(of: path(its))), the request's is \(TextBytes.text(of: path(mine)))"
        }
        if example.method != request.method {
            return "its method is \(example.method), the request's is \(request.method)"
        }
        let (mineSorted, itsSorted) = (pairs(mine), pairs(its))
        let (minePairs, itsPairs) = (Set(mineSorted), Set(itsSorted))
        if let first = itsSorted.first(where: { !minePairs.contains($0) }) {
            return "the request has no query parameter \(TextBytes.text(of: first))"
        }
        if let first = mineSorted.first(where: { !itsPairs.contains($0) }) {
            return "the request's query parameter \(TextBytes.text(of: first)) is not in the example"
        }
        return "a query parameter is there more often in one than in the other"
    }
}
