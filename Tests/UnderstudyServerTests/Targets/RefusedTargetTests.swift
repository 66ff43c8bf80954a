import Curl
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Addresses that are refused are not connected to, under whatever name they come.
@Suite struct `Refused targets` {
    private static func expectRefusal(
        _ proxy: Proxy, _ upstream: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let upstream = try Upstream(upstream)
        try await proxy.server.update { $0.upstream = upstream }
        let count = proxy.recorder.entries.count
        let answer = try proxy.get("/x")
        #expect(answer.status == 403, "\(upstream.origin)", sourceLocation: sourceLocation)
        #expect(
            answer["Proxy-Status"] == "understudy; error=destination_ip_prohibited", sourceLocation: sourceLocation)
        let entry = try proxy.recorder.entry(count)
        #expect(
            entry.failure == .destinationIPProhibited && !entry.exchange.isReplayable, sourceLocation: sourceLocation)
    }

    private static let thisMachine = [
        "127.0.0.1", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "[::1]", "localhost", "localhost.",
        "0.0.0.0",
    ]

    @Test func `ourselves, under every spelling`() async throws {
        let other = try RawOrigin(responses: [.ok("never")])
        try await Proxy.run(
            to: other, { $0.targets.allowed = [TargetRule("loopback"), TargetRule("*")].compactMap(\.self) }
        ) {
            proxy in
            for host in Self.thisMachine { try await Self.expectRefusal(proxy, "http://\(host):\(proxy.port)") }
            #expect(try await proxy.server.connectionCount <= 1)
        }
        #expect(other.connectionCount == 0)
    }

    @Test func `and our other listeners`() async throws {
        let admin = try RawOrigin(responses: [.ok("secrets")])
        let guarding = TargetGuard()
        guarding.add(ownPort: admin.port)
        try await Proxy.run(to: admin, { $0.guarding = guarding }) { proxy in
            for host in Self.thisMachine { try await Self.expectRefusal(proxy, "http://\(host):\(admin.port)") }
        }
        #expect(admin.connectionCount == 0)
    }

    @Test func `what was denied`() async throws {
        let origin = try RawOrigin { (_: RawMessage) in .ok("reached") }
        try await Proxy.run(
            to: origin,
            {
                $0.targets.denied = [TargetRule("loopback")].compactMap(\.self)
                $0.curl = CurlOptions(
                    resolve: ["somewhere.example:\(origin.port):127.0.0.1"], connectTimeout: .seconds(5))
            }
        ) { proxy in
            for host in Self.thisMachine where host != "localhost." {
                try await Self.expectRefusal(proxy, "http://\(host):\(origin.port)")
            }
            try await Self.expectRefusal(proxy, "http://somewhere.example:\(origin.port)")
        }
        #expect(origin.connectionCount == 0)
    }

    /// The name is innocent, what it resolves to is not.
    @Test func `metadata services behind any name`() async throws {
        let names = [
            "169.254.169.254", "[fd00:ec2::254]", "100.100.100.200", "[::ffff:169.254.169.254]", "[64:ff9b::a9fe:a9fe]",
        ]
        let resolve = names.enumerated().map { "innocent\($0.offset).example:80:\($0.element)" }
        try await Proxy.run({
            $0.mode = .record
            $0.curl = CurlOptions(
                resolve: resolve, connectTo: ["elsewhere.example:80:169.254.169.254:80"], connectTimeout: .seconds(5))
        }) { proxy in
            for number in names.indices { try await Self.expectRefusal(proxy, "http://innocent\(number).example") }
            try await Self.expectRefusal(proxy, "http://elsewhere.example")
            try await Self.expectRefusal(proxy, "http://169.254.169.254")
        }
    }

    /// A proxy resolves for us, so that the name is all there is to judge.
    @Test func `through an upstream proxy by their names`() async throws {
        let upstreamProxy = try RawOrigin { (_: RawMessage) in .ok("by proxy") }
        let curl = CurlOptions(proxy: "http://127.0.0.1:\(upstreamProxy.port)", connectTimeout: .seconds(5))
        try await Proxy.run({ ($0.mode, $0.curl) = (.record, curl) }) { proxy in
            for host in Self.thisMachine { try await Self.expectRefusal(proxy, "http://\(host):\(proxy.port)") }
            for host in ["169.254.169.254", "2852039166", "metadata.google.internal", "[fe80::1]"] {
                try await Self.expectRefusal(proxy, "http://\(host)")
            }
            #expect(upstreamProxy.connectionCount == 0)
            try await proxy.server.update { $0.upstream = try? Upstream("http://api.example") }
            #expect(try proxy.get().text == "by proxy")
        }
    }

    @Test func `none of them when allowed`() async throws {
        let origin = try RawOrigin { (_: RawMessage) in .ok("reached") }
        try await Proxy.run(
            to: origin,
            {
                $0.targets.denied = [TargetRule("loopback")].compactMap(\.self)
                $0.targets.allowed = [TargetRule("127.0.0.1:\(origin.port)")].compactMap(\.self)
            }
        ) { proxy in
            let answer = try proxy.get()
            #expect(answer.text == "reached")
        }
    }
}
