import FoundationEssentials
import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `curl command lines` {
    private func one(_ text: String) throws -> CurlRequestValue {
        try #require(CurlReader.requests(in: ByteBuffer(string: text)).requests.first)
    }
    private func problems(_ text: String) -> [String] {
        CurlReader.requests(in: ByteBuffer(string: text)).problems.map(\.message)
    }
    private func body(_ request: CurlRequestValue) -> String {
        if case .bytes(let bytes) = request.body { TextBytes.text(of: bytes.readableBytesView) } else { "-" }
    }
    private func line(_ request: CurlRequestValue) -> String {
        "\(request.method) \(request.url) \(request.fields.map { "\($0.name): \($0.value)" }) \(body(request))"
    }

    private static let form = "Content-Type: application/x-www-form-urlencoded"

    private static let table1: [(String, String)] = [
        ("curl http://h/a", #"GET http://h/a [] -"#),
        ("$ curl h/a", #"GET http://h/a [] -"#),
        ("curl -X PUT 'http://h/a b' -H 'A: x y'", #"PUT http://h/a b ["A: x y"] -"#),
        ("curl -XPUT -HA:b http://h", #"PUT http://h ["A: b"] -"#),
        ("curl -sSLkIv http://h", #"HEAD http://h [] -"#),
        ("curl -sSd a=1 -d b=2 http://h", #"POST http://h ["\#(form)"] a=1&b=2"#),
        ("curl --data-raw '@x' http://h", #"POST http://h ["\#(form)"] @x"#),
        ("curl -G -d a=1 --data-urlencode 'b=x y&' 'http://h/p?c=3#f'", #"GET http://h/p?c=3&a=1&b=x%20y%26#f [] -"#),
        (
            "curl --json '{}' http://h",
            #"POST http://h ["Accept: application/json", "Content-Type: application/json"] {}"#
        ),
        ("curl -u me:pass http://h", #"GET http://h ["Authorization: Basic bWU6cGFzcw=="] -"#),
        (
            "curl -A agent -e ref -b 'a=1' -b b=2 --compressed http://h",
            #"GET http://h ["User-Agent: agent", "Referer: ref", "Cookie: a=1; b=2", "Accept-Encoding: deflate, gzip, br, zstd"] -"#
        ),
        ("curl -d x -H 'Content-Type: text/plain' http://h", #"POST http://h ["Content-Type: text/plain"] x"#),
        ("curl -d x -H Content-Type: http://h", #"POST http://h [] x"#),
        ("curl -H 'X-Empty;' http://h", #"GET http://h ["X-Empty: "] -"#),
        ("curl --url http://h/1 --no-progress-meter -o /dev/null", #"GET http://h/1 [] -"#),
        ("curl \\\n  -d 'a\nb' \\\n  http://h # comment", "POST http://h [\"\(form)\"] a\nb"),
        ("curl -d $'a\\n\\'\\x41\\u00e9\\ud83d\\ude00\\0012' http://h", "POST http://h [\"\(form)\"] a\n'Aé😀\u{1}2"),
        ("curl -d \"a\\\"b\\\\c\\$d\" http://h", #"POST http://h ["\#(form)"] a"b\c$d"#),
        ("curl '{{baseUrl}}/x/{{id}}'", "GET {{baseUrl}}/x/{{id}} [] -"),
        ("curl -H ':authority: h' -H 'a: 1' https://h/", #"GET https://h/ ["a: 1"] -"#),
        ("curl -r 0-5 http://h", #"GET http://h ["Range: bytes=0-5"] -"#),
        ("/usr/bin/curl http://h > out.txt", "GET http://h [] -"),
        ("FOO=bar curl http://h 2>/dev/null", "GET http://h [] -"),
        ("printf 'a\\000b%%' | curl --data-binary @- http://h", "POST http://h [\"\(form)\"] a\u{0}b%"),
        (
            "curl ^\"https://h/a?b=^%^41^&c^\" ^\n  -H ^\"a: \\^\"q\\^\"^\" ^\n  --data-raw ^\"^{x^}^\"",
            #"POST https://h/a?b=%41&c ["\#(form)", "a: \"q\""] {x}"#
        ),
        (
            "curl \"http://h/\" ^\r\n  -H \"a: say \"\"hi\"\"\" ^\r\n  --data \"x\"",
            #"POST http://h/ ["\#(form)", "a: say \"hi\""] x"#
        ),
    ]

    @Test(arguments: table1)
    func `are read as a shell and curl read them`(text: String, wanted: String) throws {
        let request = try one(text)
        #expect(line(request) == wanted)
    }

    private static let table2: [(String, String)] = [
        ("curl -d @secret http://h", "no file is read"),
        ("curl --data-binary @/etc/passwd http://h", "no file is read"),
        ("curl -F f=@x http://h", "only named"), ("curl -T x http://h", "left out"), ("curl -K x http://h", "left out"),
        ("curl -b jar http://h", "no file is read"), ("curl -H @x http://h", "no file is read"),
        ("curl --data-urlencode a@x http://h", "no file is read"), ("curl --wibble http://h", "--wibble is not known"),
        ("curl $URL/x", "variable is not filled in"), ("curl `x` http://h", "not run"),
        ("curl http://h | jq .", "'jq' is not curl"),
        ("curl 'http://h", "not closed"), ("curl http://h -H", "no argument"),
        ("curl http://h/[1-3]", "taken as it is"),
        ("curl -H 'a b: c' http://h", "no field's name"),
    ]

    @Test(arguments: table2)
    func `what is not taken over is said`(text: String, word: String) {
        let problems = problems(text)
        #expect(problems.contains { $0.contains(word) }, "\(problems)")
    }

    @Test func `several commands, URLs and --next are several requests`() throws {
        let text =
            "# notes\ncurl http://a/1 http://a/2 -H x:y\n\ncurl -d 1 http://a/3 --next http://a/4; curl http://a/5 && curl http://a/6"
        let requests = CurlReader.requests(in: ByteBuffer(string: text)).requests
        #expect(requests.map(\.url) == (1...6).map { "http://a/\($0)" })
        #expect(requests.map(\.method) == ["GET", "GET", "POST", "GET", "GET", "GET"])
    }

    @Test func `form parts are parts of a form`() throws {
        let request = try one(
            "curl -F a=1 -F 'b=@/x/y.png;type=image/png' -F 'c=\"q;r\";type=text/x' --form-string d=@e http://h")
        #expect(
            request.body
                == .form([
                    ["key": "a", "value": "1", "type": "text"],
                    ["key": "b", "contentType": "image/png", "type": "file", "src": "/x/y.png"],
                    ["key": "c", "contentType": "text/x", "value": "q;r", "type": "text"],
                    ["key": "d", "value": "@e", "type": "text"],
                ]))
    }

    @Test(arguments: [
        (#"x="1;type=a/b";type=c/d"#, "1;type=a/b", "c/d"), (#"x="q\"r\\";type=c/d"#, #"q"r\"#, "c/d"),
        (#"x="1;type=c/d"#, #""1"#, "c/d"), (#"x="a\b";type=c/d"#, #"a\b"#, "c/d"),
    ])
    func `what a form part has in quotes is its value`(argument: String, value: String, type: String) throws {
        let request = try one("curl -F '\(argument)' http://h")
        let part: JSONValue = [
            "key": "x", "contentType": .string(type), "value": .string(value), "type": "text",
        ]
        #expect(request.body == .form([part]))
        #expect(try one(CurlLine.text(request)) == request)
    }

    @Test func `they become a collection of requests`() throws {
        let result = try read("curl -d '{\"a\":1}' -H 'Content-Type: application/json' https://api.test/v1/users?x=1")
        let collection = try #require(result.collections.first)
        #expect(result.kind == .curl && collection.name == "api.test")
        let item = try #require(collection.document["item"]?.elements?.first)
        #expect(item["name"] == "POST /v1/users" && item["request"]?["body"]?["raw"] == #"{"a":1}"#)
        #expect(item["request"]?["url"]?["path"] == ["v1", "users"])
    }

    // MARK: Writing

    @Test(arguments: [
        (CurlRequestValue(method: "GET", url: "http://h/a"), "curl http://h/a"),
        (CurlRequestValue(method: "HEAD", url: "http://h/a?b=1"), "curl -I 'http://h/a?b=1'"),
        (
            CurlRequestValue(
                method: "POST", url: "http://h/", fields: [("A", "it's")], body: .bytes(ByteBuffer(string: "x"))),
            #"curl -H 'A: it'\''s' -H Content-Type: --data-raw x http://h/"#
        ),
        (
            CurlRequestValue(
                method: "PUT", url: "http://h/../[1]", body: .bytes(ByteBuffer(bytes: [0, 0x25, 0x27, 0xFF]))),
            #"printf '\000%%\047\377' | curl -X PUT -H Content-Type: --data-binary @- -g --path-as-is 'http://h/../[1]'"#
        ),
    ])
    func `are written for any shell`(request: CurlRequestValue, wanted: String) {
        #expect(CurlLine.text(request) == wanted)
    }

    private func random(_ numbers: inout SeededNumbers) -> CurlRequestValue {
        func text(_ letters: String, _ count: Int) -> String {
            String((0..<count).map { _ in letters.randomElement(using: &numbers) ?? "x" })
        }
        let hard = #"ab'"\$`!#&;|<>(){}[]*?~^%= é😀"#
        let count = Int.random(in: 0...12, using: &numbers)
        var fields: [(name: String, value: String)] = []
        for _ in 0..<Int.random(in: 0...3, using: &numbers) {
            let value = text(hard, Int.random(in: 0...8, using: &numbers))
            fields.append(("X-\(text("abc", 2))", value.first == " " || value.last == " " ? "v" : value))
        }
        var body = CurlRequestValue.Body.none
        switch Int.random(in: 0...3, using: &numbers) {
        case 1: body = .bytes(ByteBuffer(string: text(hard + "\n\t@", count + 1)))
        case 2: body = .bytes(ByteBuffer(bytes: (0...count).map { _ in UInt8.random(in: 0...255, using: &numbers) }))
        case 3:
            body = .form([["key": "k", "value": .string(text(hard + "\n@<", count)), "type": "text"]])
        default: break
        }
        if case .bytes = body, Bool.random(using: &numbers) { fields.insert(("Content-Type", "text/plain"), at: 0) }
        let method = ["GET", "POST", "PUT", "DELETE", "X-ODD!"].randomElement(using: &numbers) ?? "GET"
        return CurlRequestValue(
            method: method, url: "https://h.test/\(text("ab'\"$&;{}[]*?=%", count))", fields: fields, body: body)
    }

    @Test func `what is written reads as the same request`() throws {
        var numbers = SeededNumbers(11)
        for _ in 0..<2000 {
            let request = random(&numbers)
            let text = CurlLine.text(request)
            let (requests, problems) = CurlReader.requests(in: ByteBuffer(string: text))
            #expect(requests == [request], "\(text)\n\(requests)")
            #expect(problems.filter { !$0.message.contains("taken as it is") }.isEmpty, "\(text) \(problems)")
        }
    }

    /// A function stands for curl, so that nothing goes anywhere.
    @Test func `an address that looks like an option is written as an address`() throws {
        let request = try one("curl -d a=2 -- --compressed://h/a")
        #expect(request.url == "--compressed://h/a")
        let again = try one(CurlLine.text(request))
        #expect(again == request)
    }

    @Test func `a real shell takes the body as these very bytes`() throws {
        var numbers = SeededNumbers(12)
        let folder = try TemporaryFolder()
        for _ in 0..<40 {
            let request = random(&numbers)
            guard case .bytes(let wanted) = request.body else { continue }
            let script = """
                curl() {
                  raw=0
                  for a in "$@"; do
                    if [ "$a" = @- ]; then cat; fi
                    if [ $raw = 1 ]; then printf %s "$a"; fi
                    if [ "$a" = --data-raw ]; then raw=1; else raw=0; fi
                  done
                }
                \(CurlLine.text(request))

                """
            try Data(script.utf8).write(to: URL(filePath: folder.file("s")))
            let child = try ChildProcess(
                "/bin/sh", ["-c", "exec /bin/sh s > o"], environment: ["PATH": "/usr/bin:/bin"], folder: folder.path)
            #expect(try child.waitForExit(within: 20) == 0)
            #expect(try Array(Data(contentsOf: URL(filePath: folder.file("o")))) == Array(wanted.readableBytesView))
        }
    }

    @Test func `secrets become placeholders, and variables stay`() throws {
        let text = """
            curl 'https://h.test/a?access_token=hush1&page=2' -H 'Authorization: Bearer hush2' -b 'sid=hush3'
            curl -u me:hush4 http://me:hush5@h.test/b -d 'password=hush6&name=Ada'
            curl http://h.test/c --json '{"password":"hush7","name":"Ada"}'
            curl http://h.test/d -d '{"client_secret":"hush8","name":"Ada"}'
            curl http://h.test/e -F 'api_key=hush9' -F 'name=Ada' -H 'Authorization: Bearer {{token}}'
            curl http://h.test/plain
            """
        let plain = try read(text)
        let basic = Base64.encode(ByteBuffer(string: "me:hush4"))
        let kept = String(buffer: try #require(plain.collections.first).bytes())
        #expect(kept.contains("hush1") && kept.contains(basic) && !plain.problems.contains { $0.place == "secrets" })
        let redacted = try read(text) { $0.redaction = Redaction(key: [1, 2, 3]) }
        let stored = String(buffer: try #require(redacted.collections.first).bytes())
        #expect(!stored.contains("hush") && !stored.contains(basic), "\(stored)")
        #expect(stored.contains("Bearer REDACTED-") && stored.contains("Bearer {{token}}") && stored.contains("Ada"))
        let notes = redacted.problems.filter { $0.place == "secrets" }
        #expect(notes.count == 1 && notes.first?.message.contains("5 requests") == true, "\(notes)")
    }
}
