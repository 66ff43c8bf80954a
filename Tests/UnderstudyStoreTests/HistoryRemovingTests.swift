import Foundation
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// What `history rm` and `history prune` take and what they leave.
@Suite struct `Removing from the history` {
    private func filled(_ fixture: StoreFixture, count: Int = 10, pending: Set<Int> = []) throws -> History {
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        for number in 1...count {
            let exchange = Exchange.sample(body: filler(1000, number), startedAt: Int64(number))
            let example = pending.contains(number) ? PendingExample(requestKey: Digest(of: "\(number)")) : nil
            writer.record(exchange, example: example) { _ in }
        }
        writer.close()
        return history
    }

    private func ids(_ history: History) throws -> [Int64] {
        var query = HistoryQuery()
        query.order = .oldestFirst
        query.limit = 10_000
        return try history.entries(query).map(\.id)
    }

    @Test func `takes the numbers given and no others`() throws {
        let fixture = try StoreFixture()
        let history = try filled(fixture)
        #expect(try history.remove([2, 4, 4, 99, -1]).exchanges == 2)
        #expect(try ids(history) == [1, 3, 5, 6, 7, 8, 9, 10])
        #expect(try history.remove([Int64]()) == Removal())
        try history.close()
    }

    @Test func `finds what may go, but for what becomes an example yet`() throws {
        let fixture = try StoreFixture()
        let history = try filled(fixture, pending: [2])
        var query = HistoryQuery()
        query.before = 9
        query.limit = 1
        #expect(try history.removable(query, limit: 7) == [1, 3, 4, 5, 6, 7, 8])
        #expect(try history.removable(query, limit: 6) == nil)
        query.after = 4
        #expect(try history.removable(query, limit: 7) == [5, 6, 7, 8])
        try history.close()
    }

    @Test(
        arguments: [
            (Retention.newest(3), [2, 8, 9, 10]),
            (.newest(100), Array(1...10)),
            (.newest(0), [2]),
            (.since(Timestamp(microseconds: 7)), [2, 7, 8, 9, 10]),
            (.bytes(4000), [2, 8, 9, 10]),
            (.bytes(1 << 40), Array(1...10)),
            (.nothing, [2]),
        ] as [(Retention, [Int64])])
    func `keeps what is asked, and what is pending`(retention: Retention, left: [Int64]) throws {
        let fixture = try StoreFixture()
        let history = try filled(fixture, pending: [2])
        let removal = try history.prune(keeping: retention)
        #expect(try ids(history) == left)
        #expect(removal.exchanges == 10 - left.count)
        try history.close()
    }

    @Test func `goes on over many transactions and gives the space back`() throws {
        let fixture = try StoreFixture()
        let history = try filled(fixture, count: 1700, pending: [600])
        try history.close()
        let before = try #require(FileSystem.status(of: history.path)?.byteCount)
        let again = try fixture.history().0
        #expect(try again.prune(keeping: .newest(10)).exchanges == 1689)
        try again.close()
        #expect(try #require(FileSystem.status(of: history.path)?.byteCount) < before / 4)
    }

    @Test func `takes body files that nothing refers to, but not fresh ones`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        func store(_ text: String, old: Bool) throws -> Digest {
            let digest = Digest(of: text), path = "\(fixture.path)/history.bodies/\(digest)"
            try Data(text.utf8).write(to: URL(fileURLWithPath: path))
            let date = Date(timeIntervalSinceNow: old ? -3600 : 0)
            try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: path)
            return digest
        }
        let used = try store("used", old: true), removed = try store("removed", old: true)
        let fresh = try store("fresh", old: false), orphan = try store("orphan", old: true)
        try history.bodies.keepForExamples(removed)
        for digest in [used, removed] {
            var exchange = Exchange.sample()
            exchange.response?.body = Body(.stored(digest, byteCount: 4), byteCount: 4)
            #expect(await writer.recordAndWait(exchange) != nil)
        }
        let removal = try history.remove([2])
        #expect((removal.exchanges, removal.files) == (1, 2))
        #expect(Set(fixture.names("/history.bodies")) == [used.description, fresh.description])
        #expect(
            try history.bodies.contents(of: removed) == ByteBuffer(string: "removed"), "the example has its own name")
        #expect(throws: FileError.self) { try history.bodies.contents(of: orphan) }
        writer.close()
        try history.close()
    }

    @Test func `works from another process while a server writes`() async throws {
        let fixture = try StoreFixture()
        let history = try filled(fixture, count: 1200)
        let run = try history.beginRun(Run(startedAt: .now(), collection: "", baseURL: "", writePolicy: .append))
        let writer = HistoryWriter(history: history, run: run)
        let editor = try History(Workspace(fixture.path, opening: .reading), opening: .editing)
        async let removal = Task.detached { try editor.prune(keeping: .nothing) }.value
        for _ in 0..<200 { #expect(await writer.recordAndWait(.sample()) != nil) }
        let removed = try await removal.exchanges
        #expect(removed >= 1200)
        writer.close()
        #expect(try history.count() == 1400 - removed)
        #expect(writer.recorderStatus.state == .recording)
        try editor.close()
        try history.close()
    }
}
