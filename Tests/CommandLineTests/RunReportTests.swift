import Foundation
import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyCLI

/// The parts of `understudy run` that start nothing.
@Suite struct `What run decides` {
    @Test(arguments: [
        (nil, Mode.auto), ("", .auto), ("false", .auto), ("FALSE", .auto), ("0", .auto), ("true", .replay),
        ("1", .replay),
        ("woodpecker", .replay),
    ])
    func `the mode under CI`(value: String?, mode: Mode) {
        #expect(RunCommand.defaultMode(value.map { ["CI": $0] } ?? [:]) == mode)
    }

    @Test func `which file a name is, as shells do`() throws {
        let folder = try TemporaryFolder()
        for (name, mode) in [("one/tool", 0o755), ("one/plain", 0o644), ("two/plain", 0o755), ("two/tool", 0o755)] {
            let path = folder.file(name)
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try "".write(toFile: path, atomically: false, encoding: .utf8)
            chmod(path, mode_t(mode))
        }
        let path = "\(folder.file("none")):\(folder.file("one")):\(folder.file("two"))"
        #expect(ProgramSearch.find("tool", path: path) == .found(folder.file("one/tool")))
        #expect(ProgramSearch.find("plain", path: path) == .found(folder.file("two/plain")))
        #expect(ProgramSearch.find("plain", path: folder.file("one")) == .notExecutable(folder.file("one/plain")))
        #expect(ProgramSearch.find("other", path: path) == .missing)
        #expect(ProgramSearch.find("", path: path) == .missing)
        #expect(ProgramSearch.find(folder.file("one/plain"), path: "") == .notExecutable(folder.file("one/plain")))
        #expect(ProgramSearch.find(folder.file("one"), path: "") == .notExecutable(folder.file("one")))
        #expect(ProgramSearch.find(folder.file("one/none"), path: path) == .missing)
    }

    private func miss(_ target: String, upstream: String = "") -> Exchange {
        let head = RequestHead(method: "GET", target: target)
        var exchange = Exchange(
            startedAt: .now(), mode: .replay, result: .miss, upstream: upstream,
            request: Exchange.Request(head: head, body: Body(.memory(ByteBuffer()), byteCount: 0)))
        let problem = ByteBuffer(
            string: #"{"nearest": [{"reason": "its path differs", "mend": "understudy examples edit 7"}, {}]}"#)
        exchange.response = Exchange.Response(
            head: ResponseHead(status: 404, reason: "Not Found"),
            body: Body(.memory(problem), byteCount: problem.readableBytes))
        return exchange
    }

    @Test func `which requests were missed, each once and not too many`() {
        let log = MissLog()
        for _ in 0..<3 { log.add(miss("/a")) }
        log.add(miss("/a", upstream: "http://b.example"))
        #expect(
            log.missed == [
                .init(
                    method: "GET", target: "/a", count: 3, reason: "its path differs",
                    mend: "understudy examples edit 7"),
                .init(
                    method: "GET", target: "http://b.example/a", count: 1, reason: "its path differs",
                    mend: "understudy examples edit 7"),
            ])
        for number in 0..<150 { log.add(miss("/\(number)")) }
        #expect(log.missed.count == MissLog.limit)
        #expect(log.others == 152 - MissLog.limit)
    }

    private func report(_ misses: [MissLog.Missed] = [], replayed: Int = 2, unused: [String] = []) -> RunReport {
        RunReport(
            mode: .replay, replayed: replayed, recorded: 0, passed: 0, missed: misses.reduce(0) { $0 + $1.count },
            misses: misses, exampleCount: 9, unused: unused, recording: "understudy run --mode auto -- x")
    }

    @Test func `what is said at the end`() {
        #expect(report(replayed: 0).lines(isQuiet: false).count == 1)
        #expect(report(replayed: 0).lines(isQuiet: true) == [])
        #expect(report().lines(isQuiet: false) == ["2 requests: 2 replayed, 0 missed"])
        #expect(
            report(unused: ["GET /a", "GET /b", "GET /c", "GET /d"]).lines(isQuiet: false) == [
                "2 requests: 2 replayed, 0 missed", "4 of 9 examples never used: GET /a, GET /b, GET /c, …",
            ])
        let misses: [MissLog.Missed] = [
            .init(
                method: "GET", target: "/a", count: 2, reason: "its path differs", mend: "understudy examples edit 7"),
            .init(method: "PUT", target: "/b", reason: nil, mend: "understudy auto https://api.example.com"),
        ]
        let lines = report(misses).lines(isQuiet: true)
        #expect(
            lines == [
                "missed GET /a (2 times)", "    the nearest example differs: its path differs",
                "    mend: understudy examples edit 7", "missed PUT /b", "    mend: understudy run --mode auto -- x",
            ])
        let many = (0..<15).map { MissLog.Missed(method: "GET", target: "/\($0)", reason: nil, mend: nil) }
        #expect(report(many).lines(isQuiet: true).last == "and 5 more")
    }
}
