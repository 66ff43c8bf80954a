import Testing
import UnderstudyCore

@testable import UnderstudyServer

/// Which examples have answered: what `understudy run` tells of at the end.
@Suite struct `An example takes note that it answered` {
    private func used(_ serving: Serving) -> [String] { serving.index.entries.filter(\.isUsed).map(\.example.id) }

    @Test func `once and for all its repeats, whatever way they are answered`() async throws {
        let examples = ["/a", "/b", "/c"].map { Example.of($0, target: $0) }
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            #expect(try await used(proxy.server.serving) == [])
            for _ in 0..<5 { _ = try proxy.get("/b") }
            _ = try proxy.get("/none")
            #expect(try await used(proxy.server.serving) == ["/b"])
        }
    }

    @Test func `and it is known after a reload`() throws {
        var serving = Serving(mode: .replay, examples: ["/a", "/b"].map { Example.of($0, target: $0) })
        serving.index.entries[1].markUsed()
        #expect(used(serving) == ["/b"])
        serving.replaceExamples(["/new", "/b", "/a"].map { Example.of($0, target: $0) })
        #expect(used(serving) == ["/b"])
    }
}
