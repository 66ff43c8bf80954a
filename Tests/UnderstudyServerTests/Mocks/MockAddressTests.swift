import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Where mock servers are reached, and that each answers for itself.
@Suite(.serialized) struct `Addresses of mock servers` {
    private static let orders = MockSite.of("Orders"), users = MockSite.of("v2.users", ["/a", "/../a"])

    @Test func `by name, by id, and the plain front door as ever`() async throws {
        try await Proxy.run(
            to: nil, { $0.examples = [.of("plain", target: "/a"), .of("not one", target: "/__mocks/a")] }
        ) {
            proxy in
            try await proxy.server.setMocks([Self.orders, Self.users])
            let port = proxy.port
            let table: [(host: String, target: String, answer: String)] = [
                ("orders.localhost:\(port)", "/a", "Orders /a"), ("ORDERS.LocalHost:\(port)", "/a", "Orders /a"),
                ("orders.localhost.:\(port)", "/a", "Orders /a"), ("v2.users.localhost:\(port)", "/a", "v2.users /a"),
                ("id-of-orders.localhost:\(port)", "/a", "Orders /a"),
                ("h", "/__mock/orders/a", "Orders /a"), ("h", "/__mock/id-of-Orders/a?x=1", "Orders /a"),
                ("h", "/__mock/%6frders/a", "Orders /a"), ("h", "/__mock/V2.Users/a", "v2.users /a"),
                ("h", "/__mock/v2.users/../a", "v2.users /../a"),
                ("h", "/__session/s/__mock/orders/a", "Orders /a"), ("h", "/__mock/orders/__session/s/a", "Orders /a"),
                ("h", "http://orders.localhost:\(port)/a", "Orders /a"),
                ("h", "http://127.0.0.1:\(port)/__mock/orders/a", "Orders /a"),
                ("h", "/a", "plain"), ("localhost:\(port)", "/a", "plain"), ("h", "/__mocks/a", "not one"),
                ("orders.localhost:1", "/a", "plain"), ("orders.localhost", "/a", "plain"),
                ("localhost", "/a", "plain"),
                ("h", "http://127.0.0.1:\(port)/a", "plain"),
            ]
            for row in table {
                let answer = try proxy.exchange("GET \(row.target) HTTP/1.1\r\nHost: \(row.host)\r\n\r\n")
                #expect(answer.text == row.answer, "\(row)")
            }
        }
    }

    @Test func `that are nobody's`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("plain", target: "/a")] }) { proxy in
            #expect(try proxy.get("/a", of: "orders").text == "plain", "as long as nobody serves any")
            try await proxy.server.setMocks([Self.orders])
            let port = proxy.port
            let table = [
                ("nobody.localhost:\(port)", "/a"), ("a.orders.localhost:\(port)", "/a"), ("h", "/__mock/nobody/a"),
                ("h", "/__mock/"), ("h", "/__mock"), ("h", "/__mock?x"), ("h", "/__mock//orders/a"),
                ("h", "/__mock/%zz/a"), ("h", "/__mock/%2e%2e/a"), ("h", "/__mock/..%2forders/a"),
                ("h", "/__mock/orders%2fa"), ("h", "/__mock/orders%00/a"),
                ("h", "http://nobody.localhost:\(port)/a"), ("h", "/__session/s/__mock/nobody/a"),
            ]
            for (host, target) in table {
                let answer = try proxy.exchange("GET \(target) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
                #expect(answer.status == 404 && answer.text == nobody, "\(host) \(target)")
                #expect(answer["Content-Type"] == "application/json; charset=utf-8")
            }
            // Nothing of the path is left to lead out of the mock server.
            #expect(try proxy.get("/__mock/orders/__mock/orders/a").status == 404)
            try await proxy.server.setMocks([])
            #expect(try proxy.get("/a", of: "orders").text == nobody, "gone for good, not the front door's")
        }
    }

    @Test func `with what Host says of elsewhere are upstream's, and mocks never are`() async throws {
        let origin = try RawOrigin(responses: [.ok("upstream"), .ok("upstream")])
        try await Proxy.run(to: origin, { $0.mode = .record }) { proxy in
            try await proxy.server.setMocks([Self.orders])
            for _ in 0..<4 {
                #expect(try proxy.get("/a", of: "orders").text == "Orders /a")
                #expect(try proxy.get("/__mock/orders/other").status == 404)
            }
            #expect(try proxy.get("/a").text == "upstream")
            #expect(origin.requestLines == ["GET /a HTTP/1.1"])
        }
    }

    @Test func `equal bytes at two ports are two requests`() async throws {
        let ports = [try Proxy.freePort(), try Proxy.freePort()]
        try await Proxy.run(to: nil, { $0.examples = [.of("plain", target: "/a")] }) { proxy in
            let sites = [MockSite.of("one", port: ports[0]), MockSite.of("two", port: ports[1])]
            #expect(try await proxy.server.setMocks(sites) == [])
            let clients = try [proxy.port, ports[0], ports[1]].map { try RawClient(port: $0) }
            for _ in 0..<5 {
                let answers = try clients.map { try $0.roundTrip(.get("/a")).text }
                #expect(answers == ["plain", "one /a", "two /a"])
            }
            // Through the front door as a proxy, and in full to the port itself.
            #expect(
                try proxy.exchange("GET http://127.0.0.1:\(ports[1])/a HTTP/1.1\r\nHost: h\r\n\r\n").text == "two /a")
            for target in ["http://two.localhost:\(ports[0])/a", "/a"] {
                #expect(
                    try clients[1].roundTrip("GET \(target) HTTP/1.1\r\nHost: two.localhost\r\n\r\n").text == "one /a")
            }
            #expect(try clients[1].roundTrip("GET /__mock/two/a HTTP/1.1\r\nHost: h\r\n\r\n").status == 404)
            let connect = try RawClient.exchange(port: ports[0], "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n")
            #expect(connect.status == 405)
        }
    }

    @Test func `of their own are taken away and given back while the server runs`() async throws {
        let port = try Proxy.freePort()
        try await Proxy.run(to: nil) { proxy in
            let site = MockSite.of("one", port: port)
            #expect(try await proxy.server.setMocks([site]) == [])
            let kept = try RawClient(port: port)
            #expect(try kept.roundTrip(.get("/a")).text == "one /a")
            try await proxy.server.setMocks([site.with { $0.port = nil }])
            #expect(try kept.roundTrip(.get("/a")).text == nobody, "a connection that came in there")
            #expect(throws: RawFailure.self) { _ = try RawClient.exchange(port: port, .get("/a")) }
            #expect(try proxy.get("/a", of: "one").text == "one /a")
            #expect(try await proxy.server.setMocks([site]) == [])
            #expect(try RawClient.exchange(port: port, .get("/a")).text == "one /a")
            try await proxy.server.setMocks([])
            #expect(throws: RawFailure.self) { _ = try RawClient.exchange(port: port, .get("/a")) }
        }
    }

    @Test func `that are taken are told, and the mock server is reached in its other ways`() async throws {
        let other = try RawOrigin(responses: [])
        try await Proxy.run(to: nil) { proxy in
            let site = MockSite.of("one", port: other.port)
            let problems = try await proxy.server.setMocks([site, MockSite.of("One", id: "z", port: other.port)])
            #expect(
                problems == [
                    MockProblem(mock: "z", reason: "the name one is another mock server's, id-of-one"),
                    MockProblem(
                        mock: "z", port: other.port, reason: "port \(other.port) is another mock server's, id-of-one"),
                    MockProblem(mock: "id-of-one", port: other.port, reason: "port \(other.port) is in use"),
                ])
            #expect(try proxy.get("/a", of: "one").text == "one /a")
            #expect(try proxy.get("/__mock/z/a").text == "One /a")
        }
    }
}
