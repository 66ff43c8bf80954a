import NIOCore
import Synchronization

/// Stops accepting while as many clients are connected as the limit allows; the rest wait in the kernel's backlog.
final class AcceptGate: Sendable {
    private let limit: Int
    private let count = Atomic<Int>(0)
    private let resume = Mutex<(@Sendable () -> Void)?>(nil)

    init(limit: Int) { self.limit = limit }

    private var isFull: Bool { count.load(ordering: .sequentiallyConsistent) >= limit }

    /// A connection was accepted; it is counted until it closes.
    private func entered(_ channel: any Channel) {
        count.add(1, ordering: .sequentiallyConsistent)
        channel.closeFuture.whenComplete { [self] _ in
            count.subtract(1, ordering: .sequentiallyConsistent)
            takeResume()?()
        }
    }

    private func takeResume() -> (@Sendable () -> Void)? {
        resume.withLock { resume in
            defer { resume = nil }
            return resume
        }
    }

    /// Whether there is room; otherwise `then` is called once there is.
    private func mayAccept(_ then: @escaping @Sendable () -> Void) -> Bool {
        guard isFull else { return true }
        resume.withLock { $0 = then }
        // The last to leave may have gone in between, and nobody would call.
        return !isFull && takeResume() != nil
    }

    /// The handler for the listening channel; goes in front of the one that starts the connections.
    func handler() -> some ChannelHandler { Handler(gate: self) }

    private final class Handler: ChannelDuplexHandler {
        typealias InboundIn = any Channel
        typealias OutboundIn = Never

        private let gate: AcceptGate
        init(gate: AcceptGate) { self.gate = gate }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            gate.entered(Self.unwrapInboundIn(data))
            context.fireChannelRead(data)
        }

        func read(context: ChannelHandlerContext) {
            let loop = context.eventLoop
            let channel = context.channel
            if gate.mayAccept({ loop.execute { channel.read() } }) { context.read() }
        }
    }
}
