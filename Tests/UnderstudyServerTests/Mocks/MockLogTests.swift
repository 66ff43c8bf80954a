import Foundation
import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// What is kept of each call to a mock server.
@Suite(.serialized) struct `The log of calls` {
    @Test func `has every call with what became of it`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("plain", target: "/a")] }) { proxy in
            let site = MockSite.of("one").with { $0.limits.perMinute = 100 }
            try await proxy.server.setMocks([site])
            let body = "POST /b HTTP/1.1\r\nHost: one.localhost:\(proxy.port)\r\nContent-Length: 4\r\n\r\nsent"
            #expect(try proxy.get("/a", of: "one").status == 200)
            #expect(try proxy.exchange(body).status == 404)
            #expect(try proxy.get("/a").text == "plain")
            try await proxy.server.setMocks([site.with { $0.answering.gate.keys = AdmittedKeys(["k"]) }])
            _ = try proxy.get("/a", of: "one")
            try await proxy.server.setMocks([site.with { $0.limits.perMinute = 1 }])
            _ = try proxy.get("/a", of: "one")
            let calls = try (0..<5).map { try proxy.recorder.entry($0).exchange }
            #expect(calls.map(\.mock) == ["id-of-one", "id-of-one", nil, "id-of-one", "id-of-one"])
            #expect(calls.map(\.result) == [.hit, .miss, .hit, .refused, .refused])
            #expect(calls.map(\.exampleName) == ["one /a", nil, nil, nil, nil])
            #expect(calls.map(\.score) == [100, nil, nil, nil, nil])
            #expect(calls[1].missReason == "Double check your method and the request path and try again.")
            #expect(calls[3].missReason == "no x-api-key was sent")
            #expect(calls[4].missReason?.hasPrefix("Rate limit exceeded. Retry after ") == true)
            let texts = (0..<5).map { try? proxy.recorder.entry($0).responseText }
            #expect(texts[0] == "one /a" && texts[2] == "" && texts[3] == nobody)
            #expect(texts[1]?.contains("mockRequestNotFoundError") == true)
            #expect(texts[4]?.contains("rateLimitError") == true)
            #expect(try proxy.recorder.entry(1).requestText == "sent")
            #expect(calls.allSatisfy { $0.timings.total >= 0 && $0.mode == .replay })
        }
    }

    @Test func `has what a request that is known got`() async throws {
        try await Proxy.run(to: nil) { proxy in
            try await proxy.server.setMocks([.of("one"), .of("two")])
            let client = try proxy.client()
            for _ in 0..<5 {
                for name in ["one", "two"] { _ = try client.roundTrip(proxy.request("/a", of: name)) }
            }
            let calls = try (0..<10).map { try proxy.recorder.entry($0) }
            #expect(
                calls.map(\.exchange.mock) == Array(repeating: ["id-of-one", "id-of-two"], count: 5).flatMap { $0 })
            #expect(calls.map(\.responseText) == Array(repeating: ["one /a", "two /a"], count: 5).flatMap { $0 })
        }
    }

    @Test func `keeps the beginning of a long answer, and says so`() async throws {
        try await Proxy.run(to: nil, { $0.limits.loggedResponse = 1000 }) { proxy in
            let long = Example.of("long", target: "/long", body: Body(text: String(repeating: "x", count: 1001)))
            let fits = Example.of("fits", target: "/fits", body: Body(text: String(repeating: "y", count: 1000)))
            try await proxy.server.setMocks([MockSite.of("one").with { $0.contents = ExampleSet([long, fits]) }])
            #expect(try proxy.get("/long", of: "one").body.count == 1001)
            #expect(try proxy.get("/fits", of: "one").body.count == 1000)
            let bodies = try (0..<2).map { try #require(proxy.recorder.entry($0).exchange.response?.body) }
            #expect(bodies.map(\.keptByteCount) == [1000, 1000] && bodies.map(\.isCut) == [true, false])
        }
    }

    @Test func `is left out, and counted for each mock server, when there is no room`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.of("plain", target: "/a")] }) { proxy in
            try await proxy.server.setMocks([.of("one"), .of("two")])
            proxy.recorder.congest()
            for name in ["one", "two", "one"] { #expect(try proxy.get("/a", of: name).status == 200) }
            #expect(try proxy.get("/a").text == "plain")
            // A miss is never left out, and what was counted goes with it.
            #expect(try proxy.get("/none", of: "one").status == 404)
            _ = try proxy.recorder.entry(0)
            #expect(proxy.recorder.leftOut == ["id-of-one": 2, "id-of-two": 1, "": 1])
        }
    }
}
