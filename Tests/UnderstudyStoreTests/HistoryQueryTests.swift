import Foundation
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// What `history ls` finds. The table is the specification.
@Suite struct `Looking into the history` {
    /// Numbers 1…6, see `samples`.
    private func filled(_ fixture: StoreFixture) throws -> History {
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        for exchange in Self.samples { writer.record(exchange) { _ in } }
        writer.close()
        return history
    }

    private static var samples: [Exchange] {
        var binary = Exchange.sample(method: "POST", target: "/upload?[1]", status: 201, startedAt: 40)
        binary.response?.body = Body(ByteBuffer(bytes: Array("a\0\0Needle".utf8) + [0xFF]))
        var failed = Exchange.sample(target: "/down", startedAt: 50)
        failed.response = nil
        failed.failure = UpstreamFailure(.connectionRefused, "no one there")
        return [
            .sample(target: "/users", startedAt: 10),
            .sample(target: "/users/1?full=Yes", status: 404, startedAt: 20),
            .sample(target: "http://Other.example/orders", upstream: "", status: 302, startedAt: 30, result: .miss),
            binary, failed,
            .sample(target: "/late", upstream: "https://[::1]:8443", status: 500, startedAt: 5),
        ]
    }

    typealias Change = @Sendable (inout HistoryQuery) -> Void

    private static let cases: [(String, Change, [Int64])] = [
        ("everything, newest first", { _ in }, [6, 5, 4, 3, 2, 1]),
        ("oldest first", { $0.order = .oldestFirst }, [1, 2, 3, 4, 5, 6]),
        ("limit", { $0.limit = 2 }, [6, 5]),
        ("no limit below zero", { $0.limit = -1 }, []),
        ("next page", { ($0.before, $0.limit) = (5, 2) }, [4, 3]),
        ("after", { $0.after = 4 }, [6, 5]),
        ("since", { $0.since = Timestamp(microseconds: 30) }, [5, 4, 3]),
        ("until", { $0.until = Timestamp(microseconds: 20) }, [6, 1]),
        ("method", { $0.method = "POST" }, [4]),
        ("method has case", { $0.method = "post" }, []),
        ("host", { $0.host = "API.example.com" }, [5, 4, 2, 1]),
        ("host of an absolute target", { $0.host = "other.example" }, [3]),
        ("host pattern", { $0.host = "*.example" }, [3]),
        ("host of an address", { $0.host = "[::1]" }, [6]),
        ("path prefix", { $0.path = "/users" }, [2, 1]),
        ("path pattern", { $0.path = "/users/*" }, [2]),
        ("path has no wildcards but *", { $0.path = "/user?" }, []),
        ("path without authority", { $0.path = "/orders" }, [3]),
        ("status", { $0.status = StatusFilter("404") }, [2]),
        ("status class", { $0.status = StatusFilter("4xx") }, [2]),
        ("status from", { $0.status = StatusFilter(">=400") }, [6, 2]),
        ("status below", { $0.status = StatusFilter("<300") }, [4, 1]),
        ("failed", { $0.status = StatusFilter("failed") }, [5]),
        ("result", { $0.result = .miss }, [3]),
        ("search in the query", { $0.search = "FULL=yes" }, [2]),
        ("search in bodies past NUL", { $0.search = "needle" }, [4]),
        ("search in fields", { $0.search = "content-type: TEXT" }, [6, 4, 3, 2, 1]),
        ("search in the upstream", { $0.search = "https://[::1]" }, [6]),
        ("search is not a pattern", { $0.search = "%" }, []),
        ("search is not SQL", { $0.search = "' OR 1 --" }, []),
        ("conditions add up", { ($0.host, $0.status) = ("api.example.com", StatusFilter("2xx")) }, [4, 1]),
    ]

    @Test(arguments: cases)
    func `finds`(name: String, change: Change, ids: [Int64]) throws {
        let fixture = try StoreFixture()
        let history = try filled(fixture)
        var query = HistoryQuery()
        change(&query)
        #expect(try history.entries(query).map(\.id) == ids, "\(name)")
        if query.limit == 50 { #expect(try history.count(query) == ids.count) }
        try history.close()
    }

    @Test(arguments: ["", "4", "40", "4000", "x", "4xxx", "0xx", ">", ">=4x", "404-200", "２００", "-40", "200-", "099"])
    func `refuses a status that is none`(text: String) { #expect(StatusFilter(text) == nil) }

    @Test func `shows what a listing needs`() throws {
        let fixture = try StoreFixture()
        let history = try filled(fixture)
        let entries = try history.entries()
        #expect(entries[4].target == "/users/1?full=Yes")
        #expect(entries[4].upstream == "http://api.example.com:8080")
        #expect(entries[1].failure == .connectionRefused && entries[1].status == nil && entries[1].flags == .incomplete)
        #expect(entries[2].responseSize == 10)
        #expect(entries[0].exampleState == .none)
        try history.close()
    }

    @Test func `counts`() throws {
        let fixture = try StoreFixture()
        let history = try filled(fixture)
        let statistics = try history.statistics()
        #expect((statistics.exchanges, statistics.incomplete, statistics.pending) == (6, 1, 0))
        #expect(statistics.byStatus.map(\.name) == ["2xx", "3xx", "4xx", "5xx", "failed"])
        #expect(statistics.byHost.first?.name == "api.example.com" && statistics.byHost.first?.exchanges == 4)
        #expect(statistics.byDay.map(\.name) == ["1970-01-01"])
        #expect((statistics.oldest?.microseconds, statistics.newest?.microseconds) == (5, 50))
        #expect(statistics.databaseSize > 0)
        try history.close()
    }

    @Test func `works while a server writes`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        let reader = try fixture.reader()
        for count in 1...20 {
            #expect(await writer.recordAndWait(.sample()) != nil)
            #expect(try reader.entries().count == count)
        }
        writer.close()
        try history.close()
    }
}
