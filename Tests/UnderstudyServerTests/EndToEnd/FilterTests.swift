import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// What is filtered is forwarded all the same, and is no example.
@Suite struct `A filtered recording` {
    private func origin() throws -> RawOrigin {
        try RawOrigin { (request: RawMessage) in
            switch request.startLine.split(separator: " ")[1] {
            case "/image": return .ok("png", "Content-Type: image/png\r\n")
            case "/error": return "HTTP/1.1 500 No\r\nContent-Length: 2\r\n\r\nno"
            case "/chunked":
                return "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n14\r\n01234567890123456789\r\n0\r\n\r\n"
            case "/long": return .ok(String(repeating: "x", count: 20))
            default: return .ok("hi")
            }
        }
    }

    private func filter(_ conditions: String..., exclude: [String] = []) throws -> RecordingFilter {
        var filter = RecordingFilter()
        filter.conditions = try conditions.map { try RecordingCondition($0) }
        filter.excludes = try exclude.map { try RequestGlob($0) }
        return filter
    }

    @Test(arguments: [Mode.record, .auto]) func `keeps what it may`(mode: Mode) async throws {
        let origin = try origin()
        let filter = try filter("status<500 && type!=image/*", "size<10", exclude: ["/private/**"])
        try await Proxy.run(to: origin, { ($0.mode, $0.annotates, $0.filter) = (mode, true, filter) }) { proxy in
            // What is only known to be too long at its end was announced as recorded.
            let rows = [
                ("/a", 200, "hi", "recorded", true), ("/image", 200, "png", "passthrough", false),
                ("/error", 500, "no", "passthrough", false), ("/private/a", 200, "hi", "passthrough", false),
                ("/long", 200, String(repeating: "x", count: 20), "passthrough", false),
                ("/chunked", 200, "01234567890123456789", "recorded", false),
            ]
            for (number, (path, status, body, result, isExample)) in rows.enumerated() {
                let answer = try proxy.get(path)
                #expect(answer.status == status && answer.text == body, "\(path)")
                #expect(answer["Understudy-Result"] == result, "\(path)")
                let entry = try proxy.recorder.entry(number)
                #expect(entry.savesExample == isExample, "\(path)")
                #expect(entry.exchange.result == (isExample ? .recorded : .passthrough), "\(path)")
                #expect(entry.responseText == body)
            }
            #expect(origin.requests.count == rows.count)
        }
    }

    @Test func `replays what it would not record`() async throws {
        let origin = try origin()
        let filter = try filter(exclude: ["/**"])
        try await Proxy.run(
            to: origin, { ($0.mode, $0.examples, $0.filter) = (.auto, [.of("known", target: "/a")], filter) }
        ) { proxy in
            let known = try proxy.get("/a")
            #expect(known.text == "known")
            #expect(try proxy.get("/b").text == "hi")
            #expect(try proxy.recorder.entry(1).savesExample == false)
            #expect(origin.requests.count == 1)
        }
    }

    @Test(arguments: [Mode.spy, .proxy]) func `changes nothing where nothing is recorded`(mode: Mode) async throws {
        let origin = try origin()
        try await Proxy.run(to: origin, { $0.mode = mode }) { proxy in
            #expect(try proxy.get("/a").text == "hi")
            let entry = try proxy.recorder.entry()
            #expect(!entry.savesExample && entry.exchange.result == .passthrough)
        }
    }

    @Test(arguments: [false, true]) func `leaves preflights out unless asked`(keeps: Bool) async throws {
        let origin = try RawOrigin { (_: RawMessage) in "HTTP/1.1 204 No Content\r\n\r\n" }
        var filter = RecordingFilter()
        filter.keepsPreflights = keeps
        try await Proxy.run(to: origin, { $0.filter = filter }) { proxy in
            let preflight = try proxy.exchange(
                "OPTIONS /a HTTP/1.1\r\nHost: h\r\nOrigin: http://page\r\nAccess-Control-Request-Method: PUT\r\n\r\n")
            #expect(preflight.status == 204)
            _ = try proxy.exchange("OPTIONS /a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(origin.requests.count == 2)
            #expect(try [proxy.recorder.entry(0), proxy.recorder.entry(1)].map(\.savesExample) == [keeps, true])
        }
    }
}
