import Logging
import NIOCore
import Synchronization
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// How connections and the server begin and end. Limits are looked at once a second.
@Suite(.serialized) struct `Connections and time` {
    @Test func `a head that takes too long is answered with 408, an idle connection is closed`() async throws {
        let change: (inout Proxy.Options) -> Void = { options in
            options.limits.headTimeout = .milliseconds(500)
            options.limits.keepAliveTimeout = .milliseconds(500)
            options.examples = [.of("a", target: "/")]
        }
        try await Proxy.run(to: nil, change) { proxy in
            let slow = try proxy.client()
            try slow.send("GET / HTTP/1.1\r\nHo")
            let idle = try proxy.client()
            try idle.send(.get())
            #expect(try idle.readResponse().text == "a")
            let response = try slow.readResponse()
            #expect(response.status == 408 && response["Connection"] == "close")
            #expect(slow.connection.isClosed())
            #expect(idle.connection.isClosed())
        }
    }

    @Test func `a body that stops is answered with 408, and upstream never has the whole`() async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readHead()
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin, { $0.limits.bodyIdleTimeout = .milliseconds(500) }) { proxy in
            let client = try proxy.client()
            try client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello")
            #expect(try client.readResponse().status == 408)
            #expect(eventually { origin.openConnectionCount == 0 })
            #expect(try proxy.recorder.entry().savesExample == false)
        }
    }

    @Test func `a client that takes nothing for too long is let go`() async throws {
        let body = Body(ByteBuffer(repeating: 0x61, count: 40_000_000))
        let change: (inout Proxy.Options) -> Void = { options in
            options.limits.bodyIdleTimeout = .milliseconds(500)
            options.examples = [.of("a", target: "/", body: body)]
        }
        try await Proxy.run(to: nil, change) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            // The answer has begun. On a busy machine the client may have been let go before anyone looks.
            #expect(client.connection.isReadable(within: 10))
            #expect(try await comesTrue { try await proxy.server.connectionCount == 0 })
        }
    }

    @Test func `at the connection limit the next client waits until one leaves`() async throws {
        try await Proxy.run(
            to: nil, { ($0.limits.clientConnections, $0.examples, $0.loopCount) = (2, [.of("a", target: "/")], 2) }
        ) { proxy in
            var clients = try (0..<2).map { _ in try proxy.client() }
            for client in clients {
                try client.send(.get())
                _ = try client.readResponse()
            }
            // Connected by the kernel, not accepted by us.
            let waiting = try (0..<3).map { _ in try proxy.client() }
            for client in waiting { try client.send(.get()) }
            #expect(!waiting.contains { $0.connection.isReadable(within: 0.1) })
            #expect(try await proxy.server.connectionCount == 2)
            for client in waiting {
                clients.removeFirst().connection.close()
                #expect(try client.readResponse().text == "a")
                clients.append(client)
            }
        }
    }

    // MARK: Stop

    @Test func `a stop lets running exchanges finish, and takes no more`() async throws {
        let mayEnd = Atomic(false)
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nbeg")
            _ = eventually(within: 10) { mayEnd.load(ordering: .relaxed) }
            try connection.send("end")
        }
        try await Proxy.run(to: origin) { proxy in
            let idle = try proxy.client()
            let client = try proxy.client()
            try client.send(.get())
            _ = try client.connection.read(through: "beg")
            let stop = Task { try await proxy.server.stop(grace: .seconds(10)) }
            // Waits without holding a thread, which the stop needs too.
            let deadline = ContinuousClock.now + .seconds(20)
            while ContinuousClock.now < deadline, !idle.connection.isReadable(within: 0) || (try? proxy.client()) != nil
            {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(idle.connection.isClosed())
            #expect(throws: RawFailure.self) { try proxy.client() }
            mayEnd.store(true, ordering: .relaxed)
            #expect(try client.connection.readToEnd().latin1 == "end")
            try await stop.value
            #expect(try proxy.recorder.entry().savesExample)
        }
    }

    @Test(arguments: ["", "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nbeg"])
    func `after its grace a stop cuts what is left, and it is recorded so`(begun: String) async throws {
        let origin = try RawOrigin { (connection: RawConnection) in
            _ = try connection.readRequest()
            try connection.send(begun)
            try connection.waitForPeerToClose()
        }
        try await Proxy.run(to: origin) { proxy in
            let client = try proxy.client()
            try client.send(.get())
            #expect(eventually { origin.requests.count == 1 })
            if !begun.isEmpty { _ = try client.connection.read(through: "beg") }
            let start = ContinuousClock.now
            try await proxy.server.stop(grace: .milliseconds(200))
            // Far below the default grace of 10 s.
            #expect(ContinuousClock.now - start < .seconds(9))
            #expect(client.connection.isClosed())
            #expect(eventually { origin.openConnectionCount == 0 })
            let entry = try proxy.recorder.entry()
            #expect(entry.failure == .shutdown && !entry.savesExample)
        }
    }

    @Test func `a recorder that commits after the stop finds the door shut`() async throws {
        let origin = try RawOrigin(responses: [.ok("x")])
        try await Proxy.run(to: origin) { proxy in
            proxy.recorder.withhold()
            let client = try proxy.client()
            try client.send(.get())
            _ = try proxy.recorder.entry()
            try await proxy.server.stop(grace: .zero)
            proxy.recorder.commit()
            #expect(client.connection.isClosed(), "never the end of what was not durable in time")
        }
    }

    @Test func `a port in use is an error, and leaves nothing behind`() async throws {
        try await Proxy.run(to: nil) { proxy in
            var configuration = ProxyServer.Configuration(
                recorder: proxy.recorder, storedBodies: Proxy.NoBodies(), certificates: Proxy.noCertificates,
                logger: .init(label: "test"))
            configuration.port = proxy.port
            await #expect(throws: IOError.self) {
                try await ProxyServer(configuration, serving: Serving(mode: .replay))
            }
        }
    }
}
