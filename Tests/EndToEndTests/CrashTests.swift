import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
    /// kill -9 under load: whoever got a whole answer finds its exchange in the history.
    @Suite struct Crashes {
        @Test(.timeLimit(.minutes(3))) func `kill -9 ten times loses nothing that a client saw`() throws {
            let folder = try TemporaryFolder()
            let origin = try RawOrigin { (request: RawMessage) in
                let id = request.startLine.split(separator: " ")[1]
                return "HTTP/1.1 200 OK\r\nContent-Length: \(id.utf8.count)\r\n\r\n\(id)"
            }
            var seen: [String] = []
            for round in 1...10 {
                let proxy = try Understudy(recording: origin, in: folder)
                let load = Load(port: proxy.port, round: round)
                // Long enough for some answers, and at another moment each time.
                usleep(UInt32.random(in: 80_000...400_000))
                kill(proxy.child.processIdentifier, SIGKILL)
                let noted = load.finish()
                #expect(try proxy.child.waitForExit() == -SIGKILL)
                #expect(!noted.isEmpty, "round \(round)")
                seen += noted

                #expect(try proxy.history.integrity() == "ok", "round \(round)")
                let stored = try proxy.history.paths()
                let wrong = seen.filter { stored[$0] != 1 }
                #expect(wrong == [], "round \(round): missing or stored twice")
                for (name, bytes) in try proxy.collections() {
                    #expect(throws: Never.self, "round \(round): \(name)") {
                        try JSONSerialization.jsonObject(with: bytes)
                    }
                }
            }
            // The next start folds what was pending, so that all of it replays.
            let replay = try Understudy(["replay"], in: folder)
            #expect(try replay.history.count("example_state = 1") == 0)
            let texts = try replay.collections().values.map { String(decoding: $0, as: UTF8.self) }
            let examples = texts.map { $0.components(separatedBy: "\"originalRequest\"").count - 1 }.reduce(0, +)
            #expect(try replay.history.count("example_state = 2") == examples, "folded once, whenever the kill came")
            let client = try RawClient(port: replay.port)
            for path in seen {
                try client.send(Understudy.request("GET", path))
                let answer = try client.readResponse()
                #expect(answer.status == 200 && answer.body.latin1 == path, "\(answer.startLine)")
                guard answer.status == 200 else { break }
            }
            #expect(try replay.stop().status == 0)
            print("kill -9: 10 rounds, \(seen.count) answers seen by clients, all in the history once and replayed")
        }
    }
}

/// Four clients that ask for something new each time and note what they got in full.
private final class Load: Sendable {
    private let noted = Mutex<[String]>([])
    private let clients = DispatchGroup()

    init(port: Int, round: Int) {
        for number in 1...4 {
            clients.enter()
            Thread.detachNewThread { [self] in
                defer { clients.leave() }
                guard let client = try? RawClient(port: port) else { return }
                client.connection.patience = 5
                for count in 1... {
                    let path = "/round/\(round)/client/\(number)/\(count)"
                    guard (try? client.send(Understudy.request("GET", path))) != nil,
                        let answer = try? client.readResponse(), answer.status == 200, answer.endedCleanly,
                        answer.body.latin1 == path
                    else { return }
                    noted.withLock { $0.append(path) }
                }
            }
        }
    }

    /// Waits for the clients, whose server is gone.
    func finish() -> [String] {
        clients.wait()
        return noted.withLock { $0 }
    }
}
