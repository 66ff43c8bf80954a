import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// C45, C49 and C53: connections to the upstream that are used again.
@Suite(.serialized) struct `C: kept connections` {
    @Test func `C49 bytes behind a response go with their connection`() async throws {
        let origin = try RawOrigin(responses: [.ok("one") + .ok("stray"), .ok("two")])
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for expected in ["one", "two", "two"] {
                try client.send(.get())
                #expect(try client.readResponse().text == expected)
            }
            #expect(try proxy.get().text == "two")
            #expect(proxy.recorder.entries.map(\.responseText) == ["one", "two", "two", "two"])
        }
    }

    @Test(arguments: [.ok("stray"), "\r\n", "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n\r\n"])
    func `C49 bytes that come while the connection waits are nobody's answer`(stray: String) async throws {
        let mayStray = Atomic(false)
        let hasStrayed = Atomic(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            while let request = try connection.readRequestOrEnd() {
                try connection.send(.ok(request.startLine))
                guard request.startLine.contains("/1") else { continue }
                _ = eventually(within: 10) { mayStray.load(ordering: .relaxed) }
                // On the loopback a `send` that has returned has arrived.
                try connection.send(stray)
                hasStrayed.store(true, ordering: .relaxed)
            }
        }
        try await Proxy.run(to: origin) { proxy in
            let first = try proxy.get("/1")
            #expect(first.text == "GET /1 HTTP/1.1")
            mayStray.store(true, ordering: .relaxed)
            #expect(eventually { hasStrayed.load(ordering: .relaxed) })
            #expect(try proxy.get("/2").text == "GET /2 HTTP/1.1")
            #expect(try proxy.exchange(.post("x")).text == "POST / HTTP/1.1")
        }
    }

    @Test(arguments: [String.get(), .post("body")], [true, false])
    func `C53 pooled connections that the upstream closed silently do no harm`(
        request: String, resets: Bool
    ) async throws {
        let closed = Atomic(0)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send(.ok("x"))
            if resets { connection.reset() } else { connection.close() }
            closed.add(1, ordering: .relaxed)
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            for number in 1...60 {
                try client.send(request)
                #expect(try client.readResponse().text == "x")
                // Closed while idle: a POST on its way to a connection that is just closing may not go out again.
                #expect(eventually { closed.load(ordering: .relaxed) == number })
            }
            #expect(origin.requests.count == 60)
            #expect(origin.linted.allSatisfy { !$0.hasPrefix("FAULT") && !$0.hasSuffix("cut") })
            #expect(proxy.recorder.entries.allSatisfy { $0.savesExample })
        }
    }

    /// Takes the first request and ends the connection without a byte; answers later ones.
    @Test(arguments: `C: cut responses`.End.allCases)
    func `C45 a first request that gets nothing is a 502, whatever its method`(end: `C: cut responses`.End) async throws
    {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            if end == .reset { connection.reset() }
        }
        try await Proxy.run(to: origin) { proxy in
            for (number, request) in [String.get(), .post("body")].enumerated() {
                let response = try proxy.exchange(request)
                #expect(response.status == 502)
                #expect(response["Proxy-Status"] == "understudy; error=connection_terminated")
                #expect(origin.requests.count == number + 1)
                #expect(try proxy.recorder.entry(number).savesExample == false)
            }
        }
    }

    /// Answers the first request of the first connection, takes the second and closes.
    private func dyingOrigin(_ end: `C: cut responses`.End) throws -> RawOrigin {
        let connections = Mutex(0)
        return try RawOrigin { (connection: RawConnection) in
            let number = connections.withLock { count in
                count += 1
                return count
            }
            _ = try connection.readRequest()
            try connection.send(.ok("\(number)"))
            guard number == 1 else { return try connection.waitForPeerToClose() }
            _ = try connection.readRequest()
            if end == .reset { connection.reset() }
        }
    }

    @Test(
        arguments: [String.get(), "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody"],
        `C: cut responses`.End.allCases)
    func `C45 an idempotent request goes out again when a kept connection dies`(
        request: String, end: `C: cut responses`.End
    ) async throws {
        let origin = try dyingOrigin(end)
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            #expect(try client.readResponse().text == "1")
            try client.send(request)
            #expect(try client.readResponse().text == "2")
            #expect(origin.requests.count == 3)
            #expect(origin.requestTexts[1] == origin.requestTexts[2])
        }
    }

    @Test(arguments: `C: cut responses`.End.allCases)
    func `C45 a POST never goes out twice`(end: `C: cut responses`.End) async throws {
        let origin = try dyingOrigin(end)
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            _ = try client.readResponse()
            try client.send(.post("body"))
            let response = try client.readResponse()
            #expect(response.status == 502)
            #expect(response["Proxy-Status"] == "understudy; error=connection_terminated")
            #expect(origin.requests.count == 2)
        }
    }
}
