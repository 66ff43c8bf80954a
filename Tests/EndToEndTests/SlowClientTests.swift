import Foundation
import TestSupport
import Testing

#if os(Linux)
    extension EndToEnd {
        /// Clients that hold connections and say little: everyone else is served as if they were not there, and they go.
        @Suite struct `Slow clients` {
            let folder: TemporaryFolder
            init() throws { folder = try TemporaryFolder() }

            /// A server that has answered before, so that what it loads once is loaded.
            private func start(_ arguments: [String]) throws -> (Understudy, RawOrigin, HonestClient) {
                let origin = try RawOrigin.small()
                let proxy = try Understudy(recording: origin, arguments, in: folder)
                var honest = HonestClient(proxy)
                for _ in 1...20 { try honest.ask() }
                return (proxy, origin, honest)
            }

            /// Whether the server has ended the connection, with a 408 or without a word.
            private func isEnded(_ client: RawClient) -> Bool {
                client.connection.patience = 10
                do {
                    while true {
                        let answer = try client.readResponse()
                        guard answer.status == 200 || answer.status == 408 else { return false }
                    }
                } catch RawFailure.closed(_, let received) {
                    return received.isEmpty
                } catch RawFailure.system {
                    return true
                } catch {
                    return false
                }
            }

            @Test(.timeLimit(.minutes(1))) func `D54 500 heads that come byte by byte`() throws {
                var (proxy, origin, honest) = try start(["--head-timeout", "4"])
                let (descriptors, memory) = (try proxy.descriptors, try proxy.memory)
                let head = Array(
                    "GET /slow HTTP/1.1\r\nHost: a\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".utf8)
                let clients = try (0..<500).map { _ in try RawClient(port: proxy.port) }
                let start = ContinuousClock.now
                // A byte a second to each, until the first is refused.
                for byte in head {
                    for client in clients { try? client.send([byte]) }
                    try honest.keepAsking(for: 1)
                    if clients[0].connection.isReadable(within: 0) { break }
                }
                let peak = try proxy.memory
                #expect(clients.allSatisfy { isEnded($0) })
                let seconds = (ContinuousClock.now - start).seconds
                #expect(seconds < 4 + 8)
                for client in clients { client.connection.close() }
                #expect(proxy.isBack(to: descriptors))
                print(
                    "500 slow heads: all ended after \(Int(seconds)) s with --head-timeout 4, \(honest.figures), memory \(memory) MB before, \(peak) MB meanwhile"
                )
                #expect(peak - memory < 48)
                #expect(!origin.requestTexts.contains { $0.hasPrefix("GET /slow") })
                #expect(try proxy.stop().status == 0)
            }

            @Test(.timeLimit(.minutes(1))) func `D55 100 clients stalled in their bodies`() throws {
                var (proxy, origin, honest) = try start(["--body-timeout", "3"])
                let (descriptors, memory) = (try proxy.descriptors, try proxy.memory)
                let clients = try (0..<100).map { number in
                    let client = try RawClient(port: proxy.port)
                    try client.send("POST /stalled/\(number) HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
                    try client.send([UInt8](repeating: 0x61, count: 1000))
                    return client
                }
                try honest.keepAsking(for: 1)
                // Half of them go by themselves, the others when their time is over.
                for client in clients[..<50] { client.connection.reset() }
                try honest.keepAsking(for: 1)
                #expect(clients[50...].allSatisfy { isEnded($0) })
                for client in clients[50...] { client.connection.close() }
                try honest.ask()
                #expect(proxy.isBack(to: descriptors))
                let after = try proxy.memory
                print("100 stalled bodies: \(honest.figures), memory \(memory) MB before, \(after) MB after")
                #expect(after - memory < 48)
                #expect(eventually(within: 10) { origin.openConnectionCount <= 8 }, "none is left upstream")
                #expect(try proxy.stop().status == 0)
                #expect(try proxy.history.count("path LIKE '/stalled%' AND example_state <> 0 AND flags & 1 = 0") == 0)
            }

            @Test(.timeLimit(.minutes(1))) func `D56 500 connections that say nothing more`() throws {
                var (proxy, origin, honest) = try start(["--idle-timeout", "3"])
                let (descriptors, memory) = (try proxy.descriptors, try proxy.memory)
                let clients = try (0..<500).map { number in
                    let client = try RawClient(port: proxy.port)
                    // Half of them were served once.
                    if number.isMultiple(of: 2) {
                        try client.send(Understudy.request("GET", "/honest"))
                        _ = try client.readResponse()
                    }
                    return client
                }
                try honest.keepAsking(for: 2)
                let peak = try proxy.memory
                #expect(clients.allSatisfy { isEnded($0) })
                for client in clients { client.connection.close() }
                #expect(proxy.isBack(to: descriptors))
                #expect(origin.failures == [])
                print("500 idle: \(honest.figures), memory \(memory) MB before, \(peak) MB meanwhile")
                #expect(peak - memory < 48)
                #expect(try proxy.stop().status == 0)
            }
        }
    }
#endif
