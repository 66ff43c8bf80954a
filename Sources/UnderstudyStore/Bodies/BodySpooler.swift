import Dispatch
import Foundation
import NIOCore
import Synchronization
public import UnderstudyCore

/// Takes large bodies to disk while they stream, on a thread of its own, so that no event loop ever waits for a disk.
///
/// One `BodySpool` per message. What waits for the thread is bounded: past `queueLimit` bytes the spools report
/// congestion, and their connections stop reading until `whenDrained` calls back.
public final class BodySpooler: Sendable {
    /// Bytes that may wait for the disk before senders are asked to pause. 16 MiB; they resume at half.
    public static let queueLimit = 16 << 20
    /// After trouble, one attempt to write in so long, and how much. Without it a disk that has room again would count
    /// as full until the next large body.
    static let retryInterval = DispatchTimeInterval.seconds(1)
    static let probeSize = 64 << 10

    enum Job {
        case write(ByteBuffer, SpoolFile)
        case finish(SpoolFile, byteCount: Int, rewrite: BodySpool.Rewrite?, @Sendable (Body) -> Void)
        case abandon(SpoolFile)
    }

    private struct State {
        var jobs: [Job] = []
        var queuedBytes = 0
        var isAsleep = false
        var isClosed = false
        var drained: [@Sendable () -> Void] = []
        var trouble: Trouble?
    }

    /// Why and since when bodies cannot be kept.
    public struct Trouble: Sendable, Hashable {
        public var reason: String
        public var since: Timestamp
    }

    public let store: BodyStore
    let limits: Limits
    /// Whether a body is on the medium, not only with the kernel, before it is reported finished.
    let isSynced: Bool
    private let state = Mutex(State())
    /// Bodies that have their names but not yet their rows, and how often; kept only where the history has a limit.
    private let expected = Mutex<[Digest: Int]>([:])
    /// Octets of files that are new since they were asked for.
    private let newByteCount = Atomic(0)
    private let congested = Atomic(false)
    private let wakeup = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the thread.
    ///
    /// - Parameter isSynced: sync each body before it gets its name (`--durability full`).
    public init(store: BodyStore, limits: Limits = Limits(), isSynced: Bool = false) {
        self.store = store
        self.limits = limits
        self.isSynced = isSynced
        let thread = Thread { [self] in run() }
        thread.name = "bodies"
        thread.start()
    }

    /// A spool for one message's body.
    public func makeSpool() -> BodySpool { BodySpool(spooler: self) }

    /// Whether too much waits for the disk. Cheap; any thread.
    public var isCongested: Bool { congested.load(ordering: .relaxed) }

    /// Calls back once when no longer congested, on the spooler's thread, or at once on the caller's.
    public func whenDrained(_ body: @escaping @Sendable () -> Void) {
        let waits = state.withLock { state in
            guard congested.load(ordering: .relaxed) else { return false }
            state.drained.append(body)
            return true
        }
        if !waits { body() }
    }

    /// Why the last body could not be kept; `nil` when the last one was.
    public var trouble: Trouble? { state.withLock { $0.trouble } }

    /// Does what is queued, then ends the thread. Waits for it. Spools finished later are reported as cut.
    public func close() {
        let isFirst = state.withLock { state in
            defer { state.isClosed = true }
            if state.isAsleep { wakeup.signal() }
            state.isAsleep = false
            return !state.isClosed
        }
        if isFirst { ended.wait() }
    }

    /// Whether a row that refers to this body is on its way.
    func isExpected(_ digest: Digest) -> Bool { expected.withLock { $0[digest] != nil } }

    /// A row that was on its way is stored, or will never be.
    func settled(_ digest: Digest) {
        expected.withLock { expected in
            guard let count = expected[digest] else { return }
            expected[digest] = count > 1 ? count - 1 : nil
        }
    }

    /// Octets of files that came since the last call. Bodies that were there already take no more room.
    func takeNewByteCount() -> Int64 { Int64(newByteCount.exchange(0, ordering: .relaxed)) }

    private func expect(_ digest: Digest) {
        if limits.history != nil { expected.withLock { $0[digest, default: 0] += 1 } }
    }

    func enqueue(_ job: Job) {
        let wasAccepted = state.withLock { state in
            guard !state.isClosed else { return false }
            if case .write(let bytes, _) = job {
                state.queuedBytes += bytes.readableBytes
                if state.queuedBytes >= Self.queueLimit { congested.store(true, ordering: .relaxed) }
            }
            state.jobs.append(job)
            if state.isAsleep {
                state.isAsleep = false
                wakeup.signal()
            }
            return true
        }
        if !wasAccepted, case .finish(_, let byteCount, _, let completion) = job {
            completion(Body(.memory(ByteBuffer()), byteCount: byteCount))
        }
    }

    private func run() {
        while true {
            let jobs: [Job]? = state.withLock { state in
                if state.jobs.isEmpty, !state.isClosed {
                    state.isAsleep = true
                    return []
                }
                defer { state.jobs = [] }
                return state.jobs.isEmpty ? nil : state.jobs
            }
            guard let jobs else { break }
            if jobs.isEmpty, wait() == .timedOut { probe() }
            for job in jobs { perform(job) }
        }
        ended.signal()
    }

    /// Until there is work, or while in trouble until it is time for another attempt.
    private func wait() -> DispatchTimeoutResult {
        guard trouble != nil else {
            wakeup.wait()
            return .success
        }
        return wakeup.wait(timeout: .now() + Self.retryInterval)
    }

    /// Finds out whether a body could be written now.
    private func probe() {
        let file = SpoolFile()
        file.append(ByteBuffer(repeating: 0, count: Self.probeSize), in: store)
        file.remove()
        if file.failure == nil { state.withLock { $0.trouble = nil } }
    }

    private func perform(_ job: Job) {
        switch job {
        case .write(let bytes, let file):
            file.append(bytes, in: store)
            let drained = state.withLock { state -> [@Sendable () -> Void] in
                state.queuedBytes -= bytes.readableBytes
                guard state.queuedBytes <= Self.queueLimit / 2, congested.load(ordering: .relaxed) else { return [] }
                congested.store(false, ordering: .relaxed)
                defer { state.drained = [] }
                return state.drained
            }
            for body in drained { body() }
        case .finish(let file, let byteCount, let rewrite, let completion):
            var name: Digest?
            let body = file.finish(byteCount: byteCount, rewrite: rewrite, in: store, isSynced: isSynced) { digest in
                name = digest
                expect(digest)
            }
            if file.failure != nil, let name { settled(name) }
            if file.isNew { newByteCount.add(body.keptByteCount, ordering: .relaxed) }
            state.withLock { state in
                let since = state.trouble?.since ?? .now()
                state.trouble = file.failure.map { Trouble(reason: $0.description, since: since) }
            }
            completion(body)
        case .abandon(let file):
            file.remove()
        }
    }
}
