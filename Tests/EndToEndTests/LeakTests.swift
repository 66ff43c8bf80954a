import Foundation
import TestSupport
import Testing

#if os(Linux)
    extension EndToEnd {
        /// What a long run costs: nothing that grows with it.
        @Suite struct `A long run` {
            /// Requests of each kind; `scripts/soak` asks for more, of the release binary.
            private static let count =
                ProcessInfo.processInfo.environment["UNDERSTUDY_SOAK"].flatMap { Int($0) } ?? 100_000
            private static let connectionCount = 8
            /// Megabytes between the middle and the end of a run.
            private static let allowance = 8

            /// So many requests over a few kept connections, pipelined; all answers have the same length.
            private func run(_ proxy: Understudy, _ count: Int) throws {
                let port = proxy.port
                let failures = inParallel(Self.connectionCount) { _ in
                    let client = try RawClient(port: port)
                    client.connection.patience = 60
                    let request = Understudy.request("GET", "/same")
                    try client.send(request)
                    let first = try client.readResponse()
                    let length = first.head.count + first.body.count
                    let batch = Array(String(repeating: request, count: 50).utf8)
                    for _ in 0..<(count / Self.connectionCount / 50) {
                        try client.send(batch)
                        let answers = try client.connection.read(exactly: 50 * length)
                        guard answers.prefix(9).elementsEqual("HTTP/1.1 ".utf8), answers.suffix(2) == [0x6F, 0x6B]
                        else {
                            throw RawFailure.malformed(answers.prefix(300).latin1)
                        }
                    }
                }
                #expect(failures == [])
            }

            private func expectFlat(_ name: String, _ proxy: Understudy) throws {
                let start = ContinuousClock.now
                try run(proxy, Self.count / 2)
                let middle = (try proxy.memory, try proxy.descriptors)
                try run(proxy, Self.count / 2)
                let end = (try proxy.memory, try proxy.descriptors)
                let seconds = (ContinuousClock.now - start).seconds
                print(
                    "\(Self.count) requests \(name) in \(Int(seconds)) s: memory \(middle.0) MB after half, \(end.0) MB in the end; descriptors \(middle.1) and \(end.1)"
                )
                #expect(end.0 - middle.0 <= Self.allowance, "\(name)")
                #expect(proxy.isBack(to: middle.1))
            }

            @Test(.timeLimit(.minutes(5))) func `holds no more memory after twice as many requests`() throws {
                let folder = try TemporaryFolder()
                let origin = try RawOrigin.small()
                // Into the history: that a hundred thousand examples take more room than fifty is no leak.
                let recording = try Understudy(["proxy", "http://127.0.0.1:\(origin.port)"], in: folder)
                try expectFlat("recorded", recording)
                #expect(try recording.status().recorded >= Self.count * 9 / 10)
                #expect(try recording.stop(within: 60).status == 0)
                let example = try Understudy(recording: origin, in: folder)
                #expect(try example.get("/same").status == 200)
                #expect(try example.stop().status == 0)
                let replay = try Understudy(["replay"], in: folder)
                try expectFlat("replayed", replay)
                #expect(try replay.stop().status == 0)
            }
        }
    }
#endif
