import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// A recorded stream is played to a live client.
@Suite struct `Replayed streams` {
    /// A 101 with the transcript as its body; lines are `at from type data`.
    static func example(_ lines: [String], target: String = "/ws", fields: [(String, String)] = []) -> Example {
        var transcript = ByteBuffer()
        for line in lines {
            let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
            var entry = StreamEntry(
                at: Int64(parts[0]) ?? 0, from: StreamEntry.Side(rawValue: String(parts[1])) ?? .server,
                kind: StreamEntry.Kind(rawValue: String(parts[2].prefix { $0 != "…" })) ?? .text)
            entry.isFinal = !parts[2].hasSuffix("…")
            if entry.kind == .close {
                entry.payload.writeInteger(UInt16(parts.count > 3 ? parts[3] : "1000") ?? 1000)
            } else if parts.count > 3 {
                entry.payload.writeString(String(parts[3]))
            }
            Transcript.write(entry, into: &transcript)
        }
        var head = Fields()
        for (name, value) in [("Upgrade", "websocket"), ("Sec-WebSocket-Accept", "stale"), ("X-Room", "1")] + fields {
            head.append(name, value)
        }
        return Example(
            id: "ws", name: "ws", collection: "test",
            request: Exchange.Request(head: RequestHead(method: "GET", target: target)),
            response: Exchange.Response(
                head: ResponseHead(status: 101, reason: "Switching Protocols", fields: head), body: Body(transcript)))
    }

    private static let chat = example([
        "10 server text welcome", "20 server ping p", "25 client pong p", "30 client text… he", "31 client ping x",
        "32 client continuation llo", "40 server text first", "41 server binary second", "50 client text again",
        "60 server text… th", "61 server continuation ird", "70 client close 1000", "71 server close 1000",
        "72 server end",
    ])

    @Test(arguments: [MatchOptions.Profile.strict, .postman], [Mode.replay, .auto, .spy])
    func `says what the server said, after what the client said`(profile: MatchOptions.Profile, mode: Mode) async throws
    {
        let origin = try RawOrigin(responses: [.ok("never")])
        try await Proxy.run(
            to: origin,
            {
                ($0.mode, $0.annotates) = (mode, true)
                ($0.examples, $0.matching) = ([Self.chat], MatchOptions(profile: profile))
            }
        ) { proxy in
            for _ in 0..<2 {
                let (socket, head) = try proxy.webSocket()
                #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
                #expect(
                    head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n") && !head.contains("stale"))
                #expect(head.contains("Upgrade: websocket\r\n") && head.contains("Connection: Upgrade\r\n"))
                #expect(
                    head.contains("Understudy-Result: hit\r\nUnderstudy-Example: ws\r\n") && head.contains("X-Room: 1"))
                #expect(try socket.readFrame() == .text("welcome"))
                #expect(try socket.readFrame() == .ping("p"))
                #expect(!socket.isReadable(within: 0.05), "the rest waits for the client")
                try socket.send(.ping("mine"), masked: true)
                #expect(try socket.readFrame() == .pong("mine"))
                try socket.send(.text("hel", isFinal: false), masked: true)
                try socket.send(.more("lo"), masked: true)
                #expect(try socket.readFrame() == .text("first"))
                #expect(try socket.readFrame() == .binary(Array("second".utf8)))
                try socket.send(.text("something else"), masked: true)
                #expect(try socket.readFrame() == .text("th", isFinal: false))
                #expect(try socket.readFrame() == .more("ird"))
                try socket.send(.close(1001, "done"), masked: true)
                #expect(try socket.readFrame() == .close(1000), "as it was recorded")
                #expect(socket.isClosed())
            }
            let entry = try proxy.recorder.entry()
            #expect(entry.exchange.result == .hit && entry.exchange.exampleID == "ws" && !entry.savesExample)
            let transcript = try proxy.transcript().map(\.short)
            #expect(transcript.contains("> continuation lo") && transcript.contains("> text! something else"))
            #expect(transcript.contains("< text… th"))
        }
        #expect(origin.connectionCount == 0)
    }

    @Test func `closes where the server closed`() async throws {
        let example = Self.example(["0 client text bye", "1 server close 4001"])
        try await Proxy.run({ $0.examples = [example] }) { proxy in
            let (socket, _) = try proxy.webSocket()
            try socket.send(.text("bye"), masked: true)
            #expect(try socket.readFrame() == .close(4001))
            try socket.send(.close(4001), masked: true)
            #expect(socket.isClosed())
        }
    }

    @Test func `stays open at the end, and marks what was not recorded`() async throws {
        let example = Self.example(["0 server text all"])
        try await Proxy.run({ $0.examples = [example] }) { proxy in
            let (socket, _) = try proxy.webSocket()
            #expect(try socket.readFrame() == .text("all"))
            try socket.send(.text("more?"), masked: true)
            try socket.send(.ping("there"), masked: true)
            #expect(try socket.readFrame() == .pong("there"))
            socket.reset()
            let said = try proxy.transcript().map(\.short)
            #expect(said.contains("> text! more?"))
        }
    }

    @Test func `is not for requests that do not ask for it`() async throws {
        let plain = Example.of("plain", target: "/ws")
        try await Proxy.run({ ($0.examples, $0.annotates) = ([Self.chat, plain], true) }) { proxy in
            #expect(try proxy.get("/ws")["Understudy-Example"] == "plain")
            #expect(try proxy.webSocket().head.contains("Understudy-Example: ws"))
            #expect(try proxy.get("/ws", "Upgrade: h2c\r\nConnection: Upgrade\r\n")["Understudy-Example"] == "plain")
            #expect(try proxy.get("/none", .handshake).status == 404)
            try await proxy.server.update { $0.setExamples([Self.chat]) }
            #expect(try proxy.get("/ws").status == 404)
        }
    }

    @Test func `counts bytes of other protocols`() async throws {
        let example = Self.example([
            "0 server bytes hello", "1 client bytes abc", "2 client bytes def", "3 server bytes six", "4 server end",
        ])
        try await Proxy.run({ $0.examples = [example] }) { proxy in
            let client = try proxy.client()
            try client.send(.get("/ws", "Upgrade: tunnel/1\r\nConnection: upgrade\r\n"))
            _ = try client.connection.readHead()
            #expect(try client.connection.read(exactly: 5).latin1 == "hello")
            try client.send("abcde")
            #expect(!client.connection.isReadable(within: 0.05))
            try client.send("f")
            #expect(try client.connection.readToEnd().latin1 == "six")
        }
    }

    @Test func `says what is wrong with it`() async throws {
        var broken = Self.chat
        broken.response.body = Body(text: "{\"from\": \"server\", \"type\": \"text\"}\n{\"from\": \"nobody\"}\n")
        let compressed = StreamEntry.compressed
        var deflated = Self.example(
            [], target: "/deflated", fields: [("Sec-WebSocket-Extensions", "permessage-deflate")])
        var lines = ByteBuffer()
        Transcript.write(compressed, into: &lines)
        deflated.response.body = Body(lines)
        try await Proxy.run({ $0.examples = [broken, deflated] }) { proxy in
            let answer = try proxy.get("/ws", .handshake)
            #expect(answer.status == 500 && answer.text.contains("line 2 of the transcript"))
            #expect(try proxy.get("/deflated", .handshake).status == 501)
            let (socket, head) = try proxy.webSocket("/deflated", "Sec-WebSocket-Extensions: permessage-deflate\r\n")
            #expect(head.contains("Sec-WebSocket-Extensions: permessage-deflate\r\n"))
            #expect(try socket.readFrame().isCompressed)
        }
    }

    @Test func `waits for a client that does not read`() async throws {
        let text = String(repeating: "x", count: 100_000)
        let example = Self.example((0..<80).map { "\($0) server text \(text)" })
        try await Proxy.run({ $0.examples = [example] }) { proxy in
            let (socket, _) = try proxy.webSocket()
            for _ in 0..<80 { #expect(try socket.readFrame().payload.count == 100_000) }
        }
    }

    @Test(arguments: [(1.0, 300), (10.0, 30)])
    func `keeps the recorded pace, at the speed asked for`(speed: Double, milliseconds: Int) async throws {
        let example = Self.example(["1000 server text a", "150000 client text go", "450000 server text b"])
        try await Proxy.run({ ($0.examples, $0.latency) = ([example], .recorded) }) { proxy in
            try await proxy.server.update { $0.speed = speed }
            let (socket, _) = try proxy.webSocket()
            #expect(try socket.readFrame() == .text("a"))
            let start = ContinuousClock.now
            try socket.send(.text("go"), masked: true)
            #expect(try socket.readFrame() == .text("b"))
            #expect(ContinuousClock.now - start >= .milliseconds(milliseconds - 5))
        }
    }

    @Test func `what was recorded is what is replayed`() async throws {
        let origin = try RawOrigin.webSocket { connection in
            for number in 0..<3 {
                let asked = try connection.readFrame().text
                try connection.send(.text("\(number) \(asked)"), masked: false)
                try connection.send(.text("and more"), masked: false)
            }
            try connection.send(.close(1000, "enough"), masked: false)
            _ = try connection.readFrame()
        }
        func talk(_ socket: RawConnection) throws -> [Frame] {
            var frames: [Frame] = []
            for word in ["a", "b", "c"] {
                try socket.send(.text(word), masked: true)
                frames += [try socket.readFrame(), try socket.readFrame()]
            }
            frames.append(try socket.readFrame())
            try socket.send(.close(1000), masked: true)
            #expect(socket.isClosed())
            socket.close()
            return frames
        }
        try await Proxy.run(to: origin) { proxy in
            let live = try talk(try proxy.webSocket().connection)
            _ = try proxy.recorder.entry()
            try await proxy.replayWhatWasRecorded()
            origin.stop()
            #expect(try talk(try proxy.webSocket().connection) == live)
            #expect(try proxy.transcript(1).allSatisfy { !$0.differs })
        }
    }
}

extension StreamEntry {
    fileprivate static var compressed: StreamEntry {
        var entry = StreamEntry(at: 0, from: .server, kind: .text, payload: ByteBuffer(bytes: [0xCA, 0x00]))
        entry.isCompressed = true
        return entry
    }
}
