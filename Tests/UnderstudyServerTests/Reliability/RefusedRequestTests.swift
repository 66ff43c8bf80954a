import Foundation
import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Section A over sockets, from client to upstream. Rows 1 to 20 are `RefusedRequests`, by number; what the upstream gets
/// of them is read by `UpstreamLint`.
@Suite(.serialized) struct `A: requests refused` {
    /// Those whose bytes fit the kernel's buffers, so that sending and reading need no second thread.
    private static let rows = RefusedRequests.all.filter { $0.bytes.utf8.count < 1_000_000 }

    @Test(arguments: 1...20)
    func `A1 to A20: answered in full, closed, nothing smuggled`(number: Int) async throws {
        let rows = Self.rows.filter { $0.name.hasPrefix("A\(number) ") }
        #expect(!rows.isEmpty)
        let origin = try RawOrigin(responses: [.ok("honest")])
        try await Proxy.run(to: origin) { proxy in
            for row in rows {
                let client = try proxy.client()
                try? client.send(row.bytes)
                let response = try client.readResponse()
                #expect(response.status == row.status, "\(row.name)")
                #expect(response["Connection"] == "close", "\(row.name)")
                #expect(response["Content-Type"] == "application/problem+json")
                #expect(response.endedCleanly && !response.body.isEmpty, "\(row.name)")
                #expect(client.connection.isClosed(within: 2), "\(row.name)")
                client.connection.close()
                #expect(try proxy.get("/honest").text == "honest", "\(row.name)")
            }
            // At most the honest requests' connection is left: half-sent requests are dropped, not finished.
            #expect(eventually { origin.openConnectionCount <= 1 })
            let (honest, others) = origin.linted.separated { $0 == "GET /honest HTTP/1.1" }
            #expect(honest.count == rows.count)
            // Heads in front of a bad chunked body may have gone; none was followed by an end.
            #expect(others.allSatisfy { $0.hasPrefix("POST / HTTP/1.1") && $0.hasSuffix(" cut") }, "\(others)")
            #expect(others.isEmpty || rows.contains { $0.bytes.contains("Transfer-Encoding: chunked\r\n") })
            let refused = proxy.recorder.entries.filter { $0.exchange.request.head.method != "GET" }
            #expect(refused.allSatisfy { !$0.savesExample && !$0.exchange.isReplayable })
        }
    }

    @Test func `A8 to A13: the upstream that has the head is dropped, never given an end`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            for (number, row) in RefusedRequests.chunks.enumerated() {
                let cut = try #require(row.bytes.range(of: "\r\n\r\n")).upperBound
                let client = try proxy.client()
                try client.send(row.bytes[..<cut] + "3\r\nabc\r\n")
                // Head and beginning have arrived for certain.
                #expect(eventually { origin.linted.dropFirst(number) == ["POST / HTTP/1.1 chunked abc cut"] })
                try? client.send(String(row.bytes[cut...]))
                #expect(try client.readResponse().status == row.status, "\(row.name)")
                #expect(client.connection.isClosed(within: 2), "\(row.name)")
                #expect(eventually { origin.openConnectionCount == 0 }, "\(row.name)")
                #expect(origin.linted.count == number + 1, "\(row.name)")
                let seen = origin.linted.last ?? ""
                #expect(seen.hasPrefix("POST / HTTP/1.1 chunked abc") && seen.hasSuffix(" cut"), "\(row.name): \(seen)")
                let entry = try proxy.recorder.entry(number)
                #expect(entry.failure == .clientAborted && !entry.savesExample && !entry.exchange.isReplayable)
            }
        }
    }

    @Test func `A12 trailers never become fields`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            let trailers = "Content-Length: 9\r\nTransfer-Encoding: gzip\r\nHost: evil\r\nX-Sum: 1\r\n"
            let response = try proxy.exchange(
                "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\(trailers)\r\n")
            #expect(response.text == "x")
            #expect(origin.linted == ["POST / HTTP/1.1 chunked hi"])
            #expect(!origin.requestTexts[0].contains("X-Sum"))
            let request = try proxy.recorder.entry().exchange.request
            #expect(request.trailers.map(\.nameText) == ["X-Sum"])
            #expect(request.head.fields.map(\.nameText) == ["Host", "Transfer-Encoding"])
        }
    }

    // MARK: A18, A19

    @Test func `A18 what is logged of other protocols is short and escaped`() async throws {
        let log = LogLines()
        try await Proxy.run(to: nil, { $0.logger = log.logger }) { proxy in
            for row in RefusedRequests.otherProtocols {
                let start = ContinuousClock.now
                let client = try proxy.client()
                try client.send(row.bytes)
                #expect(try client.readResponse().status == row.status, "\(row.name)")
                #expect(client.connection.isClosed(within: 2), "\(row.name)")
                // 2 s are promised, a head may take 10: between them there is room for a busy machine.
                #expect(ContinuousClock.now - start < .seconds(5), "\(row.name)")
            }
        }
        for line in log.lines {
            #expect(line.utf8.count <= 300 && line.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "\(line)")
        }
    }

    @Test(arguments: [
        ("a head", "GET / HTTP/1.1\r\nHost: h\r\nX: ", 431), ("fields", "GET / HTTP/1.1\r\nHost: h\r\nX: y\r\n", 431),
        ("a target", "GET /", 414), ("a method", "M", 501),
    ])
    func `A19 what has no end is answered at its limit, and not read for ever`(
        what: String, start: String, status: Int
    ) async throws {
        try await Proxy.run { proxy in
            let client = try proxy.client()
            let block = Array((what == "fields" ? "X: yyyy\r\n" : "MMMMMMMM").utf8)
            try client.send(start.latin1Bytes + [UInt8](repeating: 0, count: 20_000).indices.flatMap { _ in block })
            #expect(try client.readResponse().status == status)
            // What goes on to come is taken for a moment, so that the answer is not lost, and then no more.
            let flood = [UInt8](repeating: 0x4D, count: 65536)
            #expect(throws: RawFailure.self) {
                for _ in 0..<(Flow.kernelBuffers / flood.count) { try client.connection.send(flood) }
            }
        }
    }

    // MARK: A21 to A25

    @Test(arguments: [
        ("close, Content-Length, Host", "Content-Length: 5\r\n\r\nhello", "counted hello"),
        ("content-length", "Content-Length: 5\r\n\r\nhello", "counted hello"),
        ("Transfer-Encoding", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", "chunked hello"),
        (
            "close, host, transfer-encoding", "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
            "chunked hello"
        ),
    ])
    func `A21 Connection takes neither framing nor Host away`(names: String, rest: String, seen: String) async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            let response = try proxy.exchange("POST / HTTP/1.1\r\nHost: h\r\nConnection: \(names)\r\n\(rest)")
            #expect(response.text == "x")
            #expect(origin.linted == ["POST / HTTP/1.1 \(seen)"])
        }
    }

    @Test(arguments: ["\u{0}\u{1}garbage\r\n\r\n", "garbage", "\n", "GET", "0\r\n\r\n", "X: y\r\n\r\n"])
    func `A22 a request, then garbage: the first is answered, the next client's is clean`(garbage: String) async throws
    {
        let origin = try RawOrigin { (request: RawMessage) in .ok(request.startLine) }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get("/1") + garbage)
            #expect(try client.readResponse().text == "GET /1 HTTP/1.1")
            client.connection.halfClose()
            // What is no request yet may only end; what can be none is told so.
            if garbage.utf8.contains(0x0A) { #expect(try client.readResponse().status == 400) }
            #expect(client.connection.isClosed())
            #expect(try proxy.get("/2").text == "GET /2 HTTP/1.1")
            #expect(origin.linted == ["GET /1 HTTP/1.1", "GET /2 HTTP/1.1"])
        }
    }

    /// A request in the place of what is none.
    private static let smuggled = String.get("/smuggled")

    @Test(
        arguments: [
            (
                "behind Connection: close", .get("/1", "Connection: close\r\n") + smuggled, 200,
                ["GET /1 HTTP/1.1"]
            ),
            ("behind CONNECT", "CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n" + smuggled, 405, []),
            ("behind HTTP/1.0", "GET /1 HTTP/1.0\r\n\r\n" + smuggled, 200, ["GET /1 HTTP/1.1"]),
            (
                "in the body of a GET", .get("/1", "Content-Length: \(smuggled.utf8.count)\r\n") + smuggled, 200,
                ["GET /1 HTTP/1.1 counted \(smuggled)"]
            ),
            (
                "in the chunked body of a GET",
                .get("/1", "Transfer-Encoding: chunked\r\n") + chunk(smuggled) + "0\r\n\r\n", 200,
                ["GET /1 HTTP/1.1 chunked \(smuggled)"]
            ),
            (
                "in the body of a HEAD",
                "HEAD /1 HTTP/1.1\r\nHost: h\r\nContent-Length: \(smuggled.utf8.count)\r\n\r\n" + smuggled, 200,
                ["HEAD /1 HTTP/1.1 counted \(smuggled)"]
            ),
            (
                "in the chunked body of a HEAD",
                "HEAD /1 HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk(smuggled) + "0\r\n\r\n",
                200,
                ["HEAD /1 HTTP/1.1 chunked \(smuggled)"]
            ),
            (
                "behind a refused expectation", .get("/1", "Expect: tea\r\n") + smuggled, 417, []
            ),
        ] as [(String, String, Int, [String])])
    func `A23 what is not a request is never parsed as one`(
        name: String, bytes: String, status: Int, seen: [String]
    ) async throws {
        let origin = try RawOrigin { (request: RawMessage) in
            request.startLine.hasPrefix("HEAD") ? "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" : .ok("first")
        }
        try await Proxy.run(to: origin, { $0.forwards = false }) { proxy in
            let client = try proxy.client()
            try client.send(bytes)
            let response = try client.readResponse(toHEAD: bytes.hasPrefix("HEAD"))
            #expect(response.status == status)
            client.connection.halfClose()
            #expect(client.connection.isClosed())
            #expect(try proxy.get("/next").text == "first")
            #expect(origin.linted == seen + ["GET /next HTTP/1.1"])
        }
    }

    private static func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n\(text)\r\n" }

    private static let unserved: [(name: String, bytes: String, status: Int)] = [
        ("A24", .get("/", "Expect: tea\r\n"), 417),
        ("A24 with a body", .post("hello", "Expect: 200-ok\r\n"), 417),
        ("A24 nearly", .post("hello", "Expect: 100-continued\r\n"), 417),
        ("A24 second line", .get("/", "Expect: 100-continue\r\nExpect: tea\r\n"), 417),
        ("A25", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n", 405),
        ("A25 to the upstream itself", "CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", 405),
        ("A25 to nothing", "CONNECT / HTTP/1.1\r\nHost: h\r\n\r\n", 405),
        ("A25 with content", "CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\nContent-Length: 2\r\n\r\nhi", 405),
        ("absolute", .get("http://127.0.0.1/"), 501),
        ("absolute OPTIONS", "OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        ("loop", .get("/", "Via: 1.1 me\r\n"), 508),
    ]

    @Test(arguments: [Mode.record, .replay])
    func `A24, A25 what cannot be served here says so`(mode: Mode) async throws {
        let origin = try RawOrigin(responses: [.ok("never")])
        let change: (inout Proxy.Options) -> Void = { options in
            (options.via, options.annotates, options.mode, options.forwards) = ("me", true, mode, false)
        }
        try await Proxy.run(to: origin, change) { proxy in
            for (number, row) in Self.unserved.enumerated() {
                let client = try proxy.client()
                try client.send(row.bytes)
                let response = try client.readResponse()
                #expect(response.status == row.status, "\(row.name)")
                #expect(response["Understudy-Result"] == "refused", "\(row.name)")
                #expect(response["Allow"] != nil || row.status != 405, "\(row.name)")
                #expect(response.text.contains("\"status\": \(row.status)"), "\(row.name)")
                client.connection.halfClose()
                #expect(client.connection.isClosed(), "no tunnel, nothing after it: \(row.name)")
                #expect(try proxy.recorder.entry(number).exchange.result == .refused, "\(row.name)")
            }
            #expect(origin.connectionCount == 0)
        }
    }

    @Test func `a proxy that leads back through another is found out in one lap`() async throws {
        try await Proxy.run(to: try RawOrigin(responses: [.ok("never")]), { $0.via = "me" }) { proxy in
            try await Proxy.run({
                ($0.mode, $0.upstream, $0.via) = (.record, "http://127.0.0.1:\(proxy.port)", "other")
            }) { other in
                let port = other.port
                try await proxy.server.update { $0.upstream = try? Upstream("http://127.0.0.1:\(port)") }
                #expect(try proxy.get().status == 508)
                #expect(proxy.recorder.entries.count == 2)
            }
        }
    }
}

extension Array {
    /// Those that match, and the others.
    fileprivate func separated(_ matches: (Element) -> Bool) -> ([Element], [Element]) {
        (filter(matches), filter { !matches($0) })
    }
}
