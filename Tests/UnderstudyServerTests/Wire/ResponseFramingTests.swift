import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `How a response's end is marked` {
    private func fields(_ lines: [String]) -> Fields {
        var fields = Fields()
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            fields.append(String(parts[0]), parts[1].trimmingPrefix(" ").description)
        }
        return fields
    }

    private func lines(_ fields: Fields) -> [String] { fields.map { "\($0.nameText): \($0.valueText)" } }

    @Test(arguments: [
        ("GET", HTTPVersion.http11, 200, ["Content-Length: 5"], ResponseFraming.counted(5), ["Content-Length: 5"]),
        ("GET", .http11, 200, ["Transfer-Encoding: chunked"], .chunked, ["Transfer-Encoding: chunked"]),
        ("GET", .http11, 200, [], .chunked, ["Transfer-Encoding: chunked"]),
        ("GET", .http10, 200, [], .untilClose, []),
        ("GET", .http10, 200, ["Transfer-Encoding: chunked"], .untilClose, []),
        ("GET", .http10, 200, ["Content-Length: 5"], .counted(5), ["Content-Length: 5"]),
        ("HEAD", .http11, 200, ["Content-Length: 5"], .none, ["Content-Length: 5"]),
        ("HEAD", .http11, 200, ["Transfer-Encoding: chunked"], .none, ["Transfer-Encoding: chunked"]),
        ("HEAD", .http10, 200, ["Transfer-Encoding: chunked"], .none, []),
        ("GET", .http11, 204, [], .none, []),
        ("GET", .http11, 304, ["Content-Length: 5"], .none, ["Content-Length: 5"]),
        ("GET", .http11, 200, ["Content-Length: 0"], .counted(0), ["Content-Length: 0"]),
    ])
    func `relayed`(
        method: String, version: HTTPVersion, status: Int, given: [String], framing: ResponseFraming, kept: [String]
    ) {
        var fields = fields(given)
        let request = RequestHead(method: method, target: ByteBuffer(string: "/"), version: version, fields: Fields())
        #expect(ResponseFraming(relaying: &fields, status: status, to: request) == framing)
        #expect(lines(fields) == kept)
    }

    @Test(arguments: [
        ("GET", 200, ["Content-Length: 5"], ResponseFraming.counted(5), ["Content-Length: 5"]),
        ("GET", 200, ["A: b", "content-length: 99", "C: d"], .counted(5), ["A: b", "content-length: 5", "C: d"]),
        ("GET", 200, ["Content-Length: 99", "Transfer-Encoding: chunked"], .chunked, ["Transfer-Encoding: chunked"]),
        ("GET", 200, [], .chunked, ["Transfer-Encoding: chunked"]),
        ("HEAD", 200, ["Content-Length: 99"], .none, ["Content-Length: 99"]),
        ("GET", 304, ["Content-Length: 99"], .none, ["Content-Length: 99"]),
        ("GET", 200, ["Connection: close, X", "X: y", "Content-Length: 5"], .counted(5), ["Content-Length: 5"]),
    ])
    func `replayed`(method: String, status: Int, given: [String], framing: ResponseFraming, kept: [String]) {
        var fields = fields(given)
        let response = Exchange.Response(head: ResponseHead(status: status, reason: ""), body: Body(text: "hello"))
        #expect(ResponseFraming(replaying: &fields, of: response, to: method) == framing)
        #expect(lines(fields) == kept)
    }

    @Test func `chunks`() {
        var out = ByteBuffer()
        var trailers = Fields()
        trailers.append("X-Sum", "1")
        ResponseFraming.chunked.write(ByteBuffer(repeating: 0x61, count: 17), trailers: trailers, into: &out)
        ResponseFraming.chunked.write(ByteBuffer(), trailers: Fields(), into: &out)
        #expect(String(buffer: out) == "11\r\naaaaaaaaaaaaaaaaa\r\n0\r\nX-Sum: 1\r\n\r\n0\r\n\r\n")
    }
}
