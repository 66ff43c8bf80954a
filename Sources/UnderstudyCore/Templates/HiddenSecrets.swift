/// Values that are put into examples but must not be read in what is said of them.
struct HiddenSecrets: Sendable {
    /// Shorter ones are no secrets, and would be found everywhere. Octets.
    static let leastLength = 4

    /// Longest first, so that one that holds another goes as a whole.
    private let spellings: [(name: String, text: String)]

    init(_ values: [String: String]) {
        var spellings: [(name: String, text: String)] = []
        for (name, value) in values where value.utf8.count >= Self.leastLength {
            spellings.append((name, value))
            let coded = Self.percentEncoded(value)
            if coded != value { spellings.append((name, coded)) }
        }
        self.spellings = spellings.sorted { ($1.text.utf8.count, $0.name) < ($0.text.utf8.count, $1.name) }
    }

    /// With `{{name}}` in place of each, also where a text was cut in the middle of one and ends in an ellipsis.
    func hidden(in text: String) -> String {
        guard !spellings.isEmpty else { return text }
        var text = text
        for (name, value) in spellings { text.replace(value, with: "{{\(name)}}") }
        var pieces = text.split(separator: "…", omittingEmptySubsequences: false)
        for index in pieces.indices.dropLast() { pieces[index] = withoutCut(pieces[index]) }
        return pieces.joined(separator: "…")
    }

    /// With `{{name}}` for the beginning of a value at the end.
    private func withoutCut(_ piece: Substring) -> Substring {
        for (name, value) in spellings.reversed() {
            for start in piece.indices where piece[start] == value.first && value.hasPrefix(piece[start...]) {
                guard piece[start...].utf8.count >= Self.leastLength else { break }
                return piece[..<start] + "{{\(name)}}"
            }
        }
        return piece
    }

    /// As in a target: all but unreserved characters (RFC 3986 §2.3).
    private static func percentEncoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            let isUnreserved =
                byte.isDigit || (0x61...0x7A).contains(byte.asciiLowercased) || "-._~".utf8.contains(byte)
            if isUnreserved {
                out.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                out += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return out
    }
}
