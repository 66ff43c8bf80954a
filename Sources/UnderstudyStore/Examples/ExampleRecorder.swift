import Dispatch
public import Logging
import NIOCore
import Synchronization
public import UnderstudyCore
import UnderstudyFormats

/// Turns recorded exchanges into examples in collection files, later and in batches.
///
/// The history is the journal: an exchange that shall become an example is committed as *pending* before its client
/// has the whole answer, so nothing is lost however the process ends. From there it is folded into its collection's
/// file when recording pauses, when as many wait as the file already holds (so that a long recording rewrites the file
/// a logarithmic number of times, not once per exchange), and at the end. What a killed process left pending is folded
/// at the next start.
public final class ExampleRecorder: Sendable {
    /// How often is looked whether to fold, while something waits.
    static let interval = DispatchTimeInterval.milliseconds(250)
    /// Recording goes slowly when fewer than this came during one interval.
    static let slowCount = 50
    /// So many pending exchanges are folded even while traffic is heavy.
    static let waitingLimit = 100_000
    /// A fold is followed by at least so many times its own duration without one.
    static let restFactor = 10.0
    /// A larger collection is not kept in memory between two folds.
    static let keptExampleLimit = 5000

    /// What folding did, for the summary.
    public struct Result: Sendable {
        /// Examples that the collections did not have.
        public var added = 0
        /// Exchanges that an example already stood for.
        public var kept = 0
    }

    private struct State {
        var waiting = 0
        var recorded = 0
        var recordedAtCheck = 0
        var isScheduled = false
        var result = Result()
        var restUntil = DispatchTime.now()
        /// The collection as it was written last, while its file has not changed since.
        var open: Open?
    }

    private struct Open {
        let run: Int64
        let stamp: FileStamp
        var fold: ExampleFold
    }

    private let workspace: Workspace
    private let history: History
    private let preparation: ExamplePreparation
    private let logger: Logger
    private let queue = DispatchQueue(label: "examples")
    private let state = Mutex(State())

    /// - Parameter redaction: applied once more before anything is written: the history may hold secrets on request.
    public init(workspace: Workspace, history: History, redaction: Redaction, logger: Logger) {
        self.workspace = workspace
        self.history = history
        preparation = ExamplePreparation(bodies: workspace.bodies, redaction: redaction)
        self.logger = logger
    }

    public var result: Result { state.withLock { $0.result } }

    /// An exchange was committed as pending. Any thread; returns at once.
    public func recorded() {
        let mustSchedule = state.withLock { state in
            state.waiting += 1
            state.recorded += 1
            defer { state.isScheduled = true }
            return !state.isScheduled
        }
        if mustSchedule { schedule() }
    }

    private func schedule() {
        queue.asyncAfter(deadline: .now() + Self.interval) { [weak self] in self?.check() }
    }

    private func check() {
        let mustFold = state.withLock { state -> Bool? in
            guard state.waiting > 0 else {
                state.isScheduled = false
                return nil
            }
            let isSlow = state.recorded - state.recordedAtCheck < Self.slowCount
            state.recordedAtCheck = state.recorded
            return (isSlow || state.waiting >= Self.waitingLimit) && DispatchTime.now() >= state.restUntil
        }
        guard let mustFold else { return }
        if mustFold { foldPending() }
        schedule()
    }

    /// Folds everything that is pending, from earlier runs too. Blocks until the files are written.
    public func fold() { queue.sync { foldPending() } }

    private func foldPending() {
        let began = DispatchTime.now()
        do {
            while let first = try history.pendingExchanges(limit: 1).first { try fold(run: first.run) }
        } catch {
            logger.error("examples could not be written; they stay in the history", metadata: ["reason": "\(error)"])
        }
        let nanoseconds = Double(DispatchTime.now().uptimeNanoseconds - began.uptimeNanoseconds)
        state.withLock { state in
            state.waiting = 0
            state.restUntil = .now() + .nanoseconds(Int(nanoseconds * Self.restFactor))
        }
    }

    private func fold(run id: Int64) throws {
        guard let run = try history.run(id: id) else { throw HistoryError.damagedRow(id: id) }
        let path = "\(workspace.collections)/\(run.collection)\(PostmanCollection.fileEnding)"
        // From reading the file to marking the rows: nobody else of ours may write in between.
        try CollectionLock.hold(workspace.collections) {
            for attempt in 1... {
                // An editor knows no lock: if it wrote meanwhile, its text is folded into, not replaced.
                if try fold(run, id: id, path: path, isLast: attempt == CollectionFolder.attempts) { break }
            }
        }
    }

    /// - Parameter isLast: write even when the file keeps changing.
    /// - Returns: whether the file was written, which it is not when it changed since it was read.
    private func fold(_ run: Run, id: Int64, path: String, isLast: Bool) throws -> Bool {
        let stamp = FileStamp(path)
        var fold = try openFold(run, id: id, path: path, stamp: stamp)
        var written: [(id: Int64, exampleID: String?)] = []
        var (added, kept) = (0, 0)
        var last: Int64 = 0
        while true {
            let batch = try history.pendingExchanges(after: last, run: id)
            guard let end = batch.last else { break }
            last = end.exchange.id
            for pending in batch {
                let exchange = try preparation.prepared(pending.exchange)
                let outcome = try fold.fold(
                    exchange, occurrence: pending.occurrence, policy: run.writePolicy, run: pending.run)
                written.append((pending.exchange.id, outcome.id))
                switch outcome {
                case .added: added += 1
                case .kept: kept += 1
                case .skipped: break
                }
            }
        }
        let bytes = fold.collection.bytes()
        guard isLast || FileStamp(path) == stamp else { return false }
        // The same traffic again changes nothing, not even the file's time.
        if added > 0 || (try? FileSystem.contents(of: path)) != bytes {
            try AtomicFile.write(bytes, to: path, mode: 0o644)
        }
        try history.markWritten(written)
        try history.markFolded(run: id)
        keep(fold, run: id, path: path, added: added, kept: kept)
        return true
    }

    private func openFold(_ run: Run, id: Int64, path: String, stamp: FileStamp?) throws -> ExampleFold {
        if let open = state.withLock({ $0.open.take() }), open.run == id, open.stamp == stamp { return open.fold }
        let files = ExampleBodyFiles(workspace.bodies)
        guard stamp != nil else {
            return ExampleFold(PostmanCollection(slug: run.collection, origin: run.baseURL), files: files)
        }
        let collection = try PostmanCollection(
            parsing: FileSystem.contents(of: path), slug: run.collection, file: path)
        try collection.checkEditable(file: path)
        return ExampleFold(collection, files: files, resuming: try history.hasWrittenExamples(run: id))
    }

    private func keep(_ fold: ExampleFold, run: Int64, path: String, added: Int, kept: Int) {
        let count = fold.collection.exampleCount
        state.withLock { state in
            state.result.added += added
            state.result.kept += kept
            if count <= Self.keptExampleLimit, let stamp = FileStamp(path) {
                state.open = Open(run: run, stamp: stamp, fold: fold)
            }
        }
    }
}
