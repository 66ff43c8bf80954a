import UnderstudyCore

/// What `match` prints. Commands in it can be run as they stand.
struct MatchReport {
    let explanation: Explanation

    /// One line for a hit; for a miss the nearest examples and what would mend each.
    func summary(miss: @autoclosure () -> Miss) -> [String] {
        if case .hit(let hit) = explanation.outcome {
            let captures = hit.captures.sorted { $0.key < $1.key }.map { "  {{\($0.key)}} is \($0.value)" }
            return [
                TrafficPrinter.printable(
                    "\(Self.title(hit.entry.example))  score \(hit.score.description)\(captures.joined())")
            ]
        }
        let miss = miss()
        guard !miss.hasNoExamples else { return [miss.detail] }
        var lines = [
            "no example answers \(explanation.method) \(explanation.target)  "
                + "(\(explanation.profile.rawValue) profile, \(Count.text(explanation.exampleCount, "example")))", "",
        ]
        for near in miss.nearest {
            lines += [Self.title(near.example), "    \(near.difference.reason)"]
            if let mend = miss.mend(near) { lines.append("    mend: \(mend)") }
        }
        lines += ["", "record it: \(miss.record)"]
        return lines.map(TrafficPrinter.printable)
    }

    private static func title(_ example: Example) -> String {
        let request = example.request.head
        return
            "\(example.id)  \(request.method) \(example.variables.hidingSecrets(in: request.targetText)) → \(example.response.head.status)  (\(example.name))"
    }
}
