import HTTPTypes
import NIOPosix
import Synchronization

/// Threads that may wait for files and the database, so that event loops and tasks never do; and what bounds them.
final class BlockingWork: Sendable {
    private let pool: NIOThreadPool
    private let limits: AdminLimits
    private let pending = Atomic<Int>(0)
    private let large = Atomic<Int>(0)

    init(_ limits: AdminLimits, threads: Int) {
        self.limits = limits
        pool = NIOThreadPool(numberOfThreads: threads)
        pool.start()
    }

    /// - Throws: what `body` throws, or `Refusal` when too many wait already.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        guard pending.add(1, ordering: .relaxed).newValue <= limits.pendingRequests else {
            pending.subtract(1, ordering: .relaxed)
            throw Self.busy
        }
        defer { pending.subtract(1, ordering: .relaxed) }
        return try await pool.runIfActive(body)
    }

    /// Before a large content is read.
    func beginLarge() throws(Refusal) {
        guard large.add(1, ordering: .relaxed).newValue <= limits.largeBodies else {
            large.subtract(1, ordering: .relaxed)
            throw Self.busy
        }
    }

    func endLarge() { large.subtract(1, ordering: .relaxed) }

    func stop() async { try? await pool.shutdownGracefully() }

    static var busy: Refusal {
        var refusal = Refusal(.serviceUnavailable, "serviceUnavailable", "too much is being done at once: try again")
        refusal.fields[.retryAfter] = "1"
        return refusal
    }
}
