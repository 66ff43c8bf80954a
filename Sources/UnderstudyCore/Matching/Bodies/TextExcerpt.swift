/// Short, printable texts for people: what a message quotes is bounded and cannot control a terminal.
enum TextExcerpt {
    /// Characters shown.
    static let limit = 80

    /// In quotes, escaped as JSON is; cut with an ellipsis. Bytes that are not UTF-8 become U+FFFD.
    static func quoted(_ bytes: some Collection<UInt8>) -> String { "\"\(plain(bytes))\"" }

    static func plain(_ text: String) -> String { plain(text.utf8) }

    static func plain(_ bytes: some Collection<UInt8>) -> String {
        var out = ""
        var count = 0
        // Four octets a character at most.
        for scalar in String(decoding: bytes.prefix(limit * 4 + 4), as: UTF8.self).unicodeScalars {
            guard count < limit else { return out + "…" }
            count += 1
            switch scalar {
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\"", "\\": out += "\\\(scalar)"
            default:
                if isPrintable(scalar) {
                    out.unicodeScalars.append(scalar)
                } else {
                    out += "\\u{\(String(scalar.value, radix: 16))}"
                }
            }
        }
        return out
    }

    private static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned: false
        default: true
        }
    }
}
