import Foundation
import TestSupport
import Testing

#if os(Linux)
    extension EndToEnd {
        /// Many connections one after the other, and more than the system allows.
        @Suite struct `Connections and descriptors` {
            let folder: TemporaryFolder
            init() throws { folder = try TemporaryFolder() }

            @Test(.timeLimit(.minutes(2))) func `D56 10,000 connections one after the other`() throws {
                let origin = try RawOrigin.small()
                let proxy = try Understudy(recording: origin, in: folder)
                for number in 1...200 { #expect(try proxy.get("/\(number % 10)").status == 200) }
                let (descriptors, memory) = (try proxy.descriptors, try proxy.memory)
                let start = ContinuousClock.now
                var failures = 0
                for number in 1...10_000 where try proxy.get("/\(number % 10)").body != Array("ok".utf8) {
                    failures += 1
                }
                let seconds = (ContinuousClock.now - start).seconds
                #expect(failures == 0)
                #expect(proxy.isBack(to: descriptors))
                let after = try proxy.memory
                print(
                    "10,000 connections in \(Int(seconds)) s: descriptors \(descriptors) before, \(try proxy.descriptors) after; memory \(memory) MB before, \(after) MB after"
                )
                #expect(after - memory < 48)
                #expect(try proxy.stop().status == 0)
                #expect(try proxy.history.count() == 10_200)
            }

            @Test(.timeLimit(.minutes(1))) func `D58 300 connections with 128 descriptors`() throws {
                let origin = try RawOrigin.small()
                let proxy = try Understudy(
                    ["record", "http://127.0.0.1:\(origin.port)"], in: folder, descriptorLimit: 128)
                let clients = try (0..<300).map { number in
                    let client = try RawClient(port: proxy.port)
                    try client.send(Understudy.request("GET", "/\(number)"))
                    return client
                }
                // Those that were accepted are answered, upstream's descriptors included; then nothing moves.
                let isAnswered = eventually(within: 10) { clients.filter(\.hasAnswer).count >= 20 }
                #expect(isAnswered)
                let share = try proxy.processorShare()
                let (answered, descriptors) = (clients.filter(\.hasAnswer).count, try proxy.descriptors)
                #expect(answered < 128 && descriptors < 128)
                #expect(share < 0.5)
                // As they leave, the others get in.
                var served = 0
                var waiting = clients
                while !waiting.isEmpty {
                    let isNextAnswered = eventually(within: 10) { waiting.contains(where: \.hasAnswer) }
                    guard isNextAnswered else { break }
                    for client in waiting where client.hasAnswer {
                        if try client.readResponse().body == Array("ok".utf8) { served += 1 }
                        client.connection.close()
                    }
                    waiting.removeAll(where: \.connection.isClosedHere)
                }
                print(
                    "300 connections, 128 descriptors: \(answered) accepted with \(descriptors) descriptors open, \(Int(share * 100)) % of a core while full, \(served) served in the end"
                )
                #expect(served == 300)
                #expect(try proxy.get("/after").status == 200)
                let status = try proxy.status()
                #expect(status.recording == "ok" && status.recorded == 301)
                #expect(try proxy.stop().status == 0)
            }

            /// Descriptors may also go elsewhere; taken away at run time, they are missing for the next client.
            @Test(
                .enabled(if: DescriptorTheft.isPossible, "needs prlimit(1), of util-linux"), .timeLimit(.minutes(1)))
            func `D58 no descriptor for another client`() throws {
                let origin = try RawOrigin.small()
                let proxy = try Understudy(recording: origin, in: folder)
                for number in 1...5 { #expect(try proxy.get("/\(number)").status == 200) }
                // Numbers below ten are all taken.
                try DescriptorTheft.limit(proxy, to: 10)
                let clients = try (0..<20).map { number in
                    let client = try RawClient(port: proxy.port)
                    try client.send(Understudy.request("GET", "/waiting/\(number)"))
                    return client
                }
                let isSaid = eventually { proxy.child.lines.contains { $0.contains("Too many open files") } }
                #expect(isSaid)
                let share = try proxy.processorShare()
                #expect(share < 0.5)
                #expect(clients.filter(\.hasAnswer).isEmpty)
                try DescriptorTheft.limit(proxy, to: 1000)
                for client in clients { #expect(try client.readResponse().status == 200) }
                print("no descriptors: \(Int(share * 100)) % of a core meanwhile")
                #expect(try proxy.stop().status == 0)
            }
        }
    }

    extension RawClient {
        fileprivate var hasAnswer: Bool { !connection.isClosedHere && connection.isReadable(within: 0) }
    }

    /// Changes what a running process may open. prlimit(1)
    private enum DescriptorTheft {
        static let isPossible = (try? run(["--version"])) != nil

        static func limit(_ proxy: Understudy, to count: Int) throws {
            try run(["--pid", "\(proxy.child.processIdentifier)", "--nofile=\(count):"])
        }

        private static func run(_ arguments: [String]) throws {
            let child = try ChildProcess("/usr/bin/env", ["prlimit"] + arguments)
            guard try child.waitForExit() == 0 else { throw RawFailure.malformed("prlimit: \(child.lines)") }
        }
    }
#endif
