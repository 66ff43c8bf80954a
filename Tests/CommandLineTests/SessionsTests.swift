import Foundation
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

/// `understudy sessions` against a running server.
@Suite struct `Sessions on the command line` {
    /// Answers that count, and three of them recorded.
    private func workbench() throws -> Workbench {
        let count = Counter()
        let origin = try RawOrigin { (_: RawMessage) in .answer(String(count.next()), type: "text/plain") }
        let bench = try Workbench()
        try bench.record([.get("/n"), .get("/n"), .get("/n")], from: origin)
        return bench
    }

    private func ask(_ server: RunningServer, as session: String? = nil) throws -> String {
        let field = session.map { "Understudy-Session: \($0)\r\n" } ?? ""
        let answer = try server.exchange("GET /n HTTP/1.1\r\nHost: test\r\n\(field)\r\n")
        return answer.status == 200 ? answer.body.latin1 : "\(answer.status)"
    }

    @Test func `are listed, and begin anew when reset`() throws {
        let bench = try workbench()
        let server = try bench.serve("replay")
        func list() throws -> [[Substring]] { try bench.run("sessions").lines.map { $0.split(separator: " ") } }
        #expect(try list().map(\.first) == ["session", "(common)"])
        #expect(try (0..<4).map { _ in try ask(server) } == ["1", "2", "3", "3"])
        #expect(try [ask(server, as: "bob"), ask(server, as: "alice"), ask(server, as: "bob")] == ["1", "1", "2"])
        let sessions = try list()
        #expect(
            sessions.dropFirst().map { $0.prefix(5) } == [
                ["(common)", "4", "4", "0", "0"], ["alice", "1", "1", "0", "0"], ["bob", "2", "2", "0", "0"],
            ])
        #expect(sessions[1].suffix(2) == ["-", "-"] && sessions[2].last?.count == 8, "times")
        let json = try #require(try bench.run("sessions", "ls", "--json").json()["sessions"]?.elements)
        #expect(json.map { $0["session"]?.text } == ["", "alice", "bob"] && json.map { $0["hits"]?.int } == [4, 1, 2])
        #expect(json[0]["lastUse"] == .null && json[1]["lastUse"]?.text?.hasSuffix("Z") == true)
        #expect(try bench.run("sessions", "reset", "bob").lines == ["reset 1 session"])
        #expect(try [ask(server, as: "bob"), ask(server, as: "alice"), ask(server)] == ["1", "2", "3"])
        let unknown = try bench.run("sessions", "reset", "carol")
        #expect(unknown.status == 1 && unknown.errors.contains("no session 'carol'"))
        #expect(try bench.run("sessions", "reset", "").lines == ["reset 1 session"], "the common one")
        #expect(try [ask(server, as: "alice"), ask(server)] == ["3", "1"])
        #expect(try bench.run("sessions", "reset", "--json").json()["reset"]?.int == 3)
        #expect(try [ask(server, as: "alice"), ask(server, as: "bob"), ask(server)] == ["1", "1", "1"])
        let again = try list()
        #expect(again[3].prefix(2) == ["bob", "4"], "a reset keeps the counts")
        #expect(try bench.run("sessions", "rm", "bob").lines == ["forgot session bob"])
        #expect(try list().map(\.first) == ["session", "(common)", "alice"])
        #expect(try bench.run("sessions", "rm", "bob").errors.contains("no session 'bob'"))
        #expect(try bench.run("sessions", "rm", "").errors.contains("always there"))
        #expect(try ask(server, as: "bob") == "1")
        try server.stop()
        let stopped = try bench.run("sessions")
        #expect(stopped.status == 1 && stopped.errors.contains("no server is running"))
    }

    @Test func `are counted while recording, and each keeps what it recorded`() throws {
        let count = Counter()
        let origin = try RawOrigin { (_: RawMessage) in .answer(String(count.next()), type: "text/plain") }
        let bench = try Workbench()
        let recording = try bench.serve("record", "http://127.0.0.1:\(origin.port)")
        for session in ["alice", "bob", nil, "alice", "bob", nil] { _ = try ask(recording, as: session) }
        let json = try #require(try bench.run("sessions", "ls", "--json").json()["sessions"]?.elements)
        #expect(json.map { $0["session"]?.text } == ["", "alice", "bob"])
        #expect(json.map { $0["recorded"]?.int } == [2, 2, 2] && json.map { $0["requests"]?.int } == [2, 2, 2])
        try recording.stop()
        let api = "127.0.0.1-\(origin.port).postman_collection.json"
        #expect(bench.names(in: bench.recording + "/collections") == [api, "alice--" + api, "bob--" + api])
        #expect(
            try bench.run("history", "ls", "--session", "bob", "--json").jsonLines().map { $0["id"]?.int } == [5, 2])
        #expect(try bench.run("history", "ls", "--session", "").lines.count == 2)
        #expect(try bench.run("history", "ls").lines[1].hasSuffix("session bob"))
        #expect(try bench.run("history", "show", "5", "--json").json()["session"]?.text == "bob")
        #expect(try bench.run("history", "show", "5").text.contains("session   bob"))

        let replay = try bench.serve("replay")
        #expect(try (0..<3).map { _ in try ask(replay, as: "bob") } == ["2", "5", "5"])
        #expect(try (0..<3).map { _ in try ask(replay, as: "alice") } == ["1", "4", "4"])
        #expect(try (0..<3).map { _ in try ask(replay) } == ["3", "6", "6"])
        #expect(try (0..<3).map { _ in try ask(replay, as: "carol") } == ["3", "6", "6"])
        try replay.stop()
    }

    @Test func `save what they only saw into their own collections`() throws {
        let bench = try Workbench()
        let origin = try sampleOrigin()
        let server = try bench.serve("spy", "http://127.0.0.1:\(origin.port)")
        for session in ["bob", nil] { _ = try ask(server, as: session) }
        #expect(try eventually { try bench.run("history", "ls", "--json").lines.count == 2 })
        let saved = try bench.run("history", "save", "1", "2", "--json").jsonLines()
        let api = "127.0.0.1-\(origin.port)"
        #expect(saved.map { $0["collection"]?.text } == ["bob--" + api, api])
        try server.stop()
    }

    @Test func `go when nobody uses them`() throws {
        let bench = try workbench()
        #expect(try bench.run("replay", "--session-idle", "0").errors.contains("--session-idle: '0' is not a time"))
        let server = try bench.serve("replay", "--session-idle", "1ms")
        #expect(try ask(server, as: "bob") == "1")
        usleep(5000)
        #expect(try bench.run("sessions").lines.count == 2)
        #expect(try ask(server, as: "bob") == "1", "anew")
        try server.stop()
    }

    @Test func `once is over until a reset`() throws {
        let bench = try workbench()
        let server = try bench.serve("replay", "--repeats", "once")
        #expect(try (0..<4).map { _ in try ask(server) } == ["1", "2", "3", "404"])
        #expect(try bench.run("sessions", "reset").status == 0)
        #expect(try ask(server) == "1")
        try server.stop()
    }
}

private final class Counter: Sendable {
    private let value = Mutex(0)

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}
