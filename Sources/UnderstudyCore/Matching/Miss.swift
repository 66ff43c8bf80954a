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

    public init(of head: RequestHead, among examples: [Example] = []) {
        method = head.method
        target = head.targetText
        let (path, query) = Self.parts(of: target)
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        var best: [(distance: Int, example: Example)] = []
        for example in examples.prefix(Self.candidateLimit) {
            let distance = Self.distance(from: (method, segments, query), to: example)
            if best.count == 3, let last = best.last, distance >= last.distance { continue }
            let place = best.firstIndex { $0.distance > distance } ?? best.count
            best.insert((distance, example), at: place)
            if best.count > 3 { best.removeLast() }
        }
        let (method, nearestTarget) = (method, (path, query))
        nearest = best.map { Near(example: $0.example, reason: Self.reason(method, nearestTarget, $0.example)) }
    }

    static func parts(of target: String) -> (path: String, query: [Substring]) {
        guard let mark = target.firstIndex(of: "?") else { return (target, []) }
        let query = target[target.index(after: mark)...].split(separator: "&")
        return (String(target[..<mark]), query.sorted())
    }

    /// A segment counts most, then the method, then a query pair.
    private static func distance(
        from request: (method: String, segments: [Substring], query: [Substring]), to example: Example
    ) -> Int {
        let (path, query) = parts(of: example.request.head.targetText)
        let segments = path.split(separator: "/", omittingEmptySubsequences: false)
        let common = zip(request.segments, segments).count { $0 == $1 }
        let segmentDistance = max(request.segments.count, segments.count) - common
        let queryDistance = request.query.difference(from: query).count
        return segmentDistance * 16 + (request.method == example.request.head.method ? 0 : 8) + min(queryDistance, 7)
    }

    private static func reason(_ method: String, _ target: (path: String, query: [Substring]), _ example: Example) -> String {
        let head = example.request.head
        let (path, query) = parts(of: head.targetText)
        if path != target.path { return "its path is \(path), the request's is \(target.path)" }
        if head.method != method { return "its method is \(head.method), the request's is \(method)" }
        let missing = query.filter { !target.query.contains($0) }
        if let first = missing.first { return "the request has no query parameter \(first)" }
        let extra = target.query.filter { !query.contains($0) }
        if let first = extra.first { return "the request's query parameter \(first) is not in the example" }
        return "a query parameter is there more often in one than in the other"
    }
}
