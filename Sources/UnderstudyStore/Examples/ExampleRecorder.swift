import Dispatch
public import Logging
import NIOCore
import Synchronization
public import UnderstudyCore
import UnderstudyFormats

/// Turns recorded exchanges into examples in collection files, later and in batches.
///
/// The history is the journal: an exchange that shall become an example is committed as *pending* before its client
/// has the whole answer, so nothing is lost however the process ends. From there it is folded into the file of its
/// collection (`CollectionHome`) when recording pauses, when as many wait as the file already holds (so that a long recording rewrites the file
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
    /// Examples of all collections that are kept in memory between two folds.
    static let keptExampleLimit = 5000
    /// Exchanges read from the history at a time.
    static let batchLimit = 256

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
        /// Collections as they were written last, while their files have not changed since; the one used last at the end.
        var kept: [Kept] = []
    }

    private struct Kept {
        let run: Int64
        let path: String
        let stamp: FileStamp
        let fold: ExampleFold
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
        let waiting = state.withLock { $0.waiting }
        do {
            for id in try history.pendingRuns() {
                guard let run = try history.run(id: id) else { throw HistoryError.damagedRow(id: id) }
                // One file that cannot be written keeps no other back.
                for group in try history.pendingGroups(run: id) {
                    do { try fold(group, of: run) } catch { report(error) }
                }
            }
        } catch {
            report(error)
        }
        let nanoseconds = Double(DispatchTime.now().uptimeNanoseconds - began.uptimeNanoseconds)
        state.withLock { state in
            // What came meanwhile waits for the next time.
            state.waiting -= waiting
            state.restUntil = .now() + .nanoseconds(Int(nanoseconds * Self.restFactor))
        }
    }

    private func report(_ error: any Error) {
        logger.error("examples could not be written; they stay in the history", metadata: ["reason": "\(error)"])
    }

    private func fold(_ group: PendingGroup, of run: Run) throws {
        // From reading the file to marking the rows: nobody else of ours may write in between.
        try CollectionLock.hold(workspace.collections) {
            for attempt in 1... {
                // An editor knows no lock: if it wrote meanwhile, its text is folded into, not replaced.
                if try fold(group, of: run, isLast: attempt == CollectionFolder.attempts) { break }
            }
        }
    }

    /// - Parameter isLast: write even when the file keeps changing.
    /// - Returns: whether the file was written, which it is not when it changed since it was read.
    private func fold(_ group: PendingGroup, of run: Run, isLast: Bool) throws -> Bool {
        let file = try open(run.home(upstream: group.upstream, session: group.session), run: run.id)
        var fold = file.fold
        var written: [(id: Int64, exampleID: String?)] = []
        var (added, kept) = (0, 0)
        for start in stride(from: 0, to: group.ids.count, by: Self.batchLimit) {
            let ids = group.ids[start..<min(start + Self.batchLimit, group.ids.count)]
            for pending in try history.pendingExchanges(ids) {
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
        guard isLast || FileStamp(file.path) == file.stamp else { return false }
        // The same traffic again changes nothing, not even the file's time.
        if added > 0 || (try? FileSystem.contents(of: file.path)) != bytes {
            try AtomicFile.write(bytes, to: file.path, mode: 0o644)
        }
        try history.markFolded(run: run.id, into: fold.collection.slug, written)
        keep(fold, run: run.id, path: file.path, added: added, kept: kept)
        return true
    }

    /// A collection to fold into, and what its file was like when it was read.
    private struct OpenedFile {
        let path: String
        let stamp: FileStamp?
        let fold: ExampleFold
    }

    /// The file of that name, or, when that is another's, the one beside it.
    private func open(_ home: CollectionHome, run: Int64) throws -> OpenedFile {
        if let own = try open(home, run: run, isForced: false) { return own }
        let other = home.alternative
        return try open(other, run: run, isForced: true) ?? begin(other)
    }

    /// `nil` for a file that is another's.
    private func open(_ home: CollectionHome, run: Int64, isForced: Bool) throws -> OpenedFile? {
        let path = path(of: home)
        guard let stamp = FileStamp(path) else { return begin(home) }
        if let fold = takeKept(run: run, path: path, stamp: stamp, home) {
            return OpenedFile(path: path, stamp: stamp, fold: fold)
        }
        let collection = try PostmanCollection(
            parsing: FileSystem.contents(of: path), slug: home.slug, file: path)
        guard isForced || home.isHome(of: collection) else { return nil }
        try collection.checkEditable(file: path)
        let fold = ExampleFold(
            collection, files: ExampleBodyFiles(workspace.bodies),
            resuming: try history.isFolded(run: run, into: home.slug))
        return OpenedFile(path: path, stamp: stamp, fold: fold)
    }

    private func begin(_ home: CollectionHome) -> OpenedFile {
        let collection = PostmanCollection(slug: home.slug, origin: home.baseURL, session: home.session)
        return OpenedFile(
            path: path(of: home), stamp: nil,
            fold: ExampleFold(collection, files: ExampleBodyFiles(workspace.bodies)))
    }

    private func path(of home: CollectionHome) -> String {
        "\(workspace.collections)/\(home.slug)\(PostmanCollection.fileEnding)"
    }

    private func takeKept(run: Int64, path: String, stamp: FileStamp, _ home: CollectionHome) -> ExampleFold? {
        state.withLock { state in
            guard let index = state.kept.firstIndex(where: { $0.path == path }) else { return nil }
            let kept = state.kept.remove(at: index)
            return kept.run == run && kept.stamp == stamp && home.isHome(of: kept.fold.collection) ? kept.fold : nil
        }
    }

    private func keep(_ fold: ExampleFold, run: Int64, path: String, added: Int, kept: Int) {
        state.withLock { state in
            state.result.added += added
            state.result.kept += kept
            guard let stamp = FileStamp(path) else { return }
            state.kept.append(Kept(run: run, path: path, stamp: stamp, fold: fold))
            // The ones used last stay.
            var count = 0
            let keptCount = state.kept.reversed().prefix { kept in
                count += kept.fold.collection.exampleCount
                return count <= Self.keptExampleLimit
            }.count
            state.kept.removeFirst(state.kept.count - keptCount)
        }
    }
}
