import Foundation
import NIOCore
import TestSupport
import Testing
import UnderstudyCoding
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

@testable import UnderstudyAdmin

/// Listings at any place, bodies in pieces, previews, and what can be done with a recorded request.
@Suite struct `Looking at the history` {
    private typealias Log = `Postman's call log`

    private static func exchange(
        type: String? = nil, coding: String? = nil, _ body: Body, result: Exchange.Result = .passthrough
    ) -> Exchange {
        var exchange = Log.exchange("GET", "/x", second: 0, result: result, upstream: "http://a.test")
        var fields = Fields()
        if let type { fields.append("Content-Type", type) }
        if let coding { fields.append("Content-Encoding", coding) }
        exchange.response = .init(head: ResponseHead(status: 200, reason: "OK", fields: fields), body: body)
        return exchange
    }

    private static func gzip(_ bytes: ByteBuffer) throws -> Body { Body(try ContentCoding.encode(bytes, as: .gzip)) }

    // MARK: Listing

    @Test func `goes to any place, counts, and says what was called`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("Shop", collection: try bench.addCollection())
            let call = MockCall(mock: mock.id, exampleName: "Carol", score: 80.5, missReason: nil)
            let missed = MockCall(mock: mock.id, missReason: "no such path")
            try Log.store(
                (0..<7).map { Log.exchange("GET", "/n/\($0)", second: $0, result: .passthrough) } + [
                    Log.exchange("GET", "/users/1", second: 8, call: call),
                    Log.exchange("GET", "/none", second: 9, status: 404, result: .miss, call: missed),
                ], in: bench)
            func paths(_ query: String) throws -> [String] {
                try bench.ask("GET", "/api/v1/history?\(query)").json["exchanges"]?.elements?.map {
                    $0["path"]?.text ?? ""
                } ?? []
            }
            #expect(try paths("offset=3&limit=2") == ["/n/5", "/n/4"])
            #expect(try paths("offset=3&limit=2&order=oldest") == ["/n/3", "/n/4"])
            #expect(try paths("offset=9") == [] && paths("offset=9223372036854775807") == [])
            #expect(
                try paths("mock=shop") == ["/none", "/users/1"] && paths("mock=\(mock.id)&offset=1") == ["/users/1"])
            #expect(try paths("mock=-&limit=1") == ["/n/6"] && paths("mock=nobody") == [])
            let counted = try bench.ask("GET", "/api/v1/history?count=true&limit=2&offset=8&before=3&method=GET").json
            #expect(counted["total"] == 9)
            #expect(try bench.ask("GET", "/api/v1/history?count=true&mock=Shop&result=miss").json["total"] == 1)
            #expect(try bench.ask("GET", "/api/v1/history?count=true&search=n").json["total"] == .null)
            #expect(try bench.ask("GET", "/api/v1/history").json["total"] == nil)
            let listed = try bench.ask("GET", "/api/v1/history?limit=3").json["exchanges"]?.elements ?? []
            #expect(listed.map { $0["mock"] } == [.string(mock.id), .string(mock.id), .null])
            #expect(listed[0]["missReason"] == "no such path" && listed[0]["score"] == .null)
            #expect(listed[1]["exampleName"] == "Carol" && listed[1]["score"] == .number("80.5"))
            #expect(listed[2]["requestType"] == "application/json" && listed[2]["responseType"] == "application/json")
            let shown = try bench.ask("GET", "/api/v1/history/8").json
            #expect(shown["mock"] == .string(mock.id) && shown["exampleName"] == "Carol")
            #expect(shown["collection"] == "shop" && shown["score"] == .number("80.5"))
            for query in [
                "offset=-1", "offset=x", "scan=0", "scan=-5", "scan=1000001", "count=maybe",
                "offset=99999999999999999999",
            ] { #expect(try bench.ask("GET", "/api/v1/history?\(query)").status == 400, "\(query)") }
            for query in ["bodyLimit=-1", "bodyLimit=x", "bodyLimit=2097153"] {
                #expect(try bench.ask("GET", "/api/v1/history/1?\(query)").status == 400, "\(query)")
            }
        }
    }

    /// Each page looks at three, and together they find what one search finds.
    @Test(arguments: ["newest", "oldest"]) func `searches in steps`(order: String) async throws {
        try await Bench.run { bench in
            try Log.store(
                (0..<20).map { number in
                    Log.exchange(
                        "GET", "/n/\(number)", second: 0, result: .passthrough,
                        body: number % 5 == 0 ? "it holds a NeedLe, and more" : "hay need needl")
                }, in: bench)
            var found: [String] = []
            var next = ""
            var steps = 0
            repeat {
                let page = try bench.ask(
                    "GET", "/api/v1/history?search=needle&scan=3&limit=2&order=\(order)\(next)"
                ).json
                found += page["exchanges"]?.elements?.compactMap { $0["path"]?.text } ?? []
                #expect((1...3).contains(page["scanned"]?.int ?? 99))
                next = page["next"]?.int.map { "&\(order == "newest" ? "before" : "after")=\($0)" } ?? ""
                steps += 1
            } while !next.isEmpty && steps < 60
            let expected = ["/n/0", "/n/5", "/n/10", "/n/15"]
            #expect(found == (order == "newest" ? expected.reversed() : expected))
            #expect(steps >= 7)
            let whole = try bench.ask("GET", "/api/v1/history?search=needle&limit=2").json
            #expect(whole["exchanges"]?.elements?.count == 2 && whole["next"] != .null)
        }
    }

    @Test func `a step of a search ends in time, and has looked at something`() async throws {
        var limits = AdminLimits()
        limits.searchStep = .zero
        try await Bench.run(limits: limits) { bench in
            try Log.store((0..<3).map { Log.exchange("GET", "/n/\($0)", second: 0, result: .passthrough) }, in: bench)
            let step = try bench.ask("GET", "/api/v1/history?search=nothing&scan=1000").json
            #expect(step["scanned"] == 1 && step["next"] == 3)
            let whole = try bench.ask("GET", "/api/v1/history?search=nothing").json
            #expect(whole["scanned"] == 3 && whole["next"] == .null)
        }
    }

    // MARK: Bodies

    @Test func `bodies are shown up to a limit, without their coding`() async throws {
        var limits = AdminLimits()
        limits.decodedBytes = 1 << 20
        try await Bench.run(limits: limits) { bench in
            let text = "{\"a\":\"\(String(repeating: "ä", count: 500))\"}"
            // 8 MB of zeros in 8 KB.
            let bomb = try Self.gzip(ByteBuffer(repeating: 0x30, count: 8 << 20))
            var cut = try Self.gzip(ByteBuffer(string: text))
            cut = Body(
                .memory(cut.bytesInMemory?.getSlice(at: 0, length: 20) ?? ByteBuffer()), byteCount: cut.byteCount)
            try Log.store(
                [
                    Self.exchange(type: "application/json", Body(text: text)),
                    Self.exchange(type: "application/json", coding: "gzip", try Self.gzip(ByteBuffer(string: text))),
                    Self.exchange(type: "text/plain", coding: "gzip", bomb),
                    Self.exchange(type: "text/plain", coding: "gzip", cut),
                    Self.exchange(type: "text/plain", coding: "gzip", Body(text: "no gzip at all")),
                    Self.exchange(type: "text/plain", Body(ByteBuffer(bytes: [0x61, 0xFF, 0xFE, 0x62]))),
                    Self.exchange(type: "text/plain", coding: "compress", Body(text: "who knows")),
                    Self.exchange(
                        Body(.stored(Digest(of: ByteBuffer(string: "gone")), byteCount: 4 << 20), byteCount: 4 << 20)),
                ], in: bench)
            func body(_ number: Int, _ limit: String) throws -> JSONValue {
                let reply = try bench.ask("GET", "/api/v1/history/\(number)?bodyLimit=\(limit)")
                #expect(reply.status == 200)
                return reply.json["response"]?["body"] ?? .null
            }
            // Seven octets of the beginning and half an ä.
            #expect(try body(1, "7")["text"] == "{\"a\":\"" && body(1, "7")["isCut"] == true)
            #expect(try body(1, "8")["text"] == "{\"a\":\"ä")
            #expect(try body(1, "100000")["text"] == .string(text) && body(1, "100000")["isCut"] == false)
            let whole = try body(2, "100000")
            #expect(whole["text"] == .string(text) && whole["coding"] == "gzip" && whole["decoded"] == true)
            #expect(whole["isCut"] == false)
            #expect(try body(2, "8")["text"] == "{\"a\":\"ä" && body(2, "8")["isCut"] == true)
            let none = try body(1, "0")
            #expect(none["text"] == nil && none["base64"] == nil && none["isCut"] == true)
            let bombed = try body(3, "1000")
            #expect(bombed["text"]?.text?.utf8.count == 1000 && bombed["isCut"] == true)
            #expect(try body(4, "1000")["isCut"] == true && body(4, "1000")["decoded"] != nil)
            #expect(try body(5, "1000")["text"] == "no gzip at all" && body(5, "1000")["decoded"] == false)
            #expect(try body(6, "1000")["base64"] == "Yf/+Yg==" && body(6, "1000")["text"] == nil)
            #expect(try body(7, "1000")["coding"] == "compress" && body(7, "1000")["text"] == "who knows")
            #expect(try body(8, "1000")["isMissing"] == true)
            #expect(try bench.ask("GET", "/api/v1/history/8/response/body").status == 404)
            // As recorded, as ever.
            #expect(try bench.ask("GET", "/api/v1/history/2").json["response"]?["body"]?["base64"] != nil)
            for (number, status) in [(3, 413), (4, 409), (5, 409), (7, 409), (2, 200)] {
                let reply = try bench.ask("GET", "/api/v1/history/\(number)/response/body?decoded=true")
                #expect(reply.status == status, "\(number)")
            }
        }
    }

    @Test func `an exchange is shown with the beginning of a large body`() async throws {
        try await Bench.run { bench in
            let limit = AdminLimits().shownBytes
            try Log.store(
                [
                    Self.exchange(type: "text/plain", Body(ByteBuffer(repeating: 0x61, count: limit))),
                    Self.exchange(type: "text/plain", Body(ByteBuffer(repeating: 0x61, count: limit + 1))),
                    Self.exchange(Body(ByteBuffer(repeating: 0xFF, count: limit + 1))),
                    Self.exchange(Body(.memory(ByteBuffer()), byteCount: 100), result: .hit),
                ], in: bench)
            for query in ["", "?bodyLimit=\(limit)"] {
                let bodies = try (1...4).map { number in
                    try bench.ask("GET", "/api/v1/history/\(number)\(query)").json["response"]?["body"] ?? .null
                }
                #expect(bodies[0]["isCut"] == false && bodies[0]["text"]?.text?.utf8.count == limit)
                #expect(bodies[1]["isCut"] == true && bodies[1]["text"]?.text?.utf8.count == limit)
                #expect(bodies[1]["byteCount"] == .integer(limit + 1))
                #expect(bodies[1]["keptByteCount"] == .integer(limit + 1))
                #expect(bodies[2]["isCut"] == true && bodies[2]["base64"]?.text?.utf8.count == (limit + 2) / 3 * 4)
                #expect(bodies[3]["isCut"] == true && bodies[3]["keptByteCount"] == 0)
            }
            let rest = try bench.ask("GET", "/api/v1/history/2/response/body?offset=\(limit)")
            #expect(rest.text == "a")
        }
    }

    @Test func `bodies are downloaded whole and in pieces, from memory and from files`() async throws {
        try await Bench.run { bench in
            // Longer than several pieces.
            var bytes = ByteBuffer()
            for number in 0..<200_000 { bytes.writeInteger(UInt32(number)) }
            let digest = Digest(of: bytes)
            try Data(Array(bytes.readableBytesView)).write(
                to: URL(fileURLWithPath: "\(bench.history.bodies.history)/\(digest)"))
            try Log.store(
                [
                    Self.exchange(
                        Body(.stored(digest, byteCount: bytes.readableBytes), byteCount: bytes.readableBytes)),
                    Self.exchange(coding: "gzip", try Self.gzip(ByteBuffer(string: "small and plain"))),
                    Self.exchange(Body(.memory(ByteBuffer()), byteCount: 100), result: .hit),
                ], in: bench)
            let path = "/api/v1/history/1/response/body"
            let whole = try bench.ask("GET", path)
            #expect(whole.status == 200 && whole.body == Array(bytes.readableBytesView))
            #expect(whole.field("Content-Type") == "application/octet-stream")
            #expect(whole.field("Content-Disposition") == "attachment; filename=\"exchange-1-response.body\"")
            #expect(whole.field("Understudy-Total") == "800000" && whole.field("Content-Length") == "800000")
            #expect(whole.field("X-Content-Type-Options") == "nosniff")
            let piece = try bench.ask("GET", path + "?offset=131070&limit=10")
            #expect(piece.body == Array(bytes.readableBytesView.dropFirst(131_070).prefix(10)))
            #expect(piece.field("Understudy-Total") == "800000")
            #expect(try bench.ask("GET", path + "?offset=799999").body.count == 1)
            #expect(try bench.ask("GET", path + "?offset=800000").body.isEmpty)
            #expect(try bench.ask("GET", path + "?offset=9223372036854775807&limit=9").body.isEmpty)
            #expect(try bench.ask("GET", path + "?limit=0").body.isEmpty)
            let head = try bench.ask("HEAD", path)
            #expect(head.status == 200 && head.field("Content-Length") == "800000" && head.body.isEmpty)
            for query in ["offset=-1", "limit=-1", "limit=x", "decoded=perhaps"] {
                #expect(try bench.ask("GET", path + "?\(query)").status == 400, "\(query)")
            }
            let decoded = try bench.ask("GET", "/api/v1/history/2/response/body?decoded=true&offset=6&limit=3")
            #expect(decoded.text == "and" && decoded.field("Understudy-Total") == "15")
            #expect(try bench.ask("GET", "/api/v1/history/2/response/body").body.starts(with: [0x1F, 0x8B]))
            #expect(try bench.ask("GET", "/api/v1/history/2/request/body").text == "{\"asked\":1}")
            #expect(try bench.ask("GET", "/api/v1/history/3/response/body").status == 404)
            #expect(try bench.ask("GET", "/api/v1/history/99/response/body").status == 404)
            #expect(try bench.plain("GET", path).status == 401)
        }
    }

    /// A client that begins to download a body longer than what sockets hold, and reads no further.
    private static func slowDownload(of path: String, from bench: Bench) throws -> (client: RawClient, head: [UInt8]) {
        let size = 64 << 20
        let digest = Digest(of: ByteBuffer(repeating: 0x61, count: size))
        try Data(repeating: 0x61, count: size).write(
            to: URL(fileURLWithPath: "\(bench.history.bodies.history)/\(digest)"))
        try Log.store([exchange(Body(.stored(digest, byteCount: size), byteCount: size))], in: bench)
        let client = try RawClient(port: bench.server.port)
        try client.send(
            "GET \(path) HTTP/1.1\r\nHost: 127.0.0.1:\(bench.server.port)\r\nX-Api-Key: \(bench.token)\r\n\r\n")
        return (client, try client.connection.readHead())
    }

    @Test func `no more downloads go on at one time than may`() async throws {
        var limits = AdminLimits()
        limits.downloads = 1
        try await Bench.run(limits: limits) { bench in
            let path = "/api/v1/history/1/response/body"
            let slow = try Self.slowDownload(of: path, from: bench)
            #expect(String(decoding: slow.head, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
            #expect(try bench.ask("GET", path + "?limit=1").status == 503)
            slow.client.connection.close()
            let isFree = try await eventually { try bench.ask("GET", path + "?limit=1").status == 200 }
            #expect(isFree)
        }
    }

    @Test func `a download that nobody takes is cut off`() async throws {
        var limits = AdminLimits()
        limits.downloads = 1
        limits.writeTimeout = .milliseconds(500)
        try await Bench.run(limits: limits) { bench in
            let path = "/api/v1/history/1/response/body"
            let slow = try Self.slowDownload(of: path, from: bench)
            // It stays, and reads no further.
            let isFree = try await eventually { try bench.ask("GET", path + "?limit=1").status == 200 }
            #expect(isFree)
            let got = try? slow.client.connection.readToEnd()
            #expect((got?.count ?? 0) < 64 << 20)
            slow.client.connection.close()
        }
    }

    private func eventually(_ condition: () throws -> Bool) async throws -> Bool {
        for _ in 0..<600 {
            if try condition() { return true }
            try await Task.sleep(for: .milliseconds(50))
        }
        return false
    }

    // MARK: Previews

    @Test(arguments: [
        ("text/html; charset=ISO-8859-1", 200, "text/html; charset=iso-8859-1"),
        ("image/svg+xml", 200, "image/svg+xml"),
        ("image/png", 200, "image/png"), ("text/javascript", 200, "text/plain; charset=utf-8"),
        ("text/css", 200, "text/plain; charset=utf-8"), ("TEXT/HTML", 200, "text/html; charset=utf-8"),
        ("text/plain; charset=\"a;b\"", 200, "text/plain; charset=utf-8"), ("application/json", 415, nil),
        ("application/xhtml+xml", 415, nil), ("image/", 415, nil), ("text/html,x", 415, nil),
        ("multipart/mixed", 415, nil),
        (nil, 415, nil),
    ])
    func `previews are inert`(type: String?, status: Int, shown: String?) async throws {
        try await Bench.run { bench in
            let hostile = "<svg onload=alert(1)><script>fetch('/api/v1/keys')</script>"
            try Log.store(
                [
                    Self.exchange(type: type, Body(text: hostile)),
                    Self.exchange(type: type, coding: "gzip", try Self.gzip(ByteBuffer(string: hostile))),
                ], in: bench)
            for number in 1...2 {
                let reply = try bench.ask("GET", "/api/v1/history/\(number)/response/preview")
                #expect(reply.status == status)
                guard status == 200 else { continue }
                #expect(reply.text == hostile && reply.field("Content-Type") == shown)
                let policy = reply.field("Content-Security-Policy") ?? ""
                #expect(policy.hasPrefix("sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'"))
                #expect(!policy.contains("allow") && !policy.contains("script"))
                #expect(
                    reply.field("X-DNS-Prefetch-Control") == "off" && reply.field("Referrer-Policy") == "no-referrer"
                        && reply.field("Connection-Allowlist") == "()")
                #expect(reply.field("Cross-Origin-Resource-Policy") == "same-origin")
                #expect(reply.field("X-Content-Type-Options") == "nosniff" && reply.field("Content-Encoding") == nil)
            }
        }
    }

    @Test func `previews are bounded`() async throws {
        var limits = AdminLimits()
        limits.previewBytes = 1000
        try await Bench.run(limits: limits) { bench in
            try Log.store(
                [
                    Self.exchange(type: "text/html", Body(ByteBuffer(repeating: 0x61, count: 1000))),
                    Self.exchange(type: "text/html", Body(ByteBuffer(repeating: 0x61, count: 1001))),
                    Self.exchange(
                        type: "text/html", coding: "gzip", try Self.gzip(ByteBuffer(repeating: 0x61, count: 2 << 20))),
                    Self.exchange(type: "text/html", coding: "gzip", Body(text: "is none")),
                    Self.exchange(type: "text/html", Body(ByteBuffer(bytes: [0x3C, 0xFF, 0x00, 0x3E]))),
                ], in: bench)
            let statuses = try (1...5).map { try bench.ask("GET", "/api/v1/history/\($0)/response/preview").status }
            #expect(statuses == [200, 413, 413, 409, 200])
            #expect(try bench.ask("GET", "/api/v1/history/5/response/preview").field("Content-Type") == "text/html")
            let head = try bench.ask("HEAD", "/api/v1/history/1/response/preview")
            #expect(head.field("Content-Length") == "1000" && head.body.isEmpty)
        }
    }

    // MARK: Requests

    @Test func `requests are curl lines that a shell takes`() async throws {
        try await Bench.run { bench in
            var fields = Fields()
            fields.append("X-It's", "$(touch /tmp/never) `id`")
            fields.append("Authorization", "REDACTED-0123456789ab")
            // Ours: the program called us by it.
            fields.append("Host", "127.0.0.1:8080")
            var post = Log.exchange("POST", "/a?b=$HOME'", second: 0, result: .passthrough, upstream: "http://a.test")
            post.request = .init(
                head: RequestHead(method: "POST", target: "/a?b=$HOME'", fields: fields),
                body: Body(text: "@/etc/passwd '"))
            var long = post
            long.request.body = Body(ByteBuffer(repeating: 0x61, count: 100_000))
            try Log.store(
                [
                    post, long, Log.exchange("GET", "/miss", second: 1, result: .miss),
                    Log.exchange("GET", "/gone", second: 2, call: MockCall(mock: "gone")),
                ], in: bench)
            let line = try bench.ask("GET", "/api/v1/history/1/curl").json["command"]?.text ?? ""
            #expect(line.hasPrefix("curl ") && line.hasSuffix(" 'http://a.test/a?b=$HOME'\\'''"))
            #expect(line.contains("-H 'X-It'\\''s: $(touch /tmp/never) `id`'") && !line.contains("Host"))
            #expect(line.contains("--data-raw '@/etc/passwd '\\'''") && line.contains("REDACTED-0123456789ab"))
            let other = try bench.ask("GET", "/api/v1/history/2/curl").json
            #expect(other["bodyFile"] == "exchange-2-request.body")
            #expect(other["command"]?.text?.hasSuffix(" --data-binary @exchange-2-request.body") == true)
            #expect(other["command"]?.text?.contains("-X POST") == true)
            let missed = try bench.ask("GET", "/api/v1/history/3/curl").json["command"]?.text
            #expect(missed?.hasSuffix(" http://127.0.0.1:8080/miss") == true)
            let gone = try bench.ask("GET", "/api/v1/history/4/curl")
            #expect(gone.status == 404 && gone.json["detail"] == "the mock server that was called is gone")
            #expect(try bench.ask("GET", "/api/v1/history/5/curl").status == 404)
            // Its calls are found, though they are nothing that could be saved.
            let calls = try bench.ask(
                "POST", "/api/v1/history/examples", ["mock": "gone"])
            #expect(calls.status != 404, "\(calls.text)")
        }
    }

    @Test func `a miss is explained, with what mends it`() async throws {
        try await Bench.run { bench in
            let mock = try bench.addMock("Shop", collection: try bench.addCollection()) {
                $0.matching.profile = .strict
            }
            let call = MockCall(mock: mock.id, missReason: "none")
            try Log.store(
                [
                    Log.exchange("GET", "/users/7", second: 0, status: 404, result: .miss, call: call),
                    Log.exchange("GET", "/users/1?page=2", second: 0, status: 404, result: .miss, call: call),
                    Log.exchange("GET", "/x", second: 0, call: MockCall(mock: "gone")),
                    Log.exchange("GET", "/users/1", second: 0, status: 404, result: .miss),
                ], in: bench)
            let missed = try bench.ask("GET", "/api/v1/history/1/explain").json
            #expect(missed["result"] == "miss" && missed["profile"] == "strict")
            let first = try #require(missed["considered"]?.elements?.first)
            #expect(first["collection"] == "shop" && first["exampleId"] == first["id"])
            #expect(first["difference"]?["place"] == "path" && first["difference"]?["actual"] == "/users/7")
            #expect(first["mends"]?.elements?.first?["kind"] == "wildcard")
            #expect(first["mends"]?.elements?.first?["target"] == "/users/{{any}}")
            let extra = try bench.ask("GET", "/api/v1/history/2/explain?limit=1").json["considered"]?.elements ?? []
            #expect(extra.count == 1 && extra.first?["mends"]?.elements?.first?["rule"] == "query:page")
            #expect(try bench.ask("GET", "/api/v1/history/3/explain").status == 404)
            #expect(try bench.ask("GET", "/api/v1/history/4/explain").json["result"] != nil)
            #expect(try bench.ask("GET", "/api/v1/history/1/explain?limit=0").status == 400)
            let match = try bench.ask("POST", "/api/v1/match", ["target": "/users/7", "mock": "Shop"]).json
            #expect(match["considered"]?.elements?.first?["mends"] == first["mends"])
            // What is offered does mend it.
            let id = try #require(first["exampleId"]?.text)
            let edited = try bench.ask("PATCH", "/api/v1/examples/\(id)", ["target": "/users/{{any}}"])
            #expect(edited.status == 200)
            #expect(try bench.ask("GET", "/api/v1/history/1/explain").json["result"] == "hit")
        }
    }
}
