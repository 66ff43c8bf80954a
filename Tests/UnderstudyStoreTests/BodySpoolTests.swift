import Crypto
import Dispatch
import Foundation
import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyStore

/// Memory up to a limit, a file up to another, only a count beyond.
@Suite struct `A body being spooled` {
    private static let limits = {
        var limits = Limits()
        limits.bodyInMemory = 1000
        limits.recordedBody = 10_000
        return limits
    }()

    private let fixture: StoreFixture
    private let spooler: BodySpooler

    init() throws {
        fixture = try StoreFixture()
        spooler = BodySpooler(store: try fixture.workspace().bodies, limits: Self.limits)
    }

    private func bytes(_ count: Int) -> ByteBuffer {
        ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7) })
    }

    private func finish(_ spool: BodySpool, rewrite: BodySpool.Rewrite? = nil) async -> Body {
        await withCheckedContinuation { continuation in
            spool.finish(rewrite: rewrite) { continuation.resume(returning: $0) }
        }
    }

    /// The last column says where the kept bytes end up.
    @Test(arguments: [
        (0, 0, false), (1, 1, false), (999, 999, false), (1000, 1000, false), (1001, 1001, true),
        (10_000, 10_000, true),
        (10_001, 10_000, true), (50_000, 10_000, true),
    ])
    func `is kept as far as the limits go`(size: Int, kept: Int, isInFile: Bool) async throws {
        for chunk in [1, 333, 100_000] where size / chunk < 20_000 {
            let spool = spooler.makeSpool()
            var rest = bytes(size)
            while let part = rest.readSlice(length: min(chunk, rest.readableBytes)), part.readableBytes > 0 {
                #expect(!spool.append(part))
            }
            #expect(spool.byteCount == size)
            let body = await finish(spool)
            #expect(body.byteCount == size)
            #expect(body.keptByteCount == kept)
            #expect(body.isCut == (kept < size))
            #expect((body.bytesInMemory == nil) == isInFile)
            #expect(try spooler.store.contents(of: body) == bytes(kept))
            if case .stored(let digest, _) = body.content { #expect(digest == Digest(of: bytes(kept))) }
        }
        #expect(fixture.names("/history.bodies").count == (isInFile ? 1 : 0), "equal bodies are one file")
        spooler.close()
    }

    @Test func `leaves nothing when it is abandoned or forgotten`() async throws {
        let spool = spooler.makeSpool()
        spool.append(bytes(5000))
        spool.abandon()
        do { spooler.makeSpool().append(bytes(6000)) }
        spooler.close()
        #expect(fixture.names("/history.bodies") == [])
        let late = spooler.makeSpool()
        late.append(bytes(5000))
        let body = await finish(late)
        #expect(body.isCut && body.byteCount == 5000, "the spooler was closed")
    }

    @Test func `is rewritten in its file before it has a name`() async throws {
        let new = ByteBuffer(string: "redacted")
        let whole = spooler.makeSpool()
        whole.append(bytes(5000))
        let body = await finish(whole) { [expected = bytes(5000)] in $0 == expected ? new : nil }
        #expect(body == Body(.stored(Digest(of: new), byteCount: 8), byteCount: 8))
        #expect(fixture.names("/history.bodies") == [Digest(of: new).description])
        let cut = spooler.makeSpool()
        cut.append(bytes(20_000))
        #expect(await finish(cut) { _ in new }.isCut)
        let same = spooler.makeSpool()
        same.append(bytes(5000))
        #expect(
            await finish(same) { _ in nil } == Body(.stored(Digest(of: bytes(5000)), byteCount: 5000), byteCount: 5000))
        spooler.close()
    }

    @Test func `asks its sender to wait when the disk is behind, and calls back`() async throws {
        var limits = Limits()
        limits.bodyInMemory = 1000
        let spooler = BodySpooler(store: self.spooler.store, limits: limits)
        let gate = DispatchSemaphore(value: 0), drained = Box(0)
        let slow = spooler.makeSpool()
        slow.append(bytes(2000))
        slow.finish(rewrite: { _ in
            gate.wait(); return nil
        }) { _ in }
        let spool = spooler.makeSpool()
        let half = ByteBuffer(repeating: 1, count: BodySpooler.queueLimit / 2 - 2000)
        #expect(!spool.append(half))
        #expect(!spool.append(half))
        #expect(spool.append(ByteBuffer(repeating: 1, count: 8000)))
        #expect(spooler.isCongested)
        spooler.whenDrained { drained.update { $0 += 1 } }
        #expect(drained.value == 0)
        gate.signal()
        #expect(await eventually { drained.value == 1 })
        let body = await finish(spool)
        #expect(!body.isCut)
        #expect(!spooler.isCongested)
        spooler.close()
        self.spooler.close()
    }

    @Test func `is cut, not failed, when its folder is gone, and says so`() async throws {
        try FileManager.default.removeItem(atPath: spooler.store.history)
        let spool = spooler.makeSpool()
        spool.append(bytes(5000))
        let body = await finish(spool)
        #expect(body == Body(.memory(ByteBuffer()), byteCount: 5000))
        #expect(spooler.trouble?.reason.contains("history.bodies") == true)
        try FileManager.default.createDirectory(atPath: spooler.store.history, withIntermediateDirectories: false)
        let next = spooler.makeSpool()
        next.append(bytes(5000))
        let whole = await finish(next)
        #expect(!whole.isCut)
        #expect(spooler.trouble == nil)
        spooler.close()
    }

    @Test func `keeps its file to its owner, and shares it with examples by a second name`() async throws {
        let spool = spooler.makeSpool()
        spool.append(bytes(5000))
        guard case .stored(let digest, _) = await finish(spool).content else {
            Issue.record("not stored")
            return
        }
        let store = spooler.store
        try store.keepForExamples(digest)
        try store.keepForExamples(digest)
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(store.examples)/\(digest)")
        #expect(attributes[.referenceCount] as? Int == 2)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(store.path(of: digest) == "\(store.examples)/\(digest)")
        #expect(try store.saveForExamples(bytes(5000)) == digest)
        #expect(throws: FileError.self) { try store.keepForExamples(Digest(of: "unknown")) }
        spooler.close()
    }
}
