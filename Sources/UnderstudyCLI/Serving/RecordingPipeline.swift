import NIOCore
import Synchronization
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// From the server to the store: redacts, queues for the history, and tells who wants to know.
final class RecordingPipeline: Recorder {
    /// Counts for the summary.
    struct Counts {
        var exchanges = 0
        var recorded = 0
        var hits = 0
        var misses = 0
        var failures = 0
        var byteCount = 0
        /// For the metrics: by result, by cause, by time taken.
        var results: [Int] = Array(repeating: 0, count: Exchange.Result.allCases.count)
        var causes: [UpstreamFailure.Kind: Int] = [:]
        var latency = LatencyCounts()
        /// Calls to mock servers: by id, then by result.
        private(set) var mocks: [String: [Int]] = [:]

        /// More mock servers than there can be at a time are only counted together.
        private static let mockLimit = 10_000

        mutating func addCall(_ mock: String, _ result: Exchange.Result, _ count: Int = 1) {
            let mock = mocks[mock] != nil || mocks.count < Self.mockLimit ? mock : ""
            mocks[mock, default: Array(repeating: 0, count: Exchange.Result.allCases.count)][result.place] += count
        }
    }

    private let writer: HistoryWriter
    private let spooler: BodySpooler
    private let redaction: Redaction
    /// What the history keeps: redacted too, unless secrets are to be kept there.
    private let historyRedaction: Redaction
    private let examples: ExampleRecorder
    private let limits: Limits
    private let counters = Mutex(Counts())
    /// What to tell at the end.
    let misses = MissLog()
    /// Shown to the user as it happens.
    private let printer: TrafficPrinter?
    /// Called with each exchange that becomes an example, before its client has the end of the response.
    private let observer = Mutex<Observer?>(nil)

    /// In a struct: a closure that is read from a generic `Mutex` is wrapped once more at every access, for ever.
    private struct Observer { let recorded: @Sendable (Exchange) -> Void }

    init(
        writer: HistoryWriter, spooler: BodySpooler, examples: ExampleRecorder, redaction: Redaction,
        keepsSecrets: Bool,
        limits: Limits, printer: TrafficPrinter?
    ) {
        self.writer = writer
        self.spooler = spooler
        self.examples = examples
        self.redaction = redaction
        historyRedaction = keepsSecrets ? .none : redaction
        self.limits = limits
        self.printer = printer
    }

    var counts: Counts { counters.withLock { $0 } }

    /// The few of them that are read every second.
    var activity: (results: [Int], failures: Int) { counters.withLock { ($0.results, $0.failures) } }

    func onExample(_ body: @escaping @Sendable (Exchange) -> Void) {
        observer.withLock { $0 = Observer(recorded: body) }
    }

    var isCongested: Bool { writer.isCongested }

    func whenDrained(_ resume: @escaping @Sendable () -> Void) { writer.whenDrained(resume) }

    func record(_ exchange: Exchange, savingExample: Bool, committed: (@Sendable (Int64?) -> Void)?) {
        count(exchange, isExample: savingExample)
        // A terminal is looked at over shoulders: no secrets there, whatever the history keeps.
        if let printer { printer.print(redaction.apply(to: exchange)) }
        let stored = historyRedaction.apply(to: exchange)
        if exchange.result == .miss { misses.add(historyRedaction.isNone ? redaction.apply(to: exchange) : stored) }
        guard savingExample else {
            // A call that an example answered is the call log's: cheap, and the first to go when too many come.
            let ignored: @Sendable (Int64?) -> Void = { _ in }
            let acknowledged = exchange.result == .hit ? committed : committed ?? ignored
            return writer.record(stored, acknowledged: acknowledged)
        }
        let redacted = historyRedaction.isNone ? redaction.apply(to: exchange) : stored
        let pending = PendingExample(requestKey: ExampleFold.requestKey(of: redacted))
        let examples = examples
        let observer = observer.withLock { $0 }
        writer.record(stored, example: pending) { id in
            if id != nil { examples.recorded() }
            observer?.recorded(redacted)
            committed?(id)
        }
    }

    /// Waits until every line is printed.
    func flushTerminal() { printer?.flush() }

    private func count(_ exchange: Exchange, isExample: Bool) {
        counters.withLock { counts in
            counts.exchanges += 1
            if isExample { counts.recorded += 1 }
            switch exchange.result {
            case .hit: counts.hits += 1
            case .miss: counts.misses += 1
            case .recorded, .passthrough, .refused: break
            }
            counts.results[exchange.result.place] += 1
            if let failure = exchange.failure {
                counts.failures += 1
                counts.causes[failure.kind, default: 0] += 1
            }
            counts.latency.add(exchange.timings.total)
            if let mock = exchange.mock { counts.addCall(mock, exchange.result) }
            counts.byteCount += exchange.request.body.byteCount + (exchange.response?.body.byteCount ?? 0)
        }
    }

    func record(calls: [Exchange], leftOut: [String: Int]) {
        for call in calls { record(call, savingExample: false, committed: nil) }
        guard !leftOut.isEmpty else { return }
        let count = leftOut.values.reduce(0, +)
        counters.withLock { counts in
            counts.exchanges += count
            counts.hits += count
            counts.results[Exchange.Result.hit.place] += count
            for (mock, count) in leftOut where !mock.isEmpty { counts.addCall(mock, .hit, count) }
        }
        writer.leaveOut(leftOut)
    }

    func makeSpool() -> any BodySpooling {
        Spool(spool: spooler.makeSpool(), spooler: spooler, redaction: historyRedaction)
    }
}

/// A body that outgrew memory. Used by one event loop at a time, as `UnderstudyStore.BodySpool` demands.
///
/// `@unchecked Sendable`: the server hands it from its loop to nobody else; only the callbacks leave the loop.
private final class Spool: BodySpooling, @unchecked Sendable {
    private let spool: BodySpool
    private let spooler: BodySpooler
    private let redaction: Redaction
    /// The first chunk, which says whether the body can hold what is redacted.
    private var beginning = ByteBuffer()

    init(spool: BodySpool, spooler: BodySpooler, redaction: Redaction) {
        self.spool = spool
        self.spooler = spooler
        self.redaction = redaction
    }

    func append(_ chunk: ByteBuffer) -> Bool {
        if beginning.readableBytes == 0 { beginning = chunk }
        return !spool.append(chunk)
    }
    func whenDrained(_ resume: @escaping @Sendable () -> Void) { spooler.whenDrained(resume) }

    func finish(contentType: String?, _ completion: @escaping @Sendable (Body) -> Void) {
        let redaction = redaction
        guard redaction.concerns(bodyBeginning: beginning, contentType: contentType) else {
            return spool.finish(completion: completion)
        }
        let rewrite: BodySpool.Rewrite = { redaction.apply(toBody: $0, contentType: contentType) }
        spool.finish(rewrite: rewrite, completion: completion)
    }

    func abandon() { spool.abandon() }
}

/// Large bodies of a workspace and of collection files from elsewhere.
struct BodyFolders: StoredBodies {
    let stores: [BodyStore]

    func path(of digest: Digest) -> String? {
        for store in stores { if let path = store.path(of: digest) { return path } }
        return nil
    }
}

extension Exchange.Result {
    /// In `allCases`.
    var place: Int {
        switch self {
        case .hit: 0
        case .miss: 1
        case .recorded: 2
        case .passthrough: 3
        case .refused: 4
        }
    }
}
