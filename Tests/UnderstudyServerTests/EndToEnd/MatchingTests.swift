import Foundation
import NIOCore
import TestSupport
import Testing
import UnderstudyCoding
import UnderstudyCore

@testable import UnderstudyServer

extension Example {
    /// An example whose request has a body.
    fileprivate static func posted(_ id: String, _ body: String, type: String = "application/json") -> Example {
        var example = Example.of(id, "POST", target: "/")
        example.request.body = Body(text: body)
        example.request.head.fields.append("Content-Type", type)
        return example
    }
}

@Suite(.serialized) struct `Requests matched by their content` {
    private let json = "Content-Type: application/json\r\n"

    @Test func `the example with the same data answers, however it is written and sent`() async throws {
        let examples = [Example.posted("red", #"{"c": "red", "n": 1}"#), .posted("blue", #"{"c": "blue", "n": 1}"#)]
        try await Proxy.run(to: nil, { ($0.examples, $0.annotates) = (examples, true) }) { proxy in
            let client = try proxy.client()
            try client.send(.post(#"{"n":1.0,"c":"blue"}"#, json) + .post(#"{"c":"red","n":1}"#, json))
            #expect(try client.readResponse().text == "blue")
            #expect(try client.readResponse().text == "red")
            let chunks = "POST / HTTP/1.1\r\nHost: h\r\n\(json)Transfer-Encoding: chunked\r\n\r\n"
            try client.send(chunks + "8\r\n{\"c\":\"bl\r\n")
            try client.send("A\r\nue\",\"n\":1}\r\n0\r\n\r\n")
            #expect(try client.readResponse().text == "blue")
            try client.send(.post(#"{"c":"green","n":1}"#, json))
            let miss = try client.readResponse()
            #expect(miss.status == 404)
            #expect(
                miss.text.contains("understudy examples edit red --ignore json:$.c")
                    || miss.text.contains("understudy examples edit red --ignore 'json:$.c'"))
            #expect(try proxy.recorder.entry(0).requestText == #"{"n":1.0,"c":"blue"}"#)
        }
    }

    @Test func `a secret that was written into an example by hand answers as one that was recorded`() async throws {
        let redaction = Redaction(key: [1, 2, 3])
        let serving = Serving(
            mode: .replay, examples: [.of("e", target: "/a?api_key=plain-secret")], redaction: redaction)
        for (target, isHit) in [("/a?api_key=plain-secret", true), ("/a?api_key=another-one", false)] {
            let request = serving.index.request(
                redaction.apply(to: RequestHead(method: "GET", target: target)), hasBody: false)
            let outcome = serving.index.match(request, in: serving.sessions, cache: MatchCache())
            if case .hit(let hit) = outcome { #expect(isHit && hit.score.total == 100) } else { #expect(!isHit) }
        }
    }

    @Test func `compressed content is compared as what it is`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [.posted("red", #"{"c":"red"}"#)] }) { proxy in
            let coded = try ContentCoding.encode(ByteBuffer(string: #"{"c": "red"}"#), as: .gzip)
            let client = try proxy.client()
            try client.send(
                "POST / HTTP/1.1\r\nHost: h\r\n\(json)Content-Encoding: gzip\r\nContent-Length: \(coded.readableBytes)\r\n\r\n"
            )
            try client.send(Array(coded.readableBytesView))
            #expect(try client.readResponse().text == "red")
        }
    }

    @Test func `in auto mode what no example has goes upstream whole, streamed when it is long`() async throws {
        let origin = try RawOrigin(responses: [.ok("live"), .ok("long")])
        try await Proxy.run(
            to: origin,
            {
                $0.mode = .auto
                $0.examples = [.posted("red", #"{"c":"red"}"#)]
                $0.limits.bodyInMemory = 100
            }
        ) { proxy in
            let client = try proxy.client()
            try client.send(.post(#"{"c":"red"}"#, json))
            #expect(try client.readResponse().text == "red")
            #expect(origin.connectionCount == 0)
            try client.send(
                .post(
                    #"{"c":"blue"}"#,
                    json + "Expect: 100-continue\r\nX-Mock-Response-Delay: 1\r\nUnderstudy-Session: s\r\n"))
            #expect(try client.readResponse().text == "live")
            let long = String(repeating: "x", count: 300)
            try client.send(.post(long, json))
            #expect(try client.readResponse().text == "long")
            let texts = origin.requestTexts
            #expect(texts[0].hasSuffix(#"{"c":"blue"}"#) && texts[1].hasSuffix(long))
            #expect(!texts[0].lowercased().contains("x-mock") && !texts[0].lowercased().contains("understudy-session"))
            #expect(!texts[0].lowercased().contains("expect:"))
        }
    }
}

@Suite(.serialized) struct `A mock server` {
    private func run(_ examples: [Example], _ body: (Proxy) async throws -> Void) async throws {
        try await Proxy.run(
            to: nil,
            { ($0.examples, $0.matching, $0.annotates) = (examples, MatchOptions(profile: .postman), true) }, body)
    }

    @Test func `answers as Postman's, with its score and its own words for a miss`() async throws {
        try await run([.of("e", target: "/users/{{id}}", body: Body(text: "user {{id}}"))]) { proxy in
            let hit = try proxy.get("/users/7")
            #expect(hit.text == "user 7" && hit["Content-Length"] == "6" && hit["Understudy-Score"] == "80")
            #expect(hit["Access-Control-Allow-Origin"] == "*")
            let miss = try proxy.get("/nothing/like/it")
            #expect(miss.status == 404 && miss["Content-Type"] == "application/json; charset=utf-8")
            #expect(miss["Access-Control-Allow-Origin"] == "*")
            let error = try JSONValue(parsing: ByteBuffer(bytes: miss.body))
            #expect(error["error"]?["name"]?.text == "mockRequestNotFoundError")
            #expect(error["error"]?["header"]?.text == "No matching requests")
            #expect(error["nearest"]?.elements?.count == 1)
        }
    }

    @Test func `fills in captures, variables, dynamic values and the request's data, fields too`() async throws {
        var example = Example.of(
            "e", "POST", target: "/u/{{id}}", fields: [("Location", "/u/{{id}}"), ("Content-Length", "1")],
            body: Body(text: "{{id}} {{base}} {{$body 'a.1'}} {{$queryParams 'q' 'none'}} {{$headers 'x-y'}} {{left}}"))
        example.variables = VariableScope(["base": "b"])
        try await run([example]) { proxy in
            let answer = try proxy.exchange(
                "POST /u/%7B%7Bbase%7D%7D HTTP/1.1\r\nHost: h\r\nX-Y: {{base}}\r\nContent-Length: 13\r\n\r\n{\"a\":[1,\"z\"]}"
            )
            #expect(answer.text == "{{base}} b z none {{base}} {{left}}", "what the client sent is not looked at again")
            #expect(answer["Location"] == "/u/{{base}}" && answer["Content-Length"] == "35")
        }
    }

    @Test func `an answer that waits is filled in though its example is gone by then`() async throws {
        try await run([.of("e", target: "/u/{{id}}", body: Body(text: "old {{id}}"))]) { proxy in
            let client = try proxy.client()
            try client.send(.get("/u/7", "x-mock-response-delay: 300\r\n"))
            // One loop: once a later request was answered, the first has been decided about.
            #expect(try proxy.get("/u/8").text == "old 8")
            try await proxy.server.update { $0.replaceExamples([.of("n", target: "/new")]) }
            #expect(try client.readResponse().text == "old 7")
        }
    }

    @Test func `a template that would insert too much is an error, not a cut answer`() async throws {
        let body = String(repeating: "{{$body}}", count: 20_000)
        try await run([.of("e", "POST", target: "/", body: Body(text: body))]) { proxy in
            let client = try proxy.client()
            try client.send(.post(String(repeating: "x", count: 1000)))
            let answer = try client.readResponse()
            #expect(answer.status == 500 && answer.text.contains("template-too-large"))
            try client.send(.post("y"))
            #expect(try client.readResponse().body.count == 20_000)
        }
    }

    @Test func `asking for the head alone takes no turn`() async throws {
        let examples = ["a", "b"].map { Example.of($0, target: "/x", fields: [("X-Id", $0), ("Content-Length", "1")]) }
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            let client = try proxy.client()
            for _ in 0..<2 {
                try client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n")
                #expect(try client.readResponse(toHEAD: true)["X-Id"] == "a")
            }
            #expect(try proxy.get("/x").text == "a")
        }
    }

    @Test func `a request cannot add fields through a template`() async throws {
        let example = Example.of("e", target: "/", fields: [("X", "{{$queryParams 'q'}}"), ("Content-Length", "1")])
        try await run([example]) { proxy in
            let answer = try proxy.get("/?q=a%0D%0AEvil:%20yes")
            #expect(answer["X"] == "a  Evil: yes" && answer["Evil"] == nil)
        }
    }

    @Test func `with a seed values repeat from run to run, and differ from call to call`() async throws {
        var answers: [[String]] = []
        for _ in 0..<2 {
            try await Proxy.run(
                to: nil,
                {
                    $0.examples = [.of("e", target: "/", body: Body(text: "{{$guid}}"))]
                    $0.matching = MatchOptions(profile: .postman)
                    $0.answering = Answering(profile: .postman)
                    $0.answering?.seed = 7
                }
            ) { proxy in
                answers.append([try proxy.get().text, try proxy.get().text])
            }
        }
        #expect(answers[0] == answers[1] && answers[0][0] != answers[0][1])
    }

    @Test func `a recording is sent byte for byte`() async throws {
        let text = "{{id}} {{$guid}}"
        try await Proxy.run(to: nil, { $0.examples = [.of("e", target: "/", body: Body(text: text))] }) { proxy in
            let answer = try proxy.get("/", "Origin: http://page.test\r\n")
            #expect(answer.text == text && answer["Access-Control-Allow-Origin"] == nil)
        }
    }

    @Test func `preflights need no example, and saved fields have the last word`() async throws {
        let saved = [("Access-Control-Allow-Origin", "http://mine.test"), ("Content-Length", "1")]
        let examples = [Example.of("a", target: "/a"), .of("b", target: "/b", fields: saved, body: Body(text: "b"))]
        try await run(examples) { proxy in
            let asks = "Origin: http://page.test\r\nAccess-Control-Request-Method: PUT\r\n"
            let preflight = try proxy.exchange(
                "OPTIONS /a HTTP/1.1\r\nHost: h\r\n\(asks)Access-Control-Request-Headers: x-a, x-b\r\n\r\n")
            #expect(preflight.status == 204 && preflight["Access-Control-Allow-Methods"] == "PUT")
            #expect(preflight["Access-Control-Allow-Headers"] == "x-a, x-b")
            let answer = try proxy.get("/a", "Origin: http://page.test\r\n")
            #expect(answer["Access-Control-Allow-Origin"] == "http://page.test" && answer.text == "a")
            #expect(
                try proxy.get("/b", "Origin: http://page.test\r\n")["Access-Control-Allow-Origin"] == "http://mine.test"
            )
            #expect(try proxy.exchange("OPTIONS /a HTTP/1.1\r\nHost: h\r\n\r\n").status == 404, "no preflight")
        }
    }

    @Test func `explains a live request instead of answering it, and takes no turn`() async throws {
        let examples = [Example.of("a", target: "/x"), .of("b", target: "/x")]
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            for _ in 0..<2 {
                let answer = try proxy.get("/x", "Understudy-Explain: 1\r\n")
                let explanation = try JSONValue(parsing: ByteBuffer(bytes: answer.body))
                #expect(explanation["result"]?.text == "hit" && explanation["example"]?.text == "a")
                #expect(explanation["considered"]?.elements?.count == 2)
            }
            #expect(try proxy.get("/x").text == "a")
            _ = try proxy.recorder.entry()
            #expect(proxy.recorder.entries.count == 1, "questions are not recorded")
        }
    }

    @Test func `sessions take turns of their own`() async throws {
        let examples = [Example.of("a", target: "/x"), .of("b", target: "/x")]
        try await Proxy.run(to: nil, { $0.examples = examples }) { proxy in
            let answers = try ["", "s", "s", "", "t"].map { session in
                try proxy.get("/x", session.isEmpty ? "" : "Understudy-Session: \(session)\r\n").text
            }
            #expect(answers == ["a", "a", "b", "b", "a"])
        }
    }
}

@Suite(.serialized) struct `Answers derived from one example` {
    private func example() -> Example {
        .of(
            "e", target: "/", fields: [("ETag", "\"v1\""), ("Content-Length", "10"), ("Content-Type", "text/plain")],
            body: Body(text: "0123456789"))
    }

    @Test func `HEAD, ranges and conditions, each unless it is switched off`() async throws {
        try await Proxy.run(to: nil, { $0.examples = [example()] }) { proxy in
            let client = try proxy.client()
            try client.send("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n" + .get("/", "Range: bytes=2-4\r\n"))
            let head = try client.readResponse(toHEAD: true)
            #expect(head.status == 200 && head["Content-Length"] == "10" && head.body.isEmpty)
            let part = try client.readResponse()
            #expect(part.status == 206 && part.text == "234" && part["Content-Range"] == "bytes 2-4/10")
            #expect(try proxy.get("/", "Range: bytes=20-\r\n").status == 416)
            let unchanged = try proxy.get("/", "If-None-Match: \"v1\"\r\n")
            #expect(unchanged.status == 304 && unchanged.body.isEmpty)
            _ = try proxy.recorder.entry(3)
            #expect(proxy.recorder.entries.map { $0.exchange.response?.head.status } == [200, 206, 416, 304])
        }
        try await Proxy.run(
            to: nil,
            {
                $0.examples = [example()]
                $0.answering = Answering(profile: .strict)
                $0.answering?.derived = .none
            }
        ) { proxy in
            let whole = try proxy.get("/", "Range: bytes=2-4\r\nIf-None-Match: \"v1\"\r\n")
            let head = try proxy.exchange("HEAD / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            #expect(whole.status == 200 && head.status == 404)
        }
    }

    @Test func `a coding the client does not take is taken off`() async throws {
        var example = example()
        let coded = try ContentCoding.encode(ByteBuffer(string: "hello hello"), as: .gzip)
        example.response.body = Body(coded)
        example.response.head.fields = Fields()
        example.response.head.fields.append("Content-Encoding", "gzip")
        example.response.head.fields.append("Content-Length", "\(coded.readableBytes)")
        try await Proxy.run(to: nil, { $0.examples = [example] }) { proxy in
            let plain = try proxy.get("/", "Accept-Encoding: identity\r\n")
            #expect(plain.text == "hello hello" && plain["Content-Encoding"] == nil && plain["Content-Length"] == "11")
            #expect(try proxy.get("/", "Accept-Encoding: gzip\r\n").body == Array(coded.readableBytesView))
            #expect(try proxy.get("/").body == Array(coded.readableBytesView))
        }
    }

    @Test func `parts of a body that lies in a file`() async throws {
        let folder = try TemporaryFolder()
        let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 256) }
        let digest = Digest(of: ByteBuffer(bytes: bytes))
        try Data(bytes).write(to: URL(fileURLWithPath: folder.file("\(digest)")))
        struct Files: StoredBodies {
            let folder: String
            func path(of digest: Digest) -> String? { "\(folder)/\(digest)" }
        }
        let body = Body(.stored(digest, byteCount: bytes.count), byteCount: bytes.count)
        let fields = [("Content-Length", "\(bytes.count)")]
        try await Proxy.run(
            to: nil,
            {
                ($0.examples, $0.bodies) = (
                    [.of("e", target: "/", fields: fields, body: body)], Files(folder: folder.path)
                )
            }
        ) { proxy in
            let part = try proxy.get("/", "Range: bytes=1000-50999\r\n")
            #expect(part.status == 206 && part.body == Array(bytes[1000..<51000]))
            let several = try proxy.get("/", "Range: bytes=0-1,99998-\r\n")
            #expect(several.status == 206 && several["Content-Type"]?.hasPrefix("multipart/byteranges") == true)
            #expect(several.body.count == Int(several["Content-Length"] ?? ""))
            #expect(try proxy.get("/").body == bytes)
        }
    }
}
