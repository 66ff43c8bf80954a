import NIOCore
import Testing

@testable import UnderstudyCore

/// What `{{…}}` in a response becomes. Each row is a promise to people who write examples.
@Suite struct `Templates` {
    /// Renders with a fixed seed; `nil` when there is no template in the text.
    static func render(
        _ text: String, variables: [String: String] = [:], captures: [String: String] = [:],
        names: Set<String>? = nil, target: String = "/", fields: [(String, String)] = [], body: String? = nil
    ) throws -> String? {
        guard let template = Template(text, variables: VariableScope(variables), captures: names) else { return nil }
        var context = context(captures: captures, target: target, fields: fields, body: body)
        var out = ByteBuffer(string: "before ")
        try template.render(&context, into: &out)
        return String(String(buffer: out).dropFirst("before ".count))
    }

    static func context(
        captures: [String: String] = [:], target: String = "/", fields: [(String, String)] = [], body: String? = nil
    ) -> TemplateContext {
        var lines = Fields()
        for field in fields { lines.append(field.0, field.1) }
        return TemplateContext(
            captures: captures, request: RequestHead(method: "POST", target: target, fields: lines),
            body: body.map { ByteBuffer(string: $0) },
            generator: ValueGenerator(seed: 1, now: Timestamp(microseconds: 0)))
    }

    // MARK: What is a template

    @Test(arguments: [
        "", "plain", "{", "{{", "{{a", "{{a}", "{{a}b}}", "{a}}", "}}{{", "{{}}", "{\"a\":{\"b\":{}}}", "{{\n",
        "{{{{{{",
        "{{$body 'a", "{{$body '", "{{regex:a", "{ {a} }",
    ])
    func `a text without a token is none`(text: String) {
        #expect(Template(text) == nil)
    }

    @Test func `names that can be nothing are no tokens when the captures are known`() throws {
        #expect(Template("{{a}} {{$nothing}}", captures: ["b"]) == nil)
        #expect(try Self.render("{{a}} {{b}}", captures: ["a": "1", "b": "2"], names: ["b"]) == "{{a}} 2")
    }

    @Test func `a megabyte without a token is none`() {
        let line = "{\"name\": {\"x\": [{}, {}]}, \"text\": \"{ { }} }\"}\n"
        let text = ByteBuffer(string: String(repeating: line, count: (1 << 20) / line.utf8.count))
        #expect(Template(text) == nil)
    }

    @Test func `variables alone make a constant`() throws {
        let template = try #require(Template("a{{b}}c", variables: VariableScope(["b": "B"])))
        #expect(template.isConstant)
        #expect(try Self.render("a{{b}}c", variables: ["b": "B"]) == "aBc")
        #expect(Template("{{$guid}}")?.isConstant == false)
    }

    @Test func `bytes that are not UTF-8 stay`() throws {
        let bytes: [UInt8] = [0xFF, 0x7B, 0x7B, 0x61, 0x7D, 0x7D, 0x80]
        let template = try #require(Template(ByteBuffer(bytes: bytes), variables: VariableScope(["a": "é"])))
        var context = Self.context()
        var out = ByteBuffer()
        try template.render(&context, into: &out)
        #expect(Array(out.readableBytesView) == [0xFF, 0xC3, 0xA9, 0x80])
    }

    @Test func `a slice of a longer buffer is only itself`() throws {
        let whole = ByteBuffer(string: "{{x}} a{{b}}c {{y}}")
        let slice = try #require(whole.getSlice(at: 6, length: 7))
        let template = try #require(Template(slice))
        var context = Self.context(captures: ["b": "1", "x": "2"])
        var out = ByteBuffer()
        try template.render(&context, into: &out)
        #expect(String(buffer: out) == "a1c")
    }

    // MARK: Variables

    @Test(
        arguments: [
            ("{{a}}", ["a": "1"], "1"), ("{{a}}{{a}}", ["a": "1"], "11"), ("{{a}}", ["a": ""], ""),
            ("{{ a }}", ["a": "1"], "{{ a }}"),
            ("{{ a }}", [" a ": "1"], "1"), ("{{A}}", ["a": "1"], "{{A}}"), ("{{a b/c-d.e}}", ["a b/c-d.e": "1"], "1"),
            ("{{a_{{b}}}}", ["b": "c", "a_c": "1"], "1"), ("{{a_{{b}}}}", ["b": "c"], "{{a_c}}"),
            ("{{{a}}}", ["a": "1"], "{1}"),
            ("{{{{a}}}}", ["a": "b", "b": "1"], "1"), ("{{a}}", ["a": "{{b}}", "b": "{{c}}", "c": "1"], "1"),
            ("{{a}}", ["a": "{{b}}"], "{{b}}"), ("{{open}}b}}", ["open": "{{", "b": "1"], "1"), ("{{", [:], nil),
            ("{{a}} {{", ["a": "1"], "1 {{"), ("{{$guid}}", ["$guid": "mine"], "mine"),
            ("{{$body}}", ["$body": "mine"], "mine"),
            ("{{$body 'a' '{{d}}'}}", ["d": "1"], "1"), ("{{}}", ["": "1"], "1"),
        ] as [(String, [String: String], String?)])
    func `variables`(text: String, variables: [String: String], result: String?) throws {
        #expect(try Self.render(text, variables: variables) == result)
        // Where a field's or URL's text is resolved.
        if let result, !text.contains("$body '") { #expect(VariableScope(variables).resolve(text) == result) }
    }

    @Test func `values may hold each other 19 deep, as in Postman`() throws {
        var chain: [String: String] = ["v18": "end"]
        for index in 0..<18 { chain["v\(index)"] = "{{v\(index + 1)}}" }
        #expect(try Self.render("{{v0}}", variables: chain) == "end")
        chain["before"] = "{{v0}}"
        #expect(try Self.render("{{before}}", variables: chain) == "{{v18}}")
    }

    @Test func `a cycle ends`() throws {
        #expect(try Self.render("{{a}}", variables: ["a": "{{b}}", "b": "{{a}}"]) == "{{b}}")
        #expect(try Self.render("{{a}}", variables: ["a": "x{{a}}"]) == String(repeating: "x", count: 19) + "{{a}}")
    }

    @Test func `variables that double each other stop at the limit`() throws {
        let bomb = ["a": String(repeating: "{{a}}", count: 1000)]
        let text = try #require(try Self.render("{{a}}", variables: bomb))
        #expect(text.utf8.count == 5000)
        let large = ["b": String(repeating: "b", count: VariableScope.growthLimit)]
        #expect(VariableScope(large).resolve("{{b}}").utf8.count == VariableScope.growthLimit)
        #expect(VariableScope(large).resolve("{{b}}{{b}}") == "{{b}}{{b}}")
    }

    @Test(
        arguments: [
            ("{{regex:[0-9]{3}}}", 18), ("{{regex:a{2}}}-", 14), ("{{regex:a}}", 11), ("{{regex:{{p}}}}", nil),
            ("{{regex:", nil), ("{{a}}", 5), ("{{a{b}}", nil), ("{a}}", nil), ("{{}}", 4),
        ] as [(String, Int?)])
    func `where a token ends`(text: String, end: Int?) {
        #expect(VariableToken.end(Array(text.utf8), 0) == end)
    }

    // MARK: Order

    private typealias Order = (
        text: String, variables: [String: String], captures: [String: String], names: Set<String>?, result: String
    )

    private static let orders: [Order] = [
        // A capture before a variable, when the caller names it; a variable before a dynamic one and a helper.
        ("{{a}}", ["a": "variable"], ["a": "capture"], ["a"], "capture"),
        ("{{a}}", ["a": "variable"], ["a": "capture"], nil, "variable"),
        ("{{a}}", ["a": "variable"], [:], ["b"], "variable"),
        ("{{$guid}}", [:], ["$guid": "capture"], ["$guid"], "capture"),
        ("{{$randomInt}}", ["$randomInt": "variable"], [:], nil, "variable"),
        ("{{a}}", ["a": "{{b}}"], ["b": "capture"], ["b"], "capture"),
        ("{{a_{{b}}}}", ["a_1": "variable"], ["b": "1"], ["b"], "{{a_1}}"),
        ("{{a}} {{c}}", [:], ["a": "1"], nil, "1 {{c}}"),
    ]

    @Test(arguments: orders.indices)
    func `who comes first`(row: Int) throws {
        let order = Self.orders[row]
        let result = try Self.render(
            order.text, variables: order.variables, captures: order.captures, names: order.names)
        #expect(result == order.result)
    }

    /// Request data is text, whatever it looks like.
    @Test(arguments: ["{{$guid}}", "{{secret}}", "{{$body}}", "{{", "}}", "{{a}}", "{{$headers 'X'}}"])
    func `what a request puts in is never looked at again`(text: String) throws {
        let variables = ["secret": "s3cret", "a": "v"]
        let quoted = JSONWriter.quoted(text)
        #expect(try Self.render("<{{id}}>", variables: variables, captures: ["id": text]) == "<\(text)>")
        #expect(try Self.render("<{{$body 'p'}}>", variables: variables, body: "{\"p\":\(quoted)}") == "<\(text)>")
        #expect(try Self.render("<{{$body}}>", variables: variables, body: text) == "<\(text)>")
        #expect(try Self.render("<{{$headers 'x'}}>", variables: variables, fields: [("X", text)]) == "<\(text)>")
        #expect(try Self.render("{{{{id}}}}", variables: variables, captures: ["id": text]) == "{{\(text)}}")
    }

    // MARK: Dynamic variables

    @Test func `dynamic values stand bare, a new one each time`() throws {
        let text = try #require(try Self.render("{{$randomInt}} {{$guid}} {{$guid}} {{$nothing}} {{$timestamp}}"))
        let parts = text.split(separator: " ")
        #expect(Int(parts[0]) != nil)
        #expect(parts[1].count == 36 && parts[1] != parts[2])
        #expect(parts[3...] == ["{{$nothing}}", "0"])
    }

    @Test func `body and fields draw from one sequence`() throws {
        let template = try #require(Template("{{$guid}}"))
        var context = Self.context()
        var (body, field) = (ByteBuffer(), ByteBuffer())
        try template.render(&context, into: &body)
        try template.renderFieldValue(&context, into: &field)
        #expect(body != field)
        var again = Self.context()
        var repeated = ByteBuffer()
        try template.render(&again, into: &repeated)
        #expect(body == repeated)
    }

    // MARK: Field values

    @Test(arguments: ["a\r\nSet-Cookie: x=1", "a\n b", "a\r", "\u{0}\u{1B}\u{7F}", "tab\tstays"])
    func `a field's value cannot end its line`(text: String) throws {
        for template in ["{{id}}", "{{$body}}", "{{$queryParams 'q'}}"] {
            let query = text.utf8.map { "%" + String(0x100 + Int($0), radix: 16).dropFirst() }.joined()
            var context = Self.context(captures: ["id": text], target: "/?q=\(query)", body: text)
            var out = ByteBuffer()
            try #require(Template(template)).renderFieldValue(&context, into: &out)
            #expect(out.readableBytes == text.utf8.count)
            #expect(
                out.readableBytesView.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }, "\(String(buffer: out))")
        }
    }

    @Test func `a field's value written with a line break loses it too`() throws {
        var (context, out) = (Self.context(), ByteBuffer())
        try #require(Template("a\r\n{{v}}", variables: VariableScope(["v": "b\nc"]))).renderFieldValue(
            &context, into: &out)
        #expect(String(buffer: out) == "a  b c")
    }

    // MARK: Bounds

    @Test func `a body that grows beyond the limit is an error and leaves nothing behind`() throws {
        let body = String(repeating: "b", count: Template.insertionLimit / 4)
        #expect(
            try Self.render(String(repeating: "{{$body}}", count: 4), body: body)?.utf8.count == Template.insertionLimit
        )
        var context = Self.context(body: body)
        var out = ByteBuffer(string: "head")
        let template = try #require(Template(String(repeating: "{{$body}}", count: 4) + "{{$randomInt}}"))
        #expect(throws: TemplateError(limit: Template.insertionLimit)) { try template.render(&context, into: &out) }
        #expect(String(buffer: out) == "head")
    }

    @Test func `a field's value that grows beyond the limit is an error`() throws {
        var out = ByteBuffer()
        let template = try #require(Template("-{{id}}"))
        var context = Self.context(captures: ["id": String(repeating: "x", count: Template.fieldValueLimit - 1)])
        try template.renderFieldValue(&context, into: &out)
        #expect(out.readableBytes == Template.fieldValueLimit)
        context.captures["id"]? += "x"
        #expect(throws: TemplateError.self) { try template.renderFieldValue(&context, into: &out) }
        #expect(out.readableBytes == Template.fieldValueLimit)
    }

    @Test(arguments: ["{{a}}", "{{$randomInt}}", "{{$body 'x'}}", "{{$pathSegments '0'}}", "{{b}}"])
    func `100,000 tokens`(token: String) throws {
        let template = try #require(
            Template(String(repeating: token, count: 100_000), variables: VariableScope(["b": "2"])))
        var (context, out) = (Self.context(captures: ["a": "1"], target: "/0", body: "{\"x\":1}"), ByteBuffer())
        try template.render(&context, into: &out)
        #expect((100_000...400_000).contains(out.readableBytes))
    }

    /// Each would take hours if it were read anew from every beginning.
    @Test(arguments: ["{{", "{{regex:", "{{a", "{{$body '", "{{$body 'a' \"", "{{{", "{{a}", "{{$headers"])
    func `a megabyte of unclosed tokens is none`(start: String) {
        let text = String(repeating: start, count: (1 << 20) / start.utf8.count)
        #expect(Template(text, variables: VariableScope(["x": "y"])) == nil)
        #expect(VariableScope(["x": "y"]).resolve(text) == text)
    }
}
