import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `HAR files` {
    private func entry(
        _ method: String = "GET", _ url: String, status: String = "200",
        content: String = #"{"size":2,"mimeType":"text/plain","text":"ok"}"#,
        post: String = "", more: String = ""
    ) -> String {
        #"""
        {"startedDateTime":"2026-11-20T10:00:00.250+02:00","time":12.5,"request":{"method":"\#(method)","url":"\#(url)","httpVersion":"h2",
        "headers":[{"name":":method","value":"x"},{"name":"Accept","value":"*/*"},{"name":"Host","value":"h"}]\#(post)},
        "response":{"status":\#(status),"statusText":"","headers":[{"name":"Set-Cookie","value":"a=1\nb=2"},{"name":"content-encoding","value":"gzip"},
        {"name":"Content-Length","value":"999"}],"content":\#(content)\#(more)}}
        """#
    }
    private func har(_ entries: [String]) -> String {
        #"{"log":{"version":"1.2","entries":[\#(entries.joined(separator: ","))]}}"#
    }
    private func examples(_ result: Import) -> [Example] {
        result.collections.flatMap { $0.examples(files: nil).examples }
    }

    @Test func `entries become examples of their hosts, repeats in their order`() throws {
        let result = try read(
            har([
                entry("GET", "https://a.test/x?q=1"), entry("GET", "http://b.test:81/y"),
                entry("GET", "https://a.test/x?q=1", content: #"{"size":5,"text":"later"}"#),
                entry("GET", "https://a.test/x?q=1"),
            ]), "site.har")
        #expect(result.kind == .har && result.problems.isEmpty && result.withoutContent.isEmpty)
        #expect(result.collections.map(\.name) == ["a.test", "b.test-81"])
        let bodies = examples(result).map { String(buffer: $0.response.body.bytesInMemory ?? ByteBuffer()) }
        #expect(bodies == ["ok", "later", "ok", "ok"])
        let head = try #require(examples(result).first).response.head
        #expect(
            head.fields.map { "\($0.nameText): \($0.valueText)" } == [
                "Set-Cookie: a=1", "Set-Cookie: b=2", "Content-Length: 2", "Content-Type: text/plain",
            ])
        #expect(examples(result).map(\.request.head.targetText) == ["/x?q=1", "/x?q=1", "/x?q=1", "/y"])
        #expect(examples(result).first?.responseTime == 13)
    }

    @Test(arguments: [
        (ImportGrouping.domain, ["a.test", "a.test", "b.test"]), (.path, ["x/y", "x", "x/y"]), (.none, ["", "", ""]),
        (.domainPath, ["a.test/x/y", "a.test/x", "b.test/x/y"]),
    ])
    func `may be grouped in one collection`(grouping: ImportGrouping, folders: [String]) throws {
        let text = har([
            entry("GET", "https://a.test/x/y/1"), entry("GET", "https://a.test/x/2"),
            entry("GET", "https://b.test/x/y//{3}"),
        ])
        let result = try read(text, "all.har") { $0.grouping = grouping }
        let collection = try #require(result.collections.first)
        #expect(result.collections.count == 1 && collection.name == "all")
        #expect(collection.listing().map { $0.folders.joined(separator: "/") }.sorted() == folders.sorted())
        // Odd targets come back exactly.
        #expect(Set(examples(result).map(\.request.head.targetText)) == ["/x/y/1", "/x/2", "/x/y//{3}"])
        #expect(Set(collection.listing().map(\.id)).count == 3)
    }

    @Test func `content that is missing is said and marked`() throws {
        let result = try read(
            har([
                entry("GET", "http://h/1", content: #"{"size":10,"mimeType":"text/html"}"#),
                entry("GET", "http://h/2", content: #"{"size":0}"#),
                entry("GET", "http://h/3", status: "304", content: #"{"size":0}"#, more: #","bodySize":99"#),
                entry("POST", "http://h/4", post: #","bodySize":7"#),
                entry("GET", "http://h/5", content: #"{"size":10,"text":"cut"}"#),
            ]))
        #expect(result.withoutContent.map(\.place) == ["$.log.entries[0]", "$.log.entries[3]"])
        #expect(result.withoutContent.first?.message.contains("10 bytes") == true)
        #expect(result.problems.map(\.place) == ["$.log.entries[4]"])
        let collection = try #require(result.collections.first)
        let marked = collection.listing().filter {
            collection.document(ofExample: $0.id)?["_understudy"]?["contentMissing"]?.bool == true
        }
        #expect(marked.map(\.path) == ["/1", "/4"])
    }

    @Test func `base64, forms and parameters`() throws {
        let files = MemoryFiles()
        let text = har([
            entry(
                "GET", "http://h/image",
                content: #"{"size":3,"mimeType":"image/png","text":"AP+A","encoding":"base64"}"#),
            entry(
                "POST", "http://h/form",
                post:
                    #","postData":{"mimeType":"application/x-www-form-urlencoded","params":[{"name":"a b","value":"1&"}]}"#
            ),
            entry(
                "POST", "http://h/multi",
                post: #","postData":{"mimeType":"multipart/form-data","params":[{"name":"f","fileName":"x.png"}]}"#),
            entry("POST", "http://h/raw", post: #","postData":{"mimeType":"application/json","text":"{}"}"#),
        ])
        let result = try Import.read(ByteBuffer(string: text), name: "h", options: ImportOptions(files: files))
        #expect(result.problems.isEmpty && result.withoutContent.isEmpty)
        let examples = try #require(result.collections.first).examples(files: files).examples
        let bodies = examples.map { body($0) }
        let paths = examples.map(\.request.head.targetText)
        #expect(paths == ["/form", "/image", "/multi", "/raw"])
        #expect(bodies[0] == "a+b=1%26" && bodies[3] == "{}" && bodies[2].contains("filename=\"x.png\""))
        #expect(examples[1].response.body.bytesInMemory == ByteBuffer(bytes: [0, 0xFF, 0x80]))
    }

    private static let table1: [(String, String)] = [
        (#"{"request":{},"response":{}}"#, "no URL"), ("7", "request and a response"),
        (#"{"request":{"method":"GET","url":"ws://h/"},"response":{"status":101}}"#, "no URL of HTTP"),
        (
            #"{"request":{"method":"GET","url":"http://h/"},"response":{"status":0,"_error":"net::ERR_FAILED"}}"#,
            "ERR_FAILED"
        ),
        (#"{"request":{"method":"G T","url":"http://h/"},"response":{"status":200}}"#, "no method"),
        (#"{"request":{"method":"GET","url":"http://h/"},"response":{"status":1e99}}"#, "no response"),
        (
            #"{"request":{"method":"GET","url":"http://h/"},"response":{"status":200,"content":{"text":"!","encoding":"base64"}}}"#,
            "base64"
        ),
    ]

    @Test(arguments: table1)
    func `an entry that cannot be an example is left out with its reason`(entry: String, word: String) throws {
        let result = try read(har([entry, self.entry("GET", "http://h/ok")]))
        #expect(
            result.problems.count == 1 && result.problems.first?.message.contains(word) == true, "\(result.problems)")
        #expect(examples(result).count == 1)
    }

    @Test func `secrets are redacted as recordings are`() throws {
        let redaction = Redaction(key: Array(repeating: 7, count: 32))
        let result = try read(har([entry("GET", "http://h/x?access_token=hunter2")])) { $0.redaction = redaction }
        #expect(!String(buffer: try #require(result.collections.first).bytes()).contains("hunter2"))
    }

    // MARK: Writing

    private func written(_ exchanges: [Exchange]) throws -> JSONValue {
        var writer = HARWriter(version: "1")
        for exchange in exchanges {
            writer.add(
                exchange, requestBody: exchange.request.body.bytesInMemory ?? ByteBuffer(),
                responseBody: exchange.response?.body.bytesInMemory ?? ByteBuffer())
        }
        return try JSONValue(parsing: writer.finish())
    }

    private var traffic: [Exchange] {
        var failed = exchange("GET", "/failed")
        failed.response = nil
        failed.failure = UpstreamFailure(.connectionRefused, "x")
        var timed = exchange("GET", "/timed")
        (timed.timings.nameLookup, timed.timings.connect, timed.timings.tls) = (1_000, 3_000, 7_500)
        (timed.timings.firstByte, timed.timings.total) = (20_000, 21_500)
        var binary = exchange(
            "POST", "/binary", body: "a=1", fields: [("Cookie", "a=1; b=2"), ("Content-Type", "text/x")])
        binary.response?.body = Body(ByteBuffer(bytes: [0, 0xFF]))
        let cookies = exchange(
            "GET", "/c?a=1&b=%20x", responseFields: [("Set-Cookie", "s=1; Path=/; HttpOnly; Secure")])
        return sampleTraffic + [failed, timed, binary, cookies]
    }

    @Test func `what is written follows the rules of HAR 1.2`() throws {
        let root = try written(traffic)
        #expect(HARRules.violations(in: root) == [])
        let entries = try #require(root["log"]?["entries"]?.elements)
        let timed = entries[entries.count - 3]
        #expect(timed["time"]?.double == 21.5 && timed["timings"]?["ssl"]?.double == 4.5)
        #expect(timed["timings"]?["connect"]?.double == 6.5 && timed["timings"]?["wait"]?.double == 12.5)
        let binary = entries[entries.count - 2]
        #expect(binary["response"]?["content"]?["encoding"] == "base64")
        #expect(binary["request"]?["cookies"]?.elements?.count == 2)
        let last = try #require(entries.last)
        #expect(last["request"]?["queryString"]?.elements?.last == ["name": "b", "value": " x"])
        #expect(last["response"]?["cookies"]?.elements?.first?["httpOnly"] == true)
        #expect(HARRules.violations(in: ["log": ["version": "1.2"]]) != [])
    }

    @Test func `what is written comes in again as the same exchanges`() throws {
        let traffic = sampleTraffic.filter {
            // A URL has no fragment in it, whatever a client sent.
            $0.request.head.targetText.hasPrefix("/") && !$0.request.head.targetText.contains("#")
        }
        let text = JSONWriter.text(try written(traffic))
        let direct = try fold(traffic)
        let result = try read(text)
        #expect(result.problems.isEmpty && result.withoutContent.isEmpty)
        let lines = { (collection: PostmanCollection) in
            collection.examples(files: nil).examples.map {
                "\($0.request.head.method) \($0.request.head.targetText) \(body($0)) \($0.response.head.status) \(String(buffer: $0.response.body.bytesInMemory ?? ByteBuffer()))"
            }
        }
        #expect(lines(try #require(result.collections.first)) == lines(direct))
    }
}

/// HAR 1.2 as a list of what must be there. <http://www.softwareishard.com/blog/har-12-spec/>
enum HARRules {
    static func violations(in root: JSONValue) -> [String] {
        var found: [String] = []
        func need(_ value: JSONValue?, _ place: String, _ test: (JSONValue) -> Bool) {
            guard let value, test(value) else { return found.append(place) }
        }
        let text: (JSONValue) -> Bool = { $0.text != nil }
        let size: (JSONValue) -> Bool = { ($0.int ?? -2) >= -1 }
        let time: (JSONValue) -> Bool = { ($0.double ?? -2) >= 0 }
        let optionalTime: (JSONValue) -> Bool = { ($0.double ?? -2) >= 0 || $0.double == -1 }
        func pairs(_ value: JSONValue?, _ place: String) {
            need(value, place) {
                $0.elements?.allSatisfy { $0["name"]?.text != nil && $0["value"]?.text != nil } ?? false
            }
        }
        need(root["log"]?["version"], "log.version") { $0 == "1.2" }
        need(root["log"]?["creator"]?["name"], "creator.name", text)
        need(root["log"]?["creator"]?["version"], "creator.version", text)
        need(root["log"]?["entries"], "entries") { $0.elements != nil }
        for (index, entry) in (root["log"]?["entries"]?.elements ?? []).enumerated() {
            let at = { (name: String) in "entries[\(index)].\(name)" }
            need(entry["startedDateTime"], at("startedDateTime")) { $0.text.flatMap(Timestamp.init(isoText:)) != nil }
            need(entry["time"], at("time"), time)
            need(entry["cache"], at("cache")) { $0.object != nil }
            for name in ["send", "wait", "receive"] { need(entry["timings"]?[name], at("timings.\(name)"), time) }
            for name in ["blocked", "dns", "connect", "ssl"] { need(entry["timings"]?[name], at(name), optionalTime) }
            let parts = ["blocked", "dns", "connect", "send", "wait", "receive"].map {
                entry["timings"]?[$0]?.double ?? 0
            }
            let sum = parts.filter { $0 > 0 }.reduce(0, +)
            if abs(sum - (entry["time"]?.double ?? 0)) > 0.01 { found.append(at("time is not the sum")) }
            let (request, response) = (entry["request"], entry["response"])
            for name in ["method", "url", "httpVersion"] { need(request?[name], at("request.\(name)"), text) }
            for name in ["statusText", "httpVersion", "redirectURL"] {
                need(response?[name], at("response.\(name)"), text)
            }
            need(response?["status"], at("status")) { $0.int != nil }
            for (message, name) in [(request, "request"), (response, "response")] {
                pairs(message?["headers"], at("\(name).headers"))
                pairs(message?["cookies"], at("\(name).cookies"))
                need(message?["headersSize"], at("\(name).headersSize"), size)
                need(message?["bodySize"], at("\(name).bodySize"), size)
            }
            pairs(request?["queryString"], at("queryString"))
            if let data = request?["postData"] {
                need(data["mimeType"], at("postData.mimeType"), text)
                need(data["text"], at("postData.text"), text)
            }
            need(response?["content"]?["size"], at("content.size")) { ($0.int ?? -1) >= 0 }
            need(response?["content"]?["mimeType"], at("content.mimeType"), text)
        }
        return found
    }
}
