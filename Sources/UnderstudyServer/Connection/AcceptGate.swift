import NIOCore
import Synchronization

/// Stops accepting while as many clients are connected as the limit allows; the rest wait in the kernel's backlog.
final class AcceptGate: Sendable {
    private let limit: Int
    private let count = Atomic<Int>(0)
    private let resume = Mutex<(@Sendable () -> Void)?>(nil)

    init(limit: Int) { self.limit = limit }

    /// A connection was accepted; it is counted until it closes.
    func entered(_ channel: any Channel) {
        count.add(1, ordering: .relaxed)
        channel.closeFuture.whenComplete { [self] _ in
            count.subtract(1, ordering: .relaxed)
            resume.withLock { resume in
                defer { resume = nil }
                return resume
            }?()
        }
    }

    /// The handler for the listening channel.
    func handler() -> some ChannelHandler { Handler(gate: self) }

    private final class Handler: ChannelOutboundHandler {
        typealias OutboundIn = Never

        private let gate: AcceptGate
        init(gate: AcceptGate) { self.gate = gate }

        func read(context: ChannelHandlerContext) {
            guard gate.count.load(ordering: .relaxed) >= gate.limit else { return context.read() }
            let loop = context.eventLoop
            let channel = context.channel
            gate.resume.withLock { $0 = { loop.execute { channel.read() } } }
        }
    }
}
