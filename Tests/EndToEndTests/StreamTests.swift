import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// A WebSocket recorded, looked at, and replayed with its server gone.
    @Suite struct `Streams recorded and replayed` {
        let folder: TemporaryFolder
        init() throws { folder = try TemporaryFolder() }

        private static func talk(_ port: Int, secret: String) throws -> [String] {
            let client = try RawClient(port: port)
            try client.send("GET /live?room=1 HTTP/1.1\r\nHost: h\r\n\(String.handshake)\r\n")
            let socket = client.connection
            var heard = [try socket.readHead().latin1.components(separatedBy: "\r\n")[0]]
            heard.append(try socket.readFrame().text)
            try socket.send(.text("{\"password\": \"\(secret)\"}"), masked: true)
            heard.append(try socket.readFrame().text)
            try socket.send(.binary([1, 2, 255]), masked: true)
            heard.append(try socket.readFrame().text)
            try socket.send(.close(1000, "bye"), masked: true)
            heard.append(try socket.readFrame().text)
            try socket.waitForPeerToClose()
            socket.close()
            return heard
        }

        @Test(.timeLimit(.minutes(2))) func `a WebSocket is the same offline`() throws {
            let origin = try RawOrigin { (connection: RawConnection) in
                _ = try connection.readHead()
                try connection.send(.switching)
                try connection.send(.text("{\"hello\": 1}"), masked: false)
                while true {
                    let frame = try connection.readFrame()
                    if frame.code == 8 { return try connection.send(frame, masked: false) }
                    try connection.send(.text("got \(frame.payload.count)"), masked: false)
                }
            }
            let recording = try Understudy(recording: origin, in: folder)
            let live = try Self.talk(recording.port, secret: "canary")
            #expect(live[0] == "HTTP/1.1 101 Switching Protocols" && live[1] == "{\"hello\": 1}")
            let shown = try Program.run(["history", "show", "1"], in: folder)
            #expect(shown.lines.contains { $0.contains("< text: {\"hello\": 1}") }, "\(shown.lines)")
            #expect(shown.lines.contains { $0.contains("> binary: 3 B") })
            #expect(shown.lines.contains { $0.contains("> close 1000 bye") })
            let json = try Program.run(["history", "show", "1", "--json"], in: folder)
            #expect(json.lines.contains { $0.contains("\"frames\"") })
            #expect(try recording.stop().summary?.examplesAdded == 1)
            let before = try recording.collections()
            for content in before.values {
                let text = String(decoding: content, as: UTF8.self)
                #expect(!text.contains("canary") && text.contains("REDACTED-") && text.contains("hello"))
            }

            // The same again makes no second example.
            let again = try Understudy(recording: origin, in: folder)
            #expect(try Self.talk(again.port, secret: "canary") == live)
            let summary = try again.stop().summary
            #expect(summary?.examplesAdded == 0 && summary?.examplesKept == 1)
            #expect(try again.collections() == before)

            origin.stop()
            let replaying = try Understudy(["replay"], in: folder)
            #expect(try Self.talk(replaying.port, secret: "canary") == live)
            #expect(try Self.talk(replaying.port, secret: "another") == live)
            #expect(try replaying.stop().summary?.hits == 2)
            // Which of both ended first is nobody's promise.
            let shownCalls = try ["3", "4"].map { try Program.run(["history", "show", $0], in: folder).lines }
            let different = shownCalls.filter { $0.contains { $0.contains("differs from the recording") } }
            #expect(different.count == 1, "\(shownCalls)")
        }

        @Test(.timeLimit(.minutes(2))) func `events keep their pace`() throws {
            let origin = try RawOrigin { (connection: RawConnection) in
                _ = try connection.readHead()
                try connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
                for number in 0..<3 {
                    if number > 0 { usleep(200_000) }
                    try connection.send("data: \(number)\n\n")
                }
            }
            let recording = try Understudy(recording: origin, in: folder)
            let live = try recording.get("/events").body
            #expect(try recording.stop().summary?.examplesAdded == 1)
            origin.stop()
            let text = try recording.collections().values.map { String(decoding: $0, as: UTF8.self) }.joined()
            #expect(text.contains("\"chunks\": ["))
            let shown = try Program.run(["history", "show", "1"], in: folder)
            #expect(shown.lines.contains { $0.contains("pieces over") }, "\(shown.lines)")

            let replaying = try Understudy(["replay", "--latency", "recorded", "--speed", "2x"], in: folder)
            let start = ContinuousClock.now
            #expect(try replaying.get("/events").body == live)
            #expect(ContinuousClock.now - start >= .milliseconds(190))
            try replaying.stop()
        }

        /// Python's websockets on both sides, with and without compression.
        @Test(
            .enabled(if: PythonServer.hasWebSockets, Comment(rawValue: PythonServer.advice)), .timeLimit(.minutes(3)),
            arguments: ["none", "deflate"])
        func `real clients hear the same offline`(compression: String) throws {
            let (server, client) = (
                try folder.write(Self.server, to: "server.py"), try folder.write(Self.client, to: "client.py")
            )
            let origin = try PythonServer([server, compression], in: folder)
            func talk(_ port: Int) throws -> [String] {
                let child = try ChildProcess(
                    PythonServer.python, [client, "ws://127.0.0.1:\(port)/live", compression],
                    environment: Program.environment(home: folder.path), folder: folder.path)
                #expect(try child.waitForExit(within: 90) == 0, "\(child.lines)")
                return child.lines
            }
            let direct = try talk(origin.port)
            #expect(direct.last == "closed 4000 as asked")
            let recording = try Understudy(["record", origin.url], in: folder)
            #expect(try talk(recording.port) == direct)
            #expect(try recording.stop().summary?.examplesAdded == 1)
            try origin.stop()
            let replaying = try Understudy(["replay"], in: folder)
            #expect(try talk(replaying.port) == direct)
            #expect(try replaying.stop().summary?.misses == 0)
        }

        private static let server = """
            import asyncio, sys
            from websockets.asyncio.server import serve

            async def handle(socket):
                await socket.send("welcome")
                await socket.ping()
                async for message in socket:
                    if message == "bye":
                        await socket.close(4000, "as asked")
                        return
                    if isinstance(message, bytes):
                        await socket.send(message[::-1])
                    else:
                        await socket.send(["frag", "mented ", message])
                        await socket.send("x" * len(message))

            async def main():
                async with serve(handle, "127.0.0.1", 0, compression=sys.argv[1] if sys.argv[1] != "none" else None) as server:
                    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
                    await asyncio.get_running_loop().create_future()

            asyncio.run(main())
            """

        private static let client = """
            import hashlib, sys
            from websockets.exceptions import ConnectionClosed
            from websockets.sync.client import connect

            def show(message):
                data = message if isinstance(message, bytes) else message.encode()
                print(type(message).__name__, len(data), hashlib.sha256(data).hexdigest()[:16])

            with connect(sys.argv[1], compression=sys.argv[2] if sys.argv[2] != "none" else None, proxy=None, max_size=None) as socket:
                show(socket.recv())
                for message in ["one", "two", bytes(range(256)), "z" * 1_000_000]:
                    socket.send(message)
                    for _ in range(1 if isinstance(message, bytes) else 2):
                        show(socket.recv(timeout=20))
                print("ponged", socket.ping().wait(20))
                socket.send("bye")
                try:
                    socket.recv(timeout=20)
                except ConnectionClosed as end:
                    print("closed", end.rcvd.code, end.rcvd.reason)
            """
    }
}
