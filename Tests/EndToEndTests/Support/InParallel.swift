import Foundation
import Synchronization

/// Runs `body` on so many threads and waits; what they throw is returned as text.
func inParallel(_ count: Int, _ body: @escaping @Sendable (Int) throws -> Void) -> [String] {
    let group = DispatchGroup()
    let failures = Mutex<[String]>([])
    for number in 0..<count {
        group.enter()
        Thread.detachNewThread {
            do { try body(number) } catch { failures.withLock { $0.append("\(number): \(error)") } }
            group.leave()
        }
    }
    group.wait()
    return failures.withLock { $0 }
}
