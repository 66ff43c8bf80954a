import Curl
import Synchronization
import UnderstudyCore

/// The calls that a server makes for others, so that it can end them all: when it is to replay, nothing leaves it any more.
public final class UpstreamCalls: Sendable {
    private struct State {
        /// How often all were ended.
        var generation = 0
        var next = 0
        var transfers: [Int: CurlTransfer] = [:]
    }

    private let state = Mutex(State())

    public init() {}

    /// For one call. Ask for it before finding out whether calls may be made: if they are ended meanwhile, it does not begin.
    public func permit() -> Permit {
        state.withLock { state in
            state.next += 1
            return Permit(calls: self, number: state.next, generation: state.generation)
        }
    }

    /// Ends those under way, and those that have a permit and have not begun.
    public func endAll() {
        state.withLock { state in
            state.generation += 1
            for transfer in state.transfers.values { transfer.cancel() }
            state.transfers = [:]
        }
    }

    public struct Permit: Sendable {
        fileprivate let calls: UpstreamCalls
        fileprivate let number: Int
        fileprivate let generation: Int

        /// Starts in one step with the look whether it may.
        func start(_ transfer: () -> CurlTransfer) -> Bool {
            calls.state.withLock { state in
                guard state.generation == generation else { return false }
                state.transfers[number] = transfer()
                return true
            }
        }

        func finish() { calls.state.withLock { _ = $0.transfers.removeValue(forKey: number) } }

        func failure(_ upstream: Upstream) -> UpstreamFailure {
            UpstreamFailure(
                .shutdown, "\(upstream.origin): the request was ended because this server now sends nothing to APIs")
        }
    }
}
