import Synchronization
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Activity` {
    private static func counts(_ hits: Int, _ misses: Int, failed: Int = 0) -> ActivityCounts {
        var counts = ActivityCounts()
        (counts.hits, counts.misses, counts.failed) = (hits, misses, failed)
        return counts
    }

    @Test func `is what was counted since the sample before, and bounded`() {
        var limits = AdminLimits()
        limits.activitySamples = 3
        let sampler = ActivitySampler(limits: limits)
        // What was before the first look is nobody's second.
        sampler.add(Self.counts(100, 0))
        sampler.add(Self.counts(103, 2, failed: 1))
        sampler.add(Self.counts(103, 2, failed: 1))
        // Counters that begin anew.
        sampler.add(Self.counts(1, 0))
        #expect(sampler.samples().map(\.number) == [2, 3, 4])
        #expect(
            sampler.samples().map(\.counts) == [Self.counts(3, 2, failed: 1), Self.counts(0, 0), Self.counts(0, 0)])
        #expect(sampler.samples().map(\.counts.requests) == [5, 0, 0])
        #expect(sampler.samples(1).map(\.number) == [4])
        #expect(sampler.samples(after: 3).map(\.number) == [4] && sampler.samples(after: 4).isEmpty)
        #expect(sampler.lastNumber == 4)
    }

    @Test func `is sampled all the time, told to those who follow, and ends with the server`() async throws {
        var limits = Events.quick
        limits.activityInterval = .milliseconds(20)
        limits.activitySamples = 5
        try await Bench.run(limits: limits) { bench in
            // Also while nobody follows.
            let isFull = try eventually(within: 30) {
                try bench.ask("GET", "/api/v1/activity").json["samples"]?.elements?.count == 5
            }
            #expect(isFull)
            let follower = try Events.Follower(bench)
            _ = try follower.next("activity")
            bench.live.state.withLock { state in
                (state.activity.hits, state.activity.recorded, state.activity.failed) = (3, 1, 1)
            }
            var sample = try follower.next("activity").data
            while sample["requests"] == 0 { sample = try follower.next("activity").data }
            let time = Shape.members([
                ("time", .time), ("requests", .exactly(4)), ("hits", .exactly(3)), ("misses", .exactly(0)),
                ("recorded", .exactly(1)), ("passthrough", .exactly(0)), ("refused", .exactly(0)),
                ("failed", .exactly(1)),
            ])
            #expect(time.faults(sample) == [])
            let reply = try bench.ask("GET", "/api/v1/activity?limit=2", key: bench.keys[.member])
            #expect(reply.json["interval"] == .number("0.02"))
            #expect(reply.json["samples"]?.elements?.count == 2)
            #expect(try bench.ask("GET", "/api/v1/activity?limit=0").status == 400)
            #expect(try bench.plain("GET", "/api/v1/activity").status == 401)
            await bench.server.stop()
            let reads = bench.live.state.withLock { $0.activityReads }
            #expect(reads > 0)
            // Three of its seconds later nobody has asked again.
            try await Task.sleep(for: .milliseconds(60))
            #expect(bench.live.state.withLock { $0.activityReads } == reads)
        }
    }

    @Test func `the newest exchanges are told one by one, the rest is counted`() async throws {
        var limits = Events.quick
        limits.eventInterval = .milliseconds(500)
        try await Bench.run(limits: limits) { bench in
            let follower = try Events.Follower(bench)
            _ = try follower.client.connection.read(through: ": \n\n")
            typealias Log = `Postman's call log`
            let count = 400
            try Log.store((0..<count).map { Log.exchange("GET", "/c\($0)", second: Int64($0)) }, in: bench)
            var (told, leftOut, row, longest) = (0, 0, 0, 0)
            while true {
                let (kind, data) = try follower.next()
                if kind == "exchanges-left-out" {
                    leftOut += try #require(data["count"]?.int)
                    row = 0
                }
                guard kind == "exchange" else { continue }
                (told, row) = (told + 1, row + 1)
                longest = max(longest, row)
                if data["path"] == .string("/c\(count - 1)") { break }
            }
            #expect(told + leftOut == count)
            #expect(leftOut > 0)
            #expect(longest <= 2 * EventWatcher.exchangeLimit)
        }
    }

    @Test func `collections and environments that change are told of`() async throws {
        try await Bench.run(limits: Events.quick) { bench in
            try bench.addCollection(name: "Before")
            let follower = try Events.Follower(bench)
            _ = try follower.client.connection.read(through: ": \n\n")
            let id = try bench.addCollection(name: "Shop")
            let catalog = CollectionCatalog(bench.workspace)
            let made = try follower.next("collection-changed").data
            let slug = try catalog.find(id).slug
            #expect(made == ["id": .string(id), "slug": .string(slug), "name": "Shop", "removed": false])
            // Its name stays, its content does not.
            let entry = try catalog.find(id)
            try CollectionFolder(bench.workspace).change(catalog.file(entry)) {
                _ = $0.remove(example: "b0000000-0000-4000-8000-000000000001")
            }
            #expect(try follower.next("collection-changed").data["id"] == .string(id))
            try catalog.delete(catalog.find(id))
            #expect(try follower.next("collection-changed").data["removed"] == true)
            let folder = EnvironmentFolder(bench.workspace)
            let environment = try folder.create(PostmanEnvironment(name: "Local", id: ItemID.make()))
            let expected: JSONValue = ["id": .string(environment.id), "name": "Local", "removed": false]
            #expect(try follower.next("environment-changed").data == expected)
            _ = try folder.change(environment.id) { $0.set("a", to: "1") }
            #expect(try follower.next("environment-changed").data == expected)
            try folder.delete(environment.id)
            #expect(try follower.next("environment-changed").data["removed"] == true)
        }
    }
}
