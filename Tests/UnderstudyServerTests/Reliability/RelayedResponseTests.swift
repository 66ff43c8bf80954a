import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Section B, from the upstream to the client.
@Suite(.serialized) struct `B: responses relayed` {
    @Test func `B27 the same fields in order and case, with every byte`() async throws {
        let lines = [
            "sErVeR: x", "Set-Cookie: a=1", "Set-Cookie: b=2", "X-Empty:", "X: caf\u{E9}\u{80}\u{FF}",
            "set-cookie: c=3",
            "Content-Length: 2",
        ]
        let head = "HTTP/1.1 299 Odd Re\u{E9}son\r\n" + lines.joined(separator: "\r\n")
        let origin = try RawOrigin(responses: [head + "\r\nConnection: X-Hop\r\nX-Hop: 1\r\n\r\nhi"])
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.get()
            #expect(response.startLine == "HTTP/1.1 299 Odd Re\u{E9}son")
            #expect(response.fieldLines.map { $0 == "X-Empty: " ? "X-Empty:" : $0 } == lines)
            #expect(response.text == "hi")
        }
    }

    @Test func `the annotation names what happened, and is not recorded`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin, { $0.annotates = true }) { proxy in
            #expect(try proxy.get()["Understudy-Result"] == "recorded")
            try await proxy.server.update { $0.mode = .proxy }
            #expect(try proxy.get()["Understudy-Result"] == "passthrough")
            #expect(try proxy.recorder.entry().exchange.response?.head.fields.contains("understudy-result") == false)
            #expect(proxy.recorder.entries.map(\.savesExample) == [true, false])
        }
    }

    @Test func `B34 HEAD, 204 and 304 keep the length and carry nothing`() async throws {
        let origin = try RawOrigin { (request: RawMessage) in
            switch request.startLine {
            case "HEAD / HTTP/1.1": "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
            case "GET /204 HTTP/1.1": "HTTP/1.1 204 No Content\r\n\r\n"
            case "GET /304 HTTP/1.1": "HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n"
            default: .ok("next")
            }
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.readResponse(toHEAD: true)["Content-Length"] == "1000")
            for (target, length) in [("/204", nil), ("/304", "1000")] as [(String, String?)] {
                try client.send(.get(target))
                let response = try client.readResponse()
                #expect(response.startLine.contains(target.dropFirst()))
                #expect(response["Content-Length"] == length && response["Transfer-Encoding"] == nil)
            }
            try client.send(.get("/next"))
            #expect(try client.readResponse().text == "next")
            #expect(origin.connectionCount == 1)
        }
    }

    /// Bytes where none may be are not the next answer's beginning, at either side.
    @Test(arguments: [
        ("HEAD", "200 OK\r\nContent-Length: 5"), ("HEAD", "200 OK\r\nTransfer-Encoding: chunked"),
        ("GET", "204 No Content\r\nContent-Length: 5"), ("GET", "204 No Content\r\nTransfer-Encoding: chunked"),
        ("GET", "304 Not Modified\r\nContent-Length: 5"), ("POST", "204 No Content"),
    ])
    func `B34 what has no content gets none, whatever the upstream sends`(method: String, head: String) async throws {
        let stray = head.contains("chunked") ? "5\r\nhello\r\n0\r\n\r\n" : "hello"
        let origin = try RawOrigin { (request: RawMessage) in
            request.startLine.contains("/next") ? .ok("next") : "HTTP/1.1 \(head)\r\n\r\n\(stray)"
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for _ in 0..<3 {
                try client.send("\(method) / HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(
                    try client.readResponse(toHEAD: method == "HEAD").startLine
                        == "HTTP/1.1 \(head.prefix { $0 != "\r\n" })")
                try client.send(.get("/next"))
                let next = try client.readResponse()
                #expect(next.status == 200 && next.text == "next")
            }
            let entry = try proxy.recorder.entry()
            #expect(entry.responseText == "" && entry.savesExample)
            try await proxy.replayWhatWasRecorded()
            try client.send("\(method) / HTTP/1.1\r\nHost: h\r\n\r\n" + .get("/next"))
            #expect(try client.readResponse(toHEAD: method == "HEAD").status == Int(head.prefix(3)))
            #expect(try client.readResponse().text == "next")
        }
    }

    @Test(arguments: [300, 301, 302, 303, 305, 307, 308])
    func `B37 redirects are not followed`(status: Int) async throws {
        // The fourth is absolute, leads to itself, and would go round for ever.
        let locations = ["../x?y#z", "/here", "//h/", "http://UPSTREAM/3", ""]
        let origin = try RawOrigin { (request: RawMessage) in
            let number = Int(request.startLine.split(separator: " ")[1].dropFirst()) ?? 0
            let location = locations[number].replacingOccurrences(of: "UPSTREAM", with: request["Host"] ?? "")
            return "HTTP/1.1 \(status) Go\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n"
        }
        try await Proxy.run(to: origin) { proxy in
            for isReplay in [false, true] {
                if isReplay { try await proxy.replayWhatWasRecorded() }
                for (number, location) in locations.enumerated() {
                    let response = try proxy.get("/\(number)")
                    let expected = location.replacingOccurrences(of: "UPSTREAM", with: "127.0.0.1:\(origin.port)")
                    #expect(response.status == status && response["Location"] == expected)
                }
            }
            #expect(origin.linted == locations.indices.map { "GET /\($0) HTTP/1.1" })
        }
    }

    @Test func `redirects to the upstream lead back to us when asked for`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            let request = try connection.readRequest()
            let location = "http://\(request["Host"] ?? "")/next"
            try connection.send("HTTP/1.1 302 Go\r\nLocation: \(location)\r\nContent-Length: 0\r\n\r\n")
        }
        try await Proxy.run(to: origin, { $0.rewritesLocation = true }) { proxy in
            let response = try proxy.exchange("GET / HTTP/1.1\r\nHost: me:1\r\n\r\n")
            #expect(response["Location"] == "http://me:1/next")
            let recorded = try proxy.recorder.entry().exchange.response?.head.fields.text("location")
            #expect(recorded == "http://127.0.0.1:\(origin.port)/next")
        }
    }

    @Test func `B38 interim responses are passed on, and recorded`() async throws {
        let interim = "HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        let origin = try RawOrigin(responses: [interim + .ok("x")])
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.get()
            #expect(response.interim.map(\.latin1).joined() == interim)
            #expect(response.text == "x")
            #expect(try proxy.recorder.entry().exchange.response?.interim.map(\.status) == [102, 103])
        }
    }

    @Test func `B38 an interim response does not wait for the final one`() async throws {
        let mayEnd = Atomic(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 103 Early Hints\r\n\r\n")
            _ = eventually(within: 10) { mayEnd.load(ordering: .relaxed) }
            try connection.send(.ok("x"))
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            #expect(try client.connection.readHead().latin1.hasPrefix("HTTP/1.1 103 "))
            mayEnd.store(true, ordering: .relaxed)
            #expect(try client.readResponse().text == "x")
        }
    }

    @Test func `B40 an upgrade that has only a plain example gets that, and nothing behind it is a request`()
        async throws
    {
        let examples = [Example.of("a", target: "/chat")]
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            let client = try proxy.client()
            try client.send(
                .get(
                    "/chat",
                    "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                ))
            let response = try client.readResponse()
            #expect(response.status == 200 && response["Connection"] == "close")
            // A frame sent in good faith is never taken for a request.
            try? client.send("\u{81}\u{05}hello")
            client.connection.halfClose()
            #expect(client.connection.isClosed())
            _ = try proxy.recorder.entry()
            #expect(proxy.recorder.entries.count == 1)
        }
    }

    @Test func `B40 an offer of h2c is passed over: the answer is plain`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            let offer = "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAMAAABk\r\n"
            #expect(try proxy.get("/", offer).text == "x")
            try await proxy.replayWhatWasRecorded()
            #expect(try proxy.get("/", offer).text == "x")
            #expect(origin.linted == ["GET / HTTP/1.1"])
        }
    }

    @Test func `B39 an event reaches the client before the next is sent`() async throws {
        let seen = Atomic(0)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")
            for number in 1...5 {
                try connection.send("data: \(number)\n\n")
                _ = eventually(within: 10) { seen.load(ordering: .relaxed) == number }
            }
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            #expect(try client.connection.readHead().latin1.contains("Transfer-Encoding: chunked"))
            for number in 1...5 {
                let event = try client.connection.read(through: "\n\n\r\n").latin1
                #expect(event.hasSuffix("data: \(number)\n\n\r\n"))
                // The origin sends the next only now, so none was held back for another.
                seen.store(number, ordering: .relaxed)
            }
            #expect(try client.connection.read(through: "0\r\n\r\n").latin1 == "0\r\n\r\n")
            let text = try proxy.recorder.entry().responseText
            #expect(text == (1...5).map { "data: \($0)\n\n" }.joined())
            try await proxy.replayWhatWasRecorded()
            let replayed = try proxy.get()
            #expect(replayed.text == text && replayed.endedCleanly)
        }
    }

    @Test func `B42 trailers are passed on and recorded`() async throws {
        let chunked = "Trailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 9\r\n\r\n"
        let origin = try RawOrigin(responses: ["HTTP/1.1 200 OK\r\n" + chunked])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for _ in 0..<2 {
                try client.send(.get())
                let response = try client.readResponse()
                #expect(response.text == "hello")
                #expect(response.trailers.map { "\($0.name): \($0.value)" } == ["X-Sum: 9"])
            }
            #expect(try proxy.recorder.entry().exchange.response?.trailers.text("x-sum") == "9")
            try await proxy.replayWhatWasRecorded()
            let replayed = try proxy.get()
            #expect(replayed.text == "hello" && replayed.trailers.map(\.value) == ["9"])
        }
    }

    @Test func `B42 trailers that would change the message are dropped`() async throws {
        let trailers = "Content-Length: 9\r\nX-Sum: 9\r\ntransfer-encoding: gzip\r\nConnection: X-Hop\r\nX-Hop: 1\r\n"
        let origin = try RawOrigin(responses: [
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\(trailers)\r\n"
        ])
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.get()
            #expect(response.text == "hello" && response.trailers.map(\.name) == ["X-Sum"])
            #expect(try proxy.recorder.entry().exchange.response?.trailers.map(\.nameText) == ["X-Sum"])
        }
    }

    @Test func `one byte at a time from the upstream`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.sendByteByByte(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n")
        }
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.get()
            #expect(response.text == "hello" && response.endedCleanly)
        }
    }

    @Test func `a large body arrives whole, on a kept connection`() async throws {
        let body = String(repeating: "0123456789abcdef", count: 200_000)
        let origin = try RawOrigin(responses: [.ok(body)])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for _ in 0..<2 {
                try client.send(.get())
                #expect(try client.readResponse().text == body)
            }
            #expect(try proxy.recorder.entry(1).exchange.response?.body.byteCount == 3_200_000)
        }
    }
}
