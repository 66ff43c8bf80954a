import Foundation
import GRDB
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// A disk that takes nothing never fails traffic: everything is acknowledged, the gap is counted, recording resumes.
@Suite struct `A full disk` {
    @Test func `degrades the recording until there is room again`() async throws {
        let fixture = try StoreFixture()
        let (history, run) = try fixture.history()
        let writer = HistoryWriter(history: history, run: run)
        let key = PendingExample(requestKey: Digest(of: "a"))
        #expect(await writer.recordAndWait(.sample(), example: key) == 1)
        try setPageLimit(1, history)
        let large = Exchange.sample(body: String(repeating: "x", count: 500_000))
        // What the writer tries while it is degraded is small, and may find room that this has not: on a slow machine it
        // can be recording again before anyone looks.
        var lost = 0
        var degraded: (reason: String, since: Timestamp)?
        while lost < 100, lost < 2 || degraded == nil {
            #expect(await writer.recordAndWait(large, example: key) == nil)
            lost += 1
            if case .degraded(let reason, let since) = writer.recorderStatus.state { degraded = (reason, since) }
        }
        #expect(degraded?.reason.contains("full") == true)
        #expect((degraded?.since.microseconds ?? 0) > 0)
        #expect(writer.recorderStatus.notRecorded == lost)
        try setPageLimit(1 << 30, history)
        #expect(await eventually { writer.recorderStatus.state == .recording }, "recovers without traffic")
        #expect(await writer.recordAndWait(large, example: key) != nil)
        #expect((writer.recorderStatus.recorded, writer.recorderStatus.notRecorded) == (2, lost))
        writer.close()
        #expect(try history.pendingExchanges().map(\.occurrence) == [0, 1], "the lost ones left no gap in the count")
        try history.close()
    }

    private func setPageLimit(_ count: Int, _ history: History) throws {
        try history.database.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = \(count)") }
    }

    #if os(Linux)
        @Test(.enabled(if: TinyDisk.isPossible, "needs the right to mount"))
        func `is survived for real, by rows and by bodies`() async throws {
            let fixture = try StoreFixture()
            let disk = try TinyDisk(at: fixture.path, size: "4m")
            defer { disk.unmount() }
            let (history, run) = try fixture.history()
            var limits = Limits()
            limits.bodyInMemory = 1000
            let spooler = BodySpooler(store: history.bodies, limits: limits)
            let writer = HistoryWriter(history: history, run: run, bodies: spooler)
            var lost = 0
            for number in 0..<20
            where await writer.recordAndWait(.sample(body: filler(400_000, number))) == nil { lost += 1 }
            #expect(lost > 0 && lost < 20)
            #expect(writer.recorderStatus.notRecorded == lost)
            let body = await finished(spooler, bytes: 4 << 20)
            #expect(body.isCut && body.keptByteCount == 0 && body.byteCount == 4 << 20)
            #expect(writer.recorderStatus.state != .recording)
            try disk.grow(to: "64m")
            #expect(await eventually { writer.recorderStatus.state != .recording }, "bodies have not been tried again")
            let whole = await finished(spooler, bytes: 4 << 20)
            #expect(!whole.isCut, "\(writer.recorderStatus)")
            #expect(await eventually { writer.recorderStatus.state == .recording })
            #expect(await writer.recordAndWait(.sample()) != nil)
            #expect(fixture.names("/history.bodies").count == 1, "no half-written file stays")
            spooler.close()
            writer.close()
            let verdict = try await history.database.read { try String.fetchOne($0, sql: "PRAGMA integrity_check") }
            #expect(verdict == "ok")
            try history.close()
        }

        private func finished(_ spooler: BodySpooler, bytes: Int) async -> Body {
            let spool = spooler.makeSpool()
            for _ in 0..<16 { spool.append(ByteBuffer(repeating: 7, count: bytes / 16)) }
            return await withCheckedContinuation { continuation in
                spool.finish { continuation.resume(returning: $0) }
            }
        }
    #endif
}
