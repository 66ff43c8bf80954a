import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import Synchronization
import UnderstudyCore

/// The management API, on a listener of its own that only this machine reaches.
///
/// Every route asks three things: a Host that names this machine (DNS rebinding), an Origin that is ours or none
/// (requests from other sites' pages), and the token from the workspace's lock file.
public final class AdminServer: Sendable {
    /// The port bound.
    public let port: Int
    private let task: Task<Void, Never>
    private let stopping: AsyncStream<Void>.Continuation
    private let control: Control

    /// Whom requests are for; known only once everything else has started.
    final class Control: Sendable {
        let target = Mutex<Weak?>(nil)
        struct Weak: Sendable { weak var control: (any AdminControl)? }
        var control: (any AdminControl)? { target.withLock { $0?.control } }
    }

    private init(port: Int, task: Task<Void, Never>, stopping: AsyncStream<Void>.Continuation, control: Control) {
        self.port = port
        self.task = task
        self.stopping = stopping
        self.control = control
    }

    /// Binds `127.0.0.1`.
    ///
    /// - Parameters:
    ///   - mayMove: whether a free port may be taken when this one is in use.
    ///   - token: what requests must present as `Authorization: Bearer`.
    /// - Throws: `IOError` when the port is in use.
    public static func start(port: Int, mayMove: Bool, token: String, logger: Logger) async throws -> AdminServer {
        do {
            return try await start(port: port, token: token, logger: logger)
        } catch let error as IOError where mayMove && error.errnoCode == EADDRINUSE {
            return try await start(port: 0, token: token, logger: logger)
        }
    }

    private static func start(port: Int, token: String, logger: Logger) async throws -> AdminServer {
        let control = Control()
        let (ports, portFound) = AsyncThrowingStream<Int, any Error>.makeStream()
        let (stops, stopping) = AsyncStream<Void>.makeStream()
        var quiet = logger
        quiet.logLevel = .critical
        let application = Application(
            router: AdminRoutes(control: control, token: token).router(),
            configuration: .init(address: .hostname("127.0.0.1", port: port), serverName: nil),
            onServerRunning: { channel in portFound.yield(channel.localAddress?.port ?? 0) },
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
        for try await port in ports {
            return AdminServer(port: port, task: task, stopping: stopping, control: control)
        }
        throw ChannelError.unknownLocalAddress
    }

    /// From now on requests are answered.
    public func attach(_ control: any AdminControl) {
        self.control.target.withLock { $0 = .init(control: control) }
    }

    public func stop() async {
        stopping.yield()
        await task.value
    }
}
