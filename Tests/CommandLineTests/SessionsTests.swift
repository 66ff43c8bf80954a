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
        let none = try bench.run("sessions")
        #expect(none.status == 0 && none.lines.isEmpty && none.errorLines.count == 1)
        #expect(try (0..<4).map { _ in try ask(server) } == ["1", "2", "3", "3"])
        #expect(try [ask(server, as: "bob"), ask(server, as: "alice"), ask(server, as: "bob")] == ["1", "1", "2"])
        #expect(try bench.run("sessions", "ls").lines == ["alice", "bob"])
        #expect(try bench.run("sessions", "--json").json()["sessions"]?.elements == ["alice", "bob"])
        #expect(try bench.run("sessions", "reset", "bob").lines == ["reset 1 session"])
        #expect(try [ask(server, as: "bob"), ask(server, as: "alice"), ask(server)] == ["1", "2", "3"])
        let unknown = try bench.run("sessions", "reset", "carol")
        #expect(unknown.status == 1 && unknown.errors.contains("no session 'carol'"))
        #expect(try bench.run("sessions", "reset", "").lines == ["reset 1 session"], "the common one")
        #expect(try [ask(server, as: "alice"), ask(server)] == ["3", "1"])
        #expect(try bench.run("sessions", "reset", "--json").json()["reset"]?.int == 3)
        #expect(try [ask(server, as: "alice"), ask(server, as: "bob"), ask(server)] == ["1", "1", "1"])
        try server.stop()
        let stopped = try bench.run("sessions")
        #expect(stopped.status == 1 && stopped.errors.contains("no server is running"))
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
