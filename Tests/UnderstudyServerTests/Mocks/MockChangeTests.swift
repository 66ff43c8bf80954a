import NIOCore
import TestSupport
import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// What is edited counts from the next call on, also on a connection that is kept.
@Suite(.serialized) struct `Changes of mock servers` {
    private func sequence(_ names: [String]) -> ExampleSet { ExampleSet(names.map { .of($0, target: "/a") }) }

    @Test func `act on the next call`() async throws {
        try await Proxy.run(to: nil) { proxy in
            let client = try proxy.client()
            func ask(_ target: String = "/a", _ fields: String = "") throws -> RawMessage {
                try client.roundTrip(proxy.request(target, of: "one", fields))
            }
            var site = MockSite.of("one", ["/a", "/b/{{id}}"])
            func change(_ change: (inout MockSite) -> Void) async throws {
                change(&site)
                try await proxy.server.setMocks([site])
            }
            try await change { _ in }
            // Often enough to be known by its bytes.
            for _ in 0..<4 { #expect(try ask().text == "one /a") }
            try await change { $0.contents = ExampleSet([.of("edited", target: "/a")]) }
            for _ in 0..<4 { #expect(try ask().text == "edited") }
            #expect(try ask("/A").status == 200)
            try await change { $0.matching = MatchOptions(profile: .strict) }
            #expect(try ask("/A").status == 404)
            try await change { $0.answering.gate.keys = AdmittedKeys(["k"]) }
            #expect(try ask().text == nobody)
            #expect(try ask("/a", "x-api-key: k\r\n").text == "edited")
            try await change { $0.answering.gate.keys = AdmittedKeys(["other"]) }
            #expect(try ask("/a", "x-api-key: k\r\n").text == nobody)
            try await change { $0.answering.gate.keys = nil }
            for _ in 0..<4 { #expect(try ask().text == "edited") }
            try await change { $0.answering.gate.serverResponse = ForcedResponse(status: 503) }
            #expect(try ask().status == 503)
            try await change { $0.answering.gate.serverResponse = nil }
            try await change { $0.answering.gate.isDeactivated = true }
            #expect(try ask().text == nobody)
            try await change { $0.answering.gate.isDeactivated = false }
            try await change { $0.annotates = true }
            #expect(try ask()["Understudy-Example"] == "edited")
            try await change { $0.names = ["two"] }
            #expect(try ask().text == nobody)
            #expect(try client.roundTrip(proxy.request("/a", of: "two")).text == "edited")
        }
    }

    @Test func `leave turns and sessions where they were, and those of others alone`() async throws {
        try await Proxy.run(to: nil) { proxy in
            func site(_ name: String, _ answers: [String]) -> MockSite {
                MockSite(id: name, names: [name], contents: sequence(answers), matching: MatchOptions(profile: .strict))
            }
            let one = site("one", ["1", "2", "3", "4"]), two = site("two", ["a", "b", "c", "d"])
            try await proxy.server.setMocks([one, two])
            func answers(_ name: String, _ session: String = "") throws -> String {
                try proxy.get("/a", of: name, session.isEmpty ? "" : "Understudy-Session: \(session)\r\n").text
            }
            #expect(try [answers("one"), answers("two"), answers("one"), answers("one", "s")] == ["1", "a", "2", "1"])
            #expect(try proxy.get("/__mock/one/__session/s/a").text == "2")
            // Edited, and another one came.
            try await proxy.server.setMocks([
                one.with { $0.contents = sequence(["1", "2", "drei", "4"]) }, two, site("three", ["x"]),
            ])
            #expect(
                try [answers("one"), answers("two"), answers("one", "s"), answers("two", "s")] == [
                    "drei", "b", "drei", "a",
                ])
            #expect(proxy.server.sessions(ofMock: "one")?.keys == ["s"])
            #expect(try await proxy.server.serving.sessions.keys == [], "the front door's own")
        }
    }

    @Test func `while many call, tear nothing`() async throws {
        try await Proxy.run(to: nil, { $0.loopCount = 2 }) { proxy in
            let sites = (0..<4).map { number in MockSite.of("m\(number)") }
            try await proxy.server.setMocks(sites)
            await withTaskGroup(of: Void.self, returning: Void.self) { group in
                for number in 0..<4 {
                    group.addTask(executorPreference: QueueExecutor()) {
                        guard let client = try? proxy.client() else {
                            Issue.record("no connection")
                            return
                        }
                        for _ in 0..<100 {
                            let answer = try? client.roundTrip(proxy.request("/a", of: "m\(number)")).text
                            #expect(answer == "m\(number) /a" || answer == "new \(number)")
                        }
                    }
                }
                for round in 0..<20 {
                    let changed = sites.enumerated().map { number, site in
                        round % 2 == 0 ? site.with { $0.contents = sequence(["new \(number)"]) } : site
                    }
                    _ = try? await proxy.server.setMocks(changed)
                }
            }
        }
    }
}
