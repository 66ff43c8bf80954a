import Curl
import Foundation
import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// What comes through CONNECT is answered as if it had been asked directly.
@Suite(.enabled(if: TLSOrigin.isAvailable)) struct `A tunnel that is looked into` {
    /// A proxy with an authority of its own, and a client that trusts that.
    private static func run(
        _ change: @escaping (inout Proxy.Options) -> Void = { _ in },
        _ body: (Proxy, TLSClient) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        try await Proxy.run(
            to: nil,
            { options in
                (options.mode, options.authority) = (.record, folder)
                change(&options)
            }
        ) { proxy in
            try await body(proxy, TLSClient(port: proxy.port, authority: folder.file("ca.pem")))
        }
    }

    private static func get(_ path: String = "/", _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: h.example\r\n\(fields)Connection: close\r\n\r\n"
    }

    @Test func `records what goes to a TLS host, and replays it when that is gone`() async throws {
        let origin = try TLSOrigin()
        let curl = CurlOptions(caFile: origin.certificate, connectTimeout: .seconds(10))
        try await Self.run({ $0.curl = curl }) { proxy, client in
            let target = "localhost:\(origin.port)"
            // Makes the authority, which the client must have before it starts.
            _ = try proxy.exchange("GET http://understudy.test/ca.pem HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
            let live = try client.run(target, Self.get())
            #expect(live.text.contains("HTTP/1.0 200 ok") || live.text.contains("200"), "\(live.text)")
            let recorded = try proxy.recorder.entry().exchange
            #expect(recorded.upstream == "https://\(target)")
            #expect(recorded.request.head.fields.text("host") == "h.example")
            try await proxy.replayWhatWasRecorded()
            let again = try client.run(target, Self.get())
            #expect(again.text.suffix(500) == live.text.suffix(500))
            #expect(try client.run("localhost:1", Self.get()).text.contains("no-example"))
            let whole = try proxy.exchange("GET https://\(target)/ HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(whole.status == 200)
        }
    }

    @Test func `takes the page's session out of what goes through it`() async throws {
        let origin = try TLSOrigin()
        let curl = CurlOptions(caFile: origin.certificate, connectTimeout: .seconds(10))
        try await Self.run({ $0.curl = curl }) { proxy, client in
            _ = try proxy.exchange("GET http://understudy.test/ca.pem HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
            let cookies = "Cookie: understudy_session_8081=secret; theme=dark\r\n"
            _ = try client.run("localhost:\(origin.port)", Self.get("/", cookies))
            let recorded = try proxy.recorder.entry().exchange
            #expect(recorded.response?.head.status == 200)
            #expect(recorded.request.head.fields.text("cookie") == "theme=dark")
        }
    }

    @Test func `shows a certificate for the name the client says, else for the host of CONNECT`() async throws {
        try await Self.run({ $0.mode = .replay }) { proxy, client in
            _ = try proxy.exchange("GET http://understudy.test/ca.pem HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
            let rows: [(target: String, options: [String])] = [
                ("a.example:443", ["-servername", "a.example", "-verify_hostname", "a.example"]),
                ("a.example:443", ["-servername", "b.example", "-verify_hostname", "b.example"]),
                ("a.example:443", ["-noservername", "-verify_hostname", "a.example"]),
                ("127.0.0.1:443", ["-noservername", "-verify_ip", "127.0.0.1"]),
                ("127.0.0.1:443", ["-servername", "c.example", "-verify_hostname", "c.example"]),
            ]
            for row in rows {
                let outcome = try client.run(row.target, Self.get(), options: row.options)
                #expect(outcome.text.contains("no-example"), "\(row.target) \(row.options): \(outcome.text)")
            }
            let wrong = try client.run("a.example:443", Self.get(), options: ["-verify_hostname", "z.example"])
            #expect(wrong.status != 0 && !wrong.text.contains("no-example"))
        }
    }

    @Test func `tells of clients that do not trust it`() async throws {
        let stranger = try TLSOrigin()
        try await Self.run({ $0.mode = .replay }) { proxy, client in
            _ = try proxy.exchange("GET http://understudy.test/ca.pem HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
            let distrustful = TLSClient(port: proxy.port, authority: stranger.certificate)
            #expect(try distrustful.run("a.example:443", Self.get()).status != 0)
            let failure = try #require(try proxy.recorder.entry().exchange.failure)
            #expect(
                failure.detail.contains("a.example") && failure.detail.contains("understudy ca"), "\(failure.detail)")
        }
    }

    @Test func `survives hellos that make no sense`() async throws {
        try await Self.run({ $0.mode = .replay }) { proxy, client in
            _ = try proxy.exchange("GET http://understudy.test/ca.pem HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
            let long = String(repeating: "a", count: 255)
            let rows = [
                // Not a name that a certificate can have: that of CONNECT is shown.
                ["-servername", long, "-verify_hostname", "a.example"],
                ["-servername", "\(String(repeating: "a", count: 63)).example"],
                ["-servername", "under_score.example"],
            ]
            for options in rows {
                let outcome = try client.run("a.example:443", Self.get(), options: options)
                #expect(outcome.text.contains("no-example"), "\(options[1].prefix(20)): \(outcome.text)")
            }
            // Speaks only what we do not: told so, or hears nothing of HTTP/1.1.
            let h2 = try client.run("a.example:443", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", options: ["-alpn", "h2"])
            #expect(h2.text.contains("505") || h2.status != 0, "\(h2.text)")
            let old = try client.run("a.example:443", Self.get(), options: ["-tls1_1"])
            #expect(old.status != 0)
            for bytes in [
                [22, 3, 1], [22, 3, 1, 0, 5, 1, 0, 0, 1, 0], [22, 3, 1, 255, 255], [UInt8](repeating: 22, count: 600),
            ] {
                let raw = try proxy.client()
                try raw.send("CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n")
                try #require(raw.readResponse(toHEAD: true).status == 200)
                try raw.send(bytes)
                raw.connection.halfClose()
                let end = Result { try raw.connection.readToEnd() }
                // With an alert, with nothing, or with a reset: but at once.
                if case .failure(RawFailure.timedOut) = end { Issue.record("\(bytes.prefix(5)) is waited for") }
            }
            #expect(try client.run("a.example:443", Self.get()).text.contains("no-example"))
        }
    }

    @Test func `is HTTP without TLS when the client speaks that`() async throws {
        let origin = try RawOrigin { (request: RawMessage) in .ok("\(request.startLine) \(request["Host"] ?? "")") }
        try await Self.run { proxy, _ in
            let client = try proxy.client()
            try client.send("CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.readResponse(toHEAD: true).status == 200)
            #expect(try client.roundTrip(.get("/1")).text == "GET /1 HTTP/1.1 h")
            #expect(try client.roundTrip(.get("/2")).text == "GET /2 HTTP/1.1 h")
            let here = try client.roundTrip(.get("http://127.0.0.1:\(origin.port)/3"))
            #expect(here.text == "GET /3 HTTP/1.1 h")
            let away = try client.roundTrip(.get("http://127.0.0.1:1/3"))
            #expect(away.status == 421 && away.text.contains("another-host"))
            #expect(try proxy.recorder.entry(0).exchange.upstream == "http://127.0.0.1:\(origin.port)")
        }
    }

    @Test func `does not make a server's bad certificate good, unless that host is excepted`() async throws {
        let (bad, excepted) = (try TLSOrigin(), try TLSOrigin())
        let hosts = [try #require(InterceptRules.HostGlob("localhost:\(excepted.port)"))]
        try await Self.run({ $0.insecureHosts = hosts }) { proxy, client in
            _ = try proxy.exchange("GET http://understudy.test/ca.pem HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
            let refused = try client.run("localhost:\(bad.port)", Self.get())
            #expect(refused.text.contains("502 Bad Gateway") && refused.text.contains("tls_certificate_error"))
            let passed = try client.run("localhost:\(excepted.port)", Self.get())
            #expect(passed.text.contains("200"), "\(passed.text)")
            let entries = proxy.recorder.entries
            #expect(entries.map(\.exchange.isReplayable) == [false, true])
            #expect(entries.last?.exchange.note == "the server's certificate was not verified")
        }
    }

    @Test func `holds no other tunnel`() async throws {
        try await Self.run { proxy, _ in
            let client = try proxy.client()
            try client.send(
                "CONNECT a.example:80 HTTP/1.1\r\nHost: x\r\n\r\nCONNECT b.example:80 HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.readResponse(toHEAD: true).status == 200)
            #expect(try client.readResponse().status == 400)
        }
    }

    @Test(arguments: [
        "h", "h:", ":443", "h:0", "h:70000", "h:443/path", "h:443?q", "user@h:443", "user:pass@h:443", "[::1:443",
        "::1:443",
        "h:+443", "h:44x", "http://h:443", "/", "*", "\(String(repeating: "a", count: 64)).example:443", "a..b:443",
        "\(String(repeating: "abcdefghi.", count: 26)):443",
    ])
    func `is refused for what is no host and port`(target: String) async throws {
        try await Self.run { proxy, _ in
            let client = try proxy.client()
            try client.send("CONNECT \(target) HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try client.readResponse()
            #expect(response.status == 400, "\(target)")
            #expect(response.text.contains("urn:understudy:problem:malformed"))
            #expect(proxy.recorder.entries.allSatisfy { $0.exchange.result == .refused })
        }
    }

    @Test func `serves files through TLS, and stops reading them for a client that does not read`() async throws {
        let folder = try TemporaryFolder()
        let content = Data((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
        let path = folder.file("body")
        try content.write(to: URL(fileURLWithPath: path))
        let digest = Digest(of: ByteBuffer(bytes: content))
        struct OneBody: StoredBodies {
            let path: String
            func path(of digest: Digest) -> String? { path }
        }
        let body = Body(.stored(digest, byteCount: content.count), byteCount: content.count)
        let examples = [Example.of("big", target: "/big", body: body, baseURL: "https://files.example")]
        try await Self.run({
            ($0.mode, $0.examples, $0.bodies) = (.replay, examples, OneBody(path: path))
        }) { proxy, client in
            _ = try proxy.exchange("GET http://understudy.test/ca.pem HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
            let output = folder.file("output")
            let input = try folder.write(Self.get("/big"), to: "input")
            let process = try ChildProcess(
                "/bin/sh",
                [
                    "-c",
                    "\(TLSOrigin.openssl) s_client -quiet -proxy 127.0.0.1:\(proxy.port) -connect files.example:443 -CAfile '\(client.authority)' < '\(input)' > '\(output)'",
                ])
            #expect(try process.waitForExit(within: 20) == 0)
            let received = try Data(contentsOf: URL(fileURLWithPath: output))
            let end = try #require(received.range(of: Data("\r\n\r\n".utf8)))
            #expect(received[end.upperBound...].elementsEqual(content))
        }
    }

    @Test func `has a page of its own that gives the authority`() async throws {
        try await Self.run { proxy, client in
            for mode in [Mode.replay, .record] {
                try await proxy.server.update { $0.mode = mode }
                let pem = try proxy.exchange(
                    "GET http://understudy.test/ca.pem HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
                #expect(
                    pem.status == 200 && pem.text == (try? String(contentsOfFile: client.authority, encoding: .utf8)))
                let home = try proxy.exchange("GET http://understudy.test/ HTTP/1.1\r\nHost: understudy.test\r\n\r\n")
                #expect(home.status == 200 && home.text.contains("/ca.pem"))
                let other = try proxy.exchange("GET http://understudy.test/ca-key.pem HTTP/1.1\r\nHost: x\r\n\r\n")
                #expect(other.status == 404 && !other.text.contains("KEY"))
            }
            #expect(try client.run("understudy.test:443", Self.get("/ca.pem")).text.contains("BEGIN CERTIFICATE"))
        }
    }
}

/// Bytes pass, and nobody looks.
@Suite struct `A tunnel that is not looked into` {
    private static func rules(_ glob: String) -> InterceptRules {
        InterceptRules(tunnel: [InterceptRules.HostGlob(glob)].compactMap { $0 })
    }

    @Test func `passes bytes both ways, with either end's end`() async throws {
        let origin = try RawOrigin { connection in
            try connection.send("hello")
            let all = try connection.readToEnd()
            try connection.send("got \(all.count)")
        }
        try await Proxy.run(to: nil, { ($0.mode, $0.intercepting) = (.record, Self.rules("127.*")) }) { proxy in
            let client = try proxy.client()
            try client.send("CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\nearly")
            #expect(try client.readResponse(toHEAD: true).status == 200)
            try client.send([UInt8](repeating: 7, count: 1_000_000))
            client.connection.halfClose()
            #expect(try client.connection.readToEnd().latin1 == "hellogot 1000005")
            let exchange = try proxy.recorder.entry().exchange
            #expect(exchange.result == .passthrough && exchange.request.head.method == "CONNECT")
            #expect(exchange.note == "tunnel not looked into: 1000005 bytes sent, 16 received")
            #expect(try proxy.recorder.entry().savesExample == false)
        }
    }

    @Test func `says why it cannot be made`() async throws {
        try await Proxy.run(to: nil, { ($0.mode, $0.intercepting) = (.record, Self.rules("*")) }) { proxy in
            let client = try proxy.client()
            try client.send("CONNECT 127.0.0.1:1 HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try client.readResponse()
            #expect(response.status == 502 && response.text.contains("connection_refused"))
            #expect(try proxy.recorder.entry().failure == .connectionRefused)
        }
    }

    @Test(arguments: [true, false]) func `ends when nothing passes any more`(isHalfClosed: Bool) async throws {
        let origin = try RawOrigin { connection in
            if isHalfClosed { connection.halfClose() }
            _ = try? connection.readToEnd()
        }
        var limits = Limits()
        // The other one is not what ends it.
        (limits.halfClosedTimeout, limits.switchedIdleTimeout) =
            isHalfClosed ? (.seconds(1), .seconds(600)) : (.seconds(600), .seconds(1))
        let rules = Self.rules("*")
        try await Proxy.run(
            to: nil, { [limits] in ($0.mode, $0.intercepting, $0.limits) = (.record, rules, limits) }
        ) { proxy in
            let client = try proxy.client()
            try client.send("CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try client.readResponse(toHEAD: true).status == 200)
            // Kept open by the client, who says nothing.
            #expect(try proxy.recorder.entry().exchange.request.head.method == "CONNECT")
            #expect(client.connection.isClosed(within: 10))
        }
    }

    @Test func `is none in replay`() async throws {
        let origin = try RawOrigin(responses: [.ok("never")])
        try await Proxy.run(to: nil, { $0.intercepting = Self.rules("*") }) { proxy in
            let client = try proxy.client()
            try client.send("CONNECT 127.0.0.1:\(origin.port) HTTP/1.1\r\nHost: x\r\n\r\n")
            let response = try client.readResponse()
            #expect(response.status == 502 && response.text.contains("tunnel-in-replay"))
            #expect(origin.connectionCount == 0)
        }
    }

    @Test(arguments: [
        ("api.example.com", "api.example.com", 443, true), ("api.example.com", "x.api.example.com", 443, false),
        ("*.example.com", "a.b.example.com", 443, true), ("*.example.com", "example.com", 443, false),
        ("*example*", "an.example.org", 1, true), ("API.Example.com", "api.example.com", 443, true),
        ("10.0.*", "10.0.3.4", 80, true), ("h:8443", "h", 8443, true), ("h:8443", "h", 443, false),
        ("bank.example", "bank.example.", 443, true), ("bank.example.", "bank.example", 443, true),
        ("[::1]:8443", "::1", 8443, true), ("[::1]", "::1", 1, true), ("::1", "::1", 1, true),
        ("*", "anything", 1, true),
        ("a*b*c", "aXbXbc", 1, true), ("a*b*c", "aXbXb", 1, false),
    ])
    func `is chosen by host`(glob: String, host: String, port: Int, matches: Bool) throws {
        let glob = try #require(InterceptRules.HostGlob(glob))
        #expect(glob.matches(host: host, port: port) == matches)
        #expect(InterceptRules(tunnel: [glob]).intercepts(host: host, port: port) != matches)
        #expect(InterceptRules(intercept: [glob]).intercepts(host: host, port: port) == matches)
        #expect(!InterceptRules(intercept: [glob], tunnel: [glob]).intercepts(host: host, port: port))
    }

    @Test(arguments: ["", "h:", "h:x", "h:0", "h:70000", "[::1", "[::1]x", "a/b", "a b", "u@h", "http://h"])
    func `is not chosen by what is no host`(text: String) { #expect(InterceptRules.HostGlob(text) == nil) }
}
