import Foundation
import GRDB
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// A body that comes again is stored once, and nobody who reads can tell.
@Suite struct `Bodies that come again` {
    private let fixture: StoreFixture
    private let history: History
    private let run: Int64

    init() throws {
        fixture = try StoreFixture()
        (history, run) = try fixture.history()
    }

    private static func exchange(_ request: String, _ response: String) -> Exchange {
        var exchange = exchange(response)
        exchange.request.body = Body(text: request)
        return exchange
    }

    private static func exchange(_ response: String) -> Exchange { .sample(method: "POST", body: response) }

    private func write(_ exchanges: [Exchange], to history: History? = nil) {
        let writer = HistoryWriter(history: history ?? self.history, run: run)
        for exchange in exchanges { writer.record(exchange) { _ in } }
        writer.close()
    }

    private func responses(_ history: History? = nil) throws -> [String?] {
        let history = history ?? self.history
        var query = HistoryQuery()
        query.order = .oldestFirst
        query.limit = 10_000
        return try history.entries(query).map { entry in
            let body = try history.exchange(id: entry.id)?.response?.body
            #expect(body.map { !$0.isCut } ?? false)
            return (body?.bytesInMemory).map { String(buffer: $0) }
        }
    }

    /// How many bodies are shared, and by how many exchanges' sides.
    private func shared(_ history: History? = nil) throws -> [Int] {
        try (history ?? self.history).database.read { db in
            // A reference to nothing, or a body without one, is wrong at any time.
            let dangling = try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM exchange WHERE request_shared NOT IN (SELECT id FROM body UNION SELECT 0)
                        OR response_shared NOT IN (SELECT id FROM body UNION SELECT 0)
                    """)
            let unused = try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM body WHERE id NOT IN (SELECT request_shared FROM exchange WHERE request_shared > 0
                        UNION SELECT response_shared FROM exchange WHERE response_shared > 0)
                    """)
            #expect((dangling, unused) == (0, 0))
            return [
                try Int.fetchOne(db, sql: "SELECT count(*) FROM body") ?? -1,
                try Int.fetchOne(db, sql: "SELECT count(request_shared) + count(response_shared) FROM exchange") ?? -1,
            ]
        }
    }

    private func limitPages(free: Int) throws {
        try history.database.writeWithoutTransaction { db in
            let count = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            try db.execute(sql: "PRAGMA max_page_count = \(count + free)")
        }
    }

    private let a = filler(20_000, 1), b = filler(20_000, 2), c = filler(300, 3)

    @Test func `come back as they were, whichever side they were on`() throws {
        let short = filler(SharedBodies.minimum - 1, 4)
        let exchanges = [
            Self.exchange(a, a), Self.exchange(b, a), Self.exchange(c, c), Self.exchange("", a),
            Self.exchange(short, short),
            Self.exchange(short, ""), Self.exchange(a, b), Self.exchange(filler(20_000, 5), ""),
        ]
        write(exchanges)
        for (index, exchange) in exchanges.enumerated() {
            let stored = try #require(try history.exchange(id: Int64(index + 1)))
            #expect(stored.request.body == exchange.request.body && stored.response?.body == exchange.response?.body)
        }
        #expect(try shared() == [3, 6], "each from the second time on, and nothing that is short")
        let sizes = try history.entries().map { [$0.requestSize, $0.responseSize] }.reversed()
        #expect(Array(sizes) == exchanges.map { [$0.request.body.byteCount, $0.response?.body.byteCount ?? -1] })
        #expect(try history.statistics().byteCount == Int64(sizes.joined().reduce(0, +)))
        try history.close()
    }

    @Test func `take the room of one`() throws {
        write((0..<1000).map { _ in Self.exchange(a) })
        #expect(try history.count() == 1000)
        try history.close()
        let size = try #require(FileSystem.status(of: history.path)?.byteCount)
        #expect(size < 2 << 20, "20 MB in \(size)")
    }

    @Test(arguments: [[1], [2], [5], [2, 3, 4], [1, 2, 3, 5], [3, 2, 4, 5]] as [[Int64]])
    func `stay as long as one exchange has them`(removed: [Int64]) throws {
        write([Self.exchange(a), Self.exchange(a), Self.exchange(a), Self.exchange(b, a), Self.exchange(a, b)])
        #expect(try shared() == [2, 5])
        for id in removed { #expect(try history.remove([id]).exchanges == 1) }
        for id in Set(1...5).subtracting(removed) {
            let stored = try #require(try history.exchange(id: id))
            #expect(stored.response?.body == Body(text: id == 5 ? b : a))
            #expect(stored.request.body == Body(text: id == 5 ? a : id == 4 ? b : ""))
        }
        let isUsed = !Set(2...5).subtracting(removed).isEmpty
        #expect(try shared()[0] == (removed.contains(5) ? 0 : 1) + (isUsed ? 1 : 0))
        let left = try history.count()
        #expect(try history.prune(keeping: .nothing).exchanges == left)
        #expect(try shared() == [0, 0])
        try history.close()
    }

    @Test func `count in full for each when the newest so many octets are kept`() throws {
        write((0..<10).map { _ in Self.exchange(a) })
        #expect(try history.prune(keeping: .bytes(70_000)).exchanges == 7)
        #expect(try responses() == [a, a, a])
        try history.close()
    }

    /// Numbers of bodies are rolled back too, and given again: a remembered one would then be another body's.
    @Test func `are forgotten with the transaction that failed`() async throws {
        let writer = HistoryWriter(history: history, run: run)
        #expect(await writer.recordAndWait(Self.exchange(a)) == 1)
        try limitPages(free: 20)
        // There is room for the one, which is shared from now on, but not for the other.
        #expect(await writer.recordAndWait(Self.exchange(a, filler(500_000, 9))) == nil)
        try limitPages(free: 1 << 20)
        #expect(await eventually { writer.recorderStatus.state == .recording })
        for body in [b, b, a, a, b, a] { #expect(await writer.recordAndWait(Self.exchange(body)) != nil) }
        writer.close()
        #expect(try responses() == [a, b, b, a, a, b, a])
        #expect(try shared()[0] == 2)
        try history.close()
    }

    @Test func `are stored anew when another process has removed them`() async throws {
        let writer = HistoryWriter(history: history, run: run)
        let editor = try History(Workspace(fixture.path, opening: .reading), opening: .editing)
        for _ in 0..<3 { #expect(await writer.recordAndWait(Self.exchange(a)) != nil) }
        #expect(try editor.prune(keeping: .nothing).exchanges == 3)
        #expect(try shared() == [0, 0])
        // The first to be shared now must not get the number that was the other's.
        for body in [b, b, a, a, b] { #expect(await writer.recordAndWait(Self.exchange(body)) != nil) }
        #expect(try responses(editor) == [b, b, a, a, b])
        #expect(try shared() == [2, 4])
        writer.close()
        try editor.close()
        try history.close()
    }

    @Test func `never miss while another process removes all the time`() async throws {
        let editor = try History(Workspace(fixture.path, opening: .reading), opening: .editing)
        let writer = HistoryWriter(history: history, run: run)
        let bodies = (0..<5).map { filler(3000, $0) }
        let isDone = Box(false)
        async let removed = Task.detached {
            var count = 0
            while !isDone.value { count += try editor.prune(keeping: .newest(3)).exchanges }
            return count
        }.value
        for number in 0..<600 {
            #expect(await writer.recordAndWait(Self.exchange(bodies[number % 2], bodies[number % 5])) != nil)
        }
        writer.close()
        isDone.update { $0 = true }
        #expect(try await removed + history.count() == 600)
        _ = try shared()
        let left = try responses()
        #expect(left == (0..<600).suffix(left.count).map { bodies[$0 % 5] })
        try editor.close()
        try history.close()
    }

    @Test func `are learned again after a restart`() throws {
        write([Self.exchange(a), Self.exchange(a)])
        try history.close()
        let again = try fixture.history().0
        write([Self.exchange(a), Self.exchange(a), Self.exchange(a)], to: again)
        #expect(try responses(again) == [a, a, a, a, a])
        #expect(try shared(again) == [2, 3])
        try again.close()
    }

    @Test func `are in what waits to become an example, and in what is searched`() async throws {
        let writer = HistoryWriter(history: history, run: run)
        let key = PendingExample(requestKey: Digest(of: "k"))
        let body = c + "Needle"
        for number in 0..<3 {
            let exchange = number == 1 ? Self.exchange(body, body) : Self.exchange(a, body)
            #expect(await writer.recordAndWait(exchange, example: key) != nil)
        }
        writer.close()
        #expect(
            try history.pendingExchanges().map(\.exchange.response?.body) == [body, body, body].map { Body(text: $0) })
        #expect(try history.pendingExchanges().map(\.exchange.request.body) == [a, body, a].map { Body(text: $0) })
        var query = HistoryQuery()
        query.search = "needle"
        #expect(try history.entries(query).map(\.id) == [3, 2, 1])
        query.search = String(a.prefix(200)).uppercased()
        #expect(try history.entries(query).map(\.id) == [3, 1] && history.count(query) == 2)
        try history.close()
    }

    @Test func `go with the oldest exchanges when the history has a limit`() async throws {
        var limits = Limits()
        limits.history = 4 << 20
        let writer = HistoryWriter(history: history, run: run, limits: limits)
        let common = filler(100_000, 0)
        for number in 1...200 {
            for body in [common, filler(100_000, number), filler(100_000, number)] {
                writer.record(Self.exchange(body)) { _ in }
            }
            writer.flush()
        }
        #expect(
            await eventually {
                writer.recorderStatus.pruned + ((try? history.count()) ?? 0) == writer.recorderStatus.recorded
            })
        writer.close()
        let left = try responses()
        #expect((30...90).contains(left.count), "\(left.count): 4 MiB, 300 KB for the common one and two others")
        #expect(left.suffix(3) == [common, filler(100_000, 200), filler(100_000, 200)])
        #expect(try shared()[0] >= left.count / 3)
        try history.close()
    }

    @Test func `weigh with the exchange that takes them along, so that no more goes than must`() async throws {
        write((0..<60).flatMap { Array(repeating: Self.exchange(filler(100_000, $0)), count: 2) })
        #expect(try history.remove(stride(from: 1, through: 119, by: 2)).exchanges == 60)
        #expect(try shared() == [60, 60])
        var limits = Limits()
        limits.history = 4 << 20
        let writer = HistoryWriter(history: history, run: run, limits: limits)
        func used() throws -> Int {
            try history.database.read { db in
                let pages = try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0
                return (pages - (try Int.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0)) * 8192
            }
        }
        #expect(await eventually { (try? used()).map { $0 <= (4 << 20) / 16 * 15 } ?? false })
        writer.close()
        let left = try responses()
        #expect((32...40).contains(left.count), "4 MiB of 106 KB each")
        #expect(left == (0..<60).suffix(left.count).map { filler(100_000, $0) })
        #expect(try shared() == [left.count, left.count])
        try history.close()
    }
}

/// What the writer knows of bodies is bounded, and forgets what has not come for long.
@Suite struct `Remembered bodies` {
    @Test func `are so many at most, and the latest`() throws {
        let queue = try DatabaseQueue()
        try HistorySchema.migrator.migrate(queue)
        try queue.write { db in
            var bodies = SharedBodies()
            func reference(_ text: String) throws -> Int64? {
                try ByteBuffer(string: text).withUnsafeReadableBytes { try bodies.reference(to: $0, in: db) }
            }
            bodies.begin()
            let first = filler(256, -1), often = filler(256, -2)
            let unknown = [try reference(first), try reference(often)]
            #expect(unknown == [nil, nil])
            #expect(try reference(often) == 1)
            for number in 0..<3 * SharedBodies.limit {
                #expect(try reference(filler(256, number)) == nil)
                if number.isMultiple(of: 1000) { #expect(try reference(often) == 1) }
                #expect(bodies.count <= SharedBodies.limit)
            }
            #expect(try reference(filler(256, 3 * SharedBodies.limit - SharedBodies.limit / 2)) == 2)
            #expect(try reference(first) == nil, "forgotten")
            bodies.commit()
        }
        #expect(try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM body") } == 2)
    }
}
