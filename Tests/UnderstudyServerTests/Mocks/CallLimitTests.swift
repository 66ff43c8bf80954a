import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// How many calls a mock server answers, and what it says to the others.
@Suite(.serialized) struct `Limits of calls` {
    private static func site(perMinute: Int? = nil, perMonth: Int? = nil) -> MockSite {
        MockSite.of("one").with { $0.limits = .init(perMinute: perMinute, perMonth: perMonth) }
    }

    @Test func `per minute, with Postman's answer and fields`() async throws {
        try await Proxy.run(to: nil) { proxy in
            try await proxy.server.setMocks([Self.site(perMinute: 3), .of("two")])
            let client = try proxy.client()
            let before = Int(Timestamp.now().microseconds / 1_000_000)
            let answers = try ["/a", "/none", "/a", "/a", "/a"].map { target in
                try client.roundTrip(proxy.request(target, of: "one"))
            }
            #expect(answers.map(\.status) == [200, 404, 200, 429, 429])
            #expect(answers.map { $0["X-RateLimit-Limit"] } == Array(repeating: "3", count: 5))
            #expect(answers.map { $0["X-RateLimit-Remaining"] } == ["2", "1", "0", "0", "0"])
            let reset = try #require(answers[0]["X-RateLimit-Reset"].flatMap { Int($0) })
            #expect((before + 60...before + 70).contains(reset))
            #expect(
                answers[3].text == """
                    {
                    \t"error": {
                    \t\t"name": "rateLimitError",
                    \t\t"message": "Rate limit exceeded. Retry after \(reset)"
                    \t}
                    }

                    """)
            #expect(answers[3]["Content-Type"] == "application/json; charset=utf-8")
            let other = try proxy.get("/a", of: "two")
            #expect(other.status == 200 && other["X-RateLimit-Limit"] == nil)
            // The count stays when the limit changes.
            try await proxy.server.setMocks([Self.site(perMinute: 5)])
            let more = try (0..<3).map { _ in try proxy.get("/a", of: "one").status }
            #expect(more == [200, 200, 429])
            try await proxy.server.setMocks([Self.site()])
            #expect(try proxy.get("/a", of: "one")["X-RateLimit-Limit"] == nil)
        }
    }

    @Test func `per month, from what the history has`() async throws {
        try await Proxy.run(to: nil) { proxy in
            try await proxy.server.setMocks([Self.site(perMonth: 10)]) { $0 == "id-of-one" ? 8 : 0 }
            let answers = try (0..<3).map { _ in try proxy.get("/a", of: "one") }
            #expect(answers.map(\.status) == [200, 200, 429])
            #expect(
                answers[2].text == """
                    {
                    \t"error": {
                    \t\t"name": "usageLimitError",
                    \t\t"header": "Usage limit reached",
                    \t\t"message": "Your team plan allows 10 mock server calls per month. Contact your team Admin to up your limit."
                    \t}
                    }

                    """)
            #expect(answers[0]["X-RateLimit-Limit"] == nil)
            // Another edit does not ask again: what was counted goes on.
            try await proxy.server.setMocks([Self.site(perMonth: 11).with { $0.annotates = true }]) { _ in 0 }
            #expect(try (0..<2).map { _ in try proxy.get("/a", of: "one").status } == [200, 429])
        }
    }

    @Test func `what is refused or only asked ahead does not count`() async throws {
        try await Proxy.run(to: nil) { proxy in
            let site = Self.site(perMinute: 1).with { $0.answering.gate.keys = AdmittedKeys(["k"]) }
            try await proxy.server.setMocks([site])
            for _ in 0..<3 { #expect(try proxy.get("/a", of: "one").text == nobody) }
            let preflight =
                "OPTIONS /a HTTP/1.1\r\nHost: one.localhost:\(proxy.port)\r\nOrigin: http://p\r\nAccess-Control-Request-Method: GET\r\n\r\n"
            #expect(try proxy.exchange(preflight).status == 204)
            #expect(try proxy.get("/a", of: "one", "x-api-key: k\r\n").status == 200)
            #expect(try proxy.get("/a", of: "one", "x-api-key: k\r\n").status == 429)
        }
    }

    @Test func `are exact across event loops`() async throws {
        try await Proxy.run(to: nil, { $0.loopCount = 4 }) { proxy in
            try await proxy.server.setMocks([Self.site(perMinute: 500, perMonth: 300)])
            let statuses = await withTaskGroup(of: [Int].self, returning: [Int].self) { group in
                for _ in 0..<8 {
                    group.addTask(executorPreference: QueueExecutor()) {
                        guard let client = try? proxy.client() else { return [] }
                        return (0..<50).map { _ in
                            (try? client.roundTrip(proxy.request("/a", of: "one")).status) ?? 0
                        }
                    }
                }
                return await group.reduce(into: []) { $0 += $1 }
            }
            #expect(statuses.count { $0 == 200 } == 300 && statuses.count { $0 == 429 } == 100)
        }
    }

    @Test func `begin anew when their time is over`() {
        func time(_ text: Int) -> Timestamp { Timestamp(microseconds: Int64(text) * 1_000_000) }
        let meter = CallMeter(limits: .init(perMinute: 2), counts: CallCounts())
        // The end of November 2026.
        let start = 1_796_083_190
        #expect([0, 30, 59].map { meter.take(at: time(start + $0)) } == [nil, nil, .minute(until: start + 60)])
        #expect([60, 61, 62].map { meter.take(at: time(start + $0)) } == [nil, nil, .minute(until: start + 120)])
        let monthly = CallMeter(limits: .init(perMonth: 1), counts: CallCounts())
        #expect([-1, 0].map { monthly.take(at: time(start + $0)) } == [nil, .month(limit: 1)])
        #expect([10, 11].map { monthly.take(at: time(start + $0)) } == [nil, .month(limit: 1)])
        #expect(time(start).monthNumber + 1 == time(start + 10).monthNumber)
        #expect(time(start + 86_400).startOfMonth == time(start + 10))
    }
}
