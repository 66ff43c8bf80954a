import Synchronization
import UnderstudyCore

/// The requests no example answered, each once, with what would mend it. Bounded: programs that ask for ever new things miss
/// for ever.
final class MissLog: Sendable {
    /// Different requests kept; more are only counted.
    static let limit = 100

    struct Missed: Equatable {
        var method: String
        /// As the client wrote it, or the whole address where it was a proxy's request.
        var target: String
        var count = 1
        /// Why the nearest example does not answer; `nil` when there is none.
        var reason: String?
        /// A command.
        var mend: String?
    }

    private struct State {
        var places: [String: Int] = [:]
        var missed: [Missed] = []
        var others = 0
    }

    private let state = Mutex(State())

    /// In the order in which they first came.
    var missed: [Missed] { state.withLock { $0.missed } }
    /// Misses of requests that are not kept.
    var others: Int { state.withLock { $0.others } }

    /// - Parameter exchange: redacted, with our answer.
    func add(_ exchange: Exchange) {
        let head = exchange.request.head
        let target = exchange.upstream.isEmpty ? head.targetText : exchange.upstream + head.targetText
        let key = "\(head.method) \(target)"
        state.withLock { state in
            if let place = state.places[key] {
                state.missed[place].count += 1
                return
            }
            guard state.missed.count < Self.limit else {
                state.others += 1
                return
            }
            state.places[key] = state.missed.count
            var missed = Missed(method: head.method, target: target)
            // The answer has found out already, which was the most expensive part of it.
            if let body = exchange.response?.body.bytesInMemory, let problem = try? JSONValue(parsing: body),
                let nearest = problem["nearest"]?.elements?.first
            {
                missed.reason = nearest["reason"]?.text
                missed.mend = nearest["mend"]?.text
            }
            state.missed.append(missed)
        }
    }
}
