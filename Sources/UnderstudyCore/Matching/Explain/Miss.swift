/// Why no example matched: the request and the examples that came closest, each with its first difference.
public struct Miss: Sendable {
    public struct Near: Sendable {
        public let example: Example
        public let difference: Difference
    }

    public let method: String
    public let target: String
    /// Up to three, closest first.
    public let nearest: [Near]
    public let exampleCount: Int
    /// Whether Postman would know the request and only miss a response: its 404 then says so.
    public let hasNoExamples: Bool
    /// What records this request: shown where there is no nearer help.
    public let record: String

    static let nearestLimit = 3

    private let place: EditPlace
    /// Of a request that named its host; else empty.
    private let origin: String

    /// - Parameter place: where commands that are named find the examples.
    public init(of request: MatchRequest, in index: ExampleIndex, place: EditPlace = .here) {
        self.place = place
        method = request.head.method
        target = request.head.targetText
        exampleCount = index.count(for: request)
        hasNoExamples = exampleCount == 0
        origin = request.partition?.baseURL ?? ""
        let ladder = Ladder(request, index)
        var base = ""
        nearest = Nearest.find(request, in: index, limit: Self.nearestLimit, with: nil).compactMap { _, entry in
            if base.isEmpty { base = entry.example.variables.hidingSecrets(in: entry.example.recordedFrom) }
            switch ladder.verdict(on: entry) {
            case .out(let step): return Near(example: entry.example, difference: Difference(step, entry, ladder))
            // It would answer, and has: each once.
            case .stands:
                return Near(
                    example: entry.example,
                    difference: Difference(
                        "repeats", "it was given already, and only once", mends: [.resetSessions]))
            }
        }
        // A client that names its hosts goes through us to all of them.
        let upstream = ShellText.word(base.isEmpty ? "https://api.example.com" : base)
        record = "understudy auto\(origin.isEmpty ? " \(upstream)" : "")\(place.flag ?? "")"
    }

    /// A command that makes one of `nearest` answer; `nil` where only recording helps.
    public func mend(_ near: Near) -> String? { near.difference.mend?.command(place) }

    /// `nearest` as members of a problem document.
    public var json: [JSONValue] {
        nearest.map { near in
            var object = Explanation.identity(near.example)
            object["place"] = .string(near.difference.place)
            object["reason"] = .string(near.difference.reason)
            object["mend"] = .string(mend(near) ?? record)
            return .object(object)
        }
    }

    /// Why, in one sentence.
    public var detail: String {
        if hasNoExamples {
            return origin.isEmpty
                ? "There are no examples yet: record some with 'understudy record URL'."
                : "There are no examples of \(origin): '\(record)' records some."
        }
        let first = nearest.first.map { " The nearest is \($0.example.id): \($0.difference.reason)." } ?? ""
        return
            "None of \(exampleCount) examples answers \(method) \(origin)\(target).\(first) '\(record)' records what is missing."
    }
}
