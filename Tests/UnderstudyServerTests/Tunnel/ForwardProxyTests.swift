import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Clients that name the host themselves: in the target, or in Host.
@Suite struct `A forward proxy` {
    private static func origin() throws -> RawOrigin {
        try RawOrigin { (request: RawMessage) in .ok("\(request.startLine) @ \(request["Host"] ?? "none")") }
    }

    @Test(arguments: [
        ("", "GET / HTTP/1.1"), ("/", "GET / HTTP/1.1"), ("/a%2Fb?q=%20", "GET /a%2Fb?q=%20 HTTP/1.1"),
        ("?x", "GET /?x HTTP/1.1"), ("//a/../b", "GET //a/../b HTTP/1.1"),
    ])
    func `sends a whole address on as its path, and Host as its authority`(path: String, line: String) async throws {
        let origin = try Self.origin()
        try await Proxy.run(to: nil, { $0.mode = .record }) { proxy in
            let place = "127.0.0.1:\(origin.port)"
            let request = "GET http://\(place)\(path) HTTP/1.1\r\nHost: other.example\r\n\r\n"
            #expect(try proxy.exchange(request).text == "\(line) @ \(place)")
            let recorded = try proxy.recorder.entry().exchange
            #expect(recorded.upstream == "http://\(place)")
            #expect(recorded.request.head.fields.text("host") == place)
            #expect("GET \(recorded.request.head.targetText) HTTP/1.1" == line)
        }
    }

    @Test func `takes what is said to it as a proxy for itself`() async throws {
        let origin = try Self.origin()
        try await Proxy.run(to: nil, { $0.mode = .record }) { proxy in
            let request =
                "GET http://127.0.0.1:\(origin.port)/ HTTP/1.1\r\nHost: h\r\nProxy-Connection: keep-alive\r\nX-Mine: 1\r\n"
                + "Proxy-Authorization: Basic Y2hlY2tvdXQ6eA==\r\n\r\n"
            _ = try proxy.exchange(request)
            let sent = try #require(origin.requestTexts.first).lowercased()
            #expect(!sent.contains("proxy-") && sent.contains("x-mine: 1"))
            let recorded = try proxy.recorder.entry().exchange.request.head.fields
            #expect(!recorded.contains("proxy-authorization"))
        }
    }

    @Test func `keeps an old client's connection when it asks so in either way`() async throws {
        let origin = try Self.origin()
        try await Proxy.run(to: nil, { $0.mode = .record }) { proxy in
            let client = try proxy.client()
            for field in ["Proxy-Connection", "Connection"] {
                let response = try client.roundTrip(
                    "GET http://127.0.0.1:\(origin.port)/ HTTP/1.0\r\n\(field): keep-alive\r\n\r\n")
                #expect(response.status == 200 && response["Connection"] == "keep-alive")
            }
            let last = try client.roundTrip("GET http://127.0.0.1:\(origin.port)/ HTTP/1.0\r\n\r\n")
            #expect(last.status == 200)
            #expect(client.connection.isClosed())
        }
    }

    @Test func `goes by Host where there is nobody behind it, and is the end of the way where Host is its own`()
        async throws
    {
        let origin = try Self.origin()
        try await Proxy.run(to: nil, { $0.mode = .record }) { proxy in
            let away = try proxy.exchange("GET /x HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\r\n")
            #expect(away.text == "GET /x HTTP/1.1 @ 127.0.0.1:\(origin.port)")
            for host in ["127.0.0.1", "localhost", "[::1]", "name.localhost"] {
                let here = try proxy.exchange("GET /x HTTP/1.1\r\nHost: \(host):\(proxy.port)\r\n\r\n")
                #expect(here.status == 400 && here.text.contains("no-upstream"), "\(host)")
                let whole = try proxy.exchange("GET http://\(host):\(proxy.port)/x HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(whole.status == 400 && whole.text.contains("no-upstream"), "\(host)")
            }
        }
    }

    @Test func `keeps for itself what a client says to its proxy, in whatever way it says it`() async throws {
        let origin = try Self.origin()
        try await Proxy.run(to: origin) { proxy in
            let credentials = "Proxy-Authorization: Basic Y2hlY2tvdXQ6eA==\r\n"
            _ = try proxy.get("/reverse", credentials)
            let own = "GET http://127.0.0.1:\(proxy.port)/own HTTP/1.1\r\nHost: h\r\n\(credentials)\r\n"
            _ = try proxy.exchange(own)
            let client = try proxy.client()
            try client.send("CONNECT 127.0.0.1:0 HTTP/1.1\r\nHost: h\r\n\(credentials)\r\n")
            #expect(try client.readResponse().status == 400)
            #expect(origin.requestTexts.count == 2)
            #expect(!origin.requestTexts.joined().lowercased().contains("proxy-auth"))
            let calls = try (0..<3).map { try proxy.recorder.entry($0).exchange }
            #expect(calls.allSatisfy { !$0.request.head.fields.contains("proxy-authorization") })
            #expect(calls.prefix(2).map(\.session) == ["checkout", "checkout"])
        }
    }

    @Test func `asks nobody of another host while upstream can be asked`() async throws {
        let origin = try Self.origin()
        let examples = [
            Example.of("other", target: "/health", baseURL: "https://other.example"),
            Example.of("third", target: "/x", baseURL: "https://third.example"),
        ]
        try await Proxy.run(to: origin, { ($0.mode, $0.examples) = (.auto, examples) }) { proxy in
            let live = try proxy.get("/health")
            #expect(live.text.hasPrefix("GET /health"))
            try await proxy.server.update { $0.mode = .replay }
            let replayed = try proxy.get("/health")
            #expect(replayed.text == "other")
        }
    }

    @Test func `leaves redirects alone that point at the host the client named`() async throws {
        let origin = try RawOrigin { (request: RawMessage) in
            "HTTP/1.1 302 Found\r\nLocation: http://\(request["Host"] ?? "")/next\r\nContent-Length: 0\r\n\r\n"
        }
        try await Proxy.run(to: origin, { $0.rewritesLocation = true }) { proxy in
            let place = "127.0.0.1:\(origin.port)"
            func locations() throws -> [String?] {
                let named = try proxy.exchange("GET http://\(place)/ HTTP/1.1\r\nHost: h\r\n\r\n")
                let reverse = try proxy.get("/")
                return [named["Location"], reverse["Location"]]
            }
            let wanted = ["http://\(place)/next", "http://h/next"]
            #expect(try locations() == wanted)
            try await proxy.replayWhatWasRecorded()
            #expect(try locations() == wanted)
        }
    }

    @Test func `stands in front of an API as well`() async throws {
        let (api, other) = (try Self.origin(), try Self.origin())
        try await Proxy.run(to: api) { proxy in
            let behind = try proxy.get("/a")
            let away = try proxy.exchange("GET http://127.0.0.1:\(other.port)/a HTTP/1.1\r\nHost: h\r\n\r\n")
            #expect(behind.text == "GET /a HTTP/1.1 @ 127.0.0.1:\(api.port)")
            #expect(away.text == "GET /a HTTP/1.1 @ 127.0.0.1:\(other.port)")
        }
    }

    @Test func `replays what each host said, and to whoever asks in whatever way`() async throws {
        let (one, two) = (try RawOrigin(responses: [.ok("one")]), try RawOrigin(responses: [.ok("two")]))
        try await Proxy.run(to: nil, { $0.mode = .record }) { proxy in
            let places = ["127.0.0.1:\(one.port)", "127.0.0.1:\(two.port)"]
            func absolute(_ place: String, _ path: String = "/same") throws -> RawMessage {
                try proxy.exchange("GET http://\(place)\(path) HTTP/1.1\r\nHost: h\r\n\r\n")
            }
            for place in places { _ = try absolute(place) }
            try await proxy.replayWhatWasRecorded()
            let connections = one.connectionCount + two.connectionCount
            for _ in 0..<3 { #expect(try places.map { try absolute($0).text } == ["one", "two"]) }
            for (place, body) in zip(places, ["one", "two"]) {
                let byHost = try proxy.exchange("GET /same HTTP/1.1\r\nHost: \(place)\r\n\r\n")
                #expect(byHost.text == body)
                let tunnel = try proxy.client()
                try tunnel.send("CONNECT \(place) HTTP/1.1\r\nHost: \(place)\r\n\r\n")
                // No authority, no tunnel: plain HTTP inside would need none, but nobody knows that before.
                #expect(try tunnel.readResponse().status == 500)
            }
            let unknown = try absolute("127.0.0.1:1")
            #expect(unknown.status == 404)
            #expect(unknown.text.contains("There are no examples of http://127.0.0.1:1"))
            let missed = try absolute(places[0], "/other")
            #expect(
                missed.status == 404 && missed.text.contains("None of 1 examples answers GET http://\(places[0])/other")
            )
            #expect(one.connectionCount + two.connectionCount == connections)
        }
    }

    @Test func `gives examples of a reverse proxy to those who name its upstream, and the other way about`()
        async throws
    {
        let examples = [
            Example.of("users", target: "/users", baseURL: "https://api.example/v1"),
            Example.of("users2", target: "/v2/users", baseURL: "https://api.example"),
            Example.of("fine", target: "/health"),
            Example.of("others", target: "/users", baseURL: "https://other.example"),
        ]
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            func ask(_ target: String) throws -> String {
                let response = try proxy.exchange("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
                return response.status == 200 ? response.text : "\(response.status)"
            }
            #expect(try ask("https://api.example/v1/users") == "users")
            #expect(try ask("https://api.example/v1users") == "404")
            #expect(try ask("https://api.example/users") == "404")
            #expect(try ask("https://api.example/v2/users") == "users2")
            #expect(try ask("https://other.example/users") == "others")
            #expect(try ask("https://third.example/health") == "fine")
            #expect(try ask("http://api.example/v1/users") == "404")
            try await proxy.server.update { $0.upstream = try? Upstream("https://other.example") }
            #expect(try ask("/users") == "others")
            try await proxy.server.update { $0.upstream = try? Upstream("https://api.example/v2") }
            #expect(try ask("/users") == "users2")
        }
    }

    @Test(arguments: [
        ("file:///etc/hosts", "malformed-request"), ("gopher://x/", "malformed-request"),
        ("ftp://x/", "malformed-request"), ("http:///x", "malformed-target"), ("http://a:b:c/", "malformed-target"),
        ("http://u@h/", "malformed-target"), ("http://u:p@h/", "malformed-target"), ("http://h:0/", "malformed-target"),
        ("http://h:70000/", "malformed-target"), ("http://[::1/", "malformed-target"),
        ("http://\(String(repeating: "a", count: 64)).x/", "malformed-target"), ("http://a..b/", "malformed-target"),
        ("http://h#f", "malformed-target"), ("h:80", "malformed-request"),
    ])
    func `refuses addresses that are none`(target: String, name: String) async throws {
        for mode in [Mode.record, .replay] {
            try await Proxy.run(to: nil, { $0.mode = mode }) { proxy in
                let response = try proxy.exchange("GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(response.status == 400)
                #expect(response.text.contains("problem:\(name)"), "\(response.text)")
            }
        }
    }

    @Test func `is for those who know its password, once it has one`() async throws {
        let origin = try Self.origin()
        let change: (inout Proxy.Options) -> Void = { options in
            (options.mode, options.credentials) = (.record, ProxyCredentials(user: "me", password: "se:cret"))
        }
        try await Proxy.run(to: nil, change) { proxy in
            func ask(_ line: String, _ credentials: String?) throws -> RawMessage {
                let field = credentials.map { "Proxy-Authorization: \($0)\r\n" } ?? ""
                return try proxy.exchange("\(line) HTTP/1.1\r\nHost: 127.0.0.1:\(origin.port)\r\n\(field)\r\n")
            }
            let lines = [
                "GET http://127.0.0.1:\(origin.port)/", "CONNECT 127.0.0.1:\(origin.port)", "GET /by-host",
            ]
            // me:se:cret, me:wrong, me, mE:se:cret, nothing that is Base64, another scheme.
            let wrong = [
                nil, "Basic bWU6d3Jvbmc=", "Basic bWU=", "Basic bUU6c2U6Y3JldA==", "Basic !!",
                "Bearer bWU6c2U6Y3JldA==",
            ]
            for line in lines {
                for credentials in wrong {
                    let response = try ask(line, credentials)
                    #expect(response.status == 407, "\(line) \(credentials ?? "-")")
                    #expect(response["Proxy-Authenticate"] == "Basic realm=\"understudy\"")
                }
            }
            #expect(origin.connectionCount == 0)
            #expect(try ask(lines[0], "basic bWU6c2U6Y3JldA==").status == 200)
            #expect(try ask(lines[2], "Basic bWU6c2U6Y3JldA==").status == 200)
            // me+ann:se:cret, and me+ann with another password; mean:se:cret is somebody else.
            let ann = try ask(lines[0], "Basic bWUrYW5uOnNlOmNyZXQ=")
            let wrongAnn = try ask(lines[0], "Basic bWUrYW5uOnNlOmNyZXR6")
            let mean = try ask(lines[0], "Basic bWVhbjpzZTpjcmV0")
            #expect([ann, wrongAnn, mean].map(\.status) == [200, 407, 407])
            let hers = proxy.recorder.entries.map(\.exchange).filter { $0.session == "ann" && $0.result != .refused }
            #expect(hers.count == 1)
            #expect(!origin.requestTexts.joined().contains("bWU"))
            for entry in proxy.recorder.entries {
                #expect(
                    !entry.exchange.request.head.fields.contains("proxy-authorization")
                        || entry.exchange.result == .refused)
            }
        }
    }
}
