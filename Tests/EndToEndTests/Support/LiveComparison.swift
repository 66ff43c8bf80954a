import TestSupport

/// What a client got live against what it gets in replay.
///
/// Equal means: status line, end-to-end fields with order, case and values (`Date` too), body. Left out are our own
/// fields and `Connection`. A secret may be replaced by its placeholder, and then `Content-Length` follows.
enum LiveComparison {
    static func differences(live: RawMessage, replayed: RawMessage) -> [String] {
        var found: [String] = []
        func compare(_ what: String, _ live: String, _ replayed: String) {
            if !matches(replayed, live) {
                found.append("\(what): live \(live.prefix(300)), replayed \(replayed.prefix(300))")
            }
        }
        compare("status line", live.startLine, replayed.startLine)
        let hidesSecret = live.body != replayed.body
        let lines = (lines(of: live, hidesSecret), self.lines(of: replayed, hidesSecret))
        compare("fields", lines.0.joined(separator: " | "), lines.1.joined(separator: " | "))
        compare("body", live.body.latin1, replayed.body.latin1)
        if !live.endedCleanly || !replayed.endedCleanly { found.append("a body ended early") }
        return found
    }

    private static func lines(of message: RawMessage, _ hidesSecret: Bool) -> [String] {
        message.fieldLines.filter { line in
            let name = line.prefix { $0 != ":" }.lowercased()
            return name != "connection" && !name.hasPrefix("understudy-") && !(hidesSecret && name == "content-length")
        }
    }

    /// Whether `text` is `live` but for placeholders, each of which stands for something.
    static func matches(_ text: String, _ live: String) -> Bool {
        if text == live { return true }
        let pieces = text.split(separator: placeholder, omittingEmptySubsequences: false)
        guard pieces.count > 1, let first = pieces.first, let last = pieces.last else { return false }
        guard live.hasPrefix(first), live.hasSuffix(last), live.count > first.count + last.count else { return false }
        var rest = live.dropFirst(first.count).dropLast(last.count)
        for piece in pieces.dropFirst().dropLast() {
            guard let range = rest.dropFirst().firstRange(of: piece) else { return false }
            rest = rest[range.upperBound...]
        }
        return !rest.isEmpty
    }

    private nonisolated(unsafe) static let placeholder = /REDACTED-[0-9a-f]{12}/
}
