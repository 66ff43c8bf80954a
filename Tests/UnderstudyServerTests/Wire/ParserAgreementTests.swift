import TestSupport
import Testing

@testable import UnderstudyServer

/// The same bytes through two parsers. Requests are smuggled where two read differently, so: what we take NIO takes, with
/// the same boundaries; what NIO refuses for its framing we refuse.
@Suite struct `Agreement with NIO's decoder` {
    private static func check(_ bytes: [UInt8], _ name: String = "") {
        guard let disagreement = NIOOracle.disagreement(on: bytes) else { return }
        Issue.record("\(name) \(disagreement)\n\(bytes.prefix(600).latin1.debugDescription)")
    }

    @Test func `about everything that is refused`() {
        for row in RefusedRequests.all where row.bytes.utf8.count < 300_000 {
            Self.check(row.bytes.latin1Bytes, row.name)
            Self.check((.get("/before") + row.bytes).latin1Bytes, row.name)
        }
    }

    @Test func `about odd targets`() {
        for target in OddTargets.all { Self.check((.get(target) + .post("after")).latin1Bytes, target) }
    }

    /// Every pairing of a spelling of the length with a spelling of the coding, in both orders, in front of content that
    /// reads differently under each.
    @Test func `about lengths and codings`() {
        let lengths = [
            "", "Content-Length: 5", "content-length:5", "Content-Length:\t5 ", "Content-Length: 05",
            "Content-Length: 5\r\nContent-Length: 5", "Content-Length: 5, 5", "Content-Length: +5",
            "Content-Length: 5 5", "Content-Length:", "Content-Length : 5", "Content-Length: 0",
            "Content-Length: 0x5", "Content-Length: 18446744073709551621", "X: y\r\n Content-Length: 5",
        ]
        let codings = [
            "", "Transfer-Encoding: chunked", "transfer-encoding:CHUNKED", "Transfer-Encoding: chunked ",
            "Transfer-Encoding:\tchunked", "Transfer-Encoding: chunked, chunked", "Transfer-Encoding: gzip, chunked",
            "Transfer-Encoding: identity", "Transfer-Encoding: xchunked", "Transfer-Encoding: chunkedx",
            "Transfer-Encoding:", "Transfer-Encoding : chunked", "Transfer-Encoding: \u{0B}chunked",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity", "X: y\r\n Transfer-Encoding: chunked",
            "Transfer-Encoding: \"chunked\"", "Transfer-Encoding: chunked;x",
        ]
        for length in lengths {
            for coding in codings {
                for lines in [[length, coding], [coding, length]] {
                    let fields = lines.filter { !$0.isEmpty }.map { $0 + "\r\n" }.joined()
                    for method in ["POST", "GET"] {
                        let head = "\(method) / HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
                        Self.check((head + "5\r\nhello\r\n0\r\n\r\n" + .get("/after")).latin1Bytes)
                        Self.check((head + .get("/after")).latin1Bytes)
                    }
                }
            }
        }
    }

    @Test func `about chunks`() {
        let sizes = [
            "5", "05", "0000000000000005", "00000000000000005", "5 ", " 5", "5\t", "+5", "-5", "0x5", "5;", "5;a",
            "5;a=b", "5;a=\"b;\"", "5;a=\"b", "5;a=\"b\\\"c\"", "5;a=\"b\"c", "5;a=\"\u{E9}\"", "5;a=\"\\\u{E9}\"",
            "5; a", "5 ;a", "5;a;b=c", "5;=b", "5;a=", "5;a b", "5;\u{E9}", "5;a=\u{E9}",
            "", "g", "5;a\rb", "5;a\nb",
        ]
        let ends = ["\r\n", "\n", "\r", "\r\r\n", ""]
        let tails = [
            "0\r\n\r\n", "0\r\nX: y\r\n\r\n", "0\n\n", "0\r\n\n", "0;a\r\n\r\n", "00\r\n\r\n", "0\r\nX : y\r\n\r\n",
            "0\r\nX: y\r\n z\r\n\r\n", "0\r\nX\r\n\r\n", "-0\r\n\r\n", "0\r\n\r",
        ]
        let head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
        for size in sizes {
            for end in ends {
                Self.check((head + size + end + "hello\r\n0\r\n\r\n" + .get("/after")).latin1Bytes)
                Self.check((head + size + "\r\nhello" + end + "0\r\n\r\n" + .get("/after")).latin1Bytes)
            }
        }
        for tail in tails { Self.check((head + "5\r\nhello\r\n" + tail + .get("/after")).latin1Bytes) }
    }

    @Test(arguments: 0..<8) func `about mutations of what is legal, however they are cut`(seed: Int) {
        var numbers = SeededNumbers(UInt64(seed))
        for _ in 0..<400 {
            let bytes = Mutation.next(&numbers)
            Self.check(bytes, "seed \(seed)")
            let (whole, cut) = (ParserProbe(bytes.latin1), ParserProbe(bytes.latin1, step: 1))
            #expect(whole.parts == cut.parts && whole.refusal == cut.refusal, "\(bytes.latin1.debugDescription)")
        }
    }
}

/// Legal requests, one after the other, with a few small damages that matter to a parser.
private enum Mutation {
    private static let legal: [String] = [
        .get("/a"), .get("/b?x=1", "X-A: b\r\nConnection: keep-alive\r\n"), .post("hello"), .post(""),
        "POST /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n3\r\nabc\r\n0\r\nT: 1\r\n\r\n",
        "PUT /d HTTP/1.1\r\nhost: h:80\r\nCONTENT-LENGTH: 12\r\n\r\nGET / HTTP/1",
        "HEAD /e HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "OPTIONS * HTTP/1.1\r\nHost: h\r\nEmpty:\r\n\r\n",
    ]
    private static let tokens: [String] = [
        "\r\n", "\n", "\r", "\0", " ", "\t", ":", ",", ";", "\u{0B}", "\u{A0}", "0", "5", "\r\n\r\n", "0\r\n\r\n",
        "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n", "Host: x\r\n", "Transfer-Encoding", "chunked",
        "HTTP/1.1", "GET /x HTTP/1.1\r\nHost: h\r\n\r\n", "Connection: close\r\n", "\"", "=",
    ]

    static func next(_ numbers: inout SeededNumbers) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
            bytes += legal[Int.random(in: 0..<legal.count, using: &numbers)].latin1Bytes
        }
        for _ in 0..<Int.random(in: 1...3, using: &numbers) {
            let place = Int.random(in: 0..<bytes.count, using: &numbers)
            let length = min(Int.random(in: 1...4, using: &numbers), bytes.count - place)
            switch Int.random(in: 0..<5, using: &numbers) {
            case 0: bytes[place] = .random(in: 0...255, using: &numbers)
            case 1: bytes.removeSubrange(place..<place + length)
            case 2: bytes.insert(contentsOf: bytes[place..<place + length], at: place)
            default:
                let token = tokens[Int.random(in: 0..<tokens.count, using: &numbers)]
                bytes.insert(contentsOf: token.latin1Bytes, at: place)
            }
            if bytes.isEmpty { bytes = [0x0A] }
        }
        return bytes
    }
}
