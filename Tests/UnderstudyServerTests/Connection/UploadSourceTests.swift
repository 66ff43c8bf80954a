import Curl
import NIOCore
import Synchronization
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `A request body on its way up` {
    private static var limits: Limits {
        var limits = Limits()
        (limits.highWaterMark, limits.lowWaterMark, limits.rewindableBody) = (100, 40, 60)
        return limits
    }

    final class Notices: Sendable {
        let all = Mutex<[UploadSource.Notice]>([])
        var list: [UploadSource.Notice] { all.withLock { $0 } }
    }

    private func source(isRepeatable: Bool = true) -> (UploadSource, Notices) {
        let notices = Notices()
        return (
            UploadSource(limits: Self.limits, isRepeatable: isRepeatable) { notice in
                notices.all.withLock { $0.append(notice) }
            }, notices
        )
    }

    /// Reads up to `room` bytes: their text, or what was answered instead.
    private func read(_ source: UploadSource, _ room: Int = 1000) -> String {
        var bytes = [UInt8](repeating: 0, count: room)
        switch bytes.withUnsafeMutableBytes({ source.read(into: $0) }) {
        case .bytes(let count): return String(decoding: bytes.prefix(count), as: UTF8.self)
        case .pause: return "pause"
        case .end: return "end"
        case .abort: return "abort"
        }
    }

    private func chunk(_ count: Int) -> ByteBuffer { ByteBuffer(repeating: 0x61, count: count) }

    @Test func `bytes in order, cut as asked for, then the end`() {
        let (source, notices) = source()
        #expect(source.append(ByteBuffer(string: "hello")).hasRoom)
        _ = source.append(ByteBuffer(string: "world"))
        #expect(!source.end())
        #expect(read(source, 3) == "hel")
        #expect(read(source, 3) == "lo")
        #expect(read(source) == "world")
        #expect(read(source) == "end")
        #expect(notices.list == [.wanted], "once")
    }

    @Test func `whoever asked in vain is woken once`() {
        let (source, _) = source()
        #expect(read(source) == "pause")
        #expect(source.append(chunk(1)).wake)
        #expect(!source.append(chunk(1)).wake)
        #expect(read(source) == "a")
        #expect(read(source) == "a")
        #expect(read(source) == "pause")
        #expect(source.end())
        #expect(read(source) == "end")
    }

    @Test func `full at the high mark, drained at the low one`() {
        let (source, notices) = source()
        #expect(source.append(chunk(99)).hasRoom)
        #expect(!source.append(chunk(1)).hasRoom)
        #expect(read(source, 59).count == 59)
        #expect(notices.list == [.wanted])
        #expect(!source.append(chunk(0)).hasRoom, "41 wait: more than the low mark")
        #expect(read(source, 1) == "a")
        #expect(notices.list == [.wanted, .drained])
        #expect(source.append(chunk(1)).hasRoom)
    }

    @Test func `an aborted body is never taken for a whole one`() {
        let (source, _) = source()
        #expect(read(source) == "pause")
        #expect(source.abort())
        _ = source.end()
        #expect(read(source) == "abort")
    }

    @Test func `rewinds while everything given is kept`() {
        let (source, _) = source()
        _ = source.append(ByteBuffer(string: "hello"))
        _ = source.append(ByteBuffer(string: "world"))
        _ = source.end()
        #expect(read(source, 3) == "hel")
        #expect(read(source) == "lo")
        #expect(source.rewind())
        #expect(source.rewind(), "nothing was given since")
        #expect([read(source), read(source), read(source), read(source)] == ["hel", "lo", "world", "end"])
    }

    @Test(arguments: [(60, true), (61, false)])
    func `no further than the limit`(count: Int, isPossible: Bool) {
        let (source, _) = source()
        _ = source.append(chunk(count))
        _ = read(source)
        #expect(source.rewind() == isPossible)
    }

    @Test func `what may not arrive twice is not given twice`() {
        let (source, _) = source(isRepeatable: false)
        _ = source.append(chunk(1))
        #expect(source.rewind(), "nothing was given")
        _ = read(source)
        #expect(!source.rewind())
    }

    @Test(arguments: [
        ("GET", true), ("PUT", true), ("DELETE", true), ("QUERY", true), ("POST", false), ("PATCH", false),
        ("get", false), ("PURGE", false),
    ])
    func `idempotent methods`(method: String, expected: Bool) {
        #expect(UpstreamRequest.isIdempotent(method) == expected)
    }
}
