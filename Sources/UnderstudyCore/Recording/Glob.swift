/// Text with stars. Takes time in proportion to what it is compared with, whatever it looks like: targets come from
/// whoever calls the server.
struct Glob: Sendable, Hashable {
    enum Kind {
        /// `*` stands for anything within a segment, `**` for anything, `/**/` also for one slash, and `/**` at the end
        /// also for nothing.
        case path
        /// `*` stands for anything, and case does not matter.
        case name
    }

    let source: String
    private let regex: LinearRegex

    init(_ source: String, _ kind: Kind) throws(LinearRegex.Fault) {
        self.source = source
        var pattern = kind == .name ? "(?i)" : ""
        var rest = source.unicodeScalars[...]
        while let scalar = rest.first {
            if kind == .path, rest.starts(with: "/**/".unicodeScalars) {
                pattern += "/(?:.*/)?"
                rest.removeFirst(4)
            } else if kind == .path, rest.elementsEqual("/**".unicodeScalars) {
                pattern += "(?:/.*)?"
                rest.removeFirst(3)
            } else if scalar == "*" {
                let stars = rest.prefix { $0 == "*" }.count
                pattern += kind == .path && stars == 1 ? "[^/]*" : ".*"
                rest.removeFirst(stars)
            } else {
                pattern += Self.escaped(scalar)
                rest.removeFirst()
            }
        }
        regex = try LinearRegex(pattern)
    }

    func matches(_ text: String) -> Bool { regex.matches(text.utf8) }

    private static func escaped(_ scalar: Unicode.Scalar) -> String {
        guard scalar.isASCII, !scalar.properties.isAlphabetic, scalar.properties.numericType == nil else {
            return String(scalar)
        }
        return "\\u{" + String(scalar.value, radix: 16) + "}"
    }

    static func == (left: Glob, right: Glob) -> Bool { left.regex.source == right.regex.source }

    func hash(into hasher: inout Hasher) { hasher.combine(regex.source) }
}
