import Foundation
import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Streamed responses keep when their pieces came, and are replayed so when that is asked for.
@Suite struct `Pace of streamed responses` {
    /// Three events, each when it is asked for; where they end without a length.
    private static func dripping(_ head: String, isChunked: Bool) throws -> RawOrigin {
        try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send(head)
            for number in 0..<3 {
                if number > 0 { usleep(80_000) }
                let event = "data: \(number)\n\n"
                try connection.send(isChunked ? "9\r\n\(event)\r\n" : event)
            }
            if isChunked { try connection.send("0\r\n\r\n") }
        }
    }

    private static let events = "data: 0\n\ndata: 1\n\ndata: 2\n\n"

    @Test(arguments: [true, false])
    func `is recorded and replayed`(isChunked: Bool) async throws {
        let origin = try Self.dripping(
            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\(isChunked ? "Transfer-Encoding: chunked\r\n" : "")\r\n",
            isChunked: isChunked)
        try await Proxy.run(to: origin) { proxy in
            #expect(try proxy.get("/events").text == Self.events)
            let pace = try #require(try proxy.recorder.entry().exchange.response?.pace)
            // What arrived late on a busy machine is one piece.
            #expect(
                pace.pieces.count >= 2 && pace.pieces.reduce(0) { $0 + $1.byteCount } == Self.events.count,
                "\(pace.text)")
            #expect(pace.duration >= 150)
            try await proxy.replayWhatWasRecorded()

            var start = ContinuousClock.now
            #expect(try proxy.get("/events").text == Self.events)
            try await proxy.server.update { $0.latency = .recorded }
            start = .now
            let client = try proxy.client()
            try client.send(.get("/events"))
            #expect(try client.connection.readHead().latin1.hasPrefix("HTTP/1.1 200 "))
            let first = try client.connection.read(through: "data: 0\n\n")
            #expect(!first.isEmpty)
            _ = try client.connection.read(through: "data: 2\n\n")
            #expect(ContinuousClock.now - start >= .milliseconds(pace.duration - 5))
            #expect(try client.connection.read(exactly: 7).latin1 == "\r\n0\r\n\r\n")
            // The connection is good for another.
            try await proxy.server.update { $0.speed = 1000 }
            try client.send(.get("/events"))
            #expect(try client.readResponse().text == Self.events)
        }
    }

    private static func example(_ pieces: [(Int, Int)], body: String) -> Example {
        var example = Example.of("sse", target: "/sse")
        var fields = Fields()
        fields.append("Transfer-Encoding", "chunked")
        example.response = Exchange.Response(
            head: ResponseHead(status: 200, reason: "OK", fields: fields), body: Body(text: body))
        for (at, count) in pieces { example.response.pace.add(count, at: at) }
        return example
    }

    @Test func `sends each piece at its time, and as it is`() async throws {
        let example = Self.example([(0, 3), (250, 3), (500, 4)], body: "aaabbbcccc")
        try await Proxy.run({ ($0.examples, $0.latency) = ([example], .recorded) }) { proxy in
            let client = try proxy.client()
            let start = ContinuousClock.now
            try client.send(.get("/sse"))
            _ = try client.connection.readHead()
            #expect(try client.connection.read(exactly: 8).latin1 == "3\r\naaa\r\n")
            #expect(!client.connection.isReadable(within: 0.02))
            #expect(try client.connection.read(exactly: 8).latin1 == "3\r\nbbb\r\n")
            #expect(ContinuousClock.now - start >= .milliseconds(245))
            #expect(try client.connection.read(exactly: 14).latin1 == "4\r\ncccc\r\n0\r\n\r\n")
            #expect(ContinuousClock.now - start >= .milliseconds(495))
            // At its end by HTTP/1.0.
            let old = try proxy.exchange("GET /sse HTTP/1.0\r\n\r\n")
            #expect(old.text == "aaabbbcccc")
        }
    }

    @Test func `bears edits by hand`() async throws {
        let longer = Self.example([(0, 3), (5, 3)], body: "aaabbbcccc")
        var shorter = Self.example([(0, 3), (5, 30), (9, 3)], body: "aaabb")
        shorter.request.head.target = ByteBuffer(string: "/shorter")
        try await Proxy.run({ ($0.examples, $0.latency) = ([longer, shorter], .recorded) }) { proxy in
            let (long, short) = (try proxy.get("/sse").text, try proxy.get("/shorter").text)
            #expect(long == "aaabbbcccc" && short == "aaabb")
        }
    }

    @Test func `ends with a client that leaves`() async throws {
        let example = Self.example([(0, 3), (600_000, 3)], body: "aaabbb")
        try await Proxy.run({ ($0.examples, $0.latency) = ([example], .recorded) }) { proxy in
            let client = try proxy.client()
            try client.send(.get("/sse"))
            _ = try client.connection.readHead()
            #expect(try client.connection.read(exactly: 8).latin1 == "3\r\naaa\r\n")
            client.connection.reset()
            #expect(try await comesTrue { try await proxy.server.connectionCount == 0 })
        }
    }

    @Test func `is nothing where all came at once`() async throws {
        let origin = try RawOrigin(responses: [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n"
        ])
        try await Proxy.run(to: origin) { proxy in
            _ = try proxy.get()
            var pace = Pace()
            pace.add(1, at: 3)
            #expect(pace.worthKeeping.isEmpty)
            #expect(Pace(text: "0:1 20:2").text == "0:1 20:2" && Pace(text: "x").isEmpty)
            #expect(Pace(["a"]) == nil && Pace([[1, -2]]) == nil && Pace([[0, 1], [20, 2]])?.duration == 20)
            for number in 0..<20_000 { pace.add(1, at: number) }
            #expect(pace.pieces.count == Pace.limit && pace.pieces.reduce(0) { $0 + $1.byteCount } == 20_001)
        }
    }
}
