import Foundation
import Synchronization
import TestSupport

/// Work on a thread of its own while the test goes on.
final class Background<Value: Sendable>: Sendable {
    private let result = Mutex<Result<Value, any Error>?>(nil)

    init(_ work: @escaping @Sendable () throws -> Value) {
        Thread.detachNewThread { [self] in
            let value = Result { try work() }
            result.withLock { $0 = value }
        }
    }

    var isOver: Bool { result.withLock { $0 != nil } }

    /// What the work returned or threw, once it has.
    func value(within seconds: Double = 20) throws -> Value {
        guard eventually(within: seconds, { isOver }), let result = result.withLock({ $0 }) else { throw NotOver() }
        return try result.get()
    }

    struct NotOver: Error {}
}
