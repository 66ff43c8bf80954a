import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

/// Variables of collection and environment in all of an example's request; its response is filled in when it is served.
@Suite struct `Variables of a request` {
    static let variables = [
        "base": "https://h/v1", "id": "7", "nested": "{{id}}{{id}}", "quote": "\"", "amp": "a&b", "empty": "",
    ]

    @Test(arguments: [
        (#"{"url":"{{base}}/{{id}}/{{other}}?q={{nested}}&r={{x}}"}"#, "GET /v1/7/{{other}}?q=77&r={{x}}", ""),
        (#"{"url":"/","header":[{"key":"X-{{id}}","value":"a{{nested}}{{no}}"}]}"#, "GET / X-7: a77{{no}}", ""),
        (#"{"url":"/","header":"A: {{id}}\nB: {{empty}}"}"#, "GET / A: 7 B: ", ""),
        (
            #"{"url":"/","body":{"mode":"raw","raw":"{\"a\":{{id}},\"b\":\"{{no}}\"}"}}"#, "GET /",
            #"{"a":7,"b":"{{no}}"}"#
        ),
        (#"{"url":"/","body":{"mode":"raw","raw":"\u007b\u007bid}}"}}"#, "GET /", "7"),
        (
            #"{"url":"/","body":{"mode":"urlencoded","urlencoded":[{"key":"k{{id}}","value":"{{amp}}"}]}}"#, "GET /",
            "k7=a%26b"
        ),
        (
            #"{"url":"/","body":{"mode":"graphql","graphql":{"query":"{{quote}}","variables":"{\"a\":{{id}}}"}}}"#,
            "GET /", #"{"query":"\"","variables":{"a":7}}"#
        ),
        (#"{"url":"/","body":{"mode":"file","file":{"content":"{{id}}"}}}"#, "GET /", "7"),
        (
            #"{"url":"/","body":{"mode":"raw","raw":"{{id}}"},"header":[{"key":"A","value":"{{id}}"}],"_understudy":{"literal":true}}"#,
            "GET / A: {{id}}", "{{id}}"
        ),
    ])
    func `are filled in`(request: String, head: String, content: String) throws {
        let example = try example(
            request: request, response: #"{"body":"{{id}}","header":[{"key":"A","value":"{{id}}"}],"status":"{{id}}"}"#,
            variables: Self.variables)
        let fields = example.request.head.fields.map { " \($0.nameText): \($0.valueText)" }.joined()
        #expect("\(example.request.head.method) \(example.request.head.targetText)\(fields)" == head)
        #expect(body(example) == content)
        #expect(example.response.body == Body(text: "{{id}}"))
        #expect(example.response.head.fields.text("A") == "{{id}}")
        #expect(example.response.head.reasonText == "{{id}}")
        #expect(example.variables["id"] == "7")
    }

    @Test func `a large text is filled in too`() throws {
        let filler = String(repeating: "x", count: 100_000)
        let request: JSONValue = ["url": "/", "body": ["mode": "raw", "raw": .string(filler + "{{id}}")]]
        #expect(body(try example(request: JSONWriter.text(request), variables: Self.variables)) == filler + "7")
    }

    @Test func `a header that a value breaks is a problem`() {
        #expect(throws: Unusable.self) {
            try example(request: #"{"url":"/","header":[{"key":"A","value":"{{v}}"}]}"#, variables: ["v": "x\ny"])
        }
    }

    /// What was recorded holds no variables, whatever the collection defines.
    @Test(arguments: [
        exchange("POST", "/{{baseUrl}}?q={{baseUrl}}", body: "{{baseUrl}}"),
        exchange(
            "POST", "/x", body: "a=%7B%7BbaseUrl%7D%7D", fields: [("Content-Type", "application/x-www-form-urlencoded")]
        ),
        exchange("GET", "/x", fields: [("X-Template", "{{baseUrl}}/x")]),
    ])
    func `braces that were recorded come back`(recorded: Exchange) throws {
        let first = try fold([recorded])
        let example = try #require(try reread(first).examples(files: nil).examples.first)
        var expected = recorded.request
        expected.head.fields.remove("Host")
        #expect(example.request.head == expected.head && example.request.body == expected.body)
        #expect(text(try fold([recorded], into: try reread(first))) == text(first))
    }
}
