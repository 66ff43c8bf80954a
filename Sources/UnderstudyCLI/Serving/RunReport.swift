import UnderstudyCore

/// What `understudy run` says at the end, on the standard error.
struct RunReport {
    /// Misses that are listed one by one.
    static let missLimit = 10
    /// Examples never used that are named.
    static let unusedLimit = 3

    var mode: Mode
    var replayed: Int
    var recorded: Int
    /// Upstream's answers that were not to be examples, and failures.
    var passed: Int
    var missed: Int
    var misses: [MissLog.Missed]
    /// Examples there were at the beginning.
    var exampleCount: Int
    /// `METHOD target` of those that answered nothing.
    var unused: [String]
    /// The command that records what is missing.
    var recording: String

    var requests: Int { replayed + recorded + passed + missed }

    /// Misses first: they are what is to be done.
    func lines(isQuiet: Bool) -> [String] {
        var lines: [String] = []
        for miss in misses.prefix(Self.missLimit) {
            lines.append("missed \(miss.method) \(miss.target)\(miss.count > 1 ? " (\(miss.count) times)" : "")")
            if let reason = miss.reason { lines.append("    the nearest example differs: \(reason)") }
            lines.append("    mend: \(mend(miss))")
        }
        if misses.count > Self.missLimit { lines.append("and \(misses.count - Self.missLimit) more") }
        guard !isQuiet else { return lines }
        guard requests > 0 else {
            return ["no request came: does the program use HTTP_PROXY, HTTPS_PROXY or UNDERSTUDY_URL?"]
        }
        var counts = ["\(replayed) replayed"]
        if mode.callsUpstream { counts.append("\(recorded) recorded") }
        if passed > 0 { counts.append("\(passed) passed on or refused") }
        counts.append("\(missed) missed")
        lines.append("\(Count.text(requests, "request")): \(counts.joined(separator: ", "))")
        if mode.usesExamples, !unused.isEmpty {
            let names = unused.prefix(Self.unusedLimit).joined(separator: ", ")
            let more = unused.count > Self.unusedLimit ? ", …" : ""
            lines.append("\(unused.count) of \(Count.text(exampleCount, "example")) never used: \(names)\(more)")
        }
        return lines
    }

    /// Where only recording helps the server's words are about a server; here it is the same program once more.
    private func mend(_ miss: MissLog.Missed) -> String {
        guard let mend = miss.mend, !mend.hasPrefix("understudy auto") else { return recording }
        return mend
    }

    var json: JSONValue {
        [
            "event": "ended", "mode": .string(mode.rawValue), "requests": .integer(requests),
            "replayed": .integer(replayed), "recorded": .integer(recorded), "passed": .integer(passed),
            "missed": .integer(missed),
            "misses": .array(
                misses.map { miss in
                    var object: JSONObject = [
                        "method": .string(miss.method), "target": .string(miss.target), "count": .integer(miss.count),
                    ]
                    object["reason"] = miss.reason.map { .string($0) }
                    object["mend"] = .string(mend(miss))
                    return .object(object)
                }),
            "examples": .integer(exampleCount), "unused": .array(unused.map { .string($0) }),
        ]
    }
}
