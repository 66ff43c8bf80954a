import Dispatch
import Foundation
import Logging
import NIOCore
import Synchronization
import UnderstudyAdmin
import UnderstudyCore
import UnderstudyFormats
import UnderstudyServer
import UnderstudyStore
import UnderstudyTrust

/// Everything a serving command runs, wired together: workspace, history, examples, front door, admin listener.
///
/// The only place that knows all of them. Starts in `start`, ends in `stop`; in between only the mode changes.
final class ServingInstance: Sendable {
    let settings: ServeSettings
    let server: ProxyServer
    let pipeline: RecordingPipeline
    let adminAddress: String
    private let storage: Storage
    /// What is recorded is part of it.
    private let run: Run
    private let sessions: MatchSessions
    private let library: CollectionLibrary
    /// Of all files that answers are made of.
    let watch: FolderWatch
    let mocks: ServedMocks
    private let keyNotes: KeyNotes
    private let admin: AdminServer
    /// Where requests may go.
    let targets: TargetGuard
    /// Those made for the management API's callers.
    let calls = UpstreamCalls()
    private let reloads = DispatchQueue(label: "reload")
    private let token: String

    /// What is on disk.
    private struct Storage {
        let workspace: Workspace
        let history: History
        let writer: HistoryWriter
        let spooler: BodySpooler
        let examples: ExampleRecorder
    }

    /// Finds out what would fail before anything is made on disk.
    private static func checkPorts(_ settings: ServeSettings) throws(CommandFailure) {
        var places = [(settings.host, settings.port)]
        if !settings.mayMoveAdmin { places.append((settings.admin.host, settings.adminPort)) }
        for (host, port) in places {
            do { try PortProbe.check(host: host, port: port) } catch {
                throw .startUp(describe(error, host: host, port: port))
            }
        }
    }

    /// Loads, binds, and says where. Nothing is left behind when it throws.
    static func start(_ settings: ServeSettings, sources: [CollectionLibrary.Source]) async throws -> ServingInstance {
        let logger = settings.output.logger()
        DescriptorLimit.raise(to: DescriptorBudget.needed(settings.limits, loopCount: System.coreCount))
        try checkPorts(settings)
        let workspace: Workspace
        let history: History
        do {
            workspace = try Workspace(settings.folder, opening: .serving)
        } catch {
            throw CommandFailure.startUp("\(error)")
        }
        do {
            history = try History(workspace, opening: .serving, durability: settings.durability)
        } catch {
            workspace.close()
            throw CommandFailure.startUp("\(error)")
        }
        if let aside = history.setAside {
            Console.error("\(history.path) was damaged: it is kept as \(aside), and a new history begins")
        }
        do {
            return try await ServingInstance(settings, sources, workspace, history, logger)
        } catch {
            try? history.close()
            workspace.close()
            if let failure = error as? CommandFailure { throw failure }
            throw CommandFailure.startUp(describe(error, host: settings.host, port: settings.port))
        }
    }

    private init(
        _ settings: ServeSettings, _ sources: [CollectionLibrary.Source], _ workspace: Workspace, _ history: History,
        _ logger: Logger
    ) async throws {
        self.settings = settings
        let key = try workspace.redactionKey()
        let rules = Redaction.Rules(adding: settings.redactedNames)
        let redaction = settings.redacts ? Redaction(key: key, rules: rules) : .none
        run = Run(
            startedAt: .now(), collection: settings.upstream.map { PostmanCollection.slug(for: $0.baseURL) } ?? "",
            baseURL: settings.upstream?.baseURL ?? "", writePolicy: settings.writePolicy)
        let spooler = BodySpooler(
            store: workspace.bodies, limits: settings.limits, isSynced: settings.durability == .full)
        let writer = HistoryWriter(
            history: history, run: try history.beginRun(run), limits: settings.limits, bodies: spooler, logger: logger)
        let examples = ExampleRecorder(workspace: workspace, history: history, redaction: redaction, logger: logger)
        storage = Storage(workspace: workspace, history: history, writer: writer, spooler: spooler, examples: examples)
        pipeline = RecordingPipeline(
            writer: writer, spooler: spooler, examples: examples, redaction: redaction,
            keepsSecrets: settings.keepsSecrets || !settings.redacts, limits: settings.limits,
            printer: settings.output.showsTraffic
                ? TrafficPrinter(
                    colour: settings.output.colour, upstream: settings.upstream?.origin ?? "") : nil)
        // What a killed process left in the journal becomes examples before anything is served.
        examples.fold()
        watch = workspace.watch()
        library = CollectionLibrary(
            sources.isEmpty ? [.workspace(settings.folder)] : sources, environment: settings.environment,
            limits: settings.limits, watch: watch)
        mocks = ServedMocks(
            MockLibrary(workspace, limits: settings.limits, watch: watch), settings: settings, redaction: redaction,
            history: history, writer: writer)
        keyNotes = KeyNotes(workspace, logger: logger)
        watch.clear()
        var contents = CollectionLibrary.Contents()
        if settings.mode.usesExamples, settings.servesCollections { contents = library.load() }
        let (sites, mockProblems) = mocks.load()
        Self.report(contents.problems + mockProblems)
        let monitor = Monitor()
        let certificates = TunnelCertificates {
            try CertificateAuthority.open(
                settings.forward.authorityFolder ?? AuthorityFolder(environment: ProcessInfo.processInfo.environment))
        }
        // Who is a forward proxy only should hear at once of what would keep it from being one.
        if settings.upstream == nil, settings.mode.callsUpstream { _ = try certificates.authorityPEM() }
        var configuration = ProxyServer.Configuration(
            recorder: pipeline, storedBodies: BodyFolders(stores: Self.bodyStores(library, workspace)),
            certificates: certificates, logger: logger)
        configuration.host = settings.host
        configuration.port = settings.port
        configuration.loopCount = Processors.available
        configuration.limits = settings.limits
        configuration.curlOptions = settings.curl
        configuration.insecureHosts = settings.forward.insecureHosts
        targets = TargetGuard(settings.targets)
        configuration.targets = targets
        configuration.examplesMonitor = monitor
        configuration.keyUses = KeyUses { [keyNotes] in keyNotes.used($0) }
        let via =
            settings.sendsVia ? "understudy-" + Digest(of: key.map { String($0) }.joined()).description.prefix(6) : nil
        var serving = Serving(
            mode: settings.mode, upstream: settings.upstream, examples: contents.examples, matching: settings.matching,
            answering: settings.answering, redaction: redaction, latency: settings.latency,
            annotates: settings.annotates, rewritesLocation: settings.rewritesLocation, via: via.map { String($0) })
        serving.hasFrontDoor = settings.servesCollections
        serving.speed = settings.speed
        serving.forwards = settings.forward.forwards
        serving.intercepting = settings.forward.intercepting
        serving.proxyCredentials = settings.forward.credentials
        let isWorkspace = sources.isEmpty || sources == [.workspace(settings.folder)]
        serving.recordingFilter = settings.filter
        sessions = serving.sessions
        sessions.expire(after: settings.sessionIdle)
        serving.editPlace = isWorkspace ? EditPlace(folder: settings.folder) : .none
        server = try await ProxyServer(configuration, serving: serving)
        try await mocks.install(sites, in: server)
        token = Self.randomToken()
        do {
            admin = try await AdminServer.start(
                Self.adminConfiguration(settings, workspace, history, redaction, token: token, logger: logger))
        } catch {
            try await server.stop(grace: .zero)
            throw CommandFailure.startUp(Self.describe(error, host: settings.admin.host, port: settings.adminPort))
        }
        adminAddress = settings.admin.address(port: admin.port)
        targets.add(ownPort: admin.port)
        monitor.owner.withLock { $0 = .init(self) }
        admin.attach(self)
        pipeline.onExample { [weak self] exchange in self?.offer(exchange) }
        try storage.workspace.announce(
            RunningInstance(frontDoor: address, admin: adminAddress, adminToken: token))
        FreedMemory.release()
        if let path = settings.portFile { try AtomicFile.write(ByteBuffer(string: "\(port)\n"), to: path, mode: 0o644) }
    }

    var port: Int { server.address.port ?? 0 }

    /// `host:port` as the user would type it.
    var address: String { settings.host.contains(":") ? "[\(settings.host)]:\(port)" : "\(settings.host):\(port)" }

    /// In auto mode what was just recorded answers the next request.
    private func offer(_ exchange: Exchange) {
        guard settings.mode == .auto || currentMode.withLock({ $0 }) == .auto else { return }
        let home = run.home(upstream: exchange.upstream, session: exchange.session)
        if let example = ExampleFold.provisionalExample(of: exchange, in: home) { server.insert(example) }
    }

    private let currentMode = Mutex<Mode?>(nil)

    // MARK: Mode

    /// Changes the mode between two requests.
    func setMode(_ mode: Mode) async throws {
        guard !mode.callsUpstream || settings.upstream != nil || settings.forward.forwards else {
            throw AdminError(
                status: 409,
                message:
                    "there is no upstream to \(mode.rawValue): start again with one, for example 'understudy auto https://api.example.com'"
            )
        }
        currentMode.withLock { $0 = mode }
        if mode.usesExamples {
            storage.writer.flush()
            storage.examples.fold()
            let contents = library.load()
            Self.report(contents.problems)
            try await server.update { serving in
                serving.mode = mode
                serving.hasFrontDoor = true
                serving.setExamples(contents.examples)
            }
        } else {
            try await server.update { serving in
                serving.mode = mode
                serving.hasFrontDoor = true
            }
        }
        if !mode.callsUpstream {
            calls.endAll()
            try await server.closeUpstream()
        }
    }

    // MARK: Examples on disk

    /// Reloads when the server finds that files changed. Requests wait meanwhile.
    private final class Monitor: ExamplesMonitor {
        struct Owner: Sendable {
            weak var instance: ServingInstance?
            init(_ instance: ServingInstance) { self.instance = instance }
        }
        let owner = Mutex<Owner?>(nil)
        /// From noticing a change until it is served: whoever asks meanwhile has to wait for it.
        let isReloading = Atomic(false)

        func hasChanged() -> Bool {
            if isReloading.load(ordering: .acquiring) { return true }
            return owner.withLock { $0?.instance }?.watch.hasChanged() ?? false
        }

        func reload(_ done: @escaping @Sendable () -> Void) {
            guard let instance = owner.withLock({ $0?.instance }) else { return done() }
            instance.reloads.async {
                defer { done() }
                guard instance.watch.hasChanged() else { return }
                self.isReloading.store(true, ordering: .releasing)
                instance.reload()
                self.isReloading.store(false, ordering: .releasing)
            }
        }
    }

    /// Reads what changed and serves it. On the reloading queue; returns when every loop has it.
    private func reload() {
        let mode = currentMode.withLock { $0 } ?? settings.mode
        if mode == .auto {
            storage.writer.flush()
            storage.examples.fold()
        }
        // Before reading: what changes meanwhile is read the next time.
        watch.clear()
        // Until somebody gives it a mode.
        let isFrontDoor = settings.servesCollections || currentMode.withLock { $0 } != nil
        let contents = mode.usesExamples && isFrontDoor ? library.load() : nil
        let (sites, problems) = mocks.load()
        Self.report((contents?.problems ?? []) + problems)
        let isServed = DispatchSemaphore(value: 0)
        Task {
            // Building the index anew for a change of something else would keep everybody waiting.
            if let contents, contents.hasChanged { try? await server.update { $0.replaceExamples(contents.examples) } }
            try? await mocks.install(sites, in: server)
            isServed.signal()
        }
        isServed.wait()
        FreedMemory.release()
    }

    /// Each once: the same file may be served in several ways.
    private static func report(_ problems: [String]) {
        var seen: Set<String> = []
        for problem in problems where seen.insert(problem).inserted { Console.error(problem) }
    }

    private static func bodyStores(_ library: CollectionLibrary, _ workspace: Workspace) -> [BodyStore] {
        [workspace.bodies] + library.bodyFolders.map { BodyStore(examples: $0, history: $0) }
    }

    // MARK: End

    /// Lets running exchanges finish, stores everything, gives the folder back.
    func stop() async {
        try? await server.stop()
        await admin.stop()
        // Large bodies of streams that ended just now come before the exchanges they belong to.
        storage.spooler.close()
        storage.writer.flush()
        storage.examples.fold()
        storage.writer.close()
        pipeline.flushTerminal()
        keyNotes.finish()
        try? storage.history.close()
        storage.workspace.close()
        if let path = settings.portFile { try? FileManager.default.removeItem(atPath: path) }
    }

    var examplesResult: ExampleRecorder.Result { storage.examples.result }
    var recorderStatus: RecorderStatus { storage.writer.recorderStatus }

    private static func randomToken() -> String {
        var random = SystemRandomNumberGenerator()
        return (0..<4).map { _ in String(random.next() as UInt64, radix: 36) }.joined()
    }

    /// One line for what binding and opening can throw.
    private static func describe(_ error: any Error, host: String, port: Int) -> String {
        guard let error = error as? IOError else { return "\(error)" }
        switch error.errnoCode {
        case EADDRINUSE: return "port \(port) is in use on \(host): choose another, or 0 for a free one"
        case EACCES: return "port \(port) needs more rights: choose one above 1023"
        case EADDRNOTAVAIL: return "\(host) is no address of this machine: choose another with --host"
        default: return "cannot listen on \(host):\(port): \(String(cString: strerror(error.errnoCode)))"
        }
    }
}

extension ServingInstance {
    func status() async throws -> AdminStatus {
        let serving = try await server.serving
        let recorder = recorderStatus
        var status = AdminStatus()
        status.mode = serving.mode
        status.upstream = serving.upstream?.baseURL
        status.address = address
        status.folder = settings.folder
        status.examples = serving.exampleCount
        status.connections = try await server.connectionCount
        if case .degraded(let reason, _) = recorder.state { status.degraded = reason }
        status.recorded = recorder.recorded
        status.notRecorded = recorder.notRecorded
        status.pruned = recorder.pruned
        status.dropped = recorder.dropped
        status.version = Version.current
        return status
    }

    func sessionList() async throws -> [AdminSession] {
        let now = Timestamp.now()
        let total = pipeline.counts
        var all = MatchSessions.Counts()
        (all.requests, all.hits, all.misses, all.recorded) = (total.exchanges, total.hits, total.misses, total.recorded)
        // Nobody counts for the common session: its requests are those that no other had.
        return [AdminSession(key: "", counts: all - sessions.counts)]
            + sessions.summaries.map { summary in
                AdminSession(
                    key: summary.key, counts: summary.counts, firstUse: now - summary.firstUse,
                    lastUse: now - summary.lastUse)
            }
    }

    func resetSessions(_ key: String?) async throws -> Int { sessions.reset(key) }

    func removeSession(_ key: String) async throws -> Bool { sessions.remove(key) }
}
