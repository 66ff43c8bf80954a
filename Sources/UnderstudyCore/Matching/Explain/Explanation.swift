import NIOCore

/// Why which example answers a request: per example its points, or the step at which it fell out.
public struct Explanation: Sendable {
    public enum Standing: Sendable {
        case out(Difference)
        case stands(Score)
    }

    public struct Line: Sendable {
        public let example: Example
        public let standing: Standing
        public let isChosen: Bool
    }

    /// Examples explained at most; of more the nearest.
    public static let lineLimit = 200

    public let method: String
    public let target: String
    public let profile: MatchOptions.Profile
    public let outcome: ExampleIndex.Outcome
    /// Best first, then those that fell out, nearest first.
    public let lines: [Line]
    /// All examples that might have answered, explained or not.
    public let exampleCount: Int
    private let place: EditPlace

    /// - Parameter place: where commands that are named find the examples.
    public init(
        of request: MatchRequest, in index: ExampleIndex, sessions: MatchSessions, place: EditPlace = .here
    ) {
        self.place = place
        method = request.head.method
        target = request.head.targetText
        profile = index.options.profile
        exampleCount = index.count(for: request)
        let outcome = index.peek(request, in: sessions)
        self.outcome = outcome
        let ladder = Ladder(request, index)
        var lines: [(rank: (Double, Int), line: Line)] = []
        var chosen: Int?
        if case .hit(let hit) = outcome { chosen = hit.entry.position }
        for (distance, entry) in Nearest.find(request, in: index, limit: Self.lineLimit, with: chosen) {
            let isChosen = entry.position == chosen
            switch ladder.verdict(on: entry) {
            case .stands(let score):
                lines.append(
                    (
                        (-score.total, distance),
                        Line(example: entry.example, standing: .stands(score), isChosen: isChosen)
                    ))
            case .out(let step):
                // By id or name an example answers that would fall out otherwise.
                let standing: Standing =
                    if isChosen, case .hit(let hit) = outcome { .stands(hit.score) } else {
                        .out(Difference(step, entry, ladder))
                    }
                lines.append(
                    (
                        (isChosen ? -.infinity : 0, distance),
                        Line(example: entry.example, standing: standing, isChosen: isChosen)
                    ))
            }
        }
        self.lines = lines.sorted {
            ($0.line.isChosen ? 0 : 1, $0.rank.0, $0.rank.1) < ($1.line.isChosen ? 0 : 1, $1.rank.0, $1.rank.1)
        }
        .map(\.line)
    }

    // MARK: For people

    /// Several lines: the result, then one line per example.
    public var text: String {
        var out = "\(method) \(target)  (\(profile.rawValue) profile, \(exampleCount) examples)\n"
        switch outcome {
        case .hit(let hit):
            out += "answered by \(Self.title(hit.entry.example)): \(hit.score.description)\n"
            for (name, value) in hit.captures.sorted(by: { $0.key < $1.key }) { out += "  {{\(name)}} is \(value)\n" }
        case .miss: out += "no example answers\n"
        }
        for line in lines {
            out += "\n\(line.isChosen ? "* " : "  ")\(Self.title(line.example))\n"
            switch line.standing {
            case .stands(let score): out += "    \(score.description)\n"
            case .out(let difference):
                out += "    out: \(difference.reason)\n"
                if let mend = difference.mend?.command(place) { out += "    mend: \(mend)\n" }
            }
        }
        if lines.count < exampleCount { out += "\n  and \(exampleCount - lines.count) further away\n" }
        return out
    }

    static func title(_ example: Example) -> String {
        example.variables.hidingSecrets(
            in:
                "\(example.id)  \(example.request.head.method) \(Difference.quoted(example.request.head.target.readableBytesView)) → \(example.response.head.status)  (\(example.name))"
        )
    }

    // MARK: For programs

    public var json: JSONValue { json(limit: Self.lineLimit) }

    /// - Parameter limit: the most examples told.
    public func json(limit: Int) -> JSONValue {
        var object = JSONObject([
            ("request", .string("\(method) \(target)")), ("profile", .string(profile.rawValue)),
            ("examples", .integer(exampleCount)),
        ])
        switch outcome {
        case .hit(let hit):
            object["result"] = "hit"
            object["example"] = .string(hit.entry.example.id)
            object["score"] = Self.number(hit.score.total)
            object["captures"] = .object(
                JSONObject(hit.captures.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) }))
        case .miss: object["result"] = "miss"
        }
        object["considered"] = .array(lines.prefix(limit).map(json))
        return .object(object)
    }

    private func json(_ line: Line) -> JSONValue {
        var object = Self.identity(line.example)
        object["exampleId"] = .string(line.example.id)
        object["status"] = .integer(line.example.response.head.status)
        switch line.standing {
        case .stands(let score):
            object["score"] = Self.number(score.total)
            object["points"] = .string(score.description)
            object["chosen"] = .bool(line.isChosen)
        case .out(let difference):
            object["place"] = .string(difference.place)
            object["reason"] = .string(difference.reason)
            if let mend = difference.mend?.command(place) { object["mend"] = .string(mend) }
            object["difference"] = difference.json
            object["mends"] = .array(difference.mends.map(\.json))
        }
        return .object(object)
    }

    static func identity(_ example: Example) -> JSONObject {
        JSONObject([
            ("id", .string(example.id)), ("name", .string(example.name)), ("collection", .string(example.collection)),
            (
                "request",
                .string(
                    "\(example.request.head.method) \(example.variables.hidingSecrets(in: example.request.head.targetText))"
                )
            ),
        ])
    }

    static func number(_ value: Double) -> JSONValue { .number(Score.text(value)) }
}
