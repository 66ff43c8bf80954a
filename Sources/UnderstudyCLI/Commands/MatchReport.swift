import UnderstudyCore

/// What `match` prints. Commands in it can be run as they stand.
struct MatchReport {
    private static let editing = "understudy examples edit "

    private let result: Explanation
    /// What commands that change these examples need to find them; `nil` when there are none that can.
    private let editFlag: String?

    init(_ result: Explanation, editing editFlag: String?) {
        self.result = result
        self.editFlag = editFlag
    }

    /// One line for a hit; for a miss the nearest examples and what would mend each.
    func summary(miss: @autoclosure () -> Miss) -> [String] {
        if case .hit(let hit) = result.outcome {
            let captures = hit.captures.sorted { $0.key < $1.key }.map { "  {{\($0.key)}} is \($0.value)" }
            return [
                TrafficPrinter.printable(
                    "\(Self.title(hit.entry.example))  score \(hit.score.description)\(captures.joined())")
            ]
        }
        let miss = miss()
        guard !miss.hasNoExamples else { return [miss.detail] }
        var lines = [
            "no example answers \(result.method) \(result.target)  "
                + "(\(result.profile.rawValue) profile, \(Count.text(result.exampleCount, "example")))", "",
        ]
        for near in miss.nearest {
            lines += [Self.title(near.example), "    \(near.difference.reason)"]
            if let mend = near.difference.mend.flatMap(command) { lines.append("    mend: \(mend)") }
        }
        lines += ["", "record it: \(miss.record)\(editFlag ?? "")"]
        return lines.map(TrafficPrinter.printable)
    }

    /// All of it.
    var explanation: [String] {
        let mend = "    mend: "
        return ContentText.lines(result.text).compactMap { line in
            line.hasPrefix(mend) ? command(String(line.dropFirst(mend.count))).map { mend + $0 } : line
        }
    }

    /// The same for programs.
    var json: JSONValue {
        guard var object = result.json.object, let considered = object["considered"]?.elements else {
            return result.json
        }
        object["considered"] = .array(
            considered.map { line in
                guard var object = line.object, let mend = object["mend"]?.text else { return line }
                object["mend"] = command(mend).map { .string($0) }
                return .object(object)
            })
        return .object(object)
    }

    /// With the folder of these examples, where it has to be said.
    private func command(_ text: String) -> String? {
        guard text.hasPrefix(Self.editing) else { return text }
        return editFlag.map { text + $0 }
    }

    private static func title(_ example: Example) -> String {
        let request = example.request.head
        return
            "\(example.id)  \(request.method) \(request.targetText) → \(example.response.head.status)  (\(example.name))"
    }
}
