import Foundation
import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite(.serialized) struct `Replay` {
    @Test func `what was recorded, in order, case and framing`() async throws {
        let fields = [
            ("sErVeR", "x"), ("Set-Cookie", "a"), ("X-Empty", ""), ("set-cookie", "b"), ("Content-Length", "5"),
        ]
        let chunked = [("Transfer-Encoding", "chunked"), ("X", "y")]
        let examples = [
            Example.of("counted", target: "/a?x=1&y=2", status: 299, fields: fields, body: Body(text: "hello")),
            .of("chunked", target: "/c", fields: chunked, body: Body(text: "hello"), trailers: [("X-Sum", "9")]),
            .of("empty", target: "/e", fields: chunked, body: Body()),
        ]
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            let client = try proxy.client()
            try client.send(.get("/a?y=2&x=1") + .get("/c") + .get("/e"))
            let head =
                "HTTP/1.1 299 As Recorded\r\nsErVeR: x\r\nSet-Cookie: a\r\nX-Empty: \r\nset-cookie: b\r\nContent-Length: 5\r\n\r\n"
            #expect(try client.connection.read(exactly: head.utf8.count + 5).latin1 == head + "hello")
            let tail = "5\r\nhello\r\n0\r\nX-Sum: 9\r\n\r\n"
            let second = "HTTP/1.1 200 As Recorded\r\nTransfer-Encoding: chunked\r\nX: y\r\n\r\n" + tail
            #expect(try client.connection.read(exactly: second.utf8.count).latin1 == second)
            #expect(try client.readResponse().body.isEmpty)
            let entry = try proxy.recorder.entry()
            #expect(entry.exchange.result == .hit && entry.exchange.exampleID == "counted" && !entry.savesExample)
        }
    }

    @Test func `repeats in recorded order, the last one stays, over all connections and loops`() async throws {
        let examples = ["a", "b", "c"].map { Example.of($0, target: "/") }
        try await Proxy.run(to: nil, { ($0.examples, $0.loopCount) = (examples, 2) }) { proxy in
            var answers: [String] = []
            for _ in 0..<4 { answers.append(try proxy.get().text) }
            #expect(answers == ["a", "b", "c", "c"])
            try await proxy.server.update { $0.setExamples(examples) }
            answers = []
            for _ in 0..<4 { answers.append(try proxy.get().text) }
            #expect(answers == ["a", "b", "c", "c"], "from the start again")
            try await proxy.server.update { $0.replaceExamples(examples + [.of("d", target: "/")]) }
            for id in ["e", "f"] { proxy.server.insert(.of(id, target: "/")) }
            answers = []
            for _ in 0..<5 { answers.append(try proxy.get().text) }
            #expect(answers == ["c", "d", "e", "f", "f"], "an edit goes on where it was, an insertion is there once")
        }
    }

    @Test func `a miss explains itself and costs the network nothing`() async throws {
        let origin = try RawOrigin(responses: [.ok("never")])
        let examples = ["/users/1", "/users/2", "/posts", "/x/y/z"].map { Example.of($0, target: $0) }
        try await Proxy.run(to: origin, { ($0.mode, $0.examples, $0.annotates) = (.replay, examples, true) }) { proxy in
            let client = try proxy.client()
            try client.send(.get("/users/3?<script>\"") + .post("x", "Expect: 100-continue\r\n"))
            let response = try client.readResponse()
            #expect(response.status == 404)
            #expect(response["Content-Type"] == "application/problem+json")
            #expect(response["Understudy-Result"] == "miss")
            #expect(response.text.components(separatedBy: "\"reason\"").count == 4, "three nearest")
            #expect(response.text.contains("its path is /users/1, the request's is /users/3"))
            #expect(try client.readResponse().status == 404, "the connection goes on")
            #expect(origin.connectionCount == 0)
            #expect(proxy.recorder.entries.map(\.exchange.result) == [.miss, .miss])
            #expect(try proxy.recorder.entry().responseText == response.text, "the call log says why")
            #expect(try proxy.recorder.entry().exchange.note?.contains("its path is /users/1") == true)
            #expect(try proxy.recorder.entry(1).requestText == "x")
        }
    }

    @Test func `annotations on and off`() async throws {
        let examples = [Example.of("id-1", target: "/?k=REDACTED-111111111111")]
        try await Proxy.run(to: nil, { ($0.examples, $0.annotates) = (examples, true) }) { proxy in
            var response = try proxy.get("/?k=REDACTED-111111111111")
            #expect(
                response.fieldLines.suffix(3) == [
                    "Understudy-Result: hit", "Understudy-Example: id-1", "Understudy-Score: 100",
                ])
            response = try proxy.get("/?k=REDACTED-222222222222")
            #expect(response["Understudy-Score"] == "90")
            try await proxy.server.update { $0.annotates = false }
            for target in ["/?k=REDACTED-111111111111", "/?k=REDACTED-222222222222", "/miss"] {
                response = try proxy.get(target)
                #expect(!response.fieldLines.contains { $0.hasPrefix("Understudy") })
            }
        }
    }

    @Test func `HEAD, 204 and 304 have no content, and a HEAD of its own`() async throws {
        let length = [("Content-Length", "100")]
        let examples = [
            Example.of("head", "HEAD", target: "/", fields: length, body: Body()),
            .of("304", target: "/304", status: 304, fields: length, body: Body()),
            .of("204", target: "/204", status: 204, fields: [("X", "y")]),
        ]
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            let client = try proxy.client()
            try client.send(
                "HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + .get("/304") + .get("/204")
                    + "HEAD /miss HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(try client.readResponse(toHEAD: true)["Content-Length"] == "100")
            #expect(try client.readResponse().status == 304)
            #expect(try client.readResponse().fieldLines == ["X: y"])
            #expect(try client.readResponse(toHEAD: true).status == 404)
            #expect(!client.connection.isReadable(within: 0.1))
        }
    }

    @Test func `latency fixed and recorded`() async throws {
        try await Proxy.run(
            to: nil, { ($0.examples, $0.latency) = ([.of("a", target: "/", responseTime: 300)], .recorded) }
        ) { proxy in
            func time(_ request: () throws -> RawMessage) rethrows -> Duration {
                let start = ContinuousClock.now
                #expect(try request().text == "a")
                return ContinuousClock.now - start
            }
            #expect(try time { try proxy.get() } >= .milliseconds(295))
            try await proxy.server.update { $0.latency = .fixed(.milliseconds(150)) }
            #expect(try time { try proxy.get() } >= .milliseconds(145))
            // So long that an answer at all, within the client's deadline, shows that nothing waits any more.
            try await proxy.server.update { $0.latency = .fixed(.hours(1)) }
            let gone = try proxy.client()
            try gone.send(.get())
            gone.connection.reset()
            try await proxy.server.update { $0.latency = .none }
            #expect(try proxy.get().text == "a")
        }
    }

    @Test func `bodies in files, counted and chunked, for 1.1 and 1.0`() async throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "0123456789", count: 300_000)
        let digest = Digest(of: text)
        try folder.write(text, to: "body")
        try folder.write("short", to: "short")
        let stored = Body(.stored(digest, byteCount: text.utf8.count), byteCount: text.utf8.count)
        let lost = Body(.stored(Digest(of: "short"), byteCount: 3_000_000), byteCount: 3_000_000)
        let examples = [
            Example.of("counted", target: "/counted", body: stored),
            .of(
                "chunked", target: "/chunked", fields: [("Transfer-Encoding", "chunked")], body: stored,
                trailers: [("T", "1")]),
            .of("short", target: "/short", body: lost),
            .of("gone", target: "/gone", body: Body(.stored(Digest(of: "gone"), byteCount: 1), byteCount: 1)),
        ]
        let bodies = Files(paths: [digest: folder.file("body"), Digest(of: "short"): folder.file("short")])
        try await Proxy.run(to: nil, { ($0.examples, $0.bodies) = (examples, bodies) }) { proxy in
            let client = try proxy.client()
            try client.send(.get("/counted") + .get("/chunked") + .get("/counted"))
            for trailers in [0, 1, 0] {
                let response = try client.readResponse()
                #expect(response.text == text && response.endedCleanly)
                #expect(response.trailers.count == trailers)
            }
            let old = try proxy.exchange("GET /chunked HTTP/1.0\r\n\r\n")
            #expect(old.text == text && old["Transfer-Encoding"] == nil && old["Connection"] == "close")
            for target in ["/short", "/gone"] {
                try client.send(.get(target))
                let response = try client.readResponse()
                #expect(response.status == 500 && response.text.contains("body-file-missing"))
            }
        }
    }

    struct Files: StoredBodies {
        let paths: [Digest: String]
        func path(of digest: Digest) -> String? { paths[digest] }
    }

    @Test func `redirects to the recorded upstream lead to us when asked for`() async throws {
        let example = Example.of(
            "a", target: "/", status: 302,
            fields: [("Location", "http://api.example/v1/next"), ("Content-Length", "1")],
            baseURL: "http://api.example/v1")
        try await Proxy.run(to: nil, { ($0.examples, $0.rewritesLocation) = ([example], true) }) { proxy in
            #expect(try proxy.exchange("GET / HTTP/1.1\r\nHost: me:1\r\n\r\n")["Location"] == "http://me:1/next")
            try await proxy.server.update { $0.rewritesLocation = false }
            #expect(try proxy.get()["Location"] == "http://api.example/v1/next")
        }
    }

    @Test func `a body is read before the answer, and 100 Continue is ours to say`() async throws {
        try await Proxy.run(to: nil, { ($0.examples, $0.limits.bodyInMemory) = ([.of("a", "POST", target: "/")], 4) }) {
            proxy in
            let client = try proxy.client()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.connection.readHead().latin1 == "HTTP/1.1 100 Continue\r\n\r\n")
            #expect(!client.connection.isReadable(within: 0.1))
            try client.send("hello" + .get("/miss"))
            #expect(try client.readResponse().text == "a")
            #expect(try client.readResponse().status == 404)
            let body = try proxy.recorder.entry().exchange.request.body
            #expect(body.keptByteCount == 4 && body.byteCount == 5)
        }
    }

    // MARK: Modes

    @Test func `auto: what was recorded answers the next request, once inserted`() async throws {
        let origin = try RawOrigin(responses: [.ok("live")])
        try await Proxy.run(to: origin, { ($0.mode, $0.loopCount, $0.annotates) = (.auto, 2, true) }) { proxy in
            #expect(try proxy.get("/a")["Understudy-Result"] == "recorded")
            proxy.server.insert(.of("saved", target: "/a"))
            for _ in 0..<4 {
                let response = try proxy.get("/a")
                #expect(response.text == "saved" && response["Understudy-Result"] == "hit")
            }
            #expect(origin.requests.count == 1)
        }
    }

    @Test func `the mode changes between two requests of one connection`() async throws {
        let origin = try RawOrigin(responses: [.ok("live")])
        try await Proxy.run(to: origin, { ($0.examples, $0.annotates) = ([.of("saved", target: "/")], true) }) {
            proxy in
            let client = try proxy.client()
            var seen: [String] = []
            for mode in [Mode.record, .replay, .auto, .spy, .proxy, .record] {
                try await proxy.server.update { $0.mode = mode }
                try client.send(.get())
                let response = try client.readResponse()
                seen.append("\(response.text) \(response["Understudy-Result"] ?? "")")
            }
            #expect(
                seen == ["live recorded", "saved hit", "saved hit", "saved hit", "live passthrough", "live recorded"])
            #expect(try await proxy.server.serving.mode == .record)
        }
    }

    @Test func `without an upstream nothing is left open to the network`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            while let request = try connection.readRequestOrEnd() {
                if request.startLine.contains("hang") { return try connection.waitForPeerToClose() }
                try connection.send(.ok("live"))
            }
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            _ = try client.readResponse()
            let hanging = try proxy.client()
            try hanging.send(.get("/hang"))
            #expect(eventually { origin.requests.count == 2 })
            let before = origin.connectionCount
            try await proxy.server.update { $0.mode = .replay }
            try await proxy.server.update { $0.mode = .replay }
            try await proxy.server.closeUpstream()
            #expect(eventually { origin.openConnectionCount == 0 })
            let cut = try hanging.readResponse()
            #expect(cut.status == 502 && cut["Proxy-Status"] == "understudy; error=shutdown")
            try client.send(.get())
            #expect(try client.readResponse().status == 404)
            #expect(origin.connectionCount == before)
            try await proxy.server.update { $0.mode = .record }
            try client.send(.get())
            #expect(try client.readResponse().text == "live")
        }
    }
}
