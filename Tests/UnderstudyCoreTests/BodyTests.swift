import NIOCore
import Testing

@testable import UnderstudyCore

@Suite struct `Bodies kept` {
    @Test func `cut when bytes are missing`() {
        #expect(!Body(text: "hello").isCut)
        #expect(Body(.memory(ByteBuffer(string: "he")), byteCount: 5).isCut)
        #expect(Body(.stored(Digest(of: "x"), byteCount: 4), byteCount: 5).isCut)
        #expect(Body().isEmpty && !Body(.memory(ByteBuffer()), byteCount: 5).isEmpty)
    }

    @Test func `an exchange with a cut body or a failure is never replayed`() {
        var exchange = Exchange(
            startedAt: .now(), mode: .record, result: .recorded, upstream: "",
            request: Exchange.Request(head: RequestHead(method: "GET", target: "/")))
        #expect(!exchange.isReplayable, "no response")
        exchange.response = Exchange.Response(head: ResponseHead(status: 200, reason: ""), body: Body(text: "x"))
        #expect(exchange.isReplayable)
        exchange.failure = UpstreamFailure(.responseIncomplete, "")
        #expect(!exchange.isReplayable)
        exchange.failure = nil
        exchange.response?.body.byteCount = 2
        #expect(!exchange.isReplayable)
        exchange.response?.body.byteCount = 1
        exchange.request.body.byteCount = 1
        #expect(!exchange.isReplayable)
    }
}
