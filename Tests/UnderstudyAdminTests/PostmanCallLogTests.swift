import Logging
import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

@Suite struct `Postman's call log` {
    /// Stores calls as a server does.
    static func store(_ exchanges: [Exchange], in bench: Bench) throws {
        let run = try bench.history.beginRun(
            Run(startedAt: .now(), collection: "", baseURL: "", writePolicy: .append))
        let writer = HistoryWriter(
            history: bench.history, run: run, limits: Limits(), bodies: nil, logger: Logger(label: "test"))
        for exchange in exchanges { writer.record(exchange, acknowledged: { _ in }) }
        writer.flush()
        writer.close()
    }

    static func exchange(
        _ method: String, _ target: String, second: Int64, status: Int = 200, result: Exchange.Result = .hit,
        call: MockCall? = nil, body: String = "", upstream: String = ""
    ) -> Exchange {
        var fields = Fields()
        fields.append("content-type", "application/json")
        let day = Timestamp(isoText: "2026-11-20T10:00:00.000Z")!
        var exchange = Exchange(
            startedAt: Timestamp(microseconds: day.microseconds + second * 1_000_000), mode: .replay, result: result,
            upstream: upstream,
            request: .init(
                head: RequestHead(method: method, target: target, fields: fields), body: Body(text: "{\"asked\":1}")),
            response: .init(head: ResponseHead(status: status, reason: "", fields: fields), body: Body(text: body)))
        exchange.call = call
        return exchange
    }

    static func fill(_ bench: Bench, _ mock: MockServer) throws {
        func call(_ name: String?, _ reason: String? = nil) -> MockCall {
            MockCall(mock: mock.id, exampleName: name, score: nil, missReason: reason)
        }
        try store(
            [
                exchange(
                    "POST", "/animals?type=dog", second: 0, status: 400, call: call("Bad request"), body: "{\"a\":1}"),
                exchange(
                    "POST", "/animals", second: 10, status: 404, result: .miss,
                    call: call(nil, "Double check your method and the request path and try again.")),
                exchange("GET", "/users/1", second: 20, call: call("Carol"), body: "{}"),
                exchange("GET", "/other", second: 30, call: MockCall(mock: "another", exampleName: "x")),
            ], in: bench)
    }

    @Test func `has the documented shape`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            try Self.fill(bench, mock)
            let plain = try bench.ask("GET", "/mocks/\(mock.id)/call-logs")
            #expect(plain.status == 200)
            let shape = Shape.members([
                (
                    "call-logs",
                    .list(
                        .members([
                            ("id", .text), ("responseName", .text), ("servedAt", .time),
                            ("request", .members([("method", .text), ("path", .text)])),
                            ("response", .members([("type", .text), ("statusCode", .int)])),
                        ]))
                ), ("meta", .members([("nextCursor", .null)])),
            ])
            #expect(shape.faults(plain.json) == [])
            let calls = plain.json["call-logs"]?.elements ?? []
            #expect(calls.map { $0["request"]?["path"]?.text } == ["/users/1", "/animals", "/animals?type=dog"])
            #expect(
                calls.map { $0["responseName"]?.text } == [
                    "Carol", "Double check your method and the request path and try again.", "Bad request",
                ])
            #expect(calls.map { $0["response"]?["type"]?.text } == ["success", "error", "success"])
            #expect(calls.last?["servedAt"] == "2026-11-20T10:00:00.000Z")
            let whole = try bench.ask(
                "GET",
                "/mocks/1-\(mock.id)/call-logs?include=request.headers,request.body,response.headers,response.body&limit=1"
            )
            let call = whole.json["call-logs"]?.elements?.first
            #expect(call?["request"]?["headers"] == [["key": "content-type", "value": "application/json"]])
            #expect(call?["request"]?["body"] == ["mode": "raw", "data": "{\"asked\":1}"])
            #expect(
                call?["response"]?["headers"] == [
                    [
                        "description": ["content": "", "type": "text/plain"], "key": "content-type",
                        "value": "application/json",
                    ]
                ])
        }
    }

    @Test(arguments: [
        ("", 3), ("responseStatusCode=400", 1), ("responseType=success", 2), ("responseType=ERROR", 1),
        ("requestMethod=post", 2), ("requestPath=/ANIMALS", 2), ("requestPath=/animals%3Ftype%3Ddog", 1),
        ("since=2026-11-20T10:00:10.000Z", 2), ("until=2026-11-20T10:00:10.000Z", 1),
        ("since=2026-11-20T10:00:01Z&until=2026-11-20T10:00:19Z", 1), ("requestMethod=DELETE", 0),
    ])
    func `is filtered`(query: String, count: Int) async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            try Self.fill(bench, mock)
            let reply = try bench.ask("GET", "/mocks/\(mock.id)/call-logs?\(query)")
            #expect(reply.json["call-logs"]?.elements?.count == count)
        }
    }

    @Test func `goes on page by page, either way`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            try Self.fill(bench, mock)
            for (order, expected) in [
                ("", ["/users/1", "/animals", "/animals?type=dog"]),
                ("&sort=servedAt&direction=asc", ["/animals?type=dog", "/animals", "/users/1"]),
            ] {
                var paths: [String] = []
                var cursor = ""
                for _ in 0..<4 {
                    let reply = try bench.ask("GET", "/mocks/\(mock.id)/call-logs?limit=1\(order)\(cursor)")
                    paths += reply.json["call-logs"]?.elements?.compactMap { $0["request"]?["path"]?.text } ?? []
                    guard let next = reply.json["meta"]?["nextCursor"]?.text else { break }
                    cursor = "&cursor=\(next)"
                }
                #expect(paths == expected)
            }
        }
    }

    @Test(arguments: [
        "limit=0", "limit=101", "limit=x", "cursor=x", "since=yesterday", "until=1", "responseStatusCode=abc",
        "responseType=maybe", "sort=servedAt", "direction=asc", "sort=name&direction=asc",
        "sort=servedAt&direction=up", "include=cookies",
    ])
    func `refuses what is no such parameter`(query: String) async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            let reply = try bench.ask("GET", "/mocks/\(mock.id)/call-logs?\(query)")
            #expect(reply.status == 400)
            #expect(reply.json["error"]?["name"] == "invalidParamsError")
            #expect(reply.json["error"]?["message"]?.text?.hasPrefix("Invalid value for parameter: ") == true)
        }
    }

    @Test func `is counted in usage, and one call can be removed`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            try Self.fill(bench, mock)
            let usage = try bench.ask("GET", "/api/v1/usage?mock=A")
            let count = Shape.members([
                ("period", .text), ("calls", .int), ("hits", .int), ("misses", .int), ("refused", .int),
            ])
            #expect(
                Shape.members([("days", .list(count)), ("months", .list(count)), ("total", count)]).faults(usage.json)
                    == [])
            #expect(usage.json["months"]?.elements?.first?["period"] == "2026-11")
            #expect(usage.json["total"]?["misses"] == 1)
            let id = try #require(
                bench.ask("GET", "/mocks/\(mock.id)/call-logs").json["call-logs"]?.elements?.first?["id"]?.text)
            #expect(try bench.ask("DELETE", "/api/v1/mocks/A/calls/\(id)").json == ["removed": 1])
            #expect(try bench.ask("DELETE", "/api/v1/mocks/A/calls/\(id)").status == 404)
            #expect(try bench.ask("GET", "/mocks/\(mock.id)/call-logs").json["call-logs"]?.elements?.count == 2)
            let me = try bench.ask("GET", "/me", key: bench.keys[.member])
            #expect(me.json["operations"]?.elements?.first?["name"] == "mock_usage")
            #expect(
                Shape.list(.members([("name", .text), ("limit", .int), ("usage", .int), ("overage", .int)])).faults(
                    me.json["operations"]) == [])
            #expect(me.json["user"]?["id"]?.int != nil)
        }
    }

    @Test func `a page of many calls is read in steps and is whole`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("A", collection: try bench.addCollection())
            let call = MockCall(mock: mock.id, exampleName: "x")
            let body = String(repeating: "b", count: 900_000)
            try Self.store(
                (0..<25).map { Self.exchange("GET", "/c\($0)", second: $0, call: call, body: body) }, in: bench)
            for limit in [100, 25, 12, 10] {
                let reply = try bench.ask(
                    "GET", "/mocks/\(mock.id)/call-logs?limit=\(limit)&sort=servedAt&direction=asc")
                let paths = reply.json["call-logs"]?.elements?.map { $0["request"]?["path"]?.text }
                #expect(paths == (0..<min(25, limit)).map { "/c\($0)" })
                #expect((reply.json["meta"]?["nextCursor"]?.isNull == true) == (limit >= 25))
            }
            // With bodies a page is cut short, and nothing is left out.
            var paths: [String] = []
            var cursor = ""
            for _ in 0..<6 {
                let reply = try bench.ask(
                    "GET",
                    "/mocks/\(mock.id)/call-logs?include=response.body&sort=servedAt&direction=asc\(cursor)")
                #expect(reply.body.count < 8_000_000)
                paths += reply.json["call-logs"]?.elements?.compactMap { $0["request"]?["path"]?.text } ?? []
                guard let next = reply.json["meta"]?["nextCursor"]?.text else { break }
                cursor = "&cursor=\(next)"
            }
            #expect(paths == (0..<25).map { "/c\($0)" })
        }
    }
}
