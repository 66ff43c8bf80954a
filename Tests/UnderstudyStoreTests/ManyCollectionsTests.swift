import Logging
import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@testable import UnderstudyStore

/// One run records many hosts for many sessions: each of them a collection of its own.
@Suite struct `A run with many collections` {
    private let fixture: StoreFixture
    private let history: History
    private let workspace: Workspace

    init() throws {
        fixture = try StoreFixture()
        history = try fixture.history().0
        workspace = try Workspace(fixture.path, opening: .reading)
    }

    private func recorder() -> ExampleRecorder {
        ExampleRecorder(workspace: workspace, history: history, redaction: .none, logger: Logger(label: "test"))
    }

    private struct Call {
        let host: String
        let target: String
        let answer: String
        var session = ""
    }

    /// Records a run, folding after every so many calls; a crash leaves what comes after the last folding pending.
    private func record(
        _ calls: [Call], _ policy: WritePolicy = .append, api: String = "", foldingEvery count: Int? = nil,
        atEnd: Bool = true
    ) async throws {
        let run = Run(
            startedAt: .now(), collection: api.isEmpty ? "" : PostmanCollection.slug(for: api), baseURL: api,
            writePolicy: policy)
        let writer = HistoryWriter(history: history, run: try history.beginRun(run))
        let recorder = recorder()
        for (number, call) in calls.enumerated() {
            var exchange = Exchange.sample(target: call.target, upstream: call.host, body: call.answer)
            exchange.session = call.session
            let pending = PendingExample(requestKey: ExampleFold.requestKey(of: exchange))
            _ = try #require(await writer.recordAndWait(exchange, example: pending))
            if let count, number % count == count - 1 { recorder.fold() }
        }
        writer.close()
        if atEnd { recorder.fold() }
    }

    /// What is in each file, by its name, in order: target and answer.
    private func files() throws -> [String: [String]] {
        let folder = CollectionFolder(workspace)
        var files: [String: [String]] = [:]
        for file in folder.files() {
            files[file.slug] = try folder.read(file).examples(files: folder.bodyFiles).examples.map { example in
                let answer = example.response.body.bytesInMemory.map { String(buffer: $0) } ?? ""
                return "\(example.request.head.targetText) \(answer)"
            }
        }
        return files
    }

    private static let mixed: [Call] = [
        Call(host: "https://a", target: "/", answer: "a1"), Call(host: "https://b", target: "/", answer: "b1"),
        Call(host: "https://a", target: "/", answer: "a2", session: "ann"),
        Call(host: "https://a", target: "/", answer: "a3"), Call(host: "http://a", target: "/", answer: "plain"),
        Call(host: "https://a", target: "/", answer: "a4", session: "ann"),
        Call(host: "https://a", target: "/", answer: "a5", session: "Ann"),
        Call(host: "https://b", target: "/", answer: "b1"), Call(host: "https://b", target: "/", answer: "b2"),
    ]
    private static let wanted = [
        "a": ["/ a1", "/ a3"], "a-80": ["/ plain"], "b": ["/ b1", "/ b1", "/ b2"], "ann--a": ["/ a2", "/ a4"],
        "nn-" + Digest(of: "Ann").description.prefix(12) + "--a": ["/ a5"],
    ]

    @Test(arguments: [nil, 1, 2, 4]) func `keeps hosts and sessions apart, whenever it is written`(every: Int?)
        async throws
    {
        try await record(Self.mixed, foldingEvery: every)
        #expect(try files() == Self.wanted)
        #expect(try history.pendingCount() == 0)
    }

    @Test(arguments: WritePolicy.allCases)
    func `leaves no byte changed when the same comes again`(policy: WritePolicy) async throws {
        try await record(Self.mixed)
        let before = try contents()
        try await record(Self.mixed, policy, foldingEvery: 2)
        #expect(try contents() == before)
    }

    private func contents() throws -> [String: ByteBuffer] {
        try CollectionFolder(workspace).files().reduce(into: [:]) { $0[$1.slug] = try FileSystem.contents(of: $1.path) }
    }

    @Test func `begins only those anew that it records, each once`() async throws {
        try await record(Self.mixed)
        let again = [
            Call(host: "https://a", target: "/1", answer: "x"),
            Call(host: "https://a", target: "/2", answer: "x", session: "ann"),
            Call(host: "https://a", target: "/3", answer: "x"),
            Call(host: "https://a", target: "/4", answer: "x", session: "ann"),
        ]
        try await record(again, .fresh, foldingEvery: 1)
        var wanted = Self.wanted
        wanted["a"] = ["/1 x", "/3 x"]
        wanted["ann--a"] = ["/2 x", "/4 x"]
        #expect(try files() == wanted)
    }

    @Test func `goes on after a crash where each collection was`() async throws {
        try await record(Self.mixed)
        let again = ["/1", "/2", "/3", "/4", "/5"].flatMap { target in
            ["https://a", "https://b"].map { Call(host: $0, target: target, answer: "x") }
        }
        // Killed behind the second folding: the last two are in the history only.
        try await record(again, .fresh, foldingEvery: 4, atEnd: false)
        #expect(try history.pendingCount() == 2)
        try #expect(files()["a"] == ["/1 x", "/2 x", "/3 x", "/4 x"])
        recorder().fold()
        let all = ["/1 x", "/2 x", "/3 x", "/4 x", "/5 x"]
        try #expect(files()["a"] == all && files()["b"] == all)
        #expect(try history.pendingCount() == 0)
    }

    @Test func `has its own API's under the name it always had`() async throws {
        let calls = [
            Call(host: "http://api.example.com", target: "/", answer: "own"),
            Call(host: "https://api.example.com", target: "/", answer: "secure"),
            Call(host: "http://api.example.com", target: "/", answer: "ann", session: "ann"),
            Call(host: "http://other", target: "/", answer: "other"),
        ]
        try await record(calls, api: "http://api.example.com/v1")
        #expect(
            try files() == [
                "api.example.com": ["/ own"], "api.example.com-443": ["/ secure"],
                "ann--api.example.com": ["/ ann"], "other-80": ["/ other"],
            ])
        let collection = try CollectionFolder(workspace).read(
            CollectionFolder(workspace).file(slug: "ann--api.example.com"))
        #expect(collection.session == "ann" && collection.variables["baseUrl"] == "http://api.example.com")
    }

    @Test func `goes beside a file of that name which is another's`() async throws {
        try await record([Call(host: "http://h", target: "/", answer: "reverse")], api: "http://h")
        try await record([Call(host: "https://h", target: "/", answer: "forward")], foldingEvery: 1)
        try await record([Call(host: "https://h", target: "/2", answer: "forward")], foldingEvery: 1)
        let home = CollectionHome(upstream: "https://h", session: "", collection: "", baseURL: "")
        #expect(try files() == ["h": ["/ reverse"], home.alternative.slug: ["/ forward", "/2 forward"]])
    }

    @Test func `is not held up by one file that cannot be written`() async throws {
        try FileSystem.makeFolder(workspace.collections)
        let broken = CollectionFolder(workspace).file(slug: "a").path
        try AtomicFile.write(ByteBuffer(string: "{"), to: broken)
        try await record(Self.mixed)
        try AtomicFile.write(ByteBuffer(string: #"{"item": []}"#), to: broken)
        var wanted = Self.wanted
        wanted["a"] = []
        #expect(try files() == wanted)
        #expect(try history.pendingCount() == 2)
        recorder().fold()
        #expect(try files() == Self.wanted)
    }

    @Test func `keeps the sessions of its exchanges`() async throws {
        try await record(Self.mixed)
        var query = HistoryQuery()
        query.order = .oldestFirst
        #expect(try history.entries(query).map(\.session) == Self.mixed.map(\.session))
        query.session = "ann"
        #expect(try history.entries(query).map(\.id) == [3, 6])
        #expect(try history.exchange(id: 3)?.session == "ann" && history.exchange(id: 1)?.session == "")
        query.session = ""
        #expect(try history.count(query) == 6)
        query.session = "nobody"
        #expect(try history.count(query) == 0)
    }
}
