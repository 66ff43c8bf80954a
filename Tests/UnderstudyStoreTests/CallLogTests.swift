import Foundation
import GRDB
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

extension Exchange {
    /// A call to a mock server.
    fileprivate static func call(
        _ mock: String?, _ method: String = "GET", _ target: String = "/a", status: Int = 200,
        result: Exchange.Result = .hit, at seconds: Int64 = 1_796_083_190, total: Int64 = 1000, body: String = "answer",
        reason: String? = nil
    ) -> Exchange {
        var exchange = Exchange.sample(
            method: method, target: target, upstream: "", status: status, body: body,
            startedAt: seconds * 1_000_000, result: result)
        exchange.timings.total = total
        if result == .hit { exchange.exampleID = "e" }
        if let mock {
            exchange.call = MockCall(
                mock: mock, exampleName: result == .hit ? "An example" : nil, score: result == .hit ? 98.5 : nil,
                missReason: reason)
        }
        return exchange
    }
}

/// What others ask of the log: the management API, `mock log`, limits.
@Suite struct `The call log` {
    private let fixture: StoreFixture
    private let history: History

    init() throws {
        fixture = try StoreFixture()
        history = try fixture.history().0
    }

    private func store(_ calls: [Exchange]) async throws {
        let writer = HistoryWriter(history: history, run: 1)
        for call in calls { _ = await writer.recordAndWait(call) }
        writer.close()
    }

    private func ids(_ change: (inout CallLogQuery) -> Void = { _ in }) throws -> [Int64] {
        var query = CallLogQuery(mock: "m")
        change(&query)
        return try history.callLog(query).entries.map(\.id)
    }

    @Test func `keeps both messages and what became of a call`() async throws {
        let body = String(repeating: "long enough to be shared ", count: 40)
        try await store([
            .call("m", body: body), .call("m", body: body), .call("m", body: body),
            .call("m", "POST", "/b?x=1", status: 404, result: .miss, body: "no", reason: "Double check"),
        ])
        let page = try history.callLog(CallLogQuery(mock: "m"))
        let miss = page.entries[0], hit = page.entries[1]
        #expect(page.nextCursor == nil && page.entries.count == 4)
        #expect(hit.responseName == "An example" && hit.exchange.score == 98.5 && hit.responseType == .success)
        #expect(hit.exchange.response?.body == Body(text: body) && !hit.isResponseCut)
        #expect(hit.servedAt == Timestamp(microseconds: 1_796_083_190_001_000))
        #expect(miss.responseName == "Double check" && miss.responseType == .error && miss.status == 404)
        #expect(miss.exchange.request.head.targetText == "/b?x=1" && miss.exchange.mock == "m")
        // From the second time on the same body is stored once.
        #expect(try history.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM body") } == 1)
        #expect(try history.call(id: miss.id, ofMock: "m")?.responseName == "Double check")
        #expect(try history.call(id: miss.id, ofMock: "other") == nil)
        #expect(try !history.removeCall(id: miss.id, ofMock: "other"))
        #expect(try history.removeCall(id: miss.id, ofMock: "m") && !history.removeCall(id: miss.id, ofMock: "m"))
        #expect(try ids() == [3, 2, 1])
    }

    @Test func `says of a body that it is cut`() async throws {
        var call = Exchange.call("m")
        call.response?.body = Body(.memory(ByteBuffer(string: "begin")), byteCount: 1000)
        try await store([call])
        let entry = try #require(history.callLog(CallLogQuery(mock: "m")).entries.first)
        #expect(entry.isResponseCut && entry.exchange.response?.body.byteCount == 1000)
        // The example has it whole: nothing is missing that was to be kept.
        #expect(try history.entries().first?.flags == .responseCut)
    }

    @Test func `is filtered`() async throws {
        let start: Int64 = 1_796_083_190
        try await store([
            .call("m", at: start), .call("other", at: start), .call(nil, at: start),
            .call("m", "POST", "/Animals?type=dog", status: 201, at: start + 1),
            .call("m", "get", "/animals", status: 404, result: .miss, at: start + 2, total: 3_000_000),
            .call("m", "GET", "/a", status: 503, result: .refused, at: start + 3),
        ])
        func time(_ seconds: Int64) -> Timestamp { Timestamp(microseconds: (start + seconds) * 1_000_000) }
        #expect(try ids() == [6, 5, 4, 1])
        #expect(try ids { $0.order = .oldestFirst } == [1, 4, 5, 6])
        #expect(try ids { $0.responseStatusCode = 404 } == [5])
        #expect(try ids { $0.responseType = .success } == [4, 1])
        #expect(try ids { $0.responseType = .error } == [6, 5])
        #expect(try ids { $0.requestMethod = "Get" } == [6, 5, 1])
        #expect(try ids { $0.requestPath = "/ANIMALS" } == [5, 4])
        #expect(try ids { $0.requestPath = "/animals?TYPE=dog" } == [4])
        #expect(try ids { $0.requestPath = "/animal" } == [] && ids { $0.requestPath = "/animals?" } == [])
        // By when the answer left: the third waited.
        #expect(try ids { $0.since = time(4) } == [5])
        #expect(try ids { $0.until = time(2) } == [4, 1])
        #expect(try ids { $0.mock = "m'; DROP TABLE exchange; --" } == [])
    }

    @Test func `is paged by a cursor, both ways, while calls come`() async throws {
        try await store((0..<250).map { _ in .call("m") })
        var query = CallLogQuery(mock: "m")
        var pages: [[Int64]] = []
        for _ in 0..<3 {
            let page = try history.callLog(query)
            pages.append(page.entries.map(\.id))
            query.cursor = try page.nextCursor.map { try #require(CallLogCursor("\($0)")) }
            if pages.count == 1 { try await store([.call("m")]) }
        }
        #expect(pages.map(\.count) == [100, 100, 50] && query.cursor == nil)
        #expect(pages.joined().elementsEqual((1...250).reversed()))
        #expect(try ids { ($0.limit, $0.order) = (3, .oldestFirst) } == [1, 2, 3])
        #expect(try ids { $0.limit = 1000 }.count == 100 && ids { $0.limit = -1 }.count == 1)
        for text in ["", "c", "c0", "c-1", "7", "c1 OR 1", "czzzzzzzzzzzzzzzz", "c_"] {
            #expect(CallLogCursor(text) == nil, "\(text)")
        }
        #expect(try history.lastCall(ofMock: "m") == 251 && history.lastCall(ofMock: "none") == 0)
        #expect(try history.calls(ofMock: "m", after: 249).map(\.id) == [250, 251])
        #expect(try history.calls(ofMock: "m", after: 251).isEmpty)
    }

    @Test func `is counted by day and by month`() async throws {
        let start: Int64 = 1_796_083_190  // ten seconds before December 2026
        var preflight = Exchange.call("m", "OPTIONS", at: start)
        preflight.exampleID = nil
        try await store([
            .call("m", at: start), .call("m", status: 404, result: .miss, at: start), preflight, .call("o", at: start),
            .call("m", status: 404, result: .refused, at: start),
            .call("m", status: 429, result: .refused, at: start + 20),
            .call("m", status: 503, result: .refused, at: start + 20), .call("m", at: start + 100_000),
            .call(nil, at: start),
        ])
        let usage = try history.usage(ofMock: "m")
        #expect(
            usage.days == [
                .init(name: "2026-11-30", calls: 2, hits: 1, misses: 1, refused: 1),
                .init(name: "2026-12-01", calls: 1, hits: 0, misses: 0, refused: 1),
                .init(name: "2026-12-02", calls: 1, hits: 1, misses: 0, refused: 0),
            ])
        #expect(usage.months.map(\.name) == ["2026-11", "2026-12"] && usage.months.map(\.calls) == [2, 2])
        #expect(usage.total.calls == 4 && usage.total.refused == 2)
        #expect(try history.usage().total.calls == 5)
        let december = Timestamp(microseconds: (start + 10) * 1_000_000)
        #expect(try history.usage(since: december).total.calls == 2)
        #expect(try history.callsInMonth(ofMock: "m", at: december) == 2)
        #expect(try history.callsInMonth(ofMock: "o", at: december) == 0)
    }

    /// As a server without mock servers has left it.
    private func forgetMocks() throws {
        try history.database.writeWithoutTransaction { db in
            for index in ["exchange_by_mock", "exchange_use"] { try db.execute(sql: "DROP INDEX \(index)") }
            for column in ["mock", "example_name", "score", "miss_reason"] {
                try db.execute(sql: "ALTER TABLE exchange DROP COLUMN \(column)")
            }
            try db.execute(sql: "DROP INDEX exchange_order")
            try db.execute(sql: "DELETE FROM grdb_migrations WHERE identifier >= '6'")
        }
    }

    @Test func `of a history from before there were any is empty`() async throws {
        try await store([.call("m")])
        try forgetMocks()
        #expect(try ids() == [] && history.usage().days == [] && history.lastCall(ofMock: "m") == 0)
        #expect(try history.exchange(id: 1)?.mock == nil && history.callsInMonth(ofMock: "m") == 0)
        try history.close()
        let upgraded = try fixture.history().0
        #expect(try upgraded.exchange(id: 1)?.mock == nil)
        #expect(try upgraded.callLog(CallLogQuery(mock: "m")).entries.isEmpty)
    }
}

/// `--history-max-age`.
@Suite struct `The age of exchanges` {
    @Test func `takes those that are too old, and nothing else`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        var limits = Limits()
        limits.historyAge = .seconds(3600)
        let now = Timestamp.now().microseconds
        let writer = HistoryWriter(history: history, run: run, limits: limits)
        for hours in [3, 2, 2, 0, 0] as [Int64] {
            _ = await writer.recordAndWait(.sample(startedAt: now - hours * 3_600_000_000))
        }
        let hasGone = await eventually { (try? history.count()) == 2 }
        #expect(hasGone)
        #expect(try history.entries().map(\.id) == [5, 4])
        #expect(writer.recorderStatus.pruned == 3)
        writer.close()
    }
}
