import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

/// What real exports hold although no one would write it: each line is legal input and costs no example.
@Suite struct `Odd but legal input` {
    /// An item's JSON, and what is read from it: method, target, fields, body, status, name.
    static let rows: [(String, String, String)] = [
        ("request a string", #"{"request":"{{v}}/x?a","response":[{"code":200}]}"#, "GET /x?a||200"),
        ("url a string with variables", #"{"request":{"url":"{{v}}/{{w}}"},"response":[{}]}"#, "GET /{{w}}||200"),
        ("host a string", #"{"request":{"url":{"host":"h","path":["a"]}},"response":[{}]}"#, "GET /a||200"),
        ("path a string", #"{"request":{"url":{"host":"h","path":"/a/b"}},"response":[{}]}"#, "GET /a/b||200"),
        (
            "path element an object",
            #"{"request":{"url":{"host":"h","path":[{"type":"string","value":"a"},"b"]}},"response":[{}]}"#,
            "GET /a/b||200"
        ),
        ("port a number", #"{"request":{"url":{"host":"h","port":80,"path":["a"]}},"response":[{}]}"#, "GET /a||200"),
        (
            "query key null, value null",
            #"{"request":{"url":{"raw":"h/a?a&&b","query":[{"key":"a","value":null},{"key":null,"value":null},{"key":"b","value":null}]}},"response":[{}]}"#,
            "GET /a?a&&b||200"
        ),
        (
            "query made of its parts",
            #"{"request":{"url":{"path":["a"],"query":[{"key":"a","value":null},{"key":null,"value":null},{"key":"b","value":null}]}},"response":[{}]}"#,
            "GET /a?a&&b||200"
        ),
        (
            "header a block", #"{"request":{"url":"h/a","header":"A: b\nC: d"},"response":[{}]}"#,
            "GET /a|A: b,C: d|200"
        ),
        ("header null", #"{"request":{"url":"h/a","header":null},"response":[{"header":null}]}"#, "GET /a||200"),
        (
            "header enabled instead of disabled",
            #"{"request":{"url":"h/a","header":[{"key":"A","value":"b","enabled":false},{"key":"C","value":"d","enabled":true}]},"response":[{}]}"#,
            "GET /a|C: d|200"
        ),
        (
            "body mode missing",
            #"{"request":{"method":"POST","url":"h/a","body":{"raw":"x"}},"response":[{}]}"#, "POST /a||200 x"
        ),
        (
            "body mode unknown",
            #"{"request":{"method":"POST","url":"h/a","body":{"mode":"new","raw":"x"}},"response":[{}]}"#,
            "POST /a||200 x"
        ),
        ("body empty", #"{"request":{"method":"POST","url":"h/a","body":{}},"response":[{}]}"#, "POST /a||200"),
        ("body null", #"{"request":{"method":"POST","url":"h/a","body":null},"response":[{}]}"#, "POST /a||200"),
        ("data instead of body", #"{"request":{"url":"h/a","data":"x"},"response":[{}]}"#, "GET /a||200 x"),
        ("response id missing", #"{"request":"h/a","response":[{"name":"n"}]}"#, "GET /a||200"),
        ("response body null", #"{"request":"h/a","response":[{"body":null}]}"#, "GET /a||200"),
        ("response code missing", #"{"request":"h/a","response":[{"status":""}]}"#, "GET /a||200"),
        ("response code null", #"{"request":"h/a","response":[{"code":null}]}"#, "GET /a||200"),
        ("response code a text", #"{"request":"h/a","response":[{"code":"404"}]}"#, "GET /a||404"),
        ("originalRequest missing", #"{"request":{"method":"PUT","url":"h/a"},"response":[{}]}"#, "PUT /a||200"),
        (
            "originalRequest null", #"{"request":{"method":"PUT","url":"h/a"},"response":[{"originalRequest":null}]}"#,
            "PUT /a||200"
        ),
        (
            "originalRequest a string",
            #"{"request":{"method":"PUT","url":"h/a"},"response":[{"originalRequest":"h/b"}]}"#,
            "GET /b||200"
        ),
        ("no request of the item", #"{"response":[{"originalRequest":"h/b"}]}"#, "GET /b||200"),
        (
            "path variables without values",
            #"{"request":{"url":{"raw":"h/:a","variable":[{"key":"a"},{"id":"b"}]}},"response":[{}]}"#,
            "GET /{{a}}||200"
        ),
        (
            "ids on items", #"{"id":"1","_postman_id":"2","request":"h/a","response":[{}]}"#, "GET /a||200"
        ),
        (
            "nested folders", #"{"name":"f","item":[{"item":[]},{"item":[{"request":"h/a","response":[{}]}]}]}"#,
            "GET /a||200"
        ),
        (
            "events and auth",
            #"{"event":[{"listen":"test","script":{"exec":"x"}}],"auth":null,"request":{"url":"h/a","auth":null},"response":[{}]}"#,
            "GET /a||200"
        ),
        ("method missing", #"{"request":{"url":"h/a"},"response":[{}]}"#, "GET /a||200"),
        ("any method", #"{"request":{"url":"h/a","method":"PROPFIND"},"response":[{}]}"#, "PROPFIND /a||200"),
        ("repeated members", #"{"request":"h/x","request":"h/a","response":[{},{}],"response":[{}]}"#, "GET /a||200"),
    ]

    @Test(arguments: rows) func `is read`(what: String, item: String, expected: String) throws {
        let text =
            #"{"info":{"name":"n"},"item":[{"item":[]},"# + item + #"],"variables":[{"id":"v","value":"http://h"}]}"#
        for wrapped in [false, true] {
            let bytes = ByteBuffer(string: "\u{FEFF}" + (wrapped ? #"{"collection":"# + text + "}" : text))
            let (examples, problems) = try PostmanCollection.examples(
                parsing: bytes, slug: "x", file: "x", files: nil)
            #expect(problems.isEmpty)
            #expect(examples.map(summary) == [expected])
            let document = try PostmanCollection(parsing: bytes, slug: "x", file: "x").examples(files: nil)
            #expect(document.examples.map(description) == examples.map(description))
        }
    }

    @Test(arguments: [
        #""schema":"https://schema.getpostman.com/json/collection/v2/collection.json""#,
        #""schema":"https://schema.getpostman.com/json/draft-07/collection/v2.1.0/docs/index.html""#,
        #""schema":"""#, #""x":1"#,
    ])
    func `early schemas, other addresses and none`(info: String) throws {
        let text = #"{"info":{"# + info + #"},"item":[{"request":"/a","response":[{}]}]}"#
        #expect(try parse(text).examples(files: nil).examples.count == 1)
    }

    private func summary(_ example: Example) -> String {
        let head = example.request.head
        let fields = head.fields.map { "\($0.nameText): \($0.valueText)" }.joined(separator: ",")
        let content = body(example)
        return "\(head.method) \(head.targetText)|\(fields)|\(example.response.head.status)"
            + (content.isEmpty ? "" : " \(content)")
    }
}
