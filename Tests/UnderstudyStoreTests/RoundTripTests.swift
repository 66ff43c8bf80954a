import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// What goes into the history comes out of it, byte for byte.
@Suite struct `An exchange in the history` {
    private func roundTrip(_ exchange: Exchange) async throws -> Exchange {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        let id = try #require(await writer.recordAndWait(exchange))
        writer.close()
        let back = try #require(try history.exchange(id: id))
        try history.close()
        #expect(back.id == id)
        return back
    }

    @Test func `keeps every byte of both messages`() async throws {
        var fields = Fields()
        fields.append("X-High".utf8, (UInt8(0x80)...0xFF))
        fields.append("X-Empty", "")
        fields.append("Cookie", "a=1")
        fields.append("cookie", "b: 2")
        fields.append("X-CR".utf8, [0x61, 0x0D, 0x62])
        var answer = Fields()
        answer.append("Set-Cookie", "one")
        answer.append("Set-Cookie", "two")
        var early = Fields()
        early.append("Link", "</style.css>")
        var trailers = Fields()
        trailers.append("Checksum", "0")
        var exchange = Exchange(
            startedAt: Timestamp(microseconds: 12_345_678), mode: .auto, result: .passthrough,
            upstream: "https://[::1]:8443",
            request: .init(
                head: RequestHead(
                    method: "M-SEARCH",
                    target: ByteBuffer(bytes: Array("/%2F//../a b".utf8) + [0x00, 0xFF, 0x3F, 0x3F]),
                    version: .http10, fields: fields),
                body: Body(ByteBuffer(bytes: 0...255)), trailers: trailers),
            response: .init(
                interim: [ResponseHead(status: 103, reason: "Early Hints", fields: early)],
                head: ResponseHead(status: 299, reason: ByteBuffer(bytes: [0xE9, 0x20, 0x20]), fields: answer),
                body: Body(ByteBuffer(bytes: [0, 1, 0x0D, 0x0A, 0])), trailers: trailers),
            failure: UpstreamFailure(.responseIncomplete, "closed after 5 of 9"), exampleID: "abc")
        exchange.timings.nameLookup = 1
        exchange.timings.connect = 2
        exchange.timings.tls = 3
        exchange.timings.firstByte = 4
        exchange.timings.total = 5
        let back = try await roundTrip(exchange)
        #expect(back.startedAt == exchange.startedAt)
        #expect(back.mode == .auto)
        #expect(back.result == .passthrough)
        #expect(back.upstream == exchange.upstream)
        #expect(back.request.head == exchange.request.head)
        #expect(back.request.body == exchange.request.body)
        #expect(back.request.trailers == trailers)
        #expect(back.response?.interim == exchange.response?.interim)
        #expect(back.response?.head == exchange.response?.head)
        #expect(back.response?.body == exchange.response?.body)
        #expect(back.response?.trailers == trailers)
        #expect(back.failure == exchange.failure)
        #expect(back.timings == exchange.timings)
        #expect(back.exampleID == "abc")
    }

    @Test func `may have no response, no body, no fields and no reason`() async throws {
        let request = Exchange.Request(head: RequestHead(method: "GET", target: "*"))
        let failed = Exchange(
            startedAt: .now(), mode: .proxy, result: .refused, upstream: "", request: request,
            failure: UpstreamFailure(.dnsError, ""))
        let back = try await roundTrip(failed)
        #expect(back.response == nil)
        #expect(back.request.head == request.head)
        #expect(back.request.body == Body())
        let bare = Exchange(
            startedAt: .now(), mode: .proxy, result: .recorded, upstream: "", request: request,
            response: .init(head: ResponseHead(status: 204, reason: "")))
        #expect(try await roundTrip(bare).response?.head == bare.response?.head)
    }

    @Test func `says what is missing of its bodies`() async throws {
        var exchange = Exchange.sample()
        exchange.request.body = Body(.memory(ByteBuffer(string: "abc")), byteCount: 10)
        exchange.response?.body = Body(.stored(Digest(of: "x"), byteCount: 64), byteCount: 100)
        let back = try await roundTrip(exchange)
        #expect(back.request.body == exchange.request.body)
        #expect(back.response?.body == exchange.response?.body)
        #expect(!back.isReplayable)
    }

    @Test(arguments: [
        "", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\n\r\nx", "GET /\r\n\r\n", "GET / HTTP/2.0\r\n\r\n",
        "GET / HTTP/1.1\r\nno colon\r\n\r\n", "GET / HTTP/1.1\r\na:b\r\n\r\n", "GET / HTTP/1.1\n\n",
    ])
    func `is not guessed at when a head is not ours`(head: String) {
        #expect(HeadBytes.request(ByteBuffer(string: head)) == nil)
        #expect(HeadBytes.responses(ByteBuffer(string: head)) == nil)
    }
}
