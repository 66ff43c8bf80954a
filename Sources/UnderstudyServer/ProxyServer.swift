public import Curl
public import Logging
public import NIOCore
import NIOPosix
import Synchronization
public import UnderstudyCore

/// The front door: accepts clients on one address and runs their exchanges, in whatever mode it is in.
///
/// Start reading here: a connection is a `ClientConnection` on one event loop; each request of it becomes a
/// `ForwardedExchange` (libcurl answers) or a `RepliedExchange` (we do), as `Serving.disposition` decides. What they
/// share is in their loop's `LoopContext`. Files, databases and options are unknown here: see `Configuration`.
public final class ProxyServer: Sendable {
    /// What the server needs from outside.
    public struct Configuration: Sendable {
        public var host = "127.0.0.1"
        /// 0 picks a free one; `ProxyServer.address` tells which.
        public var port = 8080
        /// Event loops, each with its own engine once it forwards.
        public var loopCount = System.coreCount
        public var limits = Limits()
        public var curlOptions = CurlOptions()
        /// Hosts that may show any certificate.
        public var insecureHosts: [InterceptRules.HostGlob] = []
        /// Which addresses may be called. The server adds its own port; further listeners are the owner's to add.
        public var targets = TargetGuard()
        public var recorder: any Recorder
        public var storedBodies: any StoredBodies
        public var examplesMonitor: (any ExamplesMonitor)?
        /// Told which keys open private mock servers.
        public var keyUses: KeyUses?
        /// For clients whose tunnels are looked into.
        public var certificates: TunnelCertificates
        public var logger: Logger

        public init(
            recorder: any Recorder, storedBodies: any StoredBodies, certificates: TunnelCertificates, logger: Logger
        ) {
            self.certificates = certificates
            self.recorder = recorder
            self.storedBodies = storedBodies
            self.logger = logger
        }
    }

    /// The address bound, with the real port.
    public let address: SocketAddress
    private let group: MultiThreadedEventLoopGroup
    let contexts: [LoopContext]
    private let channel: any Channel
    private let limits: Limits
    private let hasStopped = Atomic(false)
    /// What every loop has a copy of. Changes are made here once and handed out under the lock, so that all loops get
    /// them in one order and share the groups of equal examples.
    private let master: Mutex<Serving>
    /// All mock servers; `nil` until there may be any.
    let house = Mutex<MockHouse?>(nil)
    /// The last change of them, for which the next one waits.
    let mockChanges = Mutex<Task<Void, Never>?>(nil)
    let listeners: MockListeners

    /// Binds and serves.
    ///
    /// - Throws: `IOError` when the address is in use or not ours.
    public init(_ configuration: Configuration, serving: Serving) async throws {
        limits = configuration.limits
        master = Mutex(serving)
        let group = MultiThreadedEventLoopGroup(numberOfThreads: configuration.loopCount)
        self.group = group
        let budget = DescriptorBudget(
            limit: DescriptorLimit.current, limits: configuration.limits, loopCount: configuration.loopCount)
        var configuration = configuration
        configuration.limits.clientConnections = budget.clients
        configuration.limits.upstreamConnections = budget.upstreamPerLoop
        configuration.curlOptions = configuration.curlOptions.refusing { [targets = configuration.targets] in
            targets.refusal(of: $0, origin: $1)
        }
        let limits = configuration.limits
        let contexts = group.makeIterator().map { [configuration] loop in
            LoopContext(loop: loop, configuration: configuration, serving: serving)
        }
        self.contexts = contexts
        let gate = AcceptGate(limit: limits.clientConnections, logger: configuration.logger)
        let bind: @Sendable (Entrance?) async throws -> any Channel = { [configuration] entrance in
            try await Self.listener(at: entrance, on: group, contexts: contexts, gate: gate, limits: limits)
                .bind(host: configuration.host, port: entrance?.port ?? configuration.port).get()
        }
        listeners = MockListeners(bind: bind)
        do {
            channel = try await bind(nil)
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        guard let address = channel.localAddress else { throw ChannelError.unknownLocalAddress }
        self.address = address
        let frontDoor = FrontDoor(port: address.port ?? 0, host: configuration.host.lowercased())
        try await update { $0.frontDoor = frontDoor }
        if let port = address.port { configuration.targets.add(ownPort: port) }
        for context in contexts {
            context.loop.scheduleRepeatedTask(initialDelay: .seconds(1), delay: .seconds(1)) { _ in
                let now = NIODeadline.now()
                for connection in context.connections.values { connection.check(now: now) }
            }
        }
    }

    /// - Parameter entrance: the mock server's port; `nil` for the front door.
    private static func listener(
        at entrance: Entrance?, on group: MultiThreadedEventLoopGroup, contexts: [LoopContext], gate: AcceptGate,
        limits: Limits
    ) -> ServerBootstrap {
        ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 1024)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            // One at a time, so that the limit is exact.
            .serverChannelOption(.maxMessagesPerRead, value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(gate.handler())
                }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            // A tunnel may be silent for long, and its client be gone without a word.
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(
                .writeBufferWaterMark, value: .init(low: limits.lowWaterMark, high: limits.highWaterMark)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let context = contexts.first(where: { $0.loop === channel.eventLoop }) else { return }
                    try channel.pipeline.syncOperations.addHandler(
                        ClientConnection(loopContext: context, entrance: entrance))
                }
            }
    }

    /// Changes what is served, on every loop, between two requests. Returns once all have it.
    public func update(_ change: @escaping @Sendable (inout Serving) -> Void) async throws {
        let changes = master.withLock { master in
            change(&master)
            return contexts.map { [serving = master] context in context.loop.submit { context.replaceServing(serving) }
            }
        }
        for change in changes { try await change.get() }
    }

    /// Adds an example just recorded: requests that arrive from now on can be answered with it.
    public func insert(_ example: Example) {
        master.withLock { master in
            let insertion = master.insert(example)
            for context in contexts { context.door.execute { context.apply(insertion) } }
        }
    }

    /// What is served now.
    public var serving: Serving {
        get async throws { master.withLock { $0 } }
    }

    /// Ends everything that could reach the network. Transfers that still run are cut.
    public func closeUpstream() async throws {
        for context in contexts {
            let bridge = try await context.loop.submit { context.takeBridge() }.get()
            guard let bridge else { continue }
            await withCheckedContinuation { (done: CheckedContinuation<Void, Never>) in
                // Joins the engine's thread, which must not happen on a loop.
                NIOThreadPool.singleton.submit { _ in
                    bridge.stop()
                    done.resume()
                }
            }
        }
    }

    /// Open client connections.
    public var connectionCount: Int {
        get async throws {
            var count = 0
            for context in contexts { count += try await context.loop.submit { context.connections.count }.get() }
            return count
        }
    }

    /// Stops: no new connections; running exchanges get `Limits.gracefulShutdown`, then they are cut. Only the first call
    /// does anything.
    public func stop(grace: Duration? = nil) async throws {
        guard !hasStopped.exchange(true, ordering: .relaxed) else { return }
        try? await channel.close()
        await listeners.close()
        for context in contexts {
            try await context.loop.submit {
                context.isStopping = true
                for connection in context.connections.values { connection.stop() }
            }.get()
        }
        let deadline = ContinuousClock.now + (grace ?? limits.gracefulShutdown)
        while try await connectionCount > 0, ContinuousClock.now < deadline {
            try await Task.sleep(for: .milliseconds(10))
        }
        for context in contexts {
            try await context.loop.submit {
                for connection in context.connections.values { connection.cancel() }
            }.get()
        }
        try await closeUpstream()
        // What comes from now on from the recorder's threads comes too late for a loop; what came before is done.
        for context in contexts { context.door.close() }
        for context in contexts { try await context.loop.submit {}.get() }
        try await group.shutdownGracefully()
    }
}
