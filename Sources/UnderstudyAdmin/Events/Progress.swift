import HTTPTypes
import Synchronization
import UnderstudyCore

/// How far long work has come, as events under the token that its request brought along. Without a token nobody is told.
///
/// There are never more events than ten a second, and the last one is always told.
final class Progress: Sendable {
    static let field = HTTPField.Name("Understudy-Progress")!
    /// Of a token.
    static let tokenLimit = 64

    private struct Step {
        let done: Int
        let total: Int?
        let what: String
    }

    private struct State {
        var told: ContinuousClock.Instant?
        /// What came too soon behind another.
        var waiting: Step?
    }

    private let token: String?
    private let events: EventHub
    private let interval: Duration
    private let state = Mutex(State())

    /// - Throws: `Refusal` for what is no token.
    init(_ fields: HTTPFields, events: EventHub, limits: AdminLimits) throws(Refusal) {
        token = fields[Self.field]
        self.events = events
        interval = limits.progressInterval
        guard let token else { return }
        let isToken = (1...Self.tokenLimit).contains(token.utf8.count) && token.utf8.allSatisfy(Self.isTokenByte)
        guard isToken else {
            throw .badRequest(
                "the field \(Self.field.rawName) is 1 to \(Self.tokenLimit) letters, digits, '_' and '-'")
        }
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: false
        }
    }

    /// - Parameters:
    ///   - total: `nil` while nobody knows.
    ///   - what: the step of the work, in one or two words.
    func tell(_ done: Int, of total: Int?, _ what: String) {
        guard token != nil else { return }
        let step = Step(done: done, total: total, what: what)
        let now = ContinuousClock.now
        let isDue = state.withLock { state in
            if let told = state.told, now - told < interval {
                state.waiting = step
                return false
            }
            state.told = now
            state.waiting = nil
            return true
        }
        if isDue { send(step) }
    }

    /// The work has ended: what waits is told.
    func finish() {
        let last = state.withLock { state in
            defer { state.waiting = nil }
            return state.waiting
        }
        if let last { send(last) }
    }

    private func send(_ step: Step) {
        guard let token else { return }
        events.tell(
            .progress,
            [
                "token": .string(token), "done": .integer(step.done),
                "total": step.total.map { .integer($0) } ?? .null, "what": .string(step.what),
            ])
    }
}

extension RouteDocument.Parameter {
    /// Of routes whose work may take long.
    static let progress = RouteDocument.Parameter(
        name: Progress.field.rawName, place: .header,
        schema: ["type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"],
        description: "A token of your own: events of kind `progress` with this token say how far the work has come.")
}
