import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Who is let in, and what all are told alike.
@Suite(.serialized) struct `The gate of a mock server` {
    private func site(_ change: (inout MockGate) -> Void) -> MockSite {
        MockSite.of("one").with { change(&$0.answering.gate) }
    }

    @Test func `keeps out who has no key, and does not say why`() async throws {
        let past = Timestamp.now() - .seconds(1), future = Timestamp.now() - .seconds(-3600)
        let keys = AdmittedKeys([
            Digest(of: "good"): nil, Digest(of: "later"): future, Digest(of: "expired"): past, Digest(of: ""): past,
        ])
        try await Proxy.run(to: nil) { proxy in
            try await proxy.server.setMocks([site { $0.keys = keys }])
            for key in ["good", "later"] {
                #expect(try proxy.get("/a", of: "one", "X-API-Key: \(key)\r\n").text == "one /a")
            }
            let table = [
                "", "x-api-key: expired\r\n", "x-api-key: goo\r\n", "x-api-key: good1\r\n", "x-api-key: GOOD\r\n",
                "x-api-key:\r\n", "x-api-key: good\r\nx-api-key: good\r\n", "x-api-key: good, good\r\n",
                "Authorization: Bearer good\r\n", "Cookie: x-api-key=good\r\n",
            ]
            for fields in table {
                let answer = try proxy.get("/a", of: "one", fields)
                #expect(answer.status == 404 && answer.text == nobody, "\(fields)")
            }
            #expect(try proxy.get("/a?apikey=good", of: "one").text == nobody)
            try await proxy.server.setMocks([site { ($0.keys, $0.explainsAuth) = (keys, true) }])
            let answers = try table.map { try proxy.get("/a", of: "one", $0) }
            #expect(answers.allSatisfy { $0.status == 401 && $0["WWW-Authenticate"] == "ApiKey realm=\"understudy\"" })
            #expect(Set(answers.map(\.text)).count == 1, "the same whatever is wrong")
            #expect(
                answers[0].text == """
                    {
                    \t"type": "urn:understudy:problem:key-wanted",
                    \t"title": "Unauthorized",
                    \t"status": 401,
                    \t"detail": "This mock server is private: x-api-key must hold one of its keys, and the one given is missing, unknown or expired."
                    }

                    """)
            #expect(try proxy.get("/a", of: "nobody").text == nobody)
            // The log is for its owner, who is told.
            let none = "no x-api-key was sent", wrong = "the x-api-key is of no key"
            let two = "more than one x-api-key was sent"
            let reasons = [none, wrong, wrong, wrong, wrong, wrong, two, wrong, none, none]
            let calls = try (0..<table.count * 2 + 3).map { try proxy.recorder.entry($0).exchange }
            #expect(calls.filter { $0.result == .refused }.map(\.missReason) == reasons + [none] + reasons)
        }
    }

    @Test func `lets a browser ask ahead without one`() async throws {
        try await Proxy.run(to: nil) { proxy in
            let secret = Example.of("secret", "OPTIONS", target: "/a")
            try await proxy.server.setMocks([
                site { $0.keys = AdmittedKeys(["k"]) }.with {
                    $0.contents = ExampleSet([secret, .of("e", target: "/a")])
                }
            ])
            let fields =
                "Origin: http://page\r\nAccess-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: x-api-key\r\n"
            let preflight = try proxy.exchange(
                "OPTIONS /a HTTP/1.1\r\nHost: one.localhost:\(proxy.port)\r\n\(fields)\r\n")
            #expect(preflight.status == 204 && preflight["Access-Control-Allow-Headers"] == "x-api-key")
            let answer = try proxy.get("/a", of: "one", "Origin: http://page\r\nx-api-key: k\r\n")
            #expect(answer.text == "e" && answer["Access-Control-Allow-Origin"] == "http://page")
            let refused = try proxy.get("/a", of: "one", "Origin: http://page\r\n")
            #expect(refused.text == nobody && refused["Access-Control-Allow-Origin"] == "http://page")
            #expect(
                try proxy.exchange("OPTIONS /a HTTP/1.1\r\nHost: one.localhost:\(proxy.port)\r\n\r\n").text == nobody)
        }
    }

    @Test func `tells once a minute that a key was used`() async throws {
        let used = Mutex<[Digest]>([])
        try await Proxy.run(to: nil, { $0.keyUses = KeyUses { key in used.withLock { $0.append(key) } } }) { proxy in
            try await proxy.server.setMocks([site { $0.keys = AdmittedKeys(["a", "b"]) }])
            for key in ["a", "a", "x", "b", "a", "b", "x"] {
                _ = try proxy.get("/a", of: "one", "x-api-key: \(key)\r\n")
            }
            #expect(used.withLock { $0 } == [Digest(of: "a"), Digest(of: "b")])
        }
    }

    @Test func `gives everyone the forced response`() async throws {
        try await Proxy.run(to: nil) { proxy in
            var fields = Fields()
            fields.append("Content-Type", "application/json; charset=utf-8")
            fields.append("Retry-After", "7")
            let forced = ForcedResponse(
                name: "maintenance", head: ResponseHead(status: 503, reason: "Closed", fields: fields),
                body: ByteBuffer(string: "{\"closed\":true}"))
            try await proxy.server.setMocks([site { $0.serverResponse = forced }])
            let client = try proxy.client()
            for target in ["/a", "/nothing/like/it"] {
                let answer = try client.roundTrip(proxy.request(target, of: "one"))
                #expect(answer.startLine == "HTTP/1.1 503 Closed" && answer.text == "{\"closed\":true}")
                #expect(answer["Retry-After"] == "7" && answer["Content-Length"] == "15")
                #expect(answer["Content-Type"] == "application/json; charset=utf-8")
                #expect(answer["Access-Control-Allow-Origin"] == "*")
            }
            try client.send("HEAD /a HTTP/1.1\r\nHost: one.localhost:\(proxy.port)\r\n\r\n")
            let head = try client.readResponse(toHEAD: true)
            #expect(head.status == 503 && head["Content-Length"] == "15")
            let post = "POST /a HTTP/1.1\r\nHost: one.localhost:\(proxy.port)\r\nContent-Length: 2\r\n\r\nab"
            #expect(try client.roundTrip(post).status == 503)
            #expect(try proxy.recorder.entry(0).exchange.exampleName == "maintenance")
        }
    }

    @Test func `waits before a forced response and a miss as before an answer`() async throws {
        try await Proxy.run(to: nil) { proxy in
            var example = Example.of("own", target: "/own")
            example.delay = .fixed(120)
            let slow = MockSite.of("one").with {
                $0.contents = ExampleSet([.of("e", target: "/a"), example])
                $0.delay = .fixed(60)
            }
            func time(_ target: String, _ fields: String = "") throws -> Double {
                let start = ContinuousClock.now
                _ = try proxy.get(target, of: "one", fields)
                return (ContinuousClock.now - start) / .milliseconds(1)
            }
            try await proxy.server.setMocks([slow])
            #expect(try time("/a") >= 60 && time("/none") >= 60)
            #expect(try time("/own") >= 120)
            #expect(try time("/own", "x-mock-response-delay: 200\r\n") >= 200)
            try await proxy.server.setMocks([
                slow.with { $0.answering.gate.serverResponse = ForcedResponse(status: 500) }
            ])
            #expect(try time("/a") >= 60)
            // An hour would be the other order.
            example.delay = Delay.none
            try await proxy.server.setMocks([
                slow.with { ($0.delay, $0.contents) = (.fixed(180_000), ExampleSet([example])) }
            ])
            #expect(try time("/own") < 20_000 && time("/none", "x-mock-response-delay: 1\r\n") < 20_000)
        }
    }
}
