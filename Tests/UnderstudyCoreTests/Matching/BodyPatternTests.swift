import NIOCore
import Testing

@testable import UnderstudyCore

@Suite struct `Body patterns` {
    private static let json = "application/json"
    private static let form = "application/x-www-form-urlencoded"
    private static let xml = "application/xml"

    @Test(arguments: [
        // JSON, by type.
        ("{\"n\":\"{{number}}\"}", "{\"n\":12.5}", json, true),
        ("{\"n\":\"{{number}}\"}", "{\"n\":\"12\"}", json, false), ("{\"n\":{{number}}}", "{\"n\":-1e9}", json, true),
        ("{\"n\":{{ number }}}", "{\"n\":1}", json, false), ("{\"n\":\"{{string}}\"}", "{\"n\":\"\"}", json, true),
        ("{\"n\":\"{{string}}\"}", "{\"n\":null}", json, false),
        ("{\"n\":\"{{any}}\"}", "{\"n\":null}", json, true), ("{\"n\":{{any}}}", "{\"n\":{\"x\":[1]}}", json, true),
        ("{\"n\":\"{{any}}\"}", "{}", json, false),
        ("{\"n\":\"{{absent}}\"}", "{}", json, true), ("{\"n\":\"{{absent}}\"}", "{\"n\":null}", json, false),
        ("{\"n\":{{absent}},\"m\":1}", "{\"m\":1}", json, true),
        ("{\"n\":\"{{uuid}}\"}", "{\"n\":\"123e4567-e89b-12d3-a456-426614174000\"}", json, true),
        ("{\"n\":\"{{date}}\"}", "{\"n\":\"2024-01-31\"}", json, true),
        ("{\"n\":\"{{date}}\"}", "{\"n\":1706700000}", json, false),
        ("{\"n\":\"{{regex:\\\\d{3}}}\"}", "{\"n\":\"123\"}", json, true),
        ("{\"n\":{{regex:\"?\\d{3}}}}", "{\"n\":\"\\\"123\"}", json, true),
        ("{\"n\":\"order-{{number}}\"}", "{\"n\":\"order-5\"}", json, true),
        ("{\"n\":\"order-{{number}}\"}", "{\"n\":\"order-x\"}", json, false),
        ("[\"{{number}}\",\"{{any}}\"]", "[1,[2]]", json, true), ("[\"{{number}}\",\"{{any}}\"]", "[1]", json, false),
        ("{\"n\":\"{{any}}\"}", "{\"n\":1,\"m\":2}", json, false),
        ("{\"a\":1.0,\"n\":\"{{any}}\"}", "{\"n\":1,\"a\":1}", json, true),
        ("{\"n\":\"{{userId}}\"}", "{\"n\":\"{{userId}}\"}", json, true),
        ("{\"n\":\"{{userId}}\"}", "{\"n\":\"5\"}", json, false),
        ("{\"n\":{{regex:\\d+}}}", "{\"n\":\"12\"}", json, true), ("{\"{{any}}\":1}", "{\"x\":1}", json, false),
        ("{\"s\":\"\\\"{{\",\"n\":{{number}}}", "{\"s\":\"\\\"{{\",\"n\":1}", json, true),
        ("{{any}}", "[1]", json, true), ("{{any}}", "oops", json, true), ("{{any}}", "", json, false),
        ("{{absent}}", "", json, true), ("{{absent}}", "{}", json, false), (" {{any}}\n", "x", "text/plain", true),
        // GraphQL.
        (
            "{\"query\":\"{ a }\",\"variables\":{\"id\":\"{{number}}\"}}",
            "{\"query\":\"{a}\",\"variables\":{\"id\":7}}", json, true
        ),
        (
            "{\"query\":\"{ a(id: {{number}}, t: \\\"{{any}}\\\") }\"}", "{\"query\":\"{a(id:5 t:\\\"x\\\")}\"}", json,
            true
        ),
        ("{\"query\":\"{ a(id: {{number}}) }\"}", "{\"query\":\"{a(id:\\\"5\\\")}\"}", json, false),
        ("{\"query\":\"{{regex:.*allFilms.*}}\"}", "{\"query\":\"{ allFilms { title } }\"}", json, true),
        ("{ a(id: {{any}}) }", "{a(id: ENUM)}", "application/graphql", true),
        ("{ a(id: {{any}}) }", "{a(id: [1])}", "application/graphql", false),
        // Forms: values of one name find partners whatever the order.
        ("a={{number}}&b=1", "b=1&a=5", form, true), ("a={{number}}", "a=x", form, false),
        ("a=%7B%7Bnumber%7D%7D", "a=5", form, true), ("a={{any}}&a={{number}}", "a=1&a=x", form, true),
        ("a={{any}}&a={{number}}", "a=y&a=x", form, false), ("a={{any}}&a=1", "a=1&a=2", form, true),
        ("a={{any}}&a=1", "a=2&a=2", form, false), ("a={{any}}", "a=1&a=2", form, false),
        ("a={{absent}}&b=1", "b=1", form, true), ("a={{absent}}&b=1", "b=1&a=", form, false),
        ("a={{regex:x*}}&a={{regex:x|y}}&a={{regex:y|z}}", "a=y&a=z&a=xx", form, true),
        // XML.
        ("<a><b>{{number}}</b></a>", "<a><b> 5 </b></a>", xml, true),
        ("<a><b>{{number}}</b></a>", "<a><b>x</b></a>", xml, false),
        ("<a><b>{{string}}</b></a>", "<a><b/></a>", xml, true),
        ("<a><b>{{number}}</b></a>", "<a><b/></a>", xml, false), ("<a>{{any}}<c/></a>", "<a>x<c/></a>", xml, false),
        ("<a><b>{{any}}</b><c/></a>", "<a><b>1<x><y/></x></b><c/></a>", xml, true),
        ("<a><b>{{any}}</b><c/></a>", "<a><b/><d/></a>", xml, false),
        ("<a x='{{uuid}}'/>", "<a x='123e4567-e89b-12d3-a456-426614174000'/>", xml, true),
        ("<a x='{{any}}'/>", "<a/>", xml, false),
        ("<a x='{{absent}}'/>", "<a/>", xml, true), ("<a x='{{absent}}'/>", "<a x=''/>", xml, false),
        ("<a>{{regex:<}}</a>", "<a>&lt;</a>", xml, false), ("<a>{{regex:&lt;}}</a>", "<a>&lt;</a>", xml, true),
        // Text.
        ("id {{number}}\r\nok", "id 5\nok\n", "text/plain", true), ("id {{number}}", "id x", "text/plain", false),
        ("{a: {{number}}}", "{a: 5}", json, true),
    ])
    func `match by kind`(example: String, request: String, type: String, isMatch: Bool) throws {
        let example = RequestContent(example, type)
        let difference = try BodyPattern(example).difference(from: RequestContent(request, type))
        #expect((difference == nil) == isMatch, "\(String(describing: difference))")
    }

    @Test(arguments: [
        ("{\"n\":\"{{number}}\"}", json, true), ("{\"n\":\"a{{number}}b\"}", json, true),
        ("{\"n\":\"{{regex:a}}\"}", json, true), ("{\"n\":\"{{userId}}\"}", json, false),
        ("{\"n\":{\"a\":{}}}", json, false),
        ("a={{any}}", form, true), ("a=%7b%7Bany%7d%7D", form, true), ("a=%7b%7Bfoo%7d%7D", form, false),
        ("%7B%7Bany%7D%7D", "text/plain", false), ("", json, false), ("{{", json, false),
    ])
    func `are needed where placeholders are`(text: String, type: String, isNeeded: Bool) {
        #expect(BodyPattern.isNeeded(for: RequestContent(text, type)) == isNeeded)
    }

    private func part(_ fields: String, _ content: String, boundary: String) -> RequestContent {
        RequestContent(
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"f\"\(fields)\r\n\r\n\(content)\r\n--\(boundary)--",
            "multipart/form-data; boundary=\(boundary)")
    }

    @Test(arguments: [
        ("; filename=\"\"", "{{any}}", "; filename=x\r\nContent-Type: image/png", "bytes", true),
        ("; filename=\"\"", "{{any}}", "", "bytes", false),
        ("; filename=\"\"\r\nContent-Type: image/png", "{{any}}", "; filename=x\r\nContent-Type: image/png", "b", true),
        ("; filename=\"\"\r\nContent-Type: image/png", "{{any}}", "; filename=x", "b", false),
        ("", "{{number}}", "", "5", true), ("", "{{number}}", "", "x", false),
        ("", "{{any}}", "; filename=x", "x", false),
        (
            "\r\nContent-Type: application/json", "{\"a\":\"{{number}}\"}", "\r\nContent-Type: application/json",
            "{ \"a\": 5 }", true
        ),
        (
            "\r\nContent-Type: application/json", "{\"a\":\"{{number}}\"}", "\r\nContent-Type: application/json",
            "{ \"a\": \"5\" }", false
        ),
    ])
    func `match parts`(fields: String, content: String, otherFields: String, otherContent: String, isMatch: Bool) throws
    {
        let pattern = try BodyPattern(part(fields, content, boundary: "X"))
        #expect((pattern.difference(from: part(otherFields, otherContent, boundary: "Y")) == nil) == isMatch)
    }

    @Test func `name the place and what was wanted`() throws {
        let pattern = try BodyPattern(
            RequestContent("{\"user\":{\"id\":\"{{number}}\",\"x\":\"{{absent}}\"}}", Self.json))
        let difference = { (text: String) in pattern.difference(from: RequestContent(text, Self.json)) }
        #expect(
            difference("{\"user\":{\"id\":\"7\"}}")
                == BodyDifference(place: "json:$.user.id", expected: "\"{{number}}\"", actual: "\"7\""))
        #expect(
            difference("{\"user\":{\"id\":7,\"x\":1}}")
                == BodyDifference(place: "json:$.user.x", expected: "nothing", actual: "1"))
        #expect(difference("{}")?.place == "json:$.user")
        #expect(difference("x") == BodyDifference(place: "body", expected: "JSON", actual: "text"))
    }

    @Test func `go with subsets, ignored places and redacted values`() throws {
        let example = RequestContent("{\"n\":\"{{number}}\",\"t\":\"REDACTED-111111111111\",\"at\":1}", Self.json)
        let request = RequestContent("{\"n\":5,\"t\":\"REDACTED-222222222222\",\"at\":2,\"more\":[]}", Self.json)
        let rules = [try IgnoreRule("json:$.at")]
        #expect(try BodyPattern(example, ignoring: rules, loosely: true, subset: true).difference(from: request) == nil)
        #expect(
            try BodyPattern(example, ignoring: rules, loosely: true).difference(from: request)?.place == "json:$.more")
        #expect(try BodyPattern(example, ignoring: rules, subset: true).difference(from: request)?.place == "json:$.t")
        #expect(try BodyPattern(example, loosely: true, subset: true).difference(from: request)?.place == "json:$.at")
    }

    @Test func `that cannot be compiled are refused`() {
        #expect(throws: ValuePattern.Fault.self) {
            try BodyPattern(RequestContent("{\"a\":\"{{regex:(}}\"}", Self.json))
        }
        #expect(throws: ValuePattern.Fault.self) { try BodyPattern(RequestContent("a=x{{absent}}", Self.form)) }
    }
}

/// Bodies come from anyone: each of these must be answered in bounded time, without a crash.
@Suite struct `Hostile bodies` {
    private static let count = 100_000

    private static func deep(_ open: String, _ close: String, _ middle: String = "") -> String {
        String(repeating: open, count: count) + middle + String(repeating: close, count: count)
    }

    static let bodies: [(String, String)] = [
        (deep("[", "]"), "application/json"), (deep("{\"a\":", "}", "1"), "application/json"),
        (String(repeating: "[", count: count), "application/json"),
        ("[\"" + String(repeating: "\\ud800", count: count) + "\"]", "application/json"),
        ("[1e" + String(repeating: "9", count: count) + "]", "application/json"),
        (
            "[" + String(repeating: "9", count: count) + "." + String(repeating: "0", count: count) + "]",
            "application/json"
        ),
        ("{" + String(repeating: "\"a\":1,", count: count) + "\"a\":2}", "application/json"),
        ("{" + (0..<count / 4).map { "\"\($0)\":1," }.joined() + "\"a\":2}", "application/json"),
        ("{\"query\":\"" + deep("{a", "}") + "\"}", "application/json"), (deep("{a", "}"), "application/graphql"),
        (String(repeating: "{", count: count), "application/graphql"),
        ("{a(x:\"\"\"" + String(repeating: "\n ", count: count) + "\"\"\")}", "application/graphql"),
        (String(repeating: "#\n", count: count), "application/graphql"),
        (deep("<a>", "</a>"), "text/xml"), (deep("<a xmlns:p='u'>", "</a>"), "text/xml"),
        (String(repeating: "<a>", count: count), "text/xml"),
        ("<a " + (0..<count / 4).map { "a\($0)=''" }.joined(separator: " ") + "/>", "text/xml"),
        ("<a " + (0..<count / 4).map { "xmlns:a\($0)='u'" }.joined(separator: " ") + "/>", "text/xml"),
        (
            "<a xmlns='" + String(repeating: "u", count: 1000) + "'>" + String(repeating: "<b/>", count: count)
                + "</a>", "text/xml"
        ), ("<a>" + String(repeating: "&lt;", count: count) + "</a>", "text/xml"),
        ("<a>" + String(repeating: "<!---->", count: count) + "</a>", "text/xml"),
        (String(repeating: "<!--", count: count), "text/xml"),
        (String(repeating: "<![CDATA[", count: count), "text/xml"),
        (String(repeating: "a&", count: count), "application/x-www-form-urlencoded"),
        (String(repeating: "a=1&", count: 9_999), "application/x-www-form-urlencoded"),
        (String(repeating: "--X\r\n\r\n", count: count), "multipart/form-data; boundary=X"),
        (String(repeating: "--X\n", count: count) + "--X--", "multipart/form-data; boundary=X"),
        (String(repeating: "\n", count: count), "text/plain"),
        (String(repeating: "{{regex:", count: count), "application/json"),
        (String(repeating: "{{any", count: count), "application/json"),
        (String(repeating: "{{x}}", count: count), "application/json"),
    ]

    /// The deepest document that is read as data: every walk has to get to its end on a thread's stack.
    @Test(arguments: [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":[", "]}]")])
    func `at the depth limit are compared as data`(open: String, close: String) throws {
        let levels = JSONValue.maximumDepth / open.count { "[{".contains($0) }
        let content = { (middle: String) in
            RequestContent(
                String(repeating: open, count: levels) + middle + String(repeating: close, count: levels),
                "application/json")
        }
        let selector = try IgnoreRule("json:$..nothing")
        #expect(CanonicalBody(of: content("1")) == CanonicalBody(of: content(" 1.0 ")))
        #expect(CanonicalBody(of: content("1"), ignoring: [selector]) != CanonicalBody(of: content("2")))
        let difference = BodyDifference.first(example: content("1"), request: content("2"), ignoring: [selector])
        #expect(difference?.place.hasPrefix("json:$") == true)
        #expect(try BodyPattern(content("{{number}}"), subset: true).difference(from: content("7")) == nil)
        let condition = Condition(place: .json(try JSONSelector("$..b")), pattern: .absent)
        #expect(condition.holds(for: content("1")) == true)
    }

    @Test(arguments: bodies.indices)
    func `are compared`(number: Int) throws {
        let (text, type) = Self.bodies[number]
        let (one, other) = (RequestContent(text, type), RequestContent(text, type))
        let rules = [try IgnoreRule("json:$..a..b"), try IgnoreRule("form:b")]
        #expect(CanonicalBody(of: one, ignoring: rules) == CanonicalBody(of: other, ignoring: rules))
        #expect(BodyDifference.first(example: one, request: other, ignoring: rules) == nil)
        #expect(CanonicalBody(of: one) != CanonicalBody(of: RequestContent(text + "x", type)))
        if BodyPattern.isNeeded(for: one) { #expect(try BodyPattern(one).difference(from: other) == nil) }
        #expect(try BodyPattern(one).difference(from: RequestContent("x", type)) != nil)
    }

    @Test func `every cut of a document is answered`() {
        let documents = [
            (
                "{\"query\":\"query A($a:B=\\\"\\\\u0041\\\"){c(d:[1.5e3,\\\"\\\"\\\"e\\\"\\\"\\\"])...F}\",\"n\":[1e5,\"\\ud83d\\ude00\"]}",
                "application/json"
            ),
            ("<?xml version='1.0'?><p:a xmlns:p='u' b=\"&#x41;\"><!-- c --><![CDATA[d]]>e&amp;</p:a>", "text/xml"),
            ("query A { b(c: \"\\u{41}\\n\") @d }", "application/graphql"),
            (
                "--X\r\nContent-Disposition: form-data; name=\"a\"; filename*=b\r\nContent-Type: application/json\r\n\r\n{}\r\n--X--\r\n",
                "multipart/form-data; boundary=X"
            ),
            ("a=%41&b=+&%", "application/x-www-form-urlencoded"),
            ("{\"a\":{{regex:\\d{2}}},\"b\":\"x{{date}}\"}", "application/json"),
        ]
        for (text, type) in documents {
            let bytes = Array(text.utf8)
            for end in bytes.indices {
                for start in [0, end / 2] {
                    let content = RequestContent(ByteBuffer(bytes: bytes[start..<end]), mediaType: MediaType(type))
                    #expect(BodyDifference.first(example: content, request: content) == nil)
                    #expect(
                        (try? BodyPattern(content).difference(from: content)) ?? nil == nil
                            || BodyPattern.isNeeded(for: content))
                }
            }
        }
    }
}
