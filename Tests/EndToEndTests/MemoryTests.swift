import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
    /// What recording may cost: memory and delay.
    @Suite struct Costs {
        #if os(Linux)
            @Test(.timeLimit(.minutes(3))) func `a gigabyte passes in flat memory`() throws {
                let folder = try TemporaryFolder()
                let (size, piece) = (1 << 30, [UInt8](repeating: 0x2A, count: 1 << 20))
                let origin = try RawOrigin { (connection: RawConnection) in
                    while try connection.readRequestOrEnd() != nil {
                        try connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
                        for _ in 0..<(size / piece.count) { try connection.send(piece) }
                    }
                }
                let small = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"])
                // What the first exchange makes the program load does not count.
                let warmUp = try Understudy(recording: small, dir: "warm-up", in: folder)
                #expect(try warmUp.get("/").status == 200)
                try warmUp.stop()
                let proxy = try Understudy(recording: origin, in: folder)
                let before = try ProcessMemory.peak(of: proxy.child.processIdentifier)
                let client = try RawClient(port: proxy.port)
                let start = ContinuousClock.now
                try client.send(Understudy.request("GET", "/large"))
                let head = RawMessage(head: try client.connection.readHead())
                #expect(head["Content-Length"] == String(size))
                var received = 0
                while received < size { received += try client.connection.read(exactly: piece.count).count }
                let seconds = (ContinuousClock.now - start).seconds
                let after = try ProcessMemory.peak(of: proxy.child.processIdentifier)
                print("1 GB recorded: \(Int(1024 / seconds)) MB/s, peak memory \(before) MB before, \(after) MB after")
                #expect(after - before < 64)
                #expect(try proxy.stop().status == 0)
                // Longer than --max-body: in the history, flagged as cut, and no example.
                #expect(try proxy.history.count("response_size = \(size) AND flags & 4 AND example_state <> 1") == 1)
                let replay = try Understudy(["replay"], in: folder)
                #expect(try replay.get("/large").status == 404)
            }
        #endif

        @Test(.timeLimit(.minutes(1))) func `events reach the client while they are recorded`() throws {
            let folder = try TemporaryFolder()
            let count = 60
            let sent = Mutex<[ContinuousClock.Instant]>([])
            let origin = try RawOrigin { (connection: RawConnection) in
                while try connection.readRequestOrEnd() != nil {
                    try connection.send(
                        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
                    for number in 0..<count {
                        usleep(20_000)
                        let event = "data: \(number)\n\n"
                        sent.withLock { $0.append(.now) }
                        try connection.send("\(String(event.utf8.count, radix: 16))\r\n\(event)\r\n")
                    }
                    try connection.send("0\r\n\r\n")
                }
            }
            let proxy = try Understudy(recording: origin, in: folder)
            let client = try RawClient(port: proxy.port)
            try client.send(Understudy.request("GET", "/events"))
            _ = try client.connection.readHead()
            var received: [ContinuousClock.Instant] = []
            for number in 0..<count {
                _ = try client.connection.read(through: "data: \(number)\n\n")
                received.append(.now)
            }
            _ = try client.connection.read(through: "0\r\n\r\n")
            let delays = zip(sent.withLock { $0 }, received).map { ($1 - $0).seconds * 1000 }.sorted()
            let percentiles = [0, 50, 90, 99, 100].map { percent in
                "p\(percent) \(String(format: "%.2f", delays[min(delays.count - 1, delays.count * percent / 100)])) ms"
            }
            print("\(count) events: \(percentiles.joined(separator: ", "))")
            #expect(delays[count / 2] < 5)
            #expect(try proxy.stop().status == 0)
            let replay = try Understudy(["replay"], in: folder)
            let text = try replay.get("/events").body.latin1
            #expect(text == (0..<count).map { "data: \($0)\n\n" }.joined())
        }
    }
}
