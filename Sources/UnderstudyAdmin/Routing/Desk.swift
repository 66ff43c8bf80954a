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
    let collectionFolder: CollectionFolder
    let environments: EnvironmentFolder
    let keys: KeyRing
    let redaction: Redaction
    let matching: MatchDesk
    let live: AdminServer.Control
    let events: EventHub
    let metrics: PrometheusRegistry
    let threads: BlockingWork
    let limits: AdminLimits

    init(_ configuration: AdminServer.Configuration, live: AdminServer.Control) {
        workspace = configuration.workspace
        history = configuration.history
        mocks = MockFolder(workspace)
        collections = CollectionCatalog(workspace)
        collectionFolder = CollectionFolder(workspace)
        environments = EnvironmentFolder(workspace)
        keys = KeyRing(workspace)
        redaction = configuration.redaction
        matching = MatchDesk(
            workspace.folder, configuration.matching, configuration.environment, configuration.redaction)
        limits = configuration.limits
        metrics = configuration.metrics
        threads = BlockingWork(configuration.limits)
        self.live = live
        events = EventHub(limits: configuration.limits)
    }

    /// - Throws: `Refusal` until everything has started.
    func server() throws(Refusal) -> any AdminControl {
        guard let control = live.control else { throw .starting }
        return control
    }
}
