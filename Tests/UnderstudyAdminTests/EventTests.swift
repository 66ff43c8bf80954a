import Dispatch
import Foundation
import Hummingbird
import Synchronization
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Events` {
    /// A client that follows; what it reads is bounded by the connection's own timeouts.
    final class Follower {
        let client: RawClient
        init(_ bench: Bench, fields: [String] = []) throws {
            client = try RawClient(port: bench.server.port)
            let lines =
                ["GET /api/v1/events HTTP/1.1", "Host: 127.0.0.1:\(bench.server.port)", "X-Api-Key: \(bench.token)"]
                + fields
            try client.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
            _ = try client.connection.readHead()
            _ = try client.connection.read(through: "retry: 1000\n\n")
        }

        /// The next event: its kind and data.
        func next() throws -> (kind: String, data: JSONValue) {
            while true {
                let text = String(decoding: try client.connection.read(through: "\n\n"), as: UTF8.self)
                guard let range = text.range(of: "event: ") else { continue }
                let lines = text[range.upperBound...].split(separator: "\n")
                return (String(lines[0]), try JSONValue(parsing: String(lines[1].dropFirst("data: ".count))))
            }
        }

        /// The next event of that kind: its id and data.
        func next(_ kind: String) throws -> (id: String, data: JSONValue) {
            // Others keep coming: one that does not come is not waited for without end.
            let deadline = Date(timeIntervalSinceNow: 60)
            while true {
                try #require(Date() < deadline, "no event \(kind)")
                let text = String(decoding: try client.connection.read(through: "\n\n"), as: UTF8.self)
                guard let range = text.range(of: "event: \(kind)\n") else { continue }
                let id = text.range(of: "id: ").map { text[$0.upperBound...].prefix { $0 != "\n" } } ?? ""
                let data = text[range.upperBound...].dropFirst("data: ".count).prefix { $0 != "\n" }
                return (String(id), try JSONValue(parsing: String(data)))
            }
        }
    }

    private typealias Log = `Postman's call log`

    static var quick: AdminLimits {
        var limits = AdminLimits()
        limits.eventInterval = .milliseconds(10)
        limits.heartbeat = .milliseconds(50)
        return limits
    }

    @Test func `exchanges, mock servers and mode are told, in order, and again to who comes back`() async throws {
        try await Bench.run(limits: Self.quick) { bench in
            let collection = try bench.addCollection()
            let follower = try Follower(bench)
            // A heartbeat: it has looked at what is there.
            _ = try follower.client.connection.read(through: ": \n\n")
            try Log.store([Log.exchange("GET", "/seen", second: 1)], in: bench)
            let seen = try follower.next("exchange")
            #expect(seen.data["path"] == "/seen")
            let mock = try bench.addMock("A", collection: collection)
            #expect(try follower.next("mock-created").data == ["id": .string(mock.id), "name": "A"])
            _ = try MockFolder(bench.workspace).change(mock.id) { $0.name = "B" }
            #expect(try follower.next("mock-changed").data["name"] == "B")
            _ = try MockFolder(bench.workspace).delete(mock.id)
            #expect(try follower.next("mock-deleted").data["name"] == "B")
            #expect(try bench.ask("PUT", "/api/v1/mode", ["mode": "spy"]).status == 200)
            let mode = try follower.next("mode-changed")
            #expect(mode.data == ["mode": "spy"])
            bench.live.state.withLock { $0.degraded = "full" }
            #expect(try follower.next("recording-changed").data["recording"] == "degraded")
            follower.client.connection.close()
            // Who comes back is told what came behind the last event it has seen.
            let again = try Follower(bench, fields: ["Last-Event-ID: \(mode.id)"])
            var next = try again.next()
            while next.kind == "activity" { next = try again.next() }
            #expect(next.kind == "recording-changed" && next.data["degraded"] == "full")
            // What another process numbered is not ours.
            let stranger = try Follower(bench, fields: ["Last-Event-ID: abc-5"])
            #expect(try stranger.next("lost").data == ["count": .null])
        }
    }

    @Test func `a slow reader loses events and is told how many`() async throws {
        var limits = Self.quick
        limits.events = 5
        try await Bench.run(limits: limits) { bench in
            let hub = EventHub(limits: limits)
            let client = try hub.subscribe(since: nil)
            for number in 0..<12 { hub.tell(.exchange, ["n": .integer(number)]) }
            client.end()
            let sink = Sink()
            var writer: any ResponseBodyWriter = sink
            try await client.write(to: &writer)
            let text = sink.text
            #expect(text.components(separatedBy: "event: exchange").count == 6)
            #expect(text.contains("event: lost\ndata: {\"count\":7}"))
            #expect(hub.clientCount == 0)
            // Those that are kept for who comes back are as many.
            let late = try hub.subscribe(since: nil)
            late.end()
        }
    }

    @Test func `clients are bounded`() async throws {
        var limits = Self.quick
        limits.eventClients = 2
        try await Bench.run(limits: limits) { bench in
            let (first, second) = (try Follower(bench), try Follower(bench))
            #expect(try bench.ask("GET", "/api/v1/events").status == 503)
            first.client.connection.close()
            let isFree = try eventually {
                let client = try RawClient(port: bench.server.port)
                defer { client.connection.close() }
                try client.send(
                    "GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:\(bench.server.port)\r\nX-Api-Key: \(bench.token)\r\n\r\n"
                )
                return String(decoding: try client.connection.readHead(), as: UTF8.self).hasPrefix("HTTP/1.1 200")
            }
            #expect(isFree)
            second.client.connection.close()
        }
    }

    @Test func `who takes nothing is cut off`() async throws {
        var limits = Self.quick
        limits.writeTimeout = .milliseconds(500)
        try await Bench.run(limits: limits) { bench in
            let follower = try Follower(bench)
            #expect(bench.server.events.clientCount == 1)
            // More than sockets hold.
            let long = JSONValue.string(String(repeating: "x", count: 256 << 10))
            for _ in 0..<200 { bench.server.events.tell(.exchange, ["long": long]) }
            let isFree = eventually(within: 60) { bench.server.events.clientCount == 0 }
            #expect(isFree)
            follower.client.connection.close()
        }
    }

    @Test func `HEAD takes nobody's place`() async throws {
        var limits = Self.quick
        limits.eventClients = 1
        try await Bench.run(limits: limits) { bench in
            for _ in 0..<3 {
                let isTaken = try eventually { try bench.ask("HEAD", "/api/v1/events").status == 200 }
                #expect(isTaken)
            }
            let isFree = try eventually { try bench.ask("HEAD", "/api/v1/events").status == 200 }
            #expect(isFree)
            let follower = try Follower(bench)
            #expect(try bench.ask("HEAD", "/api/v1/events").status == 503)
            follower.client.connection.close()
        }
    }

    @Test func `who comes back when nobody looked on is told that something may be missing`() async throws {
        try await Bench.run(limits: Self.quick) { bench in
            let hub = bench.server.events
            let follower = try Follower(bench)
            _ = try follower.client.connection.read(through: ": \n\n")
            try Log.store([Log.exchange("GET", "/seen", second: 1)], in: bench)
            let seen = try follower.next("exchange")
            follower.client.connection.close()
            // As at the end of the afterglow.
            let isAlone = eventually { hub.stopWatchingUnlessFollowed() }
            #expect(isAlone)
            try Log.store([Log.exchange("GET", "/unseen", second: 2)], in: bench)
            let again = try Follower(bench, fields: ["Last-Event-ID: \(seen.id)"])
            #expect(try again.next("lost").data == ["count": .null])
            again.client.connection.close()
        }
    }

    @Test func `events arrive in the order of their numbers, whoever tells them`() async throws {
        var limits = Self.quick
        limits.events = 100_000
        let hub = EventHub(limits: limits)
        let client = try hub.subscribe(since: nil)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<2000 { hub.tell(.progress, [:]) }
        }
        client.end()
        let sink = Sink()
        var writer: any ResponseBodyWriter = sink
        try await client.write(to: &writer)
        let numbers = sink.text.split(separator: "\n").filter { $0.hasPrefix("id: ") }
            .compactMap { $0.split(separator: "-").last.flatMap { Int($0) } }
        #expect(numbers == Array(1...16_000))
    }

    @Test func `nobody who follows is left without a watcher`() throws {
        let hub = EventHub(limits: Self.quick)
        let client = try hub.subscribe(since: nil)
        #expect(!hub.stopWatchingUnlessFollowed())
        client.leave()
        #expect(hub.stopWatchingUnlessFollowed())
    }
}
