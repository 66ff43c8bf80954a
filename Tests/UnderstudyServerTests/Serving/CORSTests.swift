import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `CORS preflights` {
    private static let asking: Lines = [("Origin", "https://app.example"), ("Access-Control-Request-Method", "PUT")]

    private func lines(_ head: ResponseHead) -> [String] { head.fields.map { "\($0.nameText): \($0.valueText)" } }

    @Test(arguments: [
        ("OPTIONS", asking, true), ("GET", asking, false), ("options", asking, false),
        ("OPTIONS", [asking[0]], false), ("OPTIONS", [asking[1]], false), ("OPTIONS", [], false),
    ])
    func `are known by method and two fields`(method: String, lines: Lines, expected: Bool) {
        #expect(CORS.isPreflight(request(method, lines)) == expected)
    }

    @Test func `are allowed what they ask for`() {
        let head = request(
            "OPTIONS",
            Self.asking + [
                ("Access-Control-Request-Headers", "content-type, X-Token"),
                ("access-control-request-headers", "x-token,x-b"), ("Access-Control-Request-Private-Network", "true"),
            ])
        let reply = CORS.preflightReply(head)
        #expect(reply.status == 204)
        #expect(
            lines(reply) == [
                "Access-Control-Allow-Origin: https://app.example", "Access-Control-Allow-Credentials: true",
                "Access-Control-Allow-Methods: PUT", "Access-Control-Allow-Headers: content-type, X-Token, x-b",
                "Access-Control-Allow-Private-Network: true", "Access-Control-Max-Age: 86400",
                "Vary: Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
            ])
    }

    @Test(arguments: [
        "http://127.0.0.1:3000", "https://[::1]:8443", "null", "chrome-extension://abcdef", "http://a-b.example",
    ])
    func `name their origin`(origin: String) {
        let reply = CORS.preflightReply(request("OPTIONS", [("Origin", origin), Self.asking[1]]))
        #expect(reply.fields.text("access-control-allow-origin") == origin)
        #expect(reply.fields.text("access-control-allow-credentials") == "true")
    }

    @Test(
        arguments: [
            [("Origin", "https://a.example https://b.example")], [("Origin", "https://")], [("Origin", "a.example")],
            [("Origin", "")], [("Origin", "https://a.example/path")], [("Origin", "https://a.example\u{1}")],
            [("Origin", "https://u@a.example")], [("Origin", "https://\u{E9}.example")], [("Origin", "://a")],
            [("Origin", "https://" + String(repeating: "a", count: 1024))],
            [("Origin", "https://a.example"), ("Origin", "https://b.example")],
        ] as [Lines])
    func `with what is no origin get any, without credentials`(lines: Lines) {
        let reply = CORS.preflightReply(request("OPTIONS", lines + [Self.asking[1]]))
        #expect(reply.fields.text("access-control-allow-origin") == "*")
        #expect(!reply.fields.contains("access-control-allow-credentials"))
    }

    @Test func `repeat nothing that is not valid or too long`() {
        let long = String(repeating: "x", count: 65)
        for method in ["PUT, GET", "", "P T", "é", long] {
            let head = request("OPTIONS", [Self.asking[0], ("Access-Control-Request-Method", method)])
            #expect(!CORS.preflightReply(head).fields.contains("access-control-allow-methods"))
        }
        let names = (0..<2000).map { "x-\($0), b@d, " }.joined()
        let reply = CORS.preflightReply(request("OPTIONS", Self.asking + [("Access-Control-Request-Headers", names)]))
        let allowed = reply.fields.text("access-control-allow-headers") ?? ""
        #expect(allowed.hasPrefix("x-0, x-1, x-2, ") && !allowed.contains("@"))
        #expect((CORS.listLimit - 16...CORS.listLimit).contains(allowed.utf8.count))
    }
}

@Suite struct `CORS fields` {
    private func added(_ saved: Lines, _ live: Lines) -> [String] {
        CORS.fieldsToAdd(to: fields(saved), for: fields(live)).map { "\($0.nameText): \($0.valueText)" }
    }

    @Test func `allow any origin when none is named`() {
        #expect(
            added([("X-A", "b")], []) == [
                "Access-Control-Allow-Origin: *", "Access-Control-Expose-Headers: *", "Vary: Origin",
            ])
    }

    @Test func `allow the page's origin, with credentials, and show every field`() {
        let saved: Lines = [
            ("Content-Type", "text/plain"), ("X-Total", "3"), ("Link", "l"), ("x-total", "4"), ("Set-Cookie", "a=b"),
        ]
        #expect(
            added(saved, [("origin", "http://localhost:3000")]) == [
                "Access-Control-Allow-Origin: http://localhost:3000", "Access-Control-Allow-Credentials: true",
                "Access-Control-Expose-Headers: *, X-Total, Link", "Vary: Origin",
            ])
    }

    @Test(
        arguments: [
            [("Access-Control-Allow-Origin", "https://only.example")], [("access-control-allow-origin", "")],
        ] as [Lines])
    func `yield to what was saved`(saved: Lines) {
        #expect(added(saved, [("Origin", "https://a.example")]) == [])
    }

    @Test(
        arguments: [
            ([("Vary", "Accept, origin")], ["Origin", "Credentials", "Expose"]),
            ([("Vary", "*")], ["Origin", "Credentials", "Expose"]),
            ([("Access-Control-Expose-Headers", "X-A")], ["Origin", "Credentials", "Vary"]),
            ([("Access-Control-Allow-Credentials", "false")], ["Origin", "Expose", "Vary"]),
        ] as [(Lines, [String])])
    func `are not said twice`(saved: Lines, expected: [String]) {
        let lines = added(saved, [("Origin", "https://a.example")])
        #expect(lines.count == expected.count)
        for (line, part) in zip(lines, expected) { #expect(line.contains(part)) }
    }
}
