import NIOCore
import UnderstudyCore

/// What is done once for all requests of one turn of an event loop rather than once for each. Used on its loop.
///
/// A turn begins with the first request after the loop has waited for its sockets, and ends when all that was ready has
/// been served.
final class LoopTurn {
    private let loop: any EventLoop
    private let recorder: any Recorder
    private let examplesMonitor: (any ExamplesMonitor)?
    private var isRunning = false
    private var calls: [Exchange] = []
    private var leftOut = 0
    /// The same of mock servers, by id.
    private var leftOutOfMocks: [String: Int] = [:]
    private var hasLooked = false

    init(loop: any EventLoop, recorder: any Recorder, examplesMonitor: (any ExamplesMonitor)?) {
        self.loop = loop
        self.recorder = recorder
        self.examplesMonitor = examplesMonitor
    }

    /// Whether examples on disk were edited. Asked once: a request that is served in a turn had begun to arrive before
    /// the turn began, so an edit that its sender knows of is seen.
    func haveExamplesChanged() -> Bool {
        guard let examplesMonitor, !hasLooked else { return false }
        begin()
        let haveChanged = examplesMonitor.hasChanged()
        hasLooked = !haveChanged
        return haveChanged
    }

    /// Adds to the call log, in order. An answer from an example is left out, but counted, when too many wait.
    func log(_ result: Exchange.Result, session: String, of site: Site, _ call: () -> Exchange) {
        if !session.isEmpty { site.serving.sessions.count(result, for: session) }
        guard result == .hit else {
            calls.append(call())
            return handOver()
        }
        begin()
        guard recorder.isCongested else { return calls.append(call()) }
        if let mock = site.mock { leftOutOfMocks[mock.id, default: 0] += 1 } else { leftOut += 1 }
    }

    /// Hands over what was logged, so that what is recorded next comes behind it.
    func handOver() {
        guard !calls.isEmpty || leftOut > 0 || !leftOutOfMocks.isEmpty else { return }
        if leftOut > 0 { leftOutOfMocks[""] = leftOut }
        recorder.record(calls: calls, leftOut: leftOutOfMocks)
        calls.removeAll(keepingCapacity: true)
        leftOut = 0
        if !leftOutOfMocks.isEmpty { leftOutOfMocks = [:] }
    }

    private func begin() {
        guard !isRunning else { return }
        isRunning = true
        // Tasks run when all sockets that were ready have been served.
        loop.assumeIsolated().execute { [self] in
            isRunning = false
            hasLooked = false
            handOver()
        }
    }
}
