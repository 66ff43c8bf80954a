import Dispatch
import Foundation
import Testing
import UnderstudyCore

@testable import UnderstudyStore

@Suite struct `The writer's queue` {
    private let queue = WriterQueue(limits: Limits())

    private func append(isWanted: Bool) {
        let exchange = Exchange(
            startedAt: .now(), mode: .replay, result: .hit, upstream: "",
            request: Exchange.Request(head: RequestHead(method: "GET", target: "/")))
        _ = queue.append(
            WriterQueue.Entry(
                exchange: exchange, example: nil, run: 1, isWanted: isWanted, target: nil, acknowledged: nil, cost: 1))
    }

    @Test func `is overrun when calls were left out lately, and nobody waits`() {
        let now = ContinuousClock.now
        #expect(!queue.isOverrun(at: now))
        append(isWanted: false)
        #expect(!queue.isOverrun(at: now))
        queue.leaveOut(["": 2, "m": 1])
        #expect(queue.isOverrun(at: now) && queue.isOverrun(at: now + .milliseconds(900)))
        #expect(!queue.isOverrun(at: now + .milliseconds(1100)))
        queue.leaveOut(["m": 1])
        #expect(queue.isOverrun(at: now + .seconds(5)))
        append(isWanted: true)
        #expect(!queue.isOverrun(at: now + .seconds(5)))
    }

    @Test(arguments: ["an exchange", "a flush", "the end"])
    func `rests until someone waits`(who: String) async throws {
        let ended = DispatchSemaphore(value: 0)
        let queue = queue
        Thread.detachNewThread {
            // A minute is longer than the test waits.
            queue.rest(for: .seconds(60))
            while true {
                guard case .write = queue.next(patience: nil) else { break }
                queue.settle(count: 1, bytes: 1)
            }
            ended.signal()
        }
        // Calls do not end the rest, so they are still there when it ends.
        append(isWanted: false)
        switch who {
        case "an exchange": append(isWanted: true)
        case "a flush": queue.flush()
        default: break
        }
        queue.close()
        #expect(ended.wait(timeout: .now() + 20) == .success)
    }
}
