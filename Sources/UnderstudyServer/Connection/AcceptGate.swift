import Logging
import NIOCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Stops accepting while as many clients are connected as the limit allows, and for a moment when the system has no
/// descriptor for another; the rest wait in the kernel's backlog.
final class AcceptGate: Sendable {
    /// After a failed accept, how long until the next attempt.
    static let pause = TimeAmount.milliseconds(100)
    /// At most one log line in so long.
    static let logInterval = TimeAmount.seconds(60)

    private let limit: Int
    private let logger: Logger
    private let count = Atomic<Int>(0)
    /// By listener: a mock server may have one of its own.
    private let resume = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

    init(limit: Int, logger: Logger) {
        self.limit = limit
        self.logger = logger
    }

    private var isFull: Bool { count.load(ordering: .sequentiallyConsistent) >= limit }

    /// A connection was accepted; it is counted until it closes.
    private func entered(_ channel: any Channel) {
        count.add(1, ordering: .sequentiallyConsistent)
        channel.closeFuture.whenComplete { [self] _ in
            count.subtract(1, ordering: .sequentiallyConsistent)
            for resume in takeAll() { resume() }
        }
    }

    /// Each may then accept one: with more listeners than one there may be as many clients too many for a moment.
    private func takeAll() -> [@Sendable () -> Void] {
        resume.withLock { resume in
            guard !resume.isEmpty else { return [] }
            defer { resume = [:] }
            return Array(resume.values)
        }
    }

    /// Whether there is room; otherwise `then` is called once there is.
    private func mayAccept(_ listener: ObjectIdentifier, _ then: @escaping @Sendable () -> Void) -> Bool {
        guard isFull else { return true }
        resume.withLock { $0[listener] = then }
        // The last to leave may have gone in between, and nobody would call.
        return !isFull && resume.withLock { $0.removeValue(forKey: listener) } != nil
    }

    /// The handler for the listening channel; goes in front of the one that starts the connections.
    func handler() -> some ChannelHandler { Handler(gate: self) }

    private final class Handler: ChannelDuplexHandler {
        typealias InboundIn = any Channel
        typealias OutboundIn = Never

        private let gate: AcceptGate
        private var isPausing = false
        private var lastLog: NIODeadline?

        init(gate: AcceptGate) { self.gate = gate }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            gate.entered(Self.unwrapInboundIn(data))
            context.fireChannelRead(data)
        }

        func read(context: ChannelHandlerContext) {
            guard !isPausing else { return }
            let loop = context.eventLoop
            let channel = context.channel
            if gate.mayAccept(ObjectIdentifier(self), { loop.execute { channel.read() } }) { context.read() }
        }

        /// An accept failed. NIO's own handler delays the next read, but the one that failed stays registered, so that
        /// the loop would try again and again.
        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            guard let error = error as? IOError else { return context.fireErrorCaught(error) }
            // Such a client is gone already; nothing is short.
            guard error.errnoCode != ECONNABORTED, !isPausing, let options = context.channel.syncOptions else { return }
            warn(error)
            isPausing = true
            try? options.setOption(.autoRead, value: false)
            let bound = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            context.eventLoop.scheduleTask(in: AcceptGate.pause) { bound.value.handler.goOn(bound.value.context) }
        }

        private func goOn(_ context: ChannelHandlerContext) {
            let channel = context.channel
            let loop = NIOLoopBound((handler: self, context: context), eventLoop: context.eventLoop)
            let isOpen = gate.mayAccept(ObjectIdentifier(self)) { [eventLoop = context.eventLoop] in
                eventLoop.execute { loop.value.handler.goOn(loop.value.context) }
            }
            guard isOpen else { return }
            isPausing = false
            try? channel.syncOptions?.setOption(.autoRead, value: true)
        }

        private func warn(_ error: IOError) {
            let now = NIODeadline.now()
            if let lastLog, now - lastLog < AcceptGate.logInterval { return }
            lastLog = now
            gate.logger.warning("a client has to wait: \(String(cString: strerror(error.errnoCode)))")
        }
    }
}
