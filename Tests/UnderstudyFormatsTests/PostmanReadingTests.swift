import FoundationEssentials
import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Reading Postman collections` {
    @Test(
        .enabled(if: hasFixtures, "no ../shared/fixtures/postman"),
        arguments: [
            ("transformer-echo.v1.json", 11), ("microcks-beer-catalog.v20.json", 5),
            ("microcks-films-graphql.v21.json", 5),
            ("microcks-weather-5-examples-one-request.v21.json", 5), ("adyen-checkout-v72.v21.json", 51),
            ("transformer-echo.v20.json", 11), ("transformer-multi-level.v21.json", 3),
            ("schemas-request-forms.v21.json", 2), ("schemas-response-body-null.v20.json", 1),
            ("newman-bom.v20.json", 0),
            ("newman-odd-urls.v21.json", 0), ("openapi-disabled-query.v21.json", 3),
            ("openapi-path-variables.v21.json", 3), ("localmock-wildcards.v21.json", 1),
        ])
    func `every example of a real export is usable`(file: String, count: Int) throws {
        let bytes = try fixture(file)
        let collection = try PostmanCollection(parsing: bytes, slug: "x", file: file)
        let (examples, problems) = collection.examples(files: nil)
        #expect(problems.isEmpty)
        #expect(examples.count == count)
        #expect(try responseCount(JSONValue(parsing: bytes)) == count)
        let fast = try PostmanCollection.examples(parsing: bytes, slug: "x", file: file, files: nil)
        #expect(fast.problems.isEmpty)
        #expect(fast.examples.map(description) == examples.map(description))
        #expect(Set(examples.map(\.id)).count == count)
        #expect(examples.allSatisfy { $0.request.head.targetText.hasPrefix("/") })
        // Writing loses nothing: the same document but for white space. What was converted is never written.
        if collection.isConverted { return }
        #expect(try JSONValue(parsing: collection.bytes()) == JSONValue(parsing: bytes))
        let again = try PostmanCollection(parsing: collection.bytes(), slug: "x", file: file)
        #expect(again.bytes() == collection.bytes())
        #expect(again.examples(files: nil).examples.map(\.id) == examples.map(\.id))
    }

    @Test(.enabled(if: hasFixtures, "no ../shared/fixtures/postman"))
    func `an environment says that it is no collection`() throws {
        let file = "newman-disabled-duplicates.postman_environment.json"
        let bytes = try fixture(file)
        let error = #expect(throws: CollectionError.self) {
            try PostmanCollection(parsing: bytes, slug: "x", file: file)
        }
        #expect(error?.message.contains("environment") == true)
    }

    /// All `response` arrays of items, and `responses` of format v1, whatever this program thinks of them.
    private func responseCount(_ value: JSONValue) -> Int {
        switch value {
        case .array(let elements): return elements.reduce(0) { $0 + responseCount($1) }
        case .object(let object):
            let own = (object["response"] ?? object["responses"])?.elements?.count ?? 0
            let inner = ["item", "requests", "collection"].compactMap { object[$0] }
            return inner.reduce(own) { $0 + responseCount($1) }
        default: return 0
        }
    }

    @Test(arguments: [
        ("{{baseUrl}}/x", "/x"), ("https://h/x?y#z", "/x?y"), ("h/x", "/x"), ("h", "/"), ("h?x", "/?x"), ("", "/"),
        ("{{baseUrl}}{{path}}/x", "/v1/x"), ("{{withPath}}/x", "/v1/x"), ("{{withPath}}/", "/v1/"),
        ("{{slash}}/x", "/x"),
        ("{{baseUrl}}/{{unknown}}/x?a={{unknown}}", "/{{unknown}}/x?a={{unknown}}"), ("{{unknown}}/x", "/x"),
        ("{{nested}}/x", "/v1/x"), ("{{loop}}/x", "/x"), ("{{a/b?c#d}}/x", "/x"), ("{{off}}/x", "/x"),
        ("http://u:p@h:8080/x", "/x"), ("//h/x", "/h/x"), ("/x", "/x"), ("{{baseUrl}}/:id", "/{{id}}"),
        ("{{baseUrl}}/:id.json?x=:id", "/{{id}}.json?x=:id"), ("{{baseUrl}}/:", "/:"),
        ("https://h/x/", "/x/"), ("{{baseUrl}}/x/?y=1", "/x/?y=1"), ("{{slash}}", "/"), ("{{slash}}/", "/"),
        ("{{trailing}}/x", "/v1/x"), ("{{trailing}}x", "/v1/x"),
        ("{{baseUrl}}/a?u={{trailing}}/x", "/a?u=https://h/v1//x"), ("{{a?b}}/x?c", "/x?c"), ("http://h?x/y", "/?x/y"),
        ("http://h:80/x?y=http://z/:a", "/x?y=http://z/:a"), ("http:/x", "/x"), ("a:b/c", "/c"), ("{{a://b}}/x", "/x"),
    ])
    func `the target is what follows the host`(url: String, target: String) throws {
        #expect(try only(request: .string(url)).request.head.targetText == target)
        let object: JSONValue = ["method": "GET", "url": ["raw": .string(url)]]
        #expect(try only(request: object).request.head.targetText == target)
    }

    @Test(arguments: [
        (#"{"path":["a","b"],"host":["h"]}"#, "/a/b"), (#"{"path":"a/b","host":"h"}"#, "/a/b"), (#"{"host":"h"}"#, "/"),
        (#"{"path":["a",{"type":"any","value":"b"}]}"#, "/a/b"),
        (
            #"{"path":["a"],"query":[{"key":"x","value":"1"},{"key":"y","value":"2","disabled":true},{"key":"z","value":null}]}"#,
            "/a?x=1&z"
        ),
        (#"{"raw":"h/a?x=1&y=2","query":[{"key":"x","value":"1"},{"key":"y","value":"2","disabled":true}]}"#, "/a?x=1"),
        (#"{"raw":"h/a?x=1&y=2","query":[{"key":"x","value":"1"},{"key":"y","value":"2","enabled":false}]}"#, "/a?x=1"),
        (#"{"raw":"h/:a/:b","variable":[{"key":"a","value":"1"},{"id":"b","value":""}]}"#, "/1/{{b}}"),
        (#"{"raw":"{{baseUrl}}/:a.json","variable":[{"key":"a","value":"{{path}}"}]}"#, "//v1.json"),
        (#"{"raw":"{{baseUrl}}/:a","variable":[{"key":"a","value":7}]}"#, "/7"),
        (#"{"raw":"{{baseUrl}}/:a","variable":[{"key":"a","value":"x?y#z"}]}"#, "/x%3Fy%23z"),
        (#"{"raw":"{{baseUrl}}/:a","variable":[{"key":"a"}]}"#, "/{{a}}"),
        (#"{"raw":"{{baseUrl}}/:a","variable":[{"key":"a","value":"1","disabled":true}]}"#, "/{{a}}"),
        (#"{"host":["{{withPath}}"],"path":["x"]}"#, "/v1/x"),
        (#"{"host":["{{trailing}}"],"path":["x",""]}"#, "/v1/x/"),
        (#"{"raw":"","host":"h","path":"a"}"#, "/a"), (#"{"raw":""}"#, "/"),
        (#"{"host":"h","path":["a"],"port":8080}"#, "/a"), (#"{"host":["a","b","c"],"path":[]}"#, "/"),
        (
            #"{"path":["a"],"query":[{"key":null,"value":null},{"key":"","value":"b"},{"key":"c","value":""}]}"#,
            "/a?&=b&c="
        ),
        (#"{"path":["a"],"query":"x=1"}"#, "/a?x=1"),
        (#"{"raw":"h/{{a?b}}/c?x","query":[{"key":"x","disabled":true},{"key":"y"}]}"#, "/{{a?b}}/c?y"),
    ])
    func `a URL in parts`(url: String, target: String) throws {
        let request: JSONValue = ["url": try JSONValue(parsing: url)]
        #expect(try only(request: request).request.head.targetText == target)
        #expect(try only(request: request).request.head.method == "GET")
    }

    @Test(arguments: [
        (#""A: b\nC:d\r\n""#, ["A: b", "C: d"]), ("null", []),
        (
            #"[{"key":"A","value":"b"},{"key":"B","value":"c","disabled":true},{"key":"","value":"x"},{"key":"C"}]"#,
            ["A: b", "C: "]
        ),
        (#"["A: b:c"]"#, ["A: b:c"]), (#"[{"key":" A ","value":" b\n"}]"#, ["A: b"]),
        (#"[{"key":"A","value":5}]"#, ["A: 5"]),
    ])
    func `fields in every shape`(header: String, lines: [String]) throws {
        let header = try JSONValue(parsing: header)
        let example = try only(request: ["url": "/", "header": header], response: ["header": header])
        #expect(example.request.head.fields.map { "\($0.nameText): \($0.valueText)" } == lines)
        #expect(example.response.head.fields.map { "\($0.nameText): \($0.valueText)" } == lines)
    }

    @Test(arguments: [
        (#"{"mode":"raw","raw":"x"}"#, "x"), (#"{"raw":"x"}"#, "x"), ("{}", ""), ("null", ""),
        (#"{"mode":"new","raw":"x"}"#, "x"),
        (
            #"{"mode":"urlencoded","urlencoded":[{"key":"a","value":"b c"},{"key":"d","value":"e","disabled":true}]}"#,
            "a=b+c"
        ),
        (
            #"{"mode":"graphql","graphql":{"query":"{a}","variables":"{\"b\":1}"}}"#,
            #"{"query":"{a}","variables":{"b":1}}"#
        ),
        (#"{"mode":"file","file":{"src":"/etc/passwd"}}"#, "{{any}}"),
        (#"{"mode":"file","file":{"content":"x"}}"#, "x"),
        (#"{"mode":"file","file":{"src":null}}"#, ""), (#"{"mode":"file"}"#, ""),
        (#"{"mode":"raw","raw":"x","disabled":true}"#, ""), (#"{"mode":"raw","raw":"x","enabled":false}"#, ""),
        (#""x""#, "x"), (#"{"mode":"formdata","formdata":[]}"#, ""), (#"{"mode":"urlencoded","urlencoded":[]}"#, ""),
        (#"{"mode":"raw","raw":null}"#, ""), (#"{"mode":"graphql","graphql":null}"#, ""),
        (
            #"{"mode":"graphql","graphql":{"query":"{a}","operationName":"o","variables":"{{no"}}"#,
            #"{"query":"{a}","operationName":"o","variables":{}}"#
        ),
    ])
    func `a request body in every mode`(body: String, expected: String) throws {
        let request: JSONValue = ["url": "/", "method": "POST", "body": try JSONValue(parsing: body)]
        #expect(try only(request: request).request.body == Body(text: expected))
    }

    @Test func `one bad example is a problem with its path, and the others serve`() throws {
        let collection = try parse(
            #"""
            {"info":{"name":"n"},"item":[
              {"name":"f","item":[{"name":"i","request":"http://h/x","response":[
                {"code":200}, {"code":"abc"}, 5, {"body":{}}, {"header":[{"key":"A","value":"ok"},{"key":"B","value":"x\r\nEvil: 1"}]},
                {"originalRequest":{"method":"G T","url":"/"}}, {"originalRequest":{"method":"GET"}}, {"code":99},
                {"_understudy":{"body":{"file":"bodies/../x","byteCount":1}}}, {"code":201}
              ]}]},
              7, {"name":"nothing"}, {"name":"orphan","response":[{"code":200}]}
            ]}
            """#)
        let (examples, problems) = collection.examples(files: nil)
        #expect(examples.map(\.response.head.status) == [200, 201])
        let item = "$.item[0].item[0].response"
        #expect(
            problems.map(\.path.description) == [
                "\(item)[1].code", "\(item)[2]", "\(item)[3].body", "\(item)[4].header[1]",
                "\(item)[5].originalRequest.method", "\(item)[6].originalRequest.url", "\(item)[7].code",
                "\(item)[8]._understudy.body", "$.item[1]", "$.item[2]", "$.item[3].response[0].originalRequest",
            ])
    }

    @Test(arguments: [
        ("250", Delay.fixed(250)), ("0", Delay.none), ("null", nil),
        (#"{"type":"uniform","min":1,"max":2}"#, .uniform(1...2)),
        (#"{"type":"fixed","duration":300,"preset":"1"}"#, .fixed(300)),
    ])
    func `a delay of an example is read`(text: String, expected: Delay?) throws {
        let example = #"{"item":[{"request":"/a","response":[{"_understudy":{"delay":\#(text)}}]}]}"#
        #expect(try parse(example).examples(files: nil).examples[0].delay == expected)
    }

    @Test(arguments: ["-1", "180001", "1.5", #""250""#, #"{"type":"uniform","min":2,"max":1}"#, "{}", "[]", "true"])
    func `a delay that makes no sense is a problem`(text: String) throws {
        let example = #"{"item":[{"request":"/a","response":[{"_understudy":{"delay":\#(text)}}]}]}"#
        let (examples, problems) = try parse(example).examples(files: nil)
        #expect(examples.isEmpty)
        #expect(problems.map(\.path.description) == ["$.item[0].response[0]._understudy.delay"])
    }

    @Test(
        arguments: [
            (100, nil, false), (102, nil, false), (103, nil, false), (199, nil, false), (101, nil, true),
            (200, nil, true),
            (999, nil, true), (200, 103, true), (200, 100, true), (200, 101, false), (200, 200, false),
        ] as [(Int, Int?, Bool)])
    func `an interim code is no answer, and nothing else goes before one`(
        code: Int, interim: Int?, isUsable: Bool
    ) throws {
        let hidden = interim.map { #","_understudy":{"interim":[{"code":\#($0)}]}"# } ?? ""
        let text =
            #"{"info":{"name":"c","schema":"x/v2.1.0/collection.json"},"item":[{"name":"i","request":"http://h/a","response":[{"name":"e","code":\#(code)\#(hidden)},{"name":"f","code":200}]}]}"#
        let collection = try PostmanCollection(parsing: ByteBuffer(string: text), slug: "c", file: "c")
        let (examples, problems) = collection.examples(files: nil)
        #expect(examples.count == (isUsable ? 2 : 1) && problems.isEmpty == isUsable, "\(problems)")
        if !isUsable { #expect(problems.first.map { "\($0.path)".hasSuffix("code") } == true, "\(problems)") }
    }

    @Test func `rules of an example are read, and ones that make no sense are a problem`() throws {
        let text = { (rules: String) in
            #"{"item":[{"request":"/a","response":[{"_understudy":{"match":\#(rules)}}]}]}"#
        }
        let rules = try parse(text(#"{"enabled":false,"repeats":"cycle"}"#)).examples(files: nil).examples[0].rules
        #expect(rules?.isEnabled == false && rules?.repeats == .cycle)
        for none in ["null", "{}"] {
            let rules = try parse(text(none)).examples(files: nil).examples[0].rules
            #expect(rules == (none == "null" ? nil : ExampleRules()))
        }
        let (examples, problems) = try parse(text(#"{"headers":{"X":{"nor":"y"}}}"#)).examples(files: nil)
        #expect(examples.isEmpty)
        #expect(problems.map(\.path.description) == ["$.item[0].response[0]._understudy.match"])
        #expect(problems[0].message.contains("headers.X"))
    }

    @Test(arguments: [
        ("", "line 1, column 1"), ("{\"item\":[}", "line 1, column 10"), ("[]", "$"), ("{}", "$"),
        ("{\"item\":{}}", "$.item"),
        (#"{"info":{"schema":"https://schema.getpostman.com/json/collection/v3.0.0/"},"item":[]}"#, "$.info.schema"),
        (#"{"collection":{"info":{}}}"#, "$.collection"), (#"{"item":[]} x"#, "line 1, column 13"),
    ])
    func `what is no collection is refused with its place`(text: String, place: String) {
        let error = #expect(throws: CollectionError.self) { try parse(text) }
        #expect(error?.place.hasPrefix(place) == true, "\(error?.description ?? "")")
        #expect(error?.file == "hand.json")
    }

    @Test func `a wrapped root is read, written wrapped, and named in paths`() throws {
        let collection = try parse(#"{"x":1,"collection":{"item":[{"request":"/a","response":[{"code":1}]}]},"y":2}"#)
        #expect(
            collection.examples(files: nil).problems.map(\.path.description) == [
                "$.collection.item[0].response[0].code"
            ])
        #expect(try JSONValue(parsing: collection.bytes())["y"] == 2)
        let folded = try fold([exchange("GET", "/b")], into: collection)
        #expect(try reread(folded).examples(files: nil).examples.count == 1)
    }

    @Test func `what other tools wrote comes back`() throws {
        let text = #"""
            {"info":{"name":"n","x":[1.0,1E400]},"item":[{"name":"both","item":[],"request":"/a","response":[{"code":200,"z":{}}]},
            {"name":"i","request":"/a","response":null,"event":[{"script":{"exec":"x"}}]},5,{"item":[]}],"item2":0,"variable":[],"variable":[]}
            """#
        let collection = try parse(text)
        #expect(try JSONValue(parsing: collection.bytes()) == JSONValue(parsing: text))
    }

    private func only(request: JSONValue, response: JSONObject = JSONObject()) throws -> Example {
        var response = response
        response["originalRequest"] = request
        let variables: JSONValue = [
            ["key": "baseUrl", "value": "https://h"], ["key": "withPath", "value": "https://h/v1"],
            ["key": "path", "value": "/v1"], ["key": "slash", "value": "/"],
            ["key": "trailing", "value": "https://h/v1/"],
            ["key": "nested", "value": "{{withPath}}"],
            ["key": "loop", "value": "{{loop}}"], ["key": "off", "value": "h/off", "disabled": true],
        ]
        let item: JSONValue = ["name": "i", "request": "http://h", "response": [.object(response)]]
        let document: JSONValue = ["info": ["name": "n"], "item": [item], "variable": variables]
        let (examples, problems) = try parse(JSONWriter.text(document)).examples(files: nil)
        try #require(problems.isEmpty, "\(problems)")
        return try #require(examples.first)
    }
}
