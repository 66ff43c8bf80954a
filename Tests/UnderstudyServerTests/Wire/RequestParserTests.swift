import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `Reading requests` {
    @Test(arguments: RefusedRequests.all)
    func `refuses what has two readings, however it is cut`(row: WireRow) {
        let whole = ParserProbe(row.bytes)
        #expect(whole.refusal == row.status)
        #expect(!whole.parts.contains { $0.hasPrefix("end") }, "nothing of it is complete")
        let size = row.bytes.unicodeScalars.count
        for step in size < 5000 ? [1, 2, 3, 7] : size < 200_000 ? [997] : [65_536] {
            #expect(ParserProbe(row.bytes, step: step).refusal == row.status, "\(step) bytes at a time")
        }
    }

    @Test(arguments: [
        ("GET /x HTTP/1.1\r\nHost: h\r\n\r\n", ["GET /x none", "end"]),
        ("get / HTTP/1.1\r\nHost: h\r\n\r\n", ["get / none", "end"]),
        ("M-SEARCH / HTTP/1.1\r\nhost:\r\n\r\n", ["M-SEARCH / none", "end"]),
        ("GET / HTTP/1.0\r\n\r\n", ["GET / none", "end"]),
        ("\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n", ["GET / none", "end"]),
        ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", ["OPTIONS * none", "end"]),
        ("GET http://h/x HTTP/1.1\r\nHost: h\r\n\r\n", ["GET http://h/x none", "end"]),
        ("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", ["CONNECT h:443 none", "end"]),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello", ["POST / counted(5)", "body hello", "end"]),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", ["POST / counted(0)", "end"]),
        ("GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", ["GET / counted(2)", "body hi", "end"]),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \tChUnKeD \r\n\r\n0\r\n\r\n", ["POST / chunked", "end"]
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=\"b\"\r\nhello\r\n0A\r\n, world!!!\r\n000;z\r\n\r\n",
            ["POST / chunked", "body hello, world!!!", "end"]
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 7\r\nContent-Length: 9\r\nTransfer-Encoding: x\r\nHost: y\r\n\r\n",
            ["POST / chunked", "body hi", "end X-Sum=7"]
        ),
    ])
    func `takes what is legal, however it is cut`(bytes: String, parts: [String]) {
        for step in [Int.max, 1, 2, 5] {
            let probe = ParserProbe(bytes, step: step)
            #expect(probe.parts == parts)
            #expect(probe.refusal == nil)
            #expect(probe.rest.isEmpty)
        }
    }

    @Test func `odd targets stay byte for byte`() {
        for target in OddTargets.all {
            #expect(ParserProbe("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n").parts == ["GET \(target) none", "end"])
        }
    }

    @Test func `pipelined requests come one by one, and garbage behind them is refused`() {
        let get = "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
        let post = "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc"
        let expected = ["GET /1 none", "end", "POST /2 counted(3)", "body abc", "end", "GET /1 none", "end"]
        for step in [Int.max, 1, 11] {
            let probe = ParserProbe(get + post + get + "\u{0}garbage", step: step)
            #expect(probe.parts == expected)
            #expect(probe.refusal == 400)
        }
    }

    @Test func `fields keep their order, case, repeats and bytes`() throws {
        let lines = [
            "Host: h", "x-B: 1", "X-a: caf\u{E9}", "x-b: 2", "Empty:", "_odd!#$%&'*+-.^`|~: x", "Spaced: a  b",
        ]
        var input = ByteBuffer(bytes: ("GET / HTTP/1.1\r\n" + lines.joined(separator: "\r\n") + "\r\n\r\n").latin1Bytes)
        var parser = RequestParser(limits: Limits())
        guard case .head(let head, _)? = try parser.next(from: &input) else { throw NotAHead() }
        var written = ByteBuffer()
        head.fields.write(into: &written)
        let expected = lines.map { $0.hasSuffix(":") ? $0 + " " : $0 }.joined(separator: "\r\n") + "\r\n"
        #expect(Array(written.readableBytesView).latin1 == expected)
    }

    struct NotAHead: Error {}
}

@Suite struct `Limits of a request head` {
    private static var limits: Limits {
        var limits = Limits()
        (limits.head, limits.field, limits.fieldCount, limits.target) = (4096, 1024, 10, 512)
        return limits
    }

    private func verdict(_ bytes: String) -> [Int?] {
        [Int.max, 1, 100].map { ParserProbe(bytes, step: $0, limits: Self.limits).refusal }
    }

    @Test(arguments: [(512, nil), (513, 414)] as [(Int, Int?)])
    func `target`(length: Int, status: Int?) {
        let target = "/" + String(repeating: "x", count: length - 1)
        #expect(verdict("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n") == [status, status, status])
    }

    @Test(arguments: [(1024, nil), (1025, 431)] as [(Int, Int?)])
    func `one field line, with its line end`(length: Int, status: Int?) {
        let line = "X: " + String(repeating: "x", count: length - 5)
        #expect(verdict("GET / HTTP/1.1\r\nHost: h\r\n\(line)\r\n\r\n") == [status, status, status])
    }

    @Test(arguments: [(10, nil), (11, 431)] as [(Int, Int?)])
    func `number of fields, Host included`(count: Int, status: Int?) {
        let lines = String(repeating: "X: y\r\n", count: count - 1)
        #expect(verdict("GET / HTTP/1.1\r\nHost: h\r\n\(lines)\r\n") == [status, status, status])
    }

    @Test(arguments: [(4096, nil), (4097, 431)] as [(Int, Int?)])
    func `the whole head`(length: Int, status: Int?) {
        let start = "GET / HTTP/1.1\r\nHost: h\r\n"
        let fillers = (0..<5).map { "X\($0): " + String(repeating: "x", count: 700) + "\r\n" }.joined()
        let rest = length - start.utf8.count - fillers.utf8.count - 2 - 2
        let bytes = start + fillers + "Y: " + String(repeating: "y", count: rest - 3) + "\r\n\r\n"
        #expect(verdict(bytes) == [status, status, status])
    }
}
