import NIOCore
import UnderstudyCore

/// What passed on a switched connection, for reading.
enum TranscriptText {
    /// Frames shown at most; `--body` has all.
    static let lineLimit = 1000
    static let textLimit = 200

    static func lines(_ bytes: ByteBuffer, isCut: Bool) -> [String] {
        guard let entries = try? Transcript.entries(bytes) else { return ["(the transcript cannot be read)"] }
        var lines = entries.prefix(lineLimit).map(line)
        if entries.count > lineLimit { lines.append("(\(entries.count - lineLimit) more: --body has all)") }
        if isCut { lines.append("(cut: more passed than is kept)") }
        return lines
    }

    private static func line(_ entry: StreamEntry) -> String {
        let time = String(entry.at / 1000).leftPadded(to: 8)
        var line = "\(time) ms \(entry.from == .client ? ">" : "<") \(entry.kind.rawValue)"
        if !entry.isFinal { line += ", more follows" }
        if entry.isCompressed { line += ", compressed" }
        if entry.differs { line += ", differs from the recording" }
        if let closing = entry.closing {
            line += " \(closing.code) \(closing.reason)"
        } else if let text = entry.text, entry.kind != .binary {
            let shown = text.count > textLimit ? text.prefix(textLimit) + "…" : text[...]
            if !text.isEmpty { line += ": \(shown)" }
        } else {
            line += ": \(Size.text(entry.payload.readableBytes))"
        }
        return TrafficPrinter.printable(line)
    }
}

extension String {
    fileprivate func leftPadded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
}
