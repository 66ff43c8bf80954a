import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
public import UnderstudyCore
public import UnderstudyFormats
public import UnderstudyStore

/// The management API, on a listener of its own.
///
/// It has three parts: Postman's API, as scripts written for it expect, at the root, ours under `/api/v1`, and the page, `/` and
/// `/ui/`, which uses ours. A request comes through `Doorkeeper` (Host, Origin, key or session, role, rate), is found in the `RouteTable` that `AllRoutes` fills, and is worked on
/// where threads may wait. Routes change files; the server that runs beside this one notices, as it notices any edit. What
/// only that server knows comes through `AdminControl`.
public final class AdminServer: Sendable {
    /// What it listens on, and what it works with.
    public struct Configuration: Sendable {
        public var host = "127.0.0.1"
        public var port = 0
        /// Whether a free port may be taken when this one is in use.
        public var mayMove = false
        /// The lock file's: who can read that may do everything.
        public var token: String
        public var workspace: Workspace
        public var history: History
        /// What saved examples, and requests that are explained, are redacted with.
        public var redaction = Redaction.none
        /// How the front door compares, for explanations.
        public var matching = MatchOptions(profile: .strict)
        public var environment: PostmanEnvironment?
        public var limits = AdminLimits()
        public var metrics = PrometheusRegistry()
        public var logger: Logger

        public init(token: String, workspace: Workspace, history: History, logger: Logger) {
            self.token = token
            self.workspace = workspace
            self.history = history
            self.logger = logger
        }
    }

    /// The port bound.
    public let port: Int
    private let task: Task<Void, Never>
    private let stopping: AsyncStream<Void>.Continuation
    private let control: Control
    let events: EventHub
    private let activity: ActivitySampler
    private let threads: [BlockingWork]

    /// Whom requests are for; known only once everything else has started.
    final class Control: Sendable {
        let target = Mutex<Weak?>(nil)
        struct Weak: Sendable { weak var control: (any AdminControl)? }
        var control: (any AdminControl)? { target.withLock { $0?.control } }
    }

    /// A connection on which nothing comes is closed. Events are sent meanwhile.
    static let idleTimeout = TimeAmount.seconds(60)

    private init(
        port: Int, task: Task<Void, Never>, stopping: AsyncStream<Void>.Continuation, control: Control,
        events: EventHub, activity: ActivitySampler, threads: [BlockingWork]
    ) {
        self.port = port
        self.task = task
        self.stopping = stopping
        self.control = control
        self.events = events
        self.activity = activity
        self.threads = threads
    }

    /// Binds.
    ///
    /// - Throws: `IOError` when the port is in use; `AdminError` when others could reach it and there is no key.
    public static func start(_ configuration: Configuration) async throws -> AdminServer {
        let hasKeys = try !KeyRing(configuration.workspace).contents().keys.isEmpty
        guard isLoopback(configuration.host) || hasKeys else {
            throw AdminError(
                status: 403,
                message:
                    "the management API would be reachable from other machines at \(configuration.host), and there is no key yet: make one with 'understudy key create NAME --role super-admin'"
            )
        }
        do {
            return try await bind(configuration)
        } catch let error as IOError where configuration.mayMove && error.errnoCode == EADDRINUSE {
            var other = configuration
            other.port = 0
            return try await bind(other)
        }
    }

    /// Whether only this machine reaches it.
    public static func isLoopback(_ host: String) -> Bool {
        ["localhost", "::1", "[::1]"].contains(host.lowercased())
            || host.hasPrefix("127.") && host.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: ".") }
    }

    private static func bind(_ configuration: Configuration) async throws -> AdminServer {
        let control = Control()
        let (ports, portFound) = AsyncThrowingStream<Int, any Error>.makeStream()
        let (stops, stopping) = AsyncStream<Void>.makeStream()
        var quiet = configuration.logger
        quiet.logLevel = .critical
        let desk = Desk(configuration, live: control)
        let threads = desk.allThreads
        let responder = LateResponder()
        let application = Application(
            responder: responder, server: .http1(configuration: .init(idleTimeout: idleTimeout)),
            configuration: .init(address: .hostname(configuration.host, port: configuration.port), serverName: nil),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? 0
                let door = Doorkeeper(
                    hosts: HostCheck(host: configuration.host, port: port),
                    keys: KeyDesk(token: configuration.token, workspace: configuration.workspace),
                    sessions: PageSessions(configuration.limits), cookie: SessionCookie(port: port),
                    guesses: GuessLimiter(configuration.limits),
                    rates: RateLimiter(limit: configuration.limits.requestsPerMinute),
                    sessionRates: RateLimiter(limit: configuration.limits.sessionRequestsPerMinute),
                    logger: configuration.logger)
                responder.set(
                    Responder(
                        table: AllRoutes.table, door: door, desk: desk, logger: configuration.logger))
                portFound.yield(port)
            },
            eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup.singleton), logger: quiet)
        let group = ServiceGroup(configuration: .init(services: [.init(service: application)], logger: quiet))
        let task = Task {
            async let stopped: Void = {
                for await _ in stops { break }
                await group.triggerGracefulShutdown()
            }()
            do { try await group.run() } catch { portFound.finish(throwing: error) }
            stopping.finish()
            await stopped
        }
        do {
            for try await port in ports {
                desk.events.start(desk)
                return AdminServer(
                    port: port, task: task, stopping: stopping, control: control, events: desk.events,
                    activity: desk.activity, threads: threads)
            }
        } catch {
            for pool in threads { await pool.stop() }
            throw error
        }
        throw ChannelError.unknownLocalAddress
    }

    /// From now on requests are answered.
    public func attach(_ control: any AdminControl) {
        self.control.target.withLock { $0 = .init(control: control) }
        activity.start(self.control)
    }

    public func stop() async {
        // Those who follow events would keep their connections open.
        events.stop()
        await activity.stop()
        stopping.yield()
        await task.value
        for pool in threads { await pool.stop() }
    }
}

/// The port is part of what requests must name, and known only once it is bound.
private final class LateResponder: HTTPResponder {
    private let responder = Mutex<Responder?>(nil)

    func set(_ responder: Responder) { self.responder.withLock { $0 = responder } }

    func respond(to request: Request, context: AdminContext) async throws -> Response {
        guard let responder = responder.withLock({ $0 }) else { return Response(status: .serviceUnavailable) }
        return try await responder.respond(to: request, context: context)
    }
}
