import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// A port that is known only once its server has started.
private final class Held: Sendable {
    private let port = Mutex(0)
    var value: Int {
        get { port.withLock { $0 } }
        set { port.withLock { $0 = newValue } }
    }
}

/// Sessions by path and field, over sockets.
@Suite struct `Sessions over sockets` {
    @Test func `the prefix goes no further than us`() async throws {
        let origin = try RawOrigin { (_: RawMessage) in .ok("hi") }
        try await Proxy.run(to: origin) { proxy in
            #expect(try proxy.get("/__session/a%20b/x?y=1").text == "hi")
            #expect(try proxy.get("/x?y=2", "Understudy-Session: ann\r\n").text == "hi")
            #expect(origin.requestLines == ["GET /x?y=1 HTTP/1.1", "GET /x?y=2 HTTP/1.1"])
            #expect(!origin.requestTexts.joined().lowercased().contains("session"))
            let entries = [try proxy.recorder.entry(0), try proxy.recorder.entry(1)]
            #expect(entries.map(\.exchange.session) == ["a b", "ann"])
            #expect(entries.map(\.exchange.request.head.targetText) == ["/x?y=1", "/x?y=2"])
            #expect(try await proxy.server.serving.sessions.summaries.map(\.counts.recorded) == [1, 1])
        }
    }

    @Test func `each way of saying it takes the same turns`() async throws {
        let examples = ["1", "2", "3"].map { Example.of($0, target: "/x") }
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            #expect(try proxy.get("/__session/ann/x").text == "1")
            #expect(try proxy.get("/x", "Understudy-Session: ann\r\n").text == "2")
            #expect(try proxy.get("/__session/bob/x").text == "1")
            #expect(try proxy.get("/__session/bob/x", "Understudy-Session: ann\r\n").text == "3")
            #expect(try proxy.get("/x").text == "1")
            #expect(try proxy.get("/__session/bob/none").status == 404)
            let summaries = try await proxy.server.serving.sessions.summaries
            #expect(summaries.map(\.key) == ["ann", "bob"])
            #expect(summaries.map(\.counts.hits) == [3, 1] && summaries.map(\.counts.misses) == [0, 1])
            #expect(try proxy.recorder.entry(5).exchange.session == "bob")
        }
    }

    @Test func `known answers are counted for whom they were`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("1", target: "/x")] }) { proxy in
            let client = try proxy.client()
            for _ in 0..<5 {
                for request in [String.get("/x"), .get("/__session/ann/x"), .get("/x", "Understudy-Session: bob\r\n")] {
                    #expect(try client.roundTrip(request).text == "1")
                }
            }
            let summaries = try await proxy.server.serving.sessions.summaries
            #expect(summaries.map(\.key) == ["ann", "bob"] && summaries.map(\.counts.hits) == [5, 5])
            let sessions = try (0..<15).map { try proxy.recorder.entry($0).exchange.session }
            #expect(sessions == (0..<5).flatMap { _ in ["", "ann", "bob"] })
        }
    }

    @Test func `answers are counted when the log has no room`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("1", target: "/x")] }) { proxy in
            proxy.recorder.congest()
            for _ in 0..<3 {
                let answer = try proxy.get("/__session/ann/x")
                #expect(answer.text == "1")
            }
            #expect(try await proxy.server.serving.sessions.summaries.map(\.counts.hits) == [3])
        }
    }

    @Test func `bad keys are refused and nothing is forwarded`() async throws {
        let origin = try RawOrigin { (_: RawMessage) in .ok("hi") }
        try await Proxy.run(to: origin) { proxy in
            for target in ["/__session/", "/__session//x", "/__session/%00/x", "/__session/%F/x"] {
                let answer = try proxy.get(target)
                #expect(answer.status == 400 && answer.text.contains("malformed-session"), "\(target)")
            }
            #expect(try proxy.get("/x", "Understudy-Session: \(String(repeating: "a", count: 257))\r\n").status == 400)
            #expect(origin.requests.isEmpty)
        }
    }

    /// Who follows a redirect stays in the session.
    @Test(arguments: [true, false]) func `redirects keep the prefix`(rewrites: Bool) async throws {
        let rows = [
            ("/absolute", "http://127.0.0.1:PORT/to", "http://h/__session/a%2Fb/to"),
            ("/path", "/to?x", "/__session/a%2Fb/to?x"),
            ("/other", "http://other/to", "http://other/to"), ("/network", "//other/to", "//other/to"),
            ("/relative", "to", "to"), ("/root", "http://127.0.0.1:PORT", "http://h/__session/a%2Fb"),
        ]
        let port = Held()
        let origin = try RawOrigin { (request: RawMessage) in
            let path = request.startLine.split(separator: " ")[1]
            let value = rows.first { $0.0 == path }?.1.replacing("PORT", with: "\(port.value)") ?? ""
            return "HTTP/1.1 302 Found\r\nLocation: \(value)\r\nContent-Length: 0\r\n\r\n"
        }
        port.value = origin.port
        try await Proxy.run(to: origin, { $0.rewritesLocation = rewrites }) { proxy in
            for replays in [false, true] {
                for (path, location, rewritten) in rows {
                    let wanted = rewrites ? rewritten : location.replacing("PORT", with: "\(origin.port)")
                    #expect(
                        try proxy.get("/__session/a%2Fb" + path)["Location"] == wanted, "\(path), replay: \(replays)")
                }
                // Without a prefix paths stay what they are.
                #expect(try proxy.get("/path")["Location"] == "/to?x")
                try await proxy.replayWhatWasRecorded()
            }
        }
    }
}
