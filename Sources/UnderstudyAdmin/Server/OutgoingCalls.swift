import HTTPTypes
import Synchronization

/// Bounds how many requests to APIs are under way for callers.
final class OutgoingCalls: Sendable {
    private let limit: Int
    private let underway = Atomic<Int>(0)

    init(limit: Int) { self.limit = limit }

    /// - Throws: what `body` throws, or `Refusal` when there are too many already.
    func run<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        defer { underway.subtract(1, ordering: .relaxed) }
        guard underway.add(1, ordering: .relaxed).newValue <= limit else {
            var refusal = Refusal(
                .serviceUnavailable, "serviceUnavailable", "\(limit) requests to APIs are under way: try again")
            refusal.fields[.retryAfter] = "1"
            throw refusal
        }
        return try await body()
    }
}
