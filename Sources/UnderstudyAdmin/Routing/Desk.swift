import NIOPosix
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// What routes work with: the workspace's folders, the history, and the server that runs.
struct Desk: Sendable {
    let workspace: Workspace
    let history: History
    let mocks: MockFolder
    let collections: CollectionCatalog
    let firstRequests: FirstRequests
    let collectionFolder: CollectionFolder
    let removedItems: RemovedItems
    let environments: EnvironmentFolder
    let keys: KeyRing
    let redaction: Redaction
    /// Makes examples of the history's exchanges, of calls that were made, and of requests that nothing answered.
    let saver: ExampleSaver
    let keeper: CallKeeper
    let learner: CallLearner
    let matching: MatchDesk
    let live: AdminServer.Control
    let events: EventHub
    let activity: ActivitySampler
    let metrics: PrometheusRegistry
    let threads: BlockingWork
    /// For routes that may take long.
    let slowThreads: BlockingWork
    /// For keys: who works long must not keep others out.
    let doorThreads: BlockingWork
    /// For bodies on their way to clients, and those that are decoded for it.
    let downloads: Seats
    let decodings: Seats
    let outgoing: OutgoingCalls
    let limits: AdminLimits

    init(_ configuration: AdminServer.Configuration, live: AdminServer.Control) {
        workspace = configuration.workspace
        history = configuration.history
        mocks = MockFolder(workspace)
        collections = CollectionCatalog(workspace)
        firstRequests = FirstRequests(collections)
        collectionFolder = CollectionFolder(workspace)
        environments = EnvironmentFolder(workspace)
        keys = KeyRing(workspace)
        redaction = configuration.redaction
        saver = ExampleSaver(workspace: workspace, history: history, redaction: redaction)
        keeper = CallKeeper(workspace: workspace, history: history, redaction: redaction)
        learner = CallLearner(keeper)
        matching = MatchDesk(
            workspace.folder, configuration.matching, configuration.environment, configuration.redaction)
        limits = configuration.limits
        removedItems = RemovedItems(limits: configuration.limits)
        outgoing = OutgoingCalls(limit: configuration.limits.outgoingCalls)
        metrics = configuration.metrics
        threads = BlockingWork(limits, threads: limits.threads)
        slowThreads = BlockingWork(limits, threads: limits.slowThreads)
        doorThreads = BlockingWork(limits, threads: limits.doorThreads)
        downloads = Seats(limits.downloads)
        decodings = Seats(limits.largeBodies)
        self.live = live
        events = EventHub(limits: configuration.limits)
        activity = ActivitySampler(limits: configuration.limits)
    }

    var allThreads: [BlockingWork] { [threads, slowThreads, doorThreads] }

    /// - Throws: `Refusal` until everything has started.
    func server() throws(Refusal) -> any AdminControl {
        guard let control = live.control else { throw .starting }
        return control
    }
}
