import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Mock servers to look at` {
    private typealias Log = `Postman's call log`

    @Test(arguments: [
        ("", ["/users/1", "/animals", "/animals"]), ("?order=oldest&limit=1", ["/animals"]),
        ("?type=success", ["/users/1", "/animals"]), ("?type=error", ["/animals"]), ("?status=404", ["/animals"]),
        ("?method=get", ["/users/1"]), ("?path=/animals?type=dog", ["/animals"]),
        ("?since=2026-11-20T10:00:10Z", ["/users/1", "/animals"]), ("?until=2026-11-20T10:00:10Z", ["/animals"]),
    ])
    func `calls are listed, a line each`(query: String, paths: [String]) async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            try Log.fill(bench, mock)
            let target = "/api/v1/mocks/A/calls" + query.replacing("?type=dog", with: "%3Ftype=dog")
            let reply = try bench.ask("GET", target, key: bench.keys[.member])
            #expect(reply.json["calls"]?.elements?.map { $0["path"]?.text ?? "" } == paths)
        }
    }

    @Test func `calls have what became of them, and go on page by page`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            try Log.fill(bench, mock)
            let shape = Shape.members([
                ("id", .int), ("time", .time), ("method", .text), ("path", .text), ("query", .any), ("status", .int),
                ("result", .text), ("responseName", .text), ("example", .any), ("score", .any), ("reason", .any),
                ("totalMs", .any),
            ])
            var seen: [JSONValue] = []
            var cursor = ""
            for _ in 0..<4 {
                let reply = try bench.ask("GET", "/api/v1/mocks/\(mock.id)/calls?limit=2\(cursor)")
                #expect(Shape.members([("calls", .list(shape)), ("next", .any)]).faults(reply.json) == [])
                seen += reply.json["calls"]?.elements ?? []
                guard let next = reply.json["next"]?.text else { break }
                cursor = "&cursor=\(next)"
            }
            #expect(seen.map { $0["id"] } == [3, 2, 1])
            #expect(seen.map { $0["query"] } == [.null, .null, "type=dog"])
            #expect(seen[0]["responseName"] == "Carol" && seen[0]["result"] == "hit" && seen[0]["reason"] == .null)
            #expect(seen[1]["reason"] == "Double check your method and the request path and try again.")
            #expect(seen[1]["responseName"] == seen[1]["reason"] && seen[1]["time"] == "2026-11-20T10:00:10.000Z")
            for query in ["limit=0", "limit=1001", "cursor=x", "type=what", "status=1", "order=up", "since=soon"] {
                #expect(try bench.ask("GET", "/api/v1/mocks/A/calls?\(query)").status == 400, "\(query)")
            }
            #expect(try bench.ask("GET", "/api/v1/mocks/nobody/calls").status == 404)
        }
    }

    @Test func `times are told as percentiles and in steps`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            let none = try bench.ask("GET", "/api/v1/mocks/A/latency")
            #expect(none.json["count"] == 0 && none.json["p50"] == .null && none.json["max"] == .null)
            func call(_ milliseconds: Int64, _ result: Exchange.Result = .hit, isPreflight: Bool = false) -> Exchange {
                var exchange = Log.exchange(
                    "GET", "/x", second: milliseconds, status: result == .refused ? 429 : 200, result: result,
                    call: MockCall(mock: mock.id, exampleName: "x"))
                exchange.timings.total = milliseconds * 1000
                exchange.exampleID = isPreflight ? nil : "an-example"
                return exchange
            }
            // Neither refused calls nor preflights.
            try Log.store(
                (1...100).map { call($0) } + [call(90_000, .refused), call(80_000, isPreflight: true)], in: bench)
            let all = try bench.ask("GET", "/api/v1/mocks/A/latency").json
            #expect(all["count"] == 100 && all["sampled"] == false)
            #expect(all["p50"] == .number("50.000") && all["p90"] == .number("90.000"))
            #expect(all["p99"] == .number("99.000") && all["max"] == .number("100.000"))
            let buckets = all["buckets"]?.elements ?? []
            #expect(buckets.count == LatencyCounts.bounds.count + 1)
            #expect(buckets[0] == ["upToMs": .number("0.500"), "count": 0])
            #expect(buckets[1] == ["upToMs": .number("1.000"), "count": 1])
            #expect(buckets.last == ["upToMs": .null, "count": 0])
            #expect(buckets.compactMap { $0["count"]?.int }.reduce(0, +) == 100)
            // 10:01:30 is second 90.
            let late = try bench.ask("GET", "/api/v1/mocks/A/latency?since=2026-11-20T10:01:30Z").json
            #expect(late["count"] == 11 && late["p50"] == .number("95.000"))
            let few = try bench.history.latency(ofMock: mock.id, limit: 10)
            #expect(few.isSampled && few.counts.count == 10 && few.median == 95_000)
        }
    }

    @Test func `one is shown with names, calls and a line to try it`() async throws {
        var limits = AdminLimits()
        limits.countedCalls = 4
        try await Bench.run(limits: limits) { bench in
            let environment = try EnvironmentFolder(bench.workspace).create(
                PostmanEnvironment(name: "Local", id: ItemID.make()))
            let collection = try bench.addCollection()
            let mock = try bench.addMock("A", collection: collection) {
                $0.environment = environment.id
                $0.isPrivate = true
            }
            let other = try bench.addMock("B", collection: collection)
            try Log.fill(bench, mock)
            let shown = try bench.ask("GET", "/api/v1/mocks/A").json
            #expect(shown["collectionName"] == "Shop" && shown["environmentName"] == "Local" && shown["calls"] == 3)
            #expect(shown["curl"] == .string(#"curl -i -H "x-api-key: $KEY" 'http://a.localhost:8080/users/1'"#))
            let second = try bench.ask("GET", "/api/v1/mocks/B").json
            #expect(second["curl"] == "curl -i 'http://b.localhost:8080/users/1'")
            #expect(second["environmentName"] == .null && second["calls"] == 0)
            // A changed collection is read again.
            let catalog = CollectionCatalog(bench.workspace)
            try CollectionFolder(bench.workspace).change(catalog.file(catalog.find(collection))) {
                _ = $0.remove(example: "b0000000-0000-4000-8000-000000000001")
            }
            #expect(try bench.ask("GET", "/api/v1/mocks/B").json["curl"]?.text?.contains("/users/2") == true)
            let listed = try bench.ask("GET", "/api/v1/mocks").json["mocks"]?.elements ?? []
            #expect(listed.map { $0["curl"] } == [.null, .null] && listed.map { $0["calls"] } == [3, 0])
            // More calls than are counted.
            try Log.store(
                [Log.exchange("GET", "/y", second: 99, call: MockCall(mock: other.id, exampleName: "x"))], in: bench)
            let again = try bench.ask("GET", "/api/v1/mocks").json["mocks"]?.elements ?? []
            #expect(again.map { $0["calls"] } == [3, .null])
            try CollectionCatalog(bench.workspace).delete(catalog.find(collection))
            let orphan = try bench.ask("GET", "/api/v1/mocks/A").json
            #expect(orphan["collectionName"] == .null && orphan["deactivated"] == true)
            #expect(orphan["curl"]?.text?.hasSuffix("'http://a.localhost:8080/'") == true)
        }
    }

    @Test func `answers that stand in for all examples are made, changed, activated and deleted`() async throws {
        try await Bench.run { bench in
            try bench.addMock("A", collection: try bench.addCollection())
            let base = "/api/v1/mocks/a/responses"
            let input: JSONValue = [
                "name": "Down", "statusCode": 503, "headers": [["key": "Retry-After", "value": "9"]],
                "language": "json", "body": "{}",
            ]
            let made = try bench.ask("POST", base, input)
            #expect(made.status == 201 && made.json["headers"] == [["key": "Retry-After", "value": "9"]])
            let id = try #require(made.json["id"]?.text)
            let active = try bench.ask("PATCH", "/api/v1/mocks/A", ["config": ["serverResponseId": .string(id)]])
            #expect(active.json["config"]?["serverResponseId"] == .string(id))
            #expect(active.json["serverResponses"]?.elements?.first?["name"] == "Down")
            let changed = try bench.ask("PUT", "\(base)/\(id)", ["name": "Busy", "statusCode": 500])
            #expect(changed.status == 200 && changed.json["name"] == "Busy" && changed.json["body"] == "")
            let stale = try bench.ask(
                "PUT", "\(base)/\(id)", input, fields: ["If-Match: \(try #require(made.field("ETag")))"])
            #expect(stale.status == 409)
            for (method, path, body, status): (String, String, JSONValue?, Int) in [
                ("POST", base, ["name": "x"], 400), ("POST", base, ["name": "x", "statusCode": 200], 400),
                ("POST", "/api/v1/mocks/nobody/responses", input, 404), ("PUT", "\(base)/nobody", input, 404),
                ("DELETE", "\(base)/nobody", nil, 404),
            ] { #expect(try bench.ask(method, path, body).status == status, "\(method) \(path)") }
            #expect(try bench.ask("DELETE", "\(base)/\(id)").json == ["id": .string(id), "name": "Busy"])
            #expect(try bench.ask("GET", "/api/v1/mocks/A").json["config"]?["serverResponseId"] == .null)
        }
    }
}
