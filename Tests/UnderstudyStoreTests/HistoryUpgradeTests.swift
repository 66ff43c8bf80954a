import Foundation
import GRDB
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// A history of an earlier version: commands that look or remove take it as it is, a server brings it up to date.
@Suite struct `A history of an earlier version` {
    private let fixture: StoreFixture
    private var workspace: Workspace { get throws { try Workspace(fixture.path, opening: .reading) } }
    private let body = filler(5000, 1)

    /// As step 2 left it, with three exchanges.
    init() throws {
        fixture = try StoreFixture()
        let file = try DatabasePool(path: fixture.workspace().history)
        try HistorySchema.migrator.migrate(file, upTo: "2")
        let body = body
        try file.write { db in
            try db.execute(
                sql: "INSERT INTO run (started_at, collection, base_url, write_policy) VALUES (1, 'api', '', 'append')")
            for number in 1...3 {
                try db.execute(
                    sql: """
                        INSERT INTO exchange (started_at, run, mode, result, method, upstream, host, path, status, flags,
                            request_size, response_size, name_lookup, connect, tls, first_byte, total, example_state,
                            occurrence, request_key, request_head, response_head, response_body)
                        VALUES (?, 1, 'record', 'recorded', 'GET', 'http://h', 'h', '/x', 200, 0,
                            0, 5000, 0, 0, 0, 0, 0, ?, 0, ?, ?, ?, ?)
                        """,
                    arguments: [
                        number, number == 2 ? 1 : 0, Digest(of: "k").data,
                        Data("GET /x HTTP/1.1\r\nHost: h\r\n\r\n".utf8),
                        Data("HTTP/1.1 200 OK\r\n\r\n".utf8), Data(body.utf8),
                    ])
            }
        }
        try file.close()
    }

    private func check(_ history: History, _ ids: [Int64]) throws {
        var query = HistoryQuery()
        query.order = .oldestFirst
        query.search = "XXXX"
        #expect(try history.entries(query).map(\.id) == ids)
        #expect(try history.count(query) == ids.count)
        for id in ids { #expect(try history.exchange(id: id)?.response?.body == Body(text: body)) }
        #expect(try history.pendingExchanges().map(\.exchange.response?.body) == [Body(text: body)])
        #expect(try history.statistics().exchanges == ids.count)
    }

    @Test func `is read and pruned without being changed`() throws {
        let reader = try History(workspace, opening: .reading)
        try check(reader, [1, 2, 3])
        let editor = try History(workspace, opening: .editing)
        #expect(try editor.prune(keeping: .bytes(5500)).exchanges == 1)
        try check(editor, [2, 3])
        #expect(try editor.remove([3]).exchanges == 1)
        #expect(
            try reader.read { try String.fetchAll($0, sql: "SELECT identifier FROM grdb_migrations") } == ["1", "2"])
        try editor.close()
        try reader.close()
    }

    @Test func `is brought up to date by a server, under the eyes of those who read it`() throws {
        let reader = try History(workspace, opening: .reading)
        try check(reader, [1, 2, 3])
        let editor = try History(workspace, opening: .editing)
        let (history, run) = try fixture.history()
        #expect(history.setAside == nil && run == 2)
        let writer = HistoryWriter(history: history, run: run)
        for _ in 0..<3 { writer.record(.sample(body: body)) { _ in } }
        writer.close()
        for history in [reader, editor, history] { try check(history, [1, 2, 3, 4, 5, 6]) }
        #expect(try editor.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM body") } == 1)
        #expect(try editor.remove([5, 6]).exchanges == 2)
        #expect(try editor.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM body") } == 0)
        try check(history, [1, 2, 3, 4])
        try editor.close()
        try reader.close()
        try history.close()
    }
}
