import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

/// Whatever the policy and whenever the file was written: the same traffic changes no byte.
@Suite struct `Folding exchanges into examples` {
    static let later = sampleTraffic.map { old in
        var new = old
        new.timings.total += 7_000
        new.response?.head.fields.remove("Date")
        new.response?.head.fields.append("Date", "Sun, 22 Nov 2026 11:11:11 GMT")
        return new
    }

    @Test(arguments: WritePolicy.allCases)
    func `the same traffic again changes no byte`(policy: WritePolicy) throws {
        let first = try fold(sampleTraffic, policy: policy)
        #expect(try reread(first).examples(files: nil).examples.count == sampleTraffic.count)
        let again = try fold(Self.later, into: try reread(first), policy: policy)
        #expect(text(again) == text(first))
    }

    @Test(arguments: WritePolicy.allCases)
    func `writing in between changes nothing`(policy: WritePolicy) throws {
        let whole = try fold(sampleTraffic, policy: policy)
        for cut in 1..<sampleTraffic.count {
            var part = ExampleFold(
                try reread(try fold(Array(sampleTraffic[..<cut]), policy: policy)), files: MemoryFiles(), resuming: true
            )
            var counts: [Digest: Int] = [:]
            for (index, exchange) in sampleTraffic.enumerated() {
                let key = ExampleFold.requestKey(of: exchange)
                if index >= cut { try part.fold(exchange, occurrence: counts[key, default: 0], policy: policy) }
                counts[key, default: 0] += 1
            }
            #expect(text(part.collection) == text(whole), "cut at \(cut)")
        }
    }

    @Test func `a second recording of what was folded before a crash changes nothing`() throws {
        let whole = try fold(sampleTraffic, policy: .append)
        var resumed = ExampleFold(try reread(whole), files: MemoryFiles(), resuming: true)
        try resumed.fold(Self.later[5], occurrence: 1, policy: .append)
        try resumed.fold(Self.later[6], occurrence: 2, policy: .replace)
        #expect(text(resumed.collection) == text(whole))
    }

    @Test func `append adds what is new and never a second time`() throws {
        let first = try fold([exchange("GET", "/s", answer: "a"), exchange("GET", "/s", answer: "b")])
        let changed = [exchange("GET", "/s", answer: "a"), exchange("GET", "/s", answer: "c")]
        let second = try fold(changed, into: try reread(first))
        #expect(bodies(second) == ["a", "b", "c"])
        #expect(text(try fold(changed, into: try reread(second))) == text(second))
        #expect(names(second) == ["200 OK", "200 OK (2)", "200 OK (3)"])
    }

    @Test func `replace leaves of a touched request only what the run recorded`() throws {
        let first = try fold([
            exchange("GET", "/s", answer: "a"), exchange("GET", "/s", answer: "b"), exchange("GET", "/t", answer: "t"),
        ])
        let second = try fold([exchange("GET", "/s", answer: "b")], into: try reread(first), policy: .replace)
        #expect(bodies(second) == ["b", "t"])
        let third = try fold(
            [exchange("GET", "/s", answer: "x"), exchange("GET", "/s", answer: "b")], into: try reread(first),
            policy: .replace)
        #expect(bodies(third) == ["x", "b", "t"])
        #expect(Set(ids(third)).count == 3)
        #expect(ids(third) == ids(first))
    }

    @Test func `fresh leaves only what the run recorded, and items without examples`() throws {
        let first = try fold([exchange("GET", "/s", answer: "a"), exchange("GET", "/t", answer: "t")])
        let written = text(first).replacing(
            "\"item\": [", with: "\"item\": [{\"name\":\"mine\",\"request\":\"/mine\"},", maxReplacements: 1)
        let second = try fold([exchange("GET", "/u", answer: "u")], into: try parse(written), policy: .fresh)
        #expect(bodies(second) == ["u"])
        #expect(text(second).contains("\"mine\""))
        #expect(!text(second).contains("GET /t"))
    }

    @Test(arguments: WritePolicy.allCases)
    func `hand-made members, names and places survive a second recording`(policy: WritePolicy) throws {
        let first = text(try fold([exchange("GET", "/s", answer: "a"), exchange("GET", "/t", answer: "t")]))
        let edited =
            first
            .replacing(
                "\"name\": \"200 OK\",", with: "\"name\": \"my name\",\n\"x-mine\": [1.0, 1E400],", maxReplacements: 1
            )
            .replacing("\"name\": \"GET /s\",", with: "\"name\": \"renamed\", \"description\": \"kept\",")
            .replacing("\"name\": \"t\",", with: "\"name\": \"moved\",")
        let again = text(
            try fold(
                [exchange("GET", "/s", answer: "a"), exchange("GET", "/t", answer: "t")], into: try parse(edited),
                policy: policy))
        for kept in ["my name", "x-mine", "1.0", "1E400", "renamed", "\"description\": \"kept\"", "\"moved\""] {
            #expect(again.contains(kept), "\(kept)")
        }
        #expect(try parse(again).examples(files: nil).examples.count == 2)
    }

    @Test func `a file edited during the run keeps the edit and the run its place`() throws {
        let run = [exchange("GET", "/s", answer: "a"), exchange("GET", "/s", answer: "b")]
        for policy in WritePolicy.allCases {
            var fold = ExampleFold(try reread(try fold(run)), files: MemoryFiles())
            try fold.fold(run[0], occurrence: 0, policy: policy)
            let written = text(fold.collection).replacing("200 OK", with: "edited", maxReplacements: 1)
            fold.reload(try parse(written))
            try fold.fold(run[1], occurrence: 1, policy: policy)
            #expect(bodies(fold.collection) == ["a", "b"])
            #expect(names(fold.collection).first == "edited")
        }
    }

    @Test func `an imported base URL with a path does not shift what is recorded`() throws {
        let imported = try parse(
            #"""
            {"item":[{"request":"{{baseUrl}}/x","response":[{"code":200}]}],
            "variable":[{"key":"baseUrl","value":"https://h/v1"}]}
            """#)
        let traffic = [exchange("GET", "/v1/x", answer: "x"), exchange("GET", "/v1/y"), exchange("GET", "/z")]
        let first = try fold(traffic, into: imported)
        #expect(first.listing().map(\.path) == ["/v1/y", "/v1/x", "/v1/x", "/z"])
        #expect(text(try fold(traffic, into: try reread(first))) == text(first))
    }

    @Test func `items are sorted by path and method in a folder for each first segment`() throws {
        let collection = try fold([
            exchange("POST", "/b/2"), exchange("GET", "/b/2"), exchange("GET", "/a"), exchange("GET", "/b"),
            exchange("GET", "/"),
        ])
        #expect(
            collection.listing().map { $0.folders + [$0.itemName] } == [
                ["GET /"], ["a", "GET /a"], ["b", "GET /b"], ["b", "GET /b/2"], ["b", "POST /b/2"],
            ])
    }

    @Test func `incomplete and failed exchanges never become examples`() throws {
        var failed = exchange("GET", "/f")
        failed.failure = UpstreamFailure(.responseIncomplete, "cut")
        var cut = exchange("GET", "/c")
        cut.response?.body.byteCount += 1
        #expect(bodies(try fold([failed, cut])).isEmpty)
    }

    @Test(arguments: WritePolicy.allCases)
    func `a body file that cannot be written changes nothing`(policy: WritePolicy) throws {
        let files = MemoryFiles()
        let first = try fold([exchange("GET", "/s", answer: "a")], files: files)
        files.isFull = true
        var fold = ExampleFold(first, files: files)
        #expect(throws: MemoryFiles.Full.self) {
            try fold.fold(exchange("GET", "/s", answer: "\u{0}binary"), occurrence: 0, policy: policy)
        }
        #expect(text(fold.collection) == text(first))
    }

    /// A run's number and the exchange's own, for those who must know what came before a read.
    @Test(arguments: WritePolicy.allCases)
    func `a new example has its order in the recording, a kept one keeps its own`(policy: WritePolicy) throws {
        let first = try numbered(sampleTraffic, run: 3, from: 10, policy: policy)
        let examples = try reread(first).examples(files: nil).examples
        #expect(examples.allSatisfy { $0.order?.run == 3 })
        #expect(examples.compactMap { $0.order?.number }.sorted() == Array(10..<(10 + sampleTraffic.count)))
        #expect(try #require(examples.first { $0.request.head.method == "OPTIONS" }).order?.number == 18)
        let again = try numbered(Self.later, run: 4, from: 100, policy: policy, into: try reread(first))
        #expect(text(again) == text(first))
        let more = try numbered(
            [exchange("GET", "/new")], run: 5, from: 200, policy: .append, into: try reread(first))
        let order = try reread(more).examples(files: nil).examples.first { $0.request.head.targetText == "/new" }?.order
        #expect(order == RecordedOrder(run: 5, number: 200))
        #expect(text(more).contains("\"_understudy\": {\n"))
    }

    @Test func `the order is the last member, and one that is not two numbers is none`() throws {
        let written = text(try numbered([exchange("GET", "/a", answer: "\u{0}")], run: 1, from: 1, policy: .append))
        let example = try #require(try parse(written).document(ofExample: try parse(written).listing()[0].id)?.object)
        #expect(example.members.last?.name == "_understudy")
        #expect(example["_understudy"]?.object?.members.map(\.name) == ["body", "order"])
        for order in ["7", "[]", "[1]", "[1,2,3]", "[1,\"2\"]", "[1,1e99]", "null"] {
            let text = #"{"item":[{"request":"/a","response":[{"_understudy":{"order":\#(order)}}]}]}"#
            #expect(try parse(text).examples(files: nil).examples.map(\.order) == [nil])
        }
        #expect(!text(try fold(sampleTraffic)).contains("order"))
    }

    private func numbered(
        _ exchanges: [Exchange], run: Int64, from first: Int64, policy: WritePolicy,
        into collection: PostmanCollection? = nil
    ) throws -> PostmanCollection {
        var fold = ExampleFold(
            collection ?? PostmanCollection(slug: "api.example.com", origin: origin), files: MemoryFiles())
        var counts: [Digest: Int] = [:]
        for (index, exchange) in exchanges.enumerated() {
            var exchange = exchange
            exchange.id = first + Int64(index)
            let key = ExampleFold.requestKey(of: exchange)
            let outcome = try fold.fold(exchange, occurrence: counts[key, default: 0], policy: policy, run: run)
            if case .added(let example) = outcome { #expect(example.order?.number == Int(exchange.id)) }
            counts[key, default: 0] += 1
        }
        return fold.collection
    }

    private func bodies(_ collection: PostmanCollection) -> [String] {
        collection.examples(files: nil).examples.map { String(buffer: $0.response.body.bytesInMemory ?? ByteBuffer()) }
    }
    private func names(_ collection: PostmanCollection) -> [String] {
        collection.examples(files: nil).examples.map(\.name)
    }
    private func ids(_ collection: PostmanCollection) -> [String] {
        collection.examples(files: nil).examples.map(\.id)
    }
}
