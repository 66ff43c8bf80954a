import CAllocations
import NIOCore
import NIOPosix
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// What a request costs in allocations on its loop's thread, beside what NIO alone costs for the same bytes. Timings waver
/// with the machine; these do not.
@Suite(.serialized, .enabled(if: are_allocations_counted() != 0, "only counted with glibc, and not under a sanitizer"))
struct `Allocations` {
    private static let batch = 32, rounds = 64
    private static let request = String.get("/a", "Accept: */*\r\nUser-Agent: test\r\n")

    /// Of one request among many that come in batches, once everything is warm.
    private func perRequest(on loop: any EventLoop, port: Int, replyLength: Int) async throws -> Double {
        let client = try RawClient(port: port)
        let requests = String(repeating: Self.request, count: Self.batch)
        func ask(rounds: Int) throws {
            for _ in 0..<rounds {
                try client.send(requests)
                _ = try client.connection.read(exactly: Self.batch * replyLength)
            }
        }
        try ask(rounds: 8)
        let before = try await loop.submit { allocations_of_this_thread() }.get()
        try ask(rounds: Self.rounds)
        let after = try await loop.submit { allocations_of_this_thread() }.get()
        return Double(after - before) / Double(Self.rounds * Self.batch)
    }

    /// Answers each request's worth of bytes with the same buffer.
    private final class Echo: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let reply: ByteBuffer
        private var received = 0

        init(reply: ByteBuffer) { self.reply = reply }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += Self.unwrapInboundIn(data).readableBytes
            while received >= request.utf8.count {
                received -= request.utf8.count
                context.write(Self.wrapOutboundOut(reply), promise: nil)
            }
            context.flush()
        }
    }

    private func costOfNIO(reply: ByteBuffer) async throws -> Double {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let channel = try await ServerBootstrap(group: group)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Echo(reply: reply))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let cost = try await perRequest(
            on: group.next(), port: channel.localAddress?.port ?? 0, replyLength: reply.readableBytes)
        try await channel.close()
        try await group.shutdownGracefully()
        return cost
    }

    @Test func `an answer that is known costs none of its own`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("e", target: "/a")] }) { proxy in
            // The call log has no room: what is measured is the answer.
            proxy.recorder.congest()
            let client = try proxy.client()
            try client.send(Self.request)
            let answer = try client.readResponse()
            let length = answer.head.count + answer.body.count
            let nio = try await costOfNIO(reply: ByteBuffer(repeating: 0x78, count: length))
            let own = try await perRequest(on: proxy.server.contexts[0].loop, port: proxy.port, replyLength: length)
            // A turn of the loop costs some nine (in a debug build), shared by all requests that came together.
            #expect(own - nio < 0.5, "\(own) beside \(nio)")
        }
    }
}
