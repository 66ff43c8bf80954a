import NIOCore

/// Writes metrics in Prometheus' text format.
/// <https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format>
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    typealias Labels = [(name: String, value: String)]

    enum Kind: String { case counter, gauge, histogram }

    private(set) var text = ""

    mutating func family(_ name: String, _ kind: Kind, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind.rawValue)\n"
    }

    mutating func sample(_ name: String, _ labels: Labels = [], _ value: String) {
        text += name
        if !labels.isEmpty {
            text += "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    mutating func sample(_ name: String, _ labels: Labels = [], _ value: Int) { sample(name, labels, "\(value)") }

    /// - Parameters:
    ///   - bounds: upper ends in seconds.
    ///   - counts: one more than bounds.
    mutating func histogram(_ name: String, _ labels: Labels = [], bounds: [String], counts: [Int], sum: String) {
        var total = 0
        for (bound, count) in zip(bounds + ["+Inf"], counts) {
            total += count
            sample(name + "_bucket", labels + [("le", bound)], total)
        }
        sample(name + "_sum", labels, sum)
        sample(name + "_count", labels, total)
    }

    private static func escaped(_ text: String) -> String {
        var out = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": out += "\\\\"
            case "\"": out += "\\\""
            case "\n": out += "\\n"
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Microseconds as seconds, exactly.
    static func seconds(_ microseconds: Int64) -> String {
        let (whole, part) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        guard part != 0 else { return "\(whole)" }
        var digits = String(String(part.magnitude + 1_000_000).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }
}
