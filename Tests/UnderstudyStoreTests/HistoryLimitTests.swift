import Foundation
import GRDB
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// What `Limits.history` takes and what it leaves.
@Suite struct `A history with a limit` {
    private let fixture: StoreFixture
    private let history: History
    private let run: Int64

    init() throws {
        fixture = try StoreFixture()
        (history, run) = try fixture.history()
    }

    private static func limits(_ byteCount: Int) -> Limits {
        var limits = Limits()
        limits.history = byteCount
        limits.bodyInMemory = 1000
        return limits
    }

    private func ids() throws -> [Int64] {
        var query = HistoryQuery()
        query.order = .oldestFirst
        query.limit = 100_000
        return try history.entries(query).map(\.id)
    }

    private func pageCount() throws -> Int64 { try history.database.read { try $0.pageCount() } }

    private var fileCount: Int { fixture.names("/history.bodies").count }

    @Test func `keeps the newest, without gaps, and reuses the room`() async throws {
        let writer = HistoryWriter(history: history, run: run, limits: Self.limits(1 << 20))
        var sizes: [Int64] = []
        for round in 0..<10 {
            for number in 0..<100 { writer.record(.sample(body: filler(5000, round * 100 + number))) { _ in } }
            writer.flush()
            #expect(
                await eventually {
                    writer.recorderStatus.pruned + ((try? ids().count) ?? 0) == writer.recorderStatus.recorded
                })
            sizes.append(try pageCount())
        }
        let status = writer.recorderStatus
        writer.close()
        let left = try ids()
        #expect(status.recorded == 1000 && status.pruned == 1000 - left.count)
        #expect(left == Array(Int64(1001 - left.count)...1000))
        #expect((100...200).contains(left.count), "\(left.count) of 5 to 8 KB each")
        #expect(sizes[9] <= (sizes[4] * 5) / 4, "\(sizes)")
        try history.close()
    }

    @Test func `leaves what is pending, and takes it once it is written`() async throws {
        let writer = HistoryWriter(history: history, run: run, limits: Self.limits(1 << 20))
        for number in 0..<400 {
            let example = number < 300 ? PendingExample(requestKey: Digest(of: "\(number)")) : nil
            writer.record(.sample(body: filler(5000, number)), example: example) { _ in }
        }
        writer.flush()
        // The hundred behind them have to go, but for the last one.
        #expect(await eventually { writer.recorderStatus.pruned == 99 })
        #expect(try history.pendingCount() == 300)
        #expect(try ids() == Array(1...300) + [400])
        try history.markWritten(Array(1...250))
        #expect(await eventually { writer.recorderStatus.pruned >= 99 + 128 }, "without traffic")
        #expect(try history.pendingCount() == 50)
        let left = try ids()
        #expect(left.suffix(51) == Array(251...300) + [400])
        writer.close()
        try history.close()
    }

    @Test func `takes bodies in files with the last exchange that had them`() async throws {
        let limits = Self.limits(1 << 20)
        let spooler = BodySpooler(store: history.bodies, limits: limits)
        let writer = HistoryWriter(history: history, run: run, limits: limits, bodies: spooler)
        func spooled(_ text: String) async -> Body {
            let spool = spooler.makeSpool()
            spool.append(ByteBuffer(string: text))
            return await withCheckedContinuation { done in spool.finish { done.resume(returning: $0) } }
        }
        func record(_ body: Body) {
            var exchange = Exchange.sample()
            exchange.response?.body = body
            writer.record(exchange) { _ in }
        }
        // One body that is always asked for again, and others.
        let common = String(repeating: "c", count: 200_000)
        for number in 0..<40 {
            record(await spooled(common))
            record(await spooled(String(repeating: "x", count: 50_000) + "\(number)"))
        }
        writer.flush()
        #expect(await eventually { (1...18).contains(fileCount) && writer.recorderStatus.pruned > 40 }, "\(fileCount)")
        #expect(history.bodies.path(of: Digest(of: common)) != nil)
        // Its rows go, but one more is on its way: the name is given, the row not stored yet.
        let late = await spooled(common)
        func isReferredTo() throws -> Bool {
            var query = HistoryQuery()
            query.limit = 1000
            return try history.entries(query).contains { $0.responseSize == common.utf8.count }
        }
        #expect(try isReferredTo())
        for number in 100..<140 { record(await spooled(String(repeating: "z", count: 50_000) + "\(number)")) }
        writer.flush()
        #expect(await eventually { (try? isReferredTo()) == false })
        writer.flush()
        #expect(history.bodies.path(of: Digest(of: common)) != nil)
        record(late)
        writer.flush()
        #expect(try history.bodies.contents(of: late).readableBytes == common.utf8.count)
        for number in 200..<240 { record(await spooled(String(repeating: "y", count: 50_000) + "\(number)")) }
        writer.flush()
        #expect(await eventually { history.bodies.path(of: Digest(of: common)) == nil })
        writer.close()
        spooler.close()
        let (rows, files) = (try ids().count, fileCount)
        #expect(rows >= files && files > 0)
        try history.close()
    }

    @Test func `counts a body once that is asked for again and again`() async throws {
        let limits = Self.limits(1 << 20)
        let spooler = BodySpooler(store: history.bodies, limits: limits)
        let writer = HistoryWriter(history: history, run: run, limits: limits, bodies: spooler)
        // Just under the limit are 50 rows in their pages, and one file.
        for number in 0..<50 {
            let spool = spooler.makeSpool()
            spool.append(ByteBuffer(repeating: 0x63, count: 300_000))
            var exchange = Exchange.sample(target: "/\(number)")
            exchange.response?.body = await withCheckedContinuation { done in
                spool.finish { done.resume(returning: $0) }
            }
            writer.record(exchange) { _ in }
            writer.flush()
        }
        #expect(writer.recorderStatus.pruned == 0)
        #expect(try ids().count == 50 && fileCount == 1)
        writer.close()
        spooler.close()
        try history.close()
    }

    @Test func `gives room back when it was lowered`() async throws {
        let large = HistoryWriter(history: history, run: run)
        for number in 0..<1000 { large.record(.sample(body: filler(7000, number))) { _ in } }
        large.close()
        try history.close()
        let before = try #require(FileSystem.status(of: history.path)?.byteCount)
        let again = try fixture.history().0
        let small = HistoryWriter(history: again, run: run, limits: Self.limits(1 << 20))
        #expect(
            await eventually { (try? again.database.read { try $0.pageCount() }).map { $0 * 8192 < 5 << 18 } ?? false })
        small.close()
        try again.close()
        #expect(before > 7 << 20)
        #expect(try #require(FileSystem.status(of: history.path)?.byteCount) < 5 << 18)
    }

    @Test func `a run keeps its mark when its rows are gone`() async throws {
        try history.markFolded(run: run, into: "api", [])
        #expect(try history.isFolded(run: run, into: "api"))
        #expect(try !history.isFolded(run: run + 1, into: "api"))
        #expect(try !history.isFolded(run: run, into: "ann--api"))
        try history.close()
    }
}

extension Database {
    fileprivate func pageCount() throws -> Int64 { try Int64.fetchOne(self, sql: "PRAGMA page_count") ?? 0 }
}
