import Dispatch
import Synchronization
import UnderstudyCore

/// A line per exchange while the server runs: method, status, time, size, path.
///
/// Printing happens on a queue of its own. When the terminal cannot keep up, lines are left out and counted, because a
/// slow terminal must not slow down traffic.
final class TrafficPrinter: Sendable {
    static let queueLimit = 1000

    private struct State {
        var lines: [String] = []
        var leftOut = 0
        var isScheduled = false
    }

    private let queue = DispatchQueue(label: "terminal")
    private let state = Mutex(State())
    private let colour: Bool
    /// Whose host goes without saying: that of the API we stand in front of.
    private let upstream: String

    /// - Parameter upstream: `scheme://authority`; empty for none.
    init(colour: Bool, upstream: String = "") {
        self.colour = colour
        self.upstream = upstream
    }

    func print(_ exchange: Exchange) {
        let line = Self.line(exchange, colour: colour, upstream: upstream)
        let mustSchedule = state.withLock { state in
            if state.lines.count < Self.queueLimit { state.lines.append(line) } else { state.leftOut += 1 }
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        guard mustSchedule else { return }
        queue.async { [self] in drain() }
    }

    /// Waits until everything is printed.
    func flush() { queue.sync { drain() } }

    private func drain() {
        let (lines, leftOut) = state.withLock { state in
            defer { state = State() }
            return (state.lines, state.leftOut)
        }
        guard !lines.isEmpty else { return }
        Console.line(lines.joined(separator: "\n"))
        if leftOut > 0 { Console.line("… \(leftOut) more") }
    }

    static func line(_ exchange: Exchange, colour: Bool, upstream: String = "") -> String {
        let word = exchange.failure?.kind.rawValue
        let status = word ?? exchange.response.map { String($0.head.status) } ?? "-"
        let code = exchange.failure == nil ? exchange.response?.head.status ?? 0 : 599
        let tint = code < 300 ? 32 : code < 400 ? 36 : code < 500 ? 33 : 31
        let shown = colour ? "\u{1B}[\(tint)m\(status)\u{1B}[0m" : status
        let padding = String(repeating: " ", count: max(0, 3 - status.count))
        let time = Clock.span(microseconds: exchange.timings.total).padded(to: 7)
        let size = Size.text(exchange.response?.body.byteCount ?? 0).padded(to: 8)
        let method = exchange.request.head.method.padding(to: 6)
        let note =
            switch exchange.result {
            case .hit: ""
            case .miss: "  no example" + (exchange.note.map { "; \(printable($0))" } ?? "")
            case .refused: "  refused" + (exchange.failure.map { ": \(printable($0.detail))" } ?? "")
            case .recorded, .passthrough: ""
            }
        let target = exchange.request.head.targetText
        let place = exchange.upstream == upstream || !target.hasPrefix("/") ? "" : exchange.upstream
        return "\(method) \(shown)\(padding) \(time) \(size)  \(printable(place + target))\(note)"
    }

    /// Control characters of a recorded text could drive the terminal.
    static func printable(_ text: String) -> String {
        let isControl = { (scalar: Unicode.Scalar) in scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) }
        return String(String.UnicodeScalarView(text.unicodeScalars.map { isControl($0) ? "\u{FFFD}" : $0 }))
    }
}

extension String {
    /// Right-aligned.
    func padded(to width: Int) -> String { String(repeating: " ", count: max(0, width - count)) + self }
    /// Left-aligned.
    func padding(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
