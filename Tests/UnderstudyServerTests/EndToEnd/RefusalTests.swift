import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Section A over sockets: what upstream sees, and what the client is told.
@Suite(.serialized) struct `Requests refused over sockets` {
    @Test func `every one: answered in full, closed, unseen by the upstream`() async throws {
        let origin = try RawOrigin(responses: [.ok("never")])
        try await Proxy.run(to: origin) { proxy in
            for row in RefusedRequests.all where row.bytes.utf8.count < 1_000_000 {
                let client = try proxy.client()
                try? client.send(row.bytes)
                let response = try client.readResponse()
                #expect(response.status == row.status, "\(row.name)")
                #expect(response["Connection"] == "close", "\(row.name)")
                #expect(response["Content-Type"] == "application/problem+json")
                #expect(response.endedCleanly && !response.body.isEmpty, "\(row.name)")
                #expect(client.connection.isClosed(within: 2), "\(row.name)")
                client.connection.close()
            }
            #expect(eventually { origin.openConnectionCount == 0 }, "half-sent requests are dropped, not finished")
            // Heads in front of a bad chunked body had gone; none was followed by an end.
            for request in origin.requestTexts {
                #expect(request.contains("Transfer-Encoding: chunked"))
                #expect(!request.contains("0\r\n\r\n"))
            }
            #expect(proxy.recorder.entries.allSatisfy { !$0.savesExample })
        }
    }

    @Test func `A19 nine megabytes without an end are not read for ever`() async throws {
        try await Proxy.run { proxy in
            let client = try proxy.client()
            try? client.send("GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 9_000_000))
            try client.connection.waitForPeerToClose()
        }
    }

    @Test func `A22 a request, then garbage: the first is answered`() async throws {
        let origin = try RawOrigin(responses: [.ok("first")])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get("/1") + "\u{0}\u{1}garbage\r\n\r\n")
            #expect(try client.readResponse().text == "first")
            #expect(try client.readResponse().status == 400)
            #expect(client.connection.isClosed())
            #expect(origin.requestLines == ["GET /1 HTTP/1.1"])
        }
    }

    @Test(
        arguments: [
            ("behind Connection: close", .get("/1", "Connection: close\r\n") + .get("/smuggled"), 200),
            ("behind an upgrade", .get("/1", "Connection: Upgrade\r\nUpgrade: websocket\r\n") + .get("/smuggled"), 501),
            ("behind CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n" + .get("/smuggled"), 405),
            ("behind HTTP/1.0", "GET /1 HTTP/1.0\r\n\r\n" + .get("/smuggled"), 200),
            ("in the body of a GET", .get("/1", "Content-Length: 40\r\n") + .get("/smuggled"), 200),
        ] as [(String, String, Int)])
    func `A23 what is not a request is never parsed as one`(name: String, bytes: String, status: Int) async throws {
        let origin = try RawOrigin(responses: [.ok("first")])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(bytes)
            if name.contains("GET") { try client.send(String(repeating: "x", count: 9)) }
            let response = try client.readResponse()
            #expect(response.status == status)
            client.connection.halfClose()
            #expect(client.connection.isClosed())
            #expect(!origin.requestLines.contains { $0.hasPrefix("GET /smuggled") })
        }
    }

    @Test(
        arguments: [
            ("A24", .get("/", "Expect: tea\r\n"), 417),
            ("A24 second line", .get("/", "Expect: 100-continue\r\nExpect: tea\r\n"), 417),
            ("A25", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", 405), ("absolute", .get("http://127.0.0.1/"), 501),
            ("absolute OPTIONS", "OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 501),
            ("upgrade", .get("/", "Connection: upgrade\r\nUpgrade: websocket\r\n"), 501),
            ("loop", .get("/", "Via: 1.1 me\r\n"), 508),
        ] as [(String, String, Int)])
    func `what cannot be served here says so`(name: String, bytes: String, status: Int) async throws {
        let origin = try RawOrigin(responses: [.ok("never")])
        try await Proxy.run(to: origin, { ($0.via, $0.annotates) = ("me", true) }) { proxy in
            let response = try proxy.exchange(bytes)
            #expect(response.status == status)
            #expect(response["Understudy-Result"] == "refused")
            #expect(response["Allow"] != nil || status != 405)
            #expect(response.text.contains("\"status\": \(status)"))
            #expect(origin.connectionCount == 0)
            #expect(try proxy.recorder.entry().exchange.result == .refused)
        }
    }

    @Test func `a proxy that leads to itself is found out in one lap`() async throws {
        let origin = try RawOrigin(responses: [.ok("never")])
        try await Proxy.run(to: origin, { $0.via = "me" }) { proxy in
            let port = proxy.port
            try await proxy.server.update { $0.upstream = try? Upstream("http://127.0.0.1:\(port)") }
            #expect(try proxy.get().status == 508)
            #expect(proxy.recorder.entries.count <= 2)
        }
    }
}
