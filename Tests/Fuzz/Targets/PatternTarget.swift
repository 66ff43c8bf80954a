import NIOCore
import UnderstudyCore

/// A regular expression or a pattern with placeholders, and a text: never stalled, never confused by bytes.
enum PatternTarget {
    @Sendable static func run(_ bytes: UnsafeRawBufferPointer) {
        let sections = Input.sections(bytes, atMost: 2)
        guard sections.count == 2 else { return }
        let pattern = String(decoding: sections[0], as: UTF8.self)
        let text = sections[1]
        if let regex = try? LinearRegex(pattern) {
            let matches = regex.matches(text)
            // The same whichever way it is written.
            for wrapped in ["(\(pattern))", "(?:\(pattern)|\(pattern))"] where !pattern.hasPrefix("(?i)") {
                guard let other = try? LinearRegex(wrapped) else { continue }
                require(other.matches(text) == matches, "\(wrapped) gives another answer")
            }
            let long = Array(repeatElement(text, count: 50).joined())
            _ = regex.matches(long)
            // Of nested braces the innermost are the placeholder.
            if let value = try? ValuePattern("{{regex:\(pattern)}}"), !pattern.contains("}"), !pattern.contains("{{"),
                !pattern.isEmpty
            {
                require(value.matches(text: text) == matches, "as a placeholder it gives another answer")
            }
        }
        guard let value = try? ValuePattern(pattern) else { return }
        let matches = value.matches(text: text)
        if value.isLiteral { require(matches == text.elementsEqual(pattern.utf8), "a literal") }
        _ = value.matches(json: .string(String(decoding: text, as: UTF8.self)))
        _ = value.matches(json: .number(String(decoding: text, as: UTF8.self)))
    }
}
