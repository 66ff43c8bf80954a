import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Browsers send the management page's cookie to every port of its host.
@Suite(.serialized) struct `The page's session` {
    private static let secret = "0123456789abcdef"
    private static let cookies =
        "Cookie: a=1; understudy_session_8081=\(secret); b=2\r\nX: 1\r\ncookie:understudy_session_1=\(secret) ; \r\nCookie: c=\"3\";d\r\n"

    private static func origin() throws -> RawOrigin {
        try RawOrigin { (request: RawMessage) in
            let cookies = request.fields.filter { $0.name.lowercased() == "cookie" }.map(\.value)
            return .ok(cookies.joined(separator: " | "))
        }
    }

    private static let left = "a=1; b=2 | c=\"3\";d"

    private func expectNoSecret(in recorder: TestRecorder, count: Int) throws {
        _ = try recorder.entry(count - 1)
        for entry in recorder.entries {
            var head = ByteBuffer()
            entry.exchange.request.head.write(into: &head)
            let text = Array(head.readableBytesView).latin1
            #expect(!text.contains(Self.secret) && !text.contains("understudy_session"), "\(text)")
            #expect(text.contains("Cookie: a=1; b=2\r\n") && text.contains("Cookie: c=\"3\";d\r\n"), "\(text)")
        }
    }

    @Test func `goes to no upstream and into no recording, whichever way a request comes`() async throws {
        let origin = try Self.origin()
        try await Proxy.run(to: origin) { proxy in
            #expect(try proxy.get("/reverse", Self.cookies).text == Self.left)
            let place = "127.0.0.1:\(origin.port)"
            let forward = "GET http://\(place)/forward HTTP/1.1\r\nHost: h\r\n\(Self.cookies)\r\n"
            #expect(try proxy.exchange(forward).text == Self.left)
            try expectNoSecret(in: proxy.recorder, count: 2)
            #expect(origin.requests.count == 2)
            for request in origin.requestTexts { #expect(!request.contains("understudy_session"), "\(request)") }
        }
    }

    @Test func `is not logged when an answer is known, nor by mock servers`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("e", target: "/a")] }) { proxy in
            try await proxy.server.setMocks([.of("Orders")])
            let client = try proxy.client()
            for _ in 0..<5 {
                let answer = try client.roundTrip("GET /a HTTP/1.1\r\nHost: h\r\n\(Self.cookies)\r\n")
                #expect(answer.text == "e")
            }
            for _ in 0..<5 {
                #expect(try client.roundTrip(proxy.request("/a", of: "orders", Self.cookies)).text == "Orders /a")
            }
            try expectNoSecret(in: proxy.recorder, count: 10)
        }
    }

    @Test func `is set by no upstream and by no example`() async throws {
        let lines =
            "Set-Cookie: understudy_session_8081=taken; Path=/\r\nset-cookie: understudy_session_1=; Max-Age=0\r\n"
        let origin = try RawOrigin(responses: [
            "HTTP/1.1 103 Early Hints\r\n\(lines)Link: l\r\n\r\nHTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\n\(lines)Set-Cookie: b=understudy_session_1=\r\nContent-Length: 1\r\n\r\nx"
        ])
        let example = Example.of(
            "e", target: "/e",
            fields: [("Set-Cookie", "a=1"), ("Set-Cookie", "understudy_session_8081=x"), ("Content-Length", "1")])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get("/"))
            let hints = String(decoding: try client.connection.readHead(), as: UTF8.self)
            #expect(hints.contains("103") && hints.contains("Link") && !hints.lowercased().contains("set-cookie"))
            let answer = try client.readResponse()
            #expect(
                answer.fields.filter { $0.name.lowercased() == "set-cookie" }.map(\.value)
                    == ["a=1", "b=understudy_session_1="])
            let kept = try #require(try proxy.recorder.entry().exchange.response)
            #expect(kept.head.fields.all("set-cookie").count == 2 && !kept.interim[0].fields.contains("set-cookie"))
            try await proxy.server.update { serving in
                serving.mode = .replay
                serving.setExamples([example])
            }
            for method in ["GET", "GET", "GET", "HEAD"] {
                try client.send("\(method) /e HTTP/1.1\r\nHost: h\r\n\r\n")
                let replayed = try client.readResponse(toHEAD: method == "HEAD")
                #expect(replayed.fields.filter { $0.name == "Set-Cookie" }.map(\.value) == ["a=1"])
            }
        }
    }
}
