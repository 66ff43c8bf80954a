import Foundation
import GRDB
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// A broken history is kept aside and said, never deleted, and never stops a server from starting.
@Suite struct `Opening a history` {
    enum Damage: String, CaseIterable {
        case text, truncated, halfPage, overwritten, header
    }

    private func recorded(_ fixture: StoreFixture, count: Int = 300) async throws {
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        for number in 0..<count { writer.record(.sample(target: "/\(number)")) { _ in } }
        writer.close()
        try history.close()
    }

    @Test(arguments: Damage.allCases)
    func `sets a corrupt file aside and begins a new one`(damage: Damage) async throws {
        let fixture = try StoreFixture()
        try await recorded(fixture)
        let file = fixture.path + "/history.sqlite"
        var bytes = try Data(contentsOf: URL(fileURLWithPath: file))
        var random = SystemRandomNumberGenerator()
        switch damage {
        case .text: bytes = Data("Dear diary, this is not a database.\n".utf8)
        case .truncated: bytes = bytes.prefix(bytes.count / 2 / 8192 * 8192)
        case .halfPage: bytes = bytes.prefix(3000)
        case .overwritten:
            // Among the rows, where opening alone does not look.
            let start = bytes.count * 3 / 4 / 8192 * 8192
            for index in start..<start + 4096 { bytes[index] = random.next() }
        case .header: for index in 0..<4096 { bytes[index] = random.next() }
        }
        try bytes.write(to: URL(fileURLWithPath: file))

        let reading = #expect(throws: HistoryError.self) {
            _ = try History(try Workspace(fixture.path, opening: .reading), opening: .reading).statistics()
        }
        #expect(reading != nil)
        let (history, run) = try fixture.history()
        let aside = try #require(history.setAside)
        #expect(aside.contains("/history.sqlite.corrupt-20"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: aside)) == bytes)
        let writer = HistoryWriter(history: history, run: run)
        #expect(await writer.recordAndWait(.sample()) == 1)
        writer.close()
        try history.close()
        #expect(try fixture.history().0.setAside == nil)
    }

    @Test func `takes an empty file for a new one`() async throws {
        let fixture = try StoreFixture()
        let workspace = try fixture.workspace()
        try Data().write(to: URL(fileURLWithPath: workspace.history))
        let history = try History(workspace, opening: .serving)
        #expect(history.setAside == nil)
        #expect(try history.count() == 0)
        try history.close()
    }

    @Test func `refuses one that a later version wrote, whatever for`() async throws {
        let fixture = try StoreFixture()
        try await recorded(fixture, count: 1)
        let queue = try DatabaseQueue(path: fixture.path + "/history.sqlite")
        try await queue.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('99')") }
        try queue.close()
        let before = fixture.names().filter { $0.contains("corrupt") }
        for opening in [History.Opening.serving, .editing, .reading] {
            #expect(throws: HistoryError.newerSchema(path: fixture.path + "/history.sqlite")) {
                try History(Workspace(fixture.path, opening: .reading), opening: opening)
            }
        }
        #expect(fixture.names().filter { $0.contains("corrupt") } == before)
    }

    @Test(arguments: [History.Opening.reading, .editing])
    func `creates nothing unless for serving`(opening: History.Opening) throws {
        let fixture = try StoreFixture()
        try FileManager.default.createDirectory(atPath: fixture.path, withIntermediateDirectories: true)
        #expect(throws: HistoryError.missing(path: fixture.path + "/history.sqlite")) {
            try History(Workspace(fixture.path, opening: .reading), opening: opening)
        }
        #expect(fixture.names() == [])
    }

    /// Copying the files of an open database is what a killed process leaves.
    @Test func `finds everything acknowledged after a crash, pending examples first of all`() async throws {
        let fixture = try StoreFixture(), crashed = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        let key = PendingExample(requestKey: Digest(of: "k"))
        for _ in 0..<20 { #expect(await writer.recordAndWait(.sample(), example: key) != nil) }
        try history.markWritten(Array(1...5))
        try FileManager.default.copyItem(atPath: fixture.path, toPath: crashed.path)
        writer.close()
        try history.close()

        let (after, second) = try crashed.history()
        #expect(after.setAside == nil)
        #expect(second == run + 1)
        let pending = try after.pendingExchanges()
        #expect(pending.map(\.exchange.id) == Array(6...20))
        #expect(pending.map(\.occurrence) == Array(5...19))
        #expect(pending.allSatisfy { $0.run == run && $0.requestKey == key.requestKey })
        #expect(try after.run(id: run)?.collection == "api")
        try after.close()
    }

    @Test func `keeps its files to their owner`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        #expect(await writer.recordAndWait(.sample()) != nil)
        for name in fixture.names() where name.hasPrefix("history.sqlite") {
            let attributes = try FileManager.default.attributesOfItem(atPath: fixture.path + "/" + name)
            #expect(attributes[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        writer.close()
        try history.close()
    }

    @Test func `never uses a number twice`() async throws {
        let fixture = try StoreFixture()
        try await recorded(fixture, count: 3)
        var (history, run) = try fixture.history()
        #expect(try history.remove([3]).exchanges == 1)
        try history.close()
        (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        #expect(await writer.recordAndWait(.sample()) == 4)
        writer.close()
        try history.close()
    }
}
