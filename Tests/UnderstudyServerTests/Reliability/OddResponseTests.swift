import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Section C where the answer is odd, but has one reading: the client gets that one, live and in replay.
@Suite(.serialized) struct `C: odd responses` {
    struct Odd: Sendable, CustomTestStringConvertible {
        let name: String
        /// What comes behind the status line.
        let sent: String
        /// The field lines that the client gets; the body is always `hello`.
        let relayed: [String]
        var testDescription: String { name }

        init(_ name: String, _ sent: String, _ relayed: [String]) {
            (self.name, self.sent, self.relayed) = (name, sent, relayed)
        }
    }

    private static let chunks = "\r\n5\r\nhello\r\n0\r\n\r\n"
    private static let long = "X: " + String(repeating: "x", count: 60_000)

    static let all: [Odd] = [
        Odd(
            "C47 a length, then chunked", "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\(chunks)",
            ["Transfer-Encoding: chunked"]),
        Odd(
            "C47 chunked, then a length", "Transfer-Encoding: chunked\r\nContent-Length: 500\r\n\(chunks)",
            ["Transfer-Encoding: chunked"]),
        Odd(
            "C47 the same length twice", "Content-Length: 5\r\nX: y\r\nContent-Length: 5\r\n\r\nhello",
            ["Content-Length: 5", "X: y"]),
        Odd(
            "C47 Connection names the length",
            "Connection: Content-Length, X\r\nX: y\r\nContent-Length: 5\r\n\r\nhello",
            ["Content-Length: 5"]),
        Odd(
            "C47 Connection names the coding",
            "Connection: transfer-encoding\r\nTransfer-Encoding: Chunked\r\n\(chunks)", ["Transfer-Encoding: Chunked"]),
        Odd(
            "C50 folded lines", "X: a\r\n  b\r\n\tc\r\nContent-Length: 5\r\n\r\nhello",
            ["X: a b c", "Content-Length: 5"]),
        Odd("C50 a space before the colon", "X : y\r\nContent-Length: 5\r\n\r\nhello", ["X: y", "Content-Length: 5"]),
        Odd("C50 bare line feeds", "X: y\nContent-Length: 5\n\nhello", ["X: y", "Content-Length: 5"]),
        Odd("C51 a line of 60 KB", "\(long)\r\nContent-Length: 5\r\n\r\nhello", [long, "Content-Length: 5"]),
        Odd(
            "C51 280 KB of lines", String(repeating: "\(long)\r\n", count: 4) + "Content-Length: 5\r\n\r\nhello",
            [long, long, long, long, "Content-Length: 5"]),
    ]

    @Test(arguments: all) func `C47 to C51 are relayed with one reading`(odd: Odd) async throws {
        let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\n" + odd.sent])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for _ in 0..<2 {
                try client.send(.get())
                let live = try client.readResponse()
                #expect(live.fieldLines == odd.relayed)
                #expect(live.text == "hello" && live.endedCleanly)
            }
            #expect(origin.connectionCount == 1, "its end was where we saw it")
            try await proxy.replayWhatWasRecorded()
            let replayed = try proxy.get()
            #expect(replayed.fieldLines == odd.relayed && replayed.text == "hello")
        }
    }

    @Test func `C52 interim responses up to their limit, then the answer`() async throws {
        let interim = String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 100)
        let origin = try RawOrigin(responses: [interim + .ok("hello")])
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.get()
            #expect(response.text == "hello")
            #expect(response.interim.count == ForwardedExchange.interimLimit)
        }
    }
}
