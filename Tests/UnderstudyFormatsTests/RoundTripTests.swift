import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

/// What was recorded is what replay serves, byte for byte, through the file.
@Suite struct `From exchange to file and back` {
    /// Every target that an origin-form or absolute-form request may carry.
    @Test(arguments: [
        "/", "/?", "/a", "/a/", "//a", "/a//b", "/./a/../b", "/%2F%2f%zz%00", "/a;p=1", "/a?b", "/a?b=", "/a?=b",
        "/a?&&",
        "/a??b=?", "/a?b=c&b=d&b", "/{{x}}", "/a?q={{x}}", "/:id/x", "/a/:id.json", "/a:b", "/a#b", "/a?b#c",
        "/|[]^`\"<>\\",
        "/ü", "*", "/a?{\"b\":1}", "/a{b}", "/{{baseUrl}}/x", "/http://x/y", "/a?u=http://x/y?z",
    ])
    func `a target`(target: String) throws {
        #expect(try back(exchange("GET", target)).request.head.target == ByteBuffer(string: target))
    }

    @Test(arguments: [
        ("http://h/a?b", "/a?b"), ("http://h:8080", "/"), ("https://u@h?x", "/?x"), ("http://h//a", "//a"),
    ])
    func `an absolute target becomes origin-form`(target: String, expected: String) throws {
        #expect(try back(exchange("GET", target)).request.head.target == ByteBuffer(string: expected))
    }

    @Test func `bytes that are not UTF-8 in target, fields and reason`() throws {
        var recorded = exchange("GET", "/")
        recorded.request.head.target = ByteBuffer(bytes: [0x2F, 0xE9, 0x3F, 0xFF])
        recorded.request.head.fields.append("X-Latin".utf8, [0xE9, 0x20, 0xFF])
        recorded.request.head.fields.append("X-Both", "é")
        recorded.response?.head.reason = ByteBuffer(bytes: [0x4F, 0x4B, 0xE9])
        recorded.response?.head.fields.append("X-Latin".utf8, [0x80])
        let example = try back(recorded)
        // Host is the proxy's own address, and the only thing left out.
        recorded.request.head.fields.remove("Host")
        #expect(example.request.head == recorded.request.head)
        #expect(example.response.head == recorded.response?.head)
    }

    @Test func `fields keep order, case, repeats and emptiness; a connection's own go`() throws {
        let kept = [
            ("set-cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Empty", ""), ("Transfer-Encoding", "chunked"),
            ("Content-Length", "2"), ("Proxy-Authenticate", "Basic"), ("x-UPPER_case", "\"q\", ü"),
        ]
        let gone = [
            ("Connection", "x-one, close, Content-Length, Transfer-Encoding"), ("X-One", "1"), ("Keep-Alive", "1"),
            ("Proxy-Connection", "x"), ("TE", "x"), ("Upgrade", "h2c"),
        ]
        let example = try back(exchange("GET", "/", responseFields: kept + gone))
        #expect(
            example.response.head.fields.map { "\($0.nameText): \($0.valueText)" }.dropFirst(2)
                == kept.map { "\($0): \($1)" }[...])
        let request = try back(exchange("GET", "/", fields: [("Proxy-Authorization", "Basic x"), ("A", "b")])).request
        #expect(request.head.fields.map(\.nameText) == ["A"])
    }

    @Test func `trailers and interim responses`() throws {
        var recorded = exchange("POST", "/", body: "x")
        var fields = Fields()
        fields.append("Link", "</s.css>; rel=preload")
        recorded.request.trailers = fields
        recorded.response?.trailers = fields
        recorded.response?.interim = [ResponseHead(status: 103, reason: "Early Hints", fields: fields)]
        let example = try back(recorded)
        #expect(example.request.trailers == fields)
        #expect(example.response.trailers == fields)
        #expect(example.response.interim == recorded.response?.interim)
        #expect(example.responseTime == 12)
    }

    @Test(arguments: [
        "", "{\"a\": 1.0}", "text", "\u{FEFF}bom", "ü€😀", "a\r\nb\tc\u{1}\u{7F}", "{{x}} {{$guid}}", "e\u{301}", "\"\\",
    ])
    func `a text body stays in the collection`(body: String) throws {
        let files = MemoryFiles()
        let example = try back(exchange("POST", "/", body: body, answer: body), files)
        #expect(example.response.body == Body(text: body))
        #expect(example.request.body == Body(text: body))
        #expect(files.contents.isEmpty)
    }

    @Test(arguments: [[0], [0xFF, 0xD8], [0x61, 0, 0x62], [0xC3]] as [[UInt8]])
    func `a binary body goes into a file`(bytes: [UInt8]) throws {
        let files = MemoryFiles()
        var recorded = exchange("POST", "/")
        recorded.request.body = Body(ByteBuffer(bytes: bytes))
        recorded.response?.body = Body(ByteBuffer(bytes: bytes))
        let example = try back(recorded, files)
        #expect(example.request.body == recorded.request.body)
        #expect(example.response.body == recorded.response?.body)
        #expect(files.contents.count == 1)
    }

    @Test func `coded and large bodies go into files, spilled ones are only named`() throws {
        let files = MemoryFiles()
        let coded = try back(exchange("GET", "/", answer: "x", responseFields: [("Content-Encoding", "gzip")]), files)
        #expect(coded.response.body == Body(text: "x") && files.contents.count == 1)
        let edge = String(repeating: "x", count: Limits().bodyInMemory)
        _ = try back(exchange("GET", "/", answer: edge), files)
        #expect(files.contents.count == 1)
        let large = try back(exchange("GET", "/", answer: edge + "x"), files)
        #expect(files.contents.count == 2)
        #expect(large.response.body.content == .stored(Digest(of: edge + "x"), byteCount: edge.utf8.count + 1))
        var spilled = exchange("GET", "/")
        let digest = try files.write(ByteBuffer(repeating: 1, count: 2 << 20))
        spilled.response?.body = Body(.stored(digest, byteCount: 2 << 20), byteCount: 2 << 20)
        #expect(try back(spilled, files).response.body == spilled.response?.body)
    }

    @Test(arguments: ["a=b&c=d+e", "a=%C3%BC&b=%26", "a=b&a=c", "a", "a=b&", "a=%c3%bc", "a=%zz", "a=~", "=", "a=b=c"])
    func `a form body, as pairs only where they say the same bytes`(body: String) throws {
        let recorded = exchange(
            "POST", "/", body: body, fields: [("Content-Type", "application/x-www-form-urlencoded")])
        #expect(try back(recorded).request.body == Body(text: body))
        #expect(
            text(try fold([recorded])).contains("\"urlencoded\": [")
                == ["a=b&c=d+e", "a=%C3%BC&b=%26", "a=b&a=c", "="].contains(body))
    }

    @Test(arguments: [100, 200, 299, 404, 599, 999]) func `any status`(status: Int) throws {
        let recorded = exchange("GET", "/", status: status, reason: "")
        guard status >= 200 else {
            #expect(try fold([recorded]).examples(files: nil).examples.isEmpty)
            return
        }
        #expect(try back(recorded).response.head == recorded.response?.head)
    }

    @Test func `a file body that is missing, short or changed is a problem and not served`() throws {
        let files = MemoryFiles()
        let collection = try fold([exchange("GET", "/", answer: "\u{0}1"), exchange("GET", "/b")], files: files)
        guard let digest = files.contents.keys.first else { return #expect(Bool(false)) }
        for content in [nil, ByteBuffer(string: "\u{0}"), ByteBuffer(string: "\u{0}2")] {
            files.contents[digest] = content
            let (examples, problems) = try reread(collection).examples(files: files)
            #expect(examples.count == 1)
            #expect(problems.map(\.path.description) == ["$.item[0].response[0]._understudy.body"])
        }
    }

    @Test(arguments: [
        "../../etc/passwd", "bodies/../../etc/passwd", "bodies/", "/etc/passwd",
        "bodies/" + String(repeating: "A", count: 64),
    ])
    func `a body reference leads nowhere else`(file: String) throws {
        let files = MemoryFiles()
        let written = text(try fold([exchange("GET", "/", answer: "\u{0}")], files: files))
        let name = "bodies/\(files.contents.keys.first?.description ?? "")"
        let (examples, problems) = try parse(written.replacing("\"file\": \"\(name)\"", with: "\"file\": \"\(file)\""))
            .examples(files: files)
        #expect(examples.isEmpty)
        #expect(problems.count == 1)
    }

    @Test func `an edited URL wins over the hidden exact target`() throws {
        let written = text(try fold([exchange("GET", "//a")]))
        #expect(written.contains("\"target\": \"//a\""))
        let edited = try parse(written.replacing("\"raw\": \"{{baseUrl}}//a\"", with: "\"raw\": \"{{baseUrl}}/b\""))
        #expect(edited.examples(files: nil).examples.first?.request.head.targetText == "/b")
    }

    private func back(_ exchange: Exchange, _ files: MemoryFiles = MemoryFiles()) throws -> Example {
        let (examples, problems) = try reread(try fold([exchange], files: files)).examples(files: files)
        try #require(problems.isEmpty, "\(problems)")
        return try #require(examples.first)
    }
}
