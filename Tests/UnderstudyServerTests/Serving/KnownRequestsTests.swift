import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// What a loop remembers of requests it has answered. A request is learned when it comes the second time.
@Suite struct `Known requests` {
    private let known = KnownRequests()

    private func learn(_ head: String, reply: String = "r", times: Int = 2) {
        for _ in 0..<times {
            known.learn(ByteBuffer(string: head), in: nil, reply: ByteBuffer(string: reply)) {
                Exchange(
                    startedAt: .now(), mode: .replay, result: .hit, upstream: "",
                    request: Exchange.Request(head: RequestHead(method: "GET", target: "/")))
            }
        }
    }

    private func reply(to bytes: String, length: Int? = nil) -> String? {
        let input = ByteBuffer(string: bytes)
        return known.find(input, length: length ?? input.readableBytes, in: nil).map { String(buffer: $0.reply) }
    }

    @Test func `are kept from the second time on`() {
        learn("GET / HTTP/1.1\r\n\r\n", times: 1)
        #expect(reply(to: "GET / HTTP/1.1\r\n\r\n") == nil)
        learn("GET / HTTP/1.1\r\n\r\n", times: 1)
        #expect(reply(to: "GET / HTTP/1.1\r\n\r\n") == "r")
    }

    @Test(arguments: ["", "G", "GET /a", "GET /a HTTP/1.1\r\nHost: h\r\n\r\n", String(repeating: "x", count: 4096)])
    func `are found by all of their bytes, whatever follows`(head: String) {
        learn(head, reply: "one")
        #expect(reply(to: head + "behind", length: head.utf8.count) == "one")
        #expect(reply(to: head + "x") == nil)
        #expect(reply(to: String(head.dropLast()) + "#") == nil || head.isEmpty)
    }

    @Test func `keep no part of the buffer they came in`() throws {
        var parser = RequestParser(limits: Limits())
        var input = ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: h\r\n\r\n" + String(repeating: "x", count: 60_000))
        guard case .head(let head, _)? = try parser.next(from: &input) else { throw NoHead() }
        let bytes = ByteBuffer(string: "GET /a HTTP/1.1\r\nHost: h\r\n\r\n")
        for _ in 0..<2 {
            known.learn(bytes, in: nil, reply: ByteBuffer()) {
                Exchange(
                    startedAt: .now(), mode: .replay, result: .hit, upstream: "", request: Exchange.Request(head: head))
            }
        }
        let call = try #require(known.find(bytes, length: bytes.readableBytes, in: nil)).call.request
        #expect(call.head == head)
        #expect(call.head.target.storageCapacity < 1000)
        #expect(head.target.storageCapacity > 60_000, "what it was made from holds all of it")
    }

    private struct NoHead: Error {}

    @Test func `are not kept when they are long`() {
        let head = String(repeating: "x", count: KnownRequests.headLimit + 1)
        learn(head)
        #expect(reply(to: head) == nil)
    }

    @Test func `are all forgotten when what is served changes`() {
        learn("a")
        known.forgetAll()
        #expect(reply(to: "a") == nil)
        learn("a", reply: "new")
        #expect(reply(to: "a") == "new")
    }

    @Test func `are each other's neighbours without harm, within their bound`() {
        let large = String(repeating: "b", count: 16 << 10)
        var found = 0
        for number in 0..<6000 { learn("GET /\(number)", reply: "\(number)" + large) }
        for number in 0..<6000 {
            guard let reply = reply(to: "GET /\(number)") else { continue }
            found += 1
            #expect(reply == "\(number)" + large)
        }
        // 32 MB hold about 1,970 of 16 KB.
        #expect(found > 1500 && found * (16 << 10) <= KnownRequests.byteLimit)
    }
}
