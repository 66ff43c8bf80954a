import Curl
import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Protocols that a connection is switched to pass both ways, and what passes is written down.
@Suite struct `Upgraded connections` {
    @Test(arguments: Mode.allCases.filter(\.callsUpstream))
    func `carry WebSocket frames both ways and record them`(mode: Mode) async throws {
        let origin = try RawOrigin.webSocket { connection in
            try connection.send(.text("welcome"), masked: false)
            while let frame = try? connection.readFrame() {
                if frame.code == 8 { try connection.send(frame, masked: false); return }
                try connection.send(.text("echo " + frame.text), masked: false)
            }
        }
        try await Proxy.run(to: origin, { ($0.mode, $0.annotates, $0.via) = (mode, true, "us") }) { proxy in
            let (socket, head) = try proxy.webSocket()
            #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"))
            #expect(head.contains("\r\nX-Odd: Value\r\n"))
            #expect(head.contains("Understudy-Result: \(mode.savesExamples ? "recorded" : "passthrough")\r\n"))
            #expect(try socket.readFrame() == .text("welcome"))
            try socket.send(.text("one"), masked: true)
            #expect(try socket.readFrame() == .text("echo one"))
            try socket.send(.close(1000, "bye"), masked: true)
            #expect(try socket.readFrame() == .close(1000, "bye"))
            #expect(socket.isClosed())
            socket.close()
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == nil && entry.savesExample == mode.savesExamples && entry.exchange.isReplayable)
            let transcript = try proxy.transcript()
            #expect(
                transcript.map(\.short).prefix(5) == [
                    "< text welcome", "> text one", "< text echo one", "> close 1000 bye", "< close 1000 bye",
                ])
            #expect(zip(transcript, transcript.dropFirst()).allSatisfy { $0.at <= $1.at })
        }
        let asked = origin.requestTexts[0]
        #expect(
            asked.hasPrefix(
                "GET /ws HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nVia: 1.1 us\r\n\r\n"
            ), "\(asked)")
    }

    @Test func `keep fragments, control frames, binary and large messages as they are`() async throws {
        let large = [UInt8]((0..<1_100_000).map { UInt8(truncatingIfNeeded: $0 &* 7) })
        let sent: [Frame] = [
            .text("be", isFinal: false), .ping("in between"), .more("gin", isFinal: false), .more(" end"),
            .binary([0, 255, 1]), Frame(code: 1, payload: [0xC1, 0x02], isCompressed: true), .text(""), .binary(large),
        ]
        let origin = try RawOrigin.webSocket { connection in
            for frame in sent {
                #expect(try connection.readFrame() == frame)
                try connection.send(frame, masked: false)
            }
            try connection.send(.close(1011), masked: false)
        }
        var limits = Limits()
        limits.bodyInMemory = 8 << 20
        try await Proxy.run(to: origin, { $0.limits = limits }) { proxy in
            let (socket, _) = try proxy.webSocket()
            for frame in sent {
                try socket.send(frame, masked: true)
                #expect(try socket.readFrame() == frame)
            }
            #expect(try socket.readFrame() == .close(1011))
            socket.close()
            let transcript = try proxy.transcript()
            let frames = transcript.filter { $0.kind != .end }
            #expect(frames.count == 2 * sent.count + 1)
            #expect(frames[0].short == "> text… be" && frames[2].short == "> ping in between")
            #expect(frames[10].isCompressed && Array(frames[10].payload.readableBytesView) == [0xC1, 0x02])
            #expect(frames.filter { $0.payload.readableBytesView.elementsEqual(large) }.count == 2)
        }
        #expect(origin.failures.isEmpty, "\(origin.failures)")
    }

    @Test func `pass what comes with the head, both ways`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 101 Ok\r\nConnection: upgrade\r\nUpgrade: x/1\r\n\r\nearly")
            #expect(try connection.read(exactly: 6).latin1 == "hello!")
            try connection.send("late")
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get("/x", "Upgrade: x/1\r\nConnection: upgrade\r\n") + "hello!")
            #expect(try client.connection.readHead().latin1.hasPrefix("HTTP/1.1 101 Ok\r\n"))
            #expect(try client.connection.read(exactly: 9).latin1 == "earlylate")
            client.connection.halfClose()
            #expect(client.connection.isClosed())
            let transcript = try proxy.transcript()
            let said = transcript.filter { $0.kind == .bytes && $0.from == .server }.map {
                Array($0.payload.readableBytesView).latin1
            }
            #expect(said.joined() == "earlylate")
            #expect(transcript.contains { $0.short == "> bytes hello!" } && transcript.contains { $0.kind == .end })
        }
        #expect(origin.failures.isEmpty, "\(origin.failures)")
    }

    @Test(arguments: [
        ("HTTP/1.1 401 No\r\nContent-Length: 2\r\n\r\nno", "no"),
        (
            "HTTP/1.1 426 Upgrade Required\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n3;x=y\r\ncde\r\n0\r\nX-T: 1\r\n\r\n",
            "abcde"
        ),
        ("HTTP/1.1 200 OK\r\n\r\nuntil the end", "until the end"), ("HTTP/1.1 204 Nothing\r\n\r\n", ""),
        ("HTTP/1.1 103 Early\r\nLink: a\r\n\r\nHTTP/1.1 400 Bad\r\nContent-Length: 0\r\n\r\n", ""),
    ])
    func `that are refused are answered like any request`(answer: String, body: String) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send(answer)
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            // What follows in good faith is no request.
            try client.send(.get("/ws", .handshake) + .get("/smuggled"))
            if answer.contains(" 103 ") { #expect(try client.connection.readHead().latin1.hasPrefix("HTTP/1.1 103 ")) }
            let response = try client.readResponse()
            #expect(response.text == body && response["Connection"] == "close")
            client.connection.halfClose()
            #expect(client.connection.isClosed())
            let entry = try proxy.recorder.entry()
            #expect(entry.responseText == body && entry.failure == nil)
            #expect(proxy.recorder.entries.count == 1)
        }
        #expect(origin.requests.count == 1)
    }

    @Test(arguments: [
        ("", "connection_terminated", 502), ("HTTP/1.1 101 X\r\nA", "connection_terminated", 502),
        ("garbage\r\n\r\n", "http_protocol_error", 502),
        ("HTTP/1.1 101 X\r\nA : b\rc\r\n\r\n", "http_protocol_error", 502),
        (
            "HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 120_000))\r\n\r\n",
            "http_response_header_section_size", 502
        ),
    ])
    func `that break off are answered with the cause`(answer: String, word: String, status: Int) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send(answer)
        }
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.get("/ws", .handshake)
            #expect(response.status == status && response["Proxy-Status"] == "understudy; error=\(word)")
            #expect(try !proxy.recorder.entry().exchange.isReplayable)
        }
    }

    @Test func `that nobody answers end in time, and refused targets at once`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in try connection.waitForPeerToClose() }
        let curl = CurlOptions(connectTimeout: .seconds(5), firstByteTimeout: .milliseconds(300))
        try await Proxy.run(to: origin, { $0.curl = curl }) { proxy in
            #expect(try proxy.get("/ws", .handshake).status == 504)
            #expect(try proxy.recorder.entry().failure == .responseTimeout)
            let port = proxy.port
            try await proxy.server.update { $0.upstream = try? Upstream("http://localhost:\(port)") }
            #expect(try proxy.get("/ws", .handshake).status == 403)
        }
    }

    @Test func `an end that comes with the 101 is not lost`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.send("HTTP/1.1 101 Switching Protocols\r\nUpgrade: odd\r\nConnection: Upgrade\r\n\r\ngone")
        }
        try await Proxy.run(to: origin) { proxy in
            for _ in 0..<20 {
                let client = try proxy.client()
                try client.send(.get("/", "Connection: Upgrade\r\nUpgrade: odd\r\n"))
                #expect(try client.connection.readToEnd().latin1.hasSuffix("\r\n\r\ngone"))
            }
        }
    }

    @Test func `a cut on either side reaches the other`() async throws {
        let origin = try RawOrigin.webSocket { connection in
            if try connection.readFrame().text == "cut" { return connection.reset() }
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            let (socket, _) = try proxy.webSocket()
            try socket.send(.text("cut"), masked: true)
            #expect(throws: RawFailure.self) { try socket.readFrame() }
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == .connectionTerminated && !entry.exchange.isReplayable)

            let (left, _) = try proxy.webSocket()
            try left.send(.text("stay"), masked: true)
            #expect(eventually { origin.openConnectionCount == 1 })
            left.reset()
            #expect(eventually { origin.openConnectionCount == 0 })
            #expect(try proxy.recorder.entry(1).exchange.isReplayable, "leaving is how many streams end")
        }
    }

    @Test func `a slow reader stops the origin`() async throws {
        let sent = Atomic(0)
        let origin = try RawOrigin.webSocket { connection in
            connection.patience = 30
            for _ in 0..<600 {
                try connection.send(.binary([UInt8](repeating: 7, count: 64 << 10)), masked: false)
                sent.add(1, ordering: .relaxed)
            }
        }
        var limits = Limits()
        limits.bodyInMemory = 1 << 20
        try await Proxy.run(to: origin, { $0.limits = limits }) { proxy in
            let (socket, _) = try proxy.webSocket()
            var last = -1
            #expect(
                eventually(within: 15) {
                    usleep(100_000)
                    defer { last = sent.load(ordering: .relaxed) }
                    return last == sent.load(ordering: .relaxed)
                })
            #expect(sent.load(ordering: .relaxed) < 600, "nobody read, and all was taken")
            for _ in 0..<600 { #expect(try socket.readFrame().payload.count == 64 << 10) }
            #expect(sent.load(ordering: .relaxed) == 600)
        }
    }

    @Test func `more frames than are kept make no example`() async throws {
        let origin = try RawOrigin.webSocket { connection in
            for number in 0..<20 { try connection.send(.text("\(number)"), masked: false) }
            try connection.send(.text(String(repeating: "x", count: 5000)), masked: false)
            try connection.send(.close(1000), masked: false)
        }
        for (count, size) in [(10, 1 << 20), (100, 1000)] {
            var limits = Limits()
            (limits.recordedFrames, limits.recordedFrame) = (count, size)
            try await Proxy.run(to: origin, { $0.limits = limits }) { proxy in
                let (socket, _) = try proxy.webSocket()
                while try socket.readFrame().code != 8 {}
                socket.close()
                let entry = try proxy.recorder.entry()
                #expect(entry.exchange.response?.body.isCut == true && !entry.exchange.isReplayable)
                #expect(try proxy.transcript().count <= count)
            }
        }
    }
}
