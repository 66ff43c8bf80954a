import NIOCore
import Testing

@testable import UnderstudyCore

@Suite struct `Examples of many hosts` {
    private static func example(
        _ id: String, from base: String, _ fields: [(String, String)] = [], status: Int = 200
    ) -> Example {
        var lines = Fields()
        for (name, value) in fields { lines.append(name, value) }
        return Example(
            id: id, name: id, collection: "test",
            request: Exchange.Request(head: RequestHead(method: "GET", target: "/same", fields: lines)),
            response: Exchange.Response(head: ResponseHead(status: status, reason: "")), baseURL: base)
    }

    @Test func `are kept apart from the second host on, in whatever order they come`() {
        let bases = ["https://a.example", "https://b.example", "https://a.example/v1", "", "https://a.example"]
        for count in 1...bases.count {
            for bases in [Array(bases.prefix(count)), bases.prefix(count).reversed()] {
                let bench = Bench(
                    bases.enumerated().map { Self.example("\($0.offset) \($0.element)", from: $0.element) }, .strict)
                for base in Set(bases) {
                    let asked = bench.index.request(
                        RequestHead(method: "GET", target: "/same"), hasBody: false, in: Partition(baseURL: base))
                    guard case .hit(let hit) = bench.index.match(asked, in: bench.sessions, cache: bench.cache) else {
                        Issue.record("\(base) is not found among \(bases)")
                        continue
                    }
                    #expect(hit.entry.example.baseURL == base)
                    #expect(
                        Explanation(of: asked, in: bench.index, sessions: bench.sessions).exampleCount
                            == bases.filter { $0 == base }.count)
                }
                let stranger = bench.index.request(
                    RequestHead(method: "GET", target: "/same"), hasBody: false,
                    in: Partition(baseURL: "https://c.example"))
                if case .hit = bench.index.match(stranger, in: bench.sessions, cache: bench.cache) {
                    Issue.record("a host nobody recorded is answered")
                }
            }
        }
    }

    @Test func `take turns with those of their own host`() {
        let bases = ["https://a.example", "https://b.example", "https://a.example", "https://b.example"]
        let bench = Bench(bases.enumerated().map { Self.example("\($0.offset)", from: $0.element) }, .strict)
        func ask(_ base: String) -> String {
            let asked = bench.index.request(
                RequestHead(method: "GET", target: "/same"), hasBody: false, in: Partition(baseURL: base))
            guard case .hit(let hit) = bench.index.match(asked, in: bench.sessions, cache: bench.cache) else {
                return "miss"
            }
            return hit.entry.example.id
        }
        #expect(
            ["https://b.example", "https://a.example", "https://b.example", "https://a.example"].map(ask) == [
                "1", "0", "3", "2",
            ])
    }

    @Test func `are listed by origin, the longest base path first`() {
        let bases = [
            "https://a.example", "https://a.example/v1", "https://a.example:8443", "https://a.example/v1/x", "",
        ]
        let index = Bench(bases.map { Self.example($0, from: $0) }, .strict).index
        #expect(
            index.partitions(of: "https://a.example").map(\.baseURL) == [
                "https://a.example/v1/x", "https://a.example/v1", "https://a.example",
            ])
        #expect(index.partitions(of: "https://a.example:8443").count == 1)
        #expect(index.partitions(of: "").map(\.baseURL) == [""])
        #expect(index.partitions(of: "https://a").isEmpty)
    }
}

@Suite struct `Parts and operations of one address` {
    private static func example(_ id: String, _ name: String, _ value: String, status: Int) -> Example {
        var lines = Fields()
        lines.append(name, value)
        return Example(
            id: id, name: id, collection: "test",
            request: Exchange.Request(head: RequestHead(method: "GET", target: "/x", fields: lines)),
            response: Exchange.Response(head: ResponseHead(status: status, reason: "")))
    }

    @Test func `are told apart by the field that names them`() {
        let bench = Bench(
            [
                Self.example("first", "Range", "bytes=0-4", status: 206),
                Self.example("second", "Range", "bytes=5-9", status: 206),
                Self.example("beyond", "Range", "bytes=99-", status: 416),
            ], .strict)
        #expect(bench.ask("/x", [("range", "bytes=5-9")]).hasPrefix("second "))
        #expect(bench.ask("/x", [("Range", "bytes=0-4")]).hasPrefix("first "))
        #expect(bench.ask("/x", [("Range", "bytes=99-")]).hasPrefix("beyond "))
        #expect(bench.ask("/x") == "miss")
        #expect(bench.ask("/x", [("Range", "bytes=1-2")]) == "miss")
        let tables = Bench(
            [
                Self.example("get", "X-Amz-Target", "DynamoDB.GetItem", status: 200),
                Self.example("list", "X-Amz-Target", "DynamoDB.ListTables", status: 200),
            ], .strict)
        #expect(tables.ask("/x", [("x-amz-target", "DynamoDB.ListTables")]).hasPrefix("list "))
        #expect(tables.ask("/x", [("x-amz-target", "DynamoDB.Scan")]) == "miss")
    }

    @Test func `are nearer than the whole to who asks for them, again and again`() {
        let bench = Bench(
            [
                Self.example("whole", "X-Other", "1", status: 200),
                Self.example("part", "Range", "bytes=5-9", status: 206),
                Self.example("part again", "Range", "bytes=5-9", status: 206),
                Self.example("whole again", "X-Other", "1", status: 200),
            ], .strict)
        let asked = [nil, "bytes=5-9", "bytes=5-9", nil, "bytes=5-9", "bytes=0-1"]
        let got = asked.map { bench.ask("/x", $0.map { [("Range", $0)] } ?? []) }
        #expect(
            got == ["whole 100", "part 100", "part again 100", "whole again 100", "part again 100", "whole again 100"])
    }

    @Test func `a whole that a Range got is whoever's who asks for it`() {
        let bench = Bench([Self.example("whole", "Range", "bytes=0-4", status: 200)], .strict)
        #expect(bench.ask("/x").hasPrefix("whole "))
    }

    @Test func `Postman knows nothing of that`() {
        let bench = Bench([Self.example("part", "Range", "bytes=0-4", status: 206)], .postman)
        #expect(bench.ask("/x").hasPrefix("part "))
    }
}
