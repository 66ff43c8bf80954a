import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Whose request it is, by field, path and proxy user.
@Suite struct `A request's session` {
    private func session(
        _ target: String, field: String? = nil, user: String = "", readsPath: Bool = true
    ) throws -> (session: RequestSession, target: String) {
        var fields = Fields()
        if let field { fields.append("understudy-SESSION", field) }
        var head = RequestHead(method: "GET", target: target, fields: fields)
        var session = try RequestSession(takenFrom: &head, readsPath: readsPath)
        try session.becomes(user)
        return (session, head.targetText)
    }

    @Test(arguments: [
        ("/a", "", "", "/a"), ("/__session/ann/a?b=c", "ann", "/__session/ann", "/a?b=c"),
        ("/__session/ann", "ann", "/__session/ann", "/"), ("/__session/ann/", "ann", "/__session/ann", "/"),
        ("/__session/ann?x", "ann", "/__session/ann", "/?x"), ("/__session/ann//x", "ann", "/__session/ann", "//x"),
        ("/__session/a%2Fb%20%C3%A4%25/x", "a/b ä%", "/__session/a%2Fb%20%C3%A4%25", "/x"),
        ("/__session/a+b/x", "a+b", "/__session/a+b", "/x"), ("/__session/../x", "..", "/__session/..", "/x"),
        ("/__sessions/ann/x", "", "", "/__sessions/ann/x"), ("/__Session/ann/x", "", "", "/__Session/ann/x"),
        ("/x/__session/ann/", "", "", "/x/__session/ann/"), ("*", "", "", "*"),
        ("http://h/__session/ann/x", "", "", "http://h/__session/ann/x"),
        ("/__session/ann/__session/bob/x", "ann", "/__session/ann", "/__session/bob/x"),
    ])
    func `is in its path`(target: String, key: String, prefix: String, rest: String) throws {
        let (session, left) = try session(target)
        #expect(session.key == key && session.prefix == prefix && left == rest)
    }

    @Test func `is what the field says, else the path, else the proxy's user`() throws {
        #expect(try session("/__session/path/x", field: "field", user: "user").session.key == "field")
        #expect(try session("/__session/path/x", field: "field", user: "user").session.prefix == "/__session/path")
        #expect(try session("/__session/path/x", field: "field").target == "/x")
        #expect(try session("/__session/path/x", user: "user").session.key == "path")
        #expect(try session("/__session/path/x", field: "", user: "user").session.key == "path")
        #expect(try session("/x", user: "user").session.key == "user")
        #expect(try session("/x").session == RequestSession())
        // Inside of a tunnel the path is another server's.
        let inside = try session("/__session/path/x", user: "user", readsPath: false)
        #expect(inside.session.key == "user" && inside.target == "/__session/path/x")
    }

    @Test(arguments: [
        "/__session", "/__session/", "/__session//x", "/__session?x", "/__session/?x", "/__session/%", "/__session/%4",
        "/__session/%zz/x", "/__session/%FF/x", "/__session/a%00/x", "/__session/a%0Ab/x", "/__session/%C2%85/x",
        "/__session/" + String(repeating: "a", count: RequestSession.keyLimit + 1),
    ])
    func `has no such key in its path`(target: String) {
        let refusal = #expect(throws: Refusal.self) { try session(target) }
        #expect(refusal?.status == 400 && refusal?.name == "malformed-session")
    }

    @Test func `has a key of bounded length without control characters`() throws {
        let longest = String(repeating: "a", count: RequestSession.keyLimit)
        #expect(try session("/x", field: longest).session.key == longest)
        #expect(try session("/__session/\(longest)/x").session.key == longest)
        #expect(try session("/x", user: longest).session.key == longest)
        for bad in [longest + "a", "a\tb", "a\u{85}b"] {
            #expect(throws: Refusal.self) { try session("/x", field: bad) }
            #expect(throws: Refusal.self) { try session("/x", user: bad) }
        }
        // What does not count is not looked at.
        #expect(try session("/x", field: "ok", user: longest + "a").session.key == "ok")
    }
}
