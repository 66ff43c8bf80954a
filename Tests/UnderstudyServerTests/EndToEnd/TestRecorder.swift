import Dispatch
import NIOCore
import Synchronization
import TestSupport
import UnderstudyCore

/// Keeps exchanges in memory; withholds commits and is congested when told to.
final class TestRecorder: Recorder {
    struct Entry: Sendable {
        let exchange: Exchange
        let savesExample: Bool
        var failure: UpstreamFailure.Kind? { exchange.failure?.kind }
        var responseText: String? { exchange.response?.body.bytesInMemory.map { Array($0.readableBytesView).latin1 } }
        var requestText: String? { exchange.request.body.bytesInMemory.map { Array($0.readableBytesView).latin1 } }
    }

    fileprivate struct State {
        var entries: [Entry] = []
        var withheld: [@Sendable (Int64?) -> Void] = []
        var isWithholding = false
        var isCongested = false
        var areSpoolsCongested = false
        var waiters: [@Sendable () -> Void] = []
        var spooledByteCount = 0
        var leftOut: [String: Int] = [:]
    }

    fileprivate let state = Mutex(State())

    // MARK: For tests

    var entries: [Entry] { state.withLock { $0.entries } }
    var leftOut: [String: Int] { state.withLock { $0.leftOut } }
    var spooledByteCount: Int { state.withLock { $0.spooledByteCount } }

    /// The entry of that position, once it is there.
    func entry(_ index: Int = 0) throws -> Entry {
        guard eventually(within: 10, { entries.count > index }) else { throw NothingRecorded(count: entries.count) }
        return entries[index]
    }

    struct NothingRecorded: Error { let count: Int }

    func withhold() { state.withLock { $0.isWithholding = true } }

    /// Commits what was withheld, and everything from now on.
    func commit() {
        let withheld = state.withLock { state in
            state.isWithholding = false
            defer { state.withheld = [] }
            return state.withheld
        }
        for committed in withheld { committed(1) }
    }

    func congest(spools: Bool = false) {
        state.withLock { if spools { $0.areSpoolsCongested = true } else { $0.isCongested = true } }
    }

    func drain() {
        let waiters = state.withLock { state in
            (state.isCongested, state.areSpoolsCongested) = (false, false)
            defer { state.waiters = [] }
            return state.waiters
        }
        for resume in waiters { resume() }
    }

    // MARK: Recorder

    func record(calls: [Exchange], leftOut: [String: Int]) {
        state.withLock { $0.leftOut.merge(leftOut, uniquingKeysWith: +) }
        for call in calls { record(call, savingExample: false, committed: nil) }
    }

    var isCongested: Bool { state.withLock { $0.isCongested } }

    func whenDrained(_ resume: @escaping @Sendable () -> Void) {
        let isNow = state.withLock { state in
            guard state.isCongested || state.areSpoolsCongested else { return true }
            state.waiters.append(resume)
            return false
        }
        if isNow { resume() }
    }

    func record(_ exchange: Exchange, savingExample: Bool, committed: (@Sendable (Int64?) -> Void)?) {
        let isNow = state.withLock { state in
            state.entries.append(Entry(exchange: exchange, savesExample: savingExample))
            guard state.isWithholding, let committed else { return true }
            state.withheld.append(committed)
            return false
        }
        if isNow { committed?(1) }
    }

    func makeSpool() -> any BodySpooling { TestSpool(self) }
}

/// A spool that forgets where a real one would write, but for the first bytes; ends on a thread of its own.
private final class TestSpool: BodySpooling {
    private let recorder: TestRecorder
    private let kept = Mutex((bytes: ByteBuffer(), count: 0))

    init(_ recorder: TestRecorder) { self.recorder = recorder }

    func append(_ chunk: ByteBuffer) -> Bool {
        kept.withLock { kept in
            if kept.count < 4 << 20 { kept.bytes.writeImmutableBuffer(chunk) }
            kept.count += chunk.readableBytes
        }
        return recorder.state.withLock { state in
            state.spooledByteCount += chunk.readableBytes
            return !state.areSpoolsCongested
        }
    }

    func whenDrained(_ resume: @escaping @Sendable () -> Void) { recorder.whenDrained(resume) }

    func finish(contentType: String?, _ completion: @escaping @Sendable (Body) -> Void) {
        let (bytes, count) = kept.withLock { $0 }
        DispatchQueue.global().async { completion(Body(.memory(bytes), byteCount: count)) }
    }

    func abandon() {}
}
