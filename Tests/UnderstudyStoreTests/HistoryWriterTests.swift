import Dispatch
import Foundation
import GRDB
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// Nothing is acknowledged that is not stored, nothing waits without a bound, nothing is lost without being counted.
@Suite struct `The history's writer` {
    @Test func `acknowledges what another connection can already see`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let reader = try fixture.reader()
        let writer = HistoryWriter(history: history, run: run)
        for number in 1...50 {
            let seen = await withCheckedContinuation { continuation in
                writer.record(.sample(target: "/\(number)")) { id in
                    continuation.resume(returning: id.flatMap { try? reader.exchange(id: $0) }?.request.head.targetText)
                }
            }
            #expect(seen == "/\(number)")
        }
        writer.close()
        try history.close()
    }

    @Test func `stores what came meanwhile in one transaction and makes one call per target`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        let batches = Box<[Int]>([]), ids = Box<[Int64]>([]), others = Box<[Int]>([])
        let target = AckTarget { batch in
            batches.update { $0.append(batch.count) }
            for acknowledgement in batch { acknowledgement() }
        }
        let other = AckTarget { batch in others.update { $0.append(batch.count) } }
        try holdingWriteLock(fixture) {
            for number in 0..<600 {
                writer.record(.sample(target: "/\(number)"), target: target) { id in
                    ids.update { $0.append(id ?? -1) }
                }
            }
            for _ in 0..<3 { writer.record(.sample(), target: other) { _ in } }
        }
        writer.flush()
        #expect(ids.value == ids.value.sorted() && ids.value.count == 600 && !ids.value.contains(-1))
        #expect(batches.value.count <= 3, "not one commit each: \(batches.value)")
        #expect(batches.value.allSatisfy { $0 <= HistoryWriter.batchLimit })
        #expect(others.value == [3])
        #expect(try history.count() == 603)
        writer.close()
        try history.close()
    }

    @Test func `stores every exchange of many threads once`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        let ids = Box<[Int64: String]>([:])
        DispatchQueue.concurrentPerform(iterations: 32) { thread in
            for number in 0..<25 {
                let target = "/\(thread)/\(number)"
                writer.record(.sample(target: target)) { id in ids.update { $0[id ?? -1] = target } }
            }
        }
        writer.close()
        #expect(ids.value.count == 800)
        for (id, target) in ids.value { #expect(try history.exchange(id: id)?.request.head.targetText == target) }
        #expect(writer.recorderStatus.recorded == 800)
        try history.close()
    }

    @Test func `is congested at its bound and calls back at half`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        var limits = Limits()
        limits.recorderQueueCount = 8
        let writer = HistoryWriter(history: history, run: run, limits: limits)
        let drained = Box(0), acknowledged = Box(0)
        writer.whenDrained { drained.update { $0 += 1 } }
        #expect(drained.value == 1, "at once when there is room")
        try holdingWriteLock(fixture) {
            for _ in 0..<7 { writer.record(.sample()) { _ in acknowledged.update { $0 += 1 } } }
            #expect(!writer.isCongested)
            writer.record(.sample()) { _ in acknowledged.update { $0 += 1 } }
            #expect(writer.isCongested)
            writer.whenDrained { drained.update { $0 += 1 } }
            // What someone waits for is still taken; a call-log row is dropped and counted.
            writer.record(.sample()) { _ in acknowledged.update { $0 += 1 } }
            writer.record(.sample(result: .hit))
            writer.record(.sample(result: .hit))
            #expect(writer.recorderStatus.dropped == 2)
            #expect(drained.value == 1)
        }
        writer.flush()
        #expect(drained.value == 2)
        #expect(!writer.isCongested)
        #expect(acknowledged.value == 9)
        let status = writer.recorderStatus
        #expect((status.recorded, status.notRecorded, status.dropped) == (9, 0, 2))
        #expect((status.queueDepth, status.queueBytes) == (0, 0))
        writer.close()
        try history.close()
    }

    @Test func `is congested by bytes too`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        var limits = Limits()
        limits.recorderQueueBytes = 100_000
        let writer = HistoryWriter(history: history, run: run, limits: limits)
        try holdingWriteLock(fixture) {
            writer.record(.sample(body: String(repeating: "x", count: 90_000))) { _ in }
            #expect(!writer.isCongested)
            writer.record(.sample(body: String(repeating: "x", count: 9_000))) { _ in }
            #expect(writer.isCongested)
        }
        writer.close()
        #expect(!writer.isCongested)
        try history.close()
    }

    @Test func `stores call-log rows although nobody waits`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        writer.record(.sample(result: .hit))
        let reader = try fixture.reader()
        #expect(await eventually { (try? reader.count()) == 1 })
        for _ in 0..<1000 { writer.record(.sample(result: .hit)) }
        writer.flush()
        let status = writer.recorderStatus
        #expect(status.recorded + status.dropped == 1001)
        #expect(try history.count() == status.recorded)
        writer.close()
        try history.close()
    }

    @Test func `does not wait for the commit when asked not to`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history(durability: .async)
        let writer = HistoryWriter(history: history, run: run)
        let ids = Box<[Int64?]>([])
        try holdingWriteLock(fixture) {
            writer.record(.sample()) { id in ids.update { $0.append(id) } }
            #expect(ids.value == [nil])
        }
        writer.close()
        #expect(try history.count() == 1)
        #expect(ids.value.count == 1)
        try history.close()
    }

    @Test func `acknowledges and counts what comes after it was closed`() throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        writer.close()
        writer.close()
        writer.flush()
        let ids = Box<[Int64?]>([])
        writer.record(.sample()) { id in ids.update { $0.append(id) } }
        #expect(ids.value == [nil])
        #expect(writer.recorderStatus.notRecorded == 1)
        try history.close()
    }

    @Test func `syncs each commit only at full durability`() throws {
        for (durability, level) in [(Durability.normal, 1), (.full, 2)] {
            let fixture = try StoreFixture()
            let (history, _) = try fixture.history(durability: durability)
            let synchronous = try history.database.writeWithoutTransaction {
                try Int.fetchOne($0, sql: "PRAGMA synchronous")
            }
            #expect(synchronous == level)
            try history.close()
        }
    }

    /// Runs `body` while another connection holds SQLite's write lock, so that the writer cannot get on.
    private func holdingWriteLock(_ fixture: StoreFixture, _ body: () throws -> Void) throws {
        let blocker = try DatabaseQueue(path: fixture.path + "/history.sqlite")
        try blocker.writeWithoutTransaction { db in
            try db.execute(sql: "BEGIN IMMEDIATE")
            defer { try? db.execute(sql: "COMMIT") }
            try body()
        }
        try blocker.close()
    }
}
