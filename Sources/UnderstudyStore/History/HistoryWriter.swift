import Dispatch
import Foundation
import GRDB
public import Logging
import NIOCore
import Synchronization
public import UnderstudyCore

/// The one thread that adds to the history.
///
/// It waits for no timer: whatever is queued when it is free goes into one transaction, so that an idle server stores
/// an exchange at once and a busy one shares the cost of a commit. A disk that takes nothing never stops traffic: the
/// writer is then *degraded*, acknowledges, counts what is lost, and tries again once a second.
public final class HistoryWriter: Sendable {
    /// The most exchanges in one transaction: bounds how long the first waits for the last.
    public static let batchLimit = 512
    /// When calls come faster than they can be written, so that some are left out anyway and nobody waits: the most in one
    /// transaction, and how many times as long as that took the thread then rests. Answers come before their log. A low
    /// priority would not do: whoever holds a lock at low priority holds up those who want it.
    static let restingBatchLimit = 64
    static let restFactor = 8
    static let longestRest = Duration.milliseconds(100)
    /// While degraded, one attempt and at most one log line in so long.
    static let retryInterval = Duration.seconds(1)
    static let logInterval = Duration.seconds(60)

    private let history: History
    private let queue: WriterQueue
    private let logger: Logger
    private let run: Mutex<Int64>
    private let status = Mutex(RecorderStatus())
    private let bodies: BodySpooler?
    private let limits: Limits
    private let ended = DispatchSemaphore(value: 0)

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - history: opened for serving.
    ///   - run: what `History.beginRun` returned.
    ///   - bodies: when given, its trouble shows in this writer's status.
    public init(
        history: History, run: Int64, limits: Limits = Limits(), bodies: BodySpooler? = nil,
        logger: Logger = Logger(label: "history")
    ) {
        self.history = history
        self.run = Mutex(run)
        self.queue = WriterQueue(limits: limits)
        self.bodies = bodies
        self.limits = limits
        self.logger = logger
        let thread = Thread { [self] in work() }
        thread.name = "history"
        thread.start()
    }

    /// Queues an exchange, from any thread, without waiting.
    ///
    /// - Parameters:
    ///   - example: given when the exchange shall become an example: it is then *pending* from the same commit on.
    ///   - target: where `acknowledged` is called; `nil` is the writer's thread.
    ///   - acknowledged: called once when the exchange is stored as safely as the durability promises, or cannot be.
    ///     `nil` makes it a call-log row: stored when convenient, and dropped, but counted, when the queue is full.
    public func record(
        _ exchange: Exchange, example: PendingExample? = nil, target: AckTarget? = nil,
        acknowledged: (@Sendable (Int64?) -> Void)? = nil
    ) {
        let waits = history.durability != .async
        let entry = WriterQueue.Entry(
            exchange: exchange, example: example?.requestKey, run: run.withLock { $0 }, isWanted: acknowledged != nil,
            target: target, acknowledged: waits ? acknowledged : nil, cost: Self.cost(of: exchange))
        let isQueued = queue.append(entry)
        if !isQueued { status.withLock { $0.notRecorded += 1 } }
        if let acknowledged, !isQueued || !waits {
            Self.deliver([(target, Acknowledgement(id: nil, handler: acknowledged))])
        }
    }

    /// Counts call-log rows that the caller, seeing the queue congested, did not even make: by the mock server called, under
    /// `""` all others.
    public func leaveOut(_ counts: [String: Int]) { queue.leaveOut(counts) }

    /// Exchanges recorded from now on belong to this run, and their repeats are counted anew.
    public func setRun(_ id: Int64) { run.withLock { $0 = id } }

    /// Whether so much is queued that connections should stop reading. Cheap; any thread.
    public var isCongested: Bool { queue.isCongested }

    /// Calls back once when half of the queue is free again, on the writer's thread, or at once on the caller's.
    public func whenDrained(_ body: @escaping @Sendable () -> Void) { queue.whenDrained(body) }

    public var recorderStatus: RecorderStatus {
        var status = status.withLock { $0 }
        queue.describe(in: &status)
        if status.state == .recording, let trouble = bodies?.trouble {
            status.state = .degraded(reason: trouble.reason, since: trouble.since)
        }
        return status
    }

    /// Waits until everything recorded so far is stored or given up. Not on an event loop.
    public func flush() { queue.flush() }

    /// Stores what is queued and ends the thread; the history stays open. Later exchanges count as not recorded.
    public func close() {
        queue.close()
        ended.wait()
        ended.signal()
    }
}

extension HistoryWriter {
    /// What only the thread knows.
    private struct Work {
        var insert = ExchangeInsert()
        var occurrences = OccurrenceCounter()
        var lastAttempt = ContinuousClock.now - HistoryWriter.retryInterval
        var lastLog: ContinuousClock.Instant?
        /// Lost since the trouble began.
        var gap = 0
        var isDegraded = false
        var pruner: HistoryPruner?

        /// How long to sleep when nothing comes.
        var patience: DispatchTimeInterval? {
            if isDegraded { return .seconds(1) }
            return pruner?.patience.map { .milliseconds(Int($0 / .milliseconds(1))) }
        }
    }

    private func work() {
        var work = Work()
        work.pruner = HistoryPruner(limits: limits, history: history, spooler: bodies)
        while true {
            switch queue.next(patience: work.patience) {
            case .write(let entries):
                var start = 0
                while start < entries.count {
                    let began = ContinuousClock.now
                    let isOverrun = queue.isOverrun(at: began)
                    let end = min(start + (isOverrun ? Self.restingBatchLimit : Self.batchLimit), entries.count)
                    store(entries[start..<end], &work)
                    work.pruner?.stored(entries[start..<end].lazy.map(\.exchange))
                    prune(&work, for: ContinuousClock.now - began)
                    start = end
                    guard isOverrun else { continue }
                    queue.rest(for: min((ContinuousClock.now - began) * Self.restFactor, Self.longestRest))
                }
            case .idle:
                if work.isDegraded { probe(&work) } else { prune(&work, for: .zero) }
            case .stop:
                ended.signal()
                return
            }
        }
    }

    /// One transaction, then the acknowledgements of all that were in it.
    private func store(_ batch: ArraySlice<WriterQueue.Entry>, _ work: inout Work) {
        var ids: [Int64] = []
        if isDueForAttempt(&work) {
            do {
                ids = try commit(batch, &work)
                recover(&work)
            } catch {
                work.occurrences.rollback()
                work.insert.shared.rollback()
                degrade(error, &work)
            }
        }
        let bytes = batch.reduce(0) { $0 + $1.cost }
        if ids.isEmpty { work.gap += batch.count }
        status.withLock { status in
            if ids.isEmpty {
                status.notRecorded += batch.count
            } else {
                status.recorded += batch.count
                status.bytesWritten += bytes
            }
        }
        var deliveries: [(AckTarget?, Acknowledgement)] = []
        for (index, entry) in batch.enumerated() {
            guard let acknowledged = entry.acknowledged else { continue }
            let id = ids.isEmpty ? nil : ids[index]
            deliveries.append((entry.target, Acknowledgement(id: id, handler: acknowledged)))
        }
        Self.deliver(deliveries)
        queue.settle(count: batch.count, bytes: bytes)
    }

    private func commit(_ batch: ArraySlice<WriterQueue.Entry>, _ work: inout Work) throws -> [Int64] {
        var ids: [Int64] = []
        ids.reserveCapacity(batch.count)
        try history.database.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                work.insert.shared.begin()
                let statement = try ExchangeInsert.statement(in: db)
                for entry in batch {
                    let occurrence = entry.example.map { work.occurrences.next($0, of: entry.exchange, run: entry.run) }
                    let note = ExchangeInsert.Note(run: entry.run, example: entry.example, occurrence: occurrence)
                    ids.append(try work.insert.run(entry.exchange, note, with: statement, in: db))
                }
                return .commit
            }
        }
        work.occurrences.commit()
        work.insert.shared.commit()
        return ids
    }

    /// Makes room where the history has a limit: one step, and more as long as storing took.
    private func prune(_ work: inout Work, for time: Duration) {
        guard work.pruner != nil, !work.isDegraded else { return }
        let end = ContinuousClock.now + time
        var count = 0
        repeat { count += work.pruner?.step(history) ?? 0 } while work.pruner?.isBusy == true && .now < end
        if count > 0 { status.withLock { $0.pruned += count } }
    }

    /// While degraded and with nothing to store: finds out whether a write would succeed.
    private func probe(_ work: inout Work) {
        guard isDueForAttempt(&work) else { return }
        do {
            try history.database.write {
                try $0.execute(sql: "UPDATE run SET id = id WHERE id = (SELECT max(id) FROM run)")
            }
            recover(&work)
        } catch {
            degrade(error, &work)
        }
    }

    private func isDueForAttempt(_ work: inout Work) -> Bool {
        guard work.isDegraded else { return true }
        let now = ContinuousClock.now
        guard now - work.lastAttempt >= Self.retryInterval else { return false }
        work.lastAttempt = now
        return true
    }

    private func degrade(_ error: any Error, _ work: inout Work) {
        let reason = HistoryError.reason(of: error)
        let now = ContinuousClock.now
        work.lastAttempt = now
        if !work.isDegraded {
            work.isDegraded = true
            status.withLock { $0.state = .degraded(reason: reason, since: .now()) }
        }
        if let lastLog = work.lastLog, now - lastLog < Self.logInterval { return }
        work.lastLog = now
        logger.error("recording is degraded: \(reason)", metadata: ["notRecorded": "\(work.gap)"])
    }

    private func recover(_ work: inout Work) {
        guard work.isDegraded else { return }
        logger.notice("recording again", metadata: ["notRecorded": "\(work.gap)"])
        work.isDegraded = false
        work.gap = 0
        status.withLock { $0.state = .recording }
    }

    /// One call per target, in order.
    private static func deliver(_ deliveries: [(AckTarget?, Acknowledgement)]) {
        var groups: [(target: AckTarget, batch: [Acknowledgement])] = []
        for (target, acknowledgement) in deliveries {
            guard let target else {
                acknowledgement()
                continue
            }
            if let index = groups.firstIndex(where: { $0.target === target }) {
                groups[index].batch.append(acknowledgement)
            } else {
                groups.append((target, [acknowledgement]))
            }
        }
        for group in groups { group.target.deliver(group.batch) }
    }

    private static func cost(of exchange: Exchange) -> Int {
        1024 + (exchange.request.body.bytesInMemory?.readableBytes ?? 0)
            + (exchange.response?.body.bytesInMemory?.readableBytes ?? 0)
    }
}
