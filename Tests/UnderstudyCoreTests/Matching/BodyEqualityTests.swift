import NIOCore
import Testing

@testable import UnderstudyCore

/// What counts as the same body, media type by media type. A changed row is a changed promise to users.
@Suite struct `Equal bodies` {
    private static let json = "application/json"
    private static let form = "application/x-www-form-urlencoded"

    /// Both ways of asking have to agree, whatever they are asked.
    private func check(
        _ one: RequestContent, _ other: RequestContent, _ areEqual: Bool, ignoring rules: [IgnoreRule] = [],
        loosely: Bool = false, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let keys = [one, other].map { CanonicalBody(of: $0, ignoring: rules, loosely: loosely) }
        #expect((keys[0] == keys[1]) == areEqual, "keys", sourceLocation: sourceLocation)
        let forth = BodyDifference.first(example: one, request: other, ignoring: rules, loosely: loosely)
        let back = BodyDifference.first(example: other, request: one, ignoring: rules, loosely: loosely)
        #expect((forth == nil) == areEqual, "\(String(describing: forth))", sourceLocation: sourceLocation)
        #expect((back == nil) == areEqual, "\(String(describing: back))", sourceLocation: sourceLocation)
    }

    @Test(arguments: [
        ("{\"a\":1,\"b\":[1,2]}", " {\n\"b\" : [1, 2], \"a\":1 }", true), ("[1,2]", "[2,1]", false),
        ("{\"a\":1}", "{\"a\":2}", false),
        ("{\"a\":1}", "{\"b\":1}", false), ("{\"a\":1}", "{\"a\":1,\"b\":null}", false), ("[]", "{}", false),
        ("[[]]", "[]", false),
        ("\"a\"", "\"\\u0061\"", true), ("\"é\"", "\"e\\u0301\"", false), ("\"\\/\"", "\"/\"", true),
        ("null", "false", false),
        ("{\"é\":1}", "{\"e\\u0301\":1}", false), ("\"1\"", "1", false),
        ("{\"a\":{\"b\":1}}", "{\"a\":{},\"b\":1}", false),
        // Repeated members: the last counts.
        ("{\"a\":1,\"a\":2}", "{\"a\":2}", true), ("{\"a\":1,\"a\":2}", "{\"a\":2,\"a\":1}", false),
        ("{\"b\":0,\"a\":1,\"b\":2}", "{\"a\":1,\"b\":2}", true),
        // Half a surrogate pair is no text; the characters are compared then.
        ("\"\\ud800\"", "\"\\ud801\"", false), ("\"\\ud800\"", "\"\u{FFFD}\"", false),
        ("\"\\ud800\"", " \"\\ud800\" ", true),
        ("[\"\\ud83d\\ude00\"]", "[\"😀\"]", true), ("\"\\\\ud800\"", "\"\\u005cud800\"", true),
        // What is no JSON is text.
        ("{a:1}", " {a:1}\n", true), ("{a:1}", "{a: 1}", false), ("[1,]", "[1]", false), ("", " ", true),
        ("", "null", false),
    ])
    func `of JSON`(one: String, other: String, areEqual: Bool) {
        for type in [Self.json, "application/problem+json; charset=utf-8", "text/json"] {
            check(RequestContent(one, type), RequestContent(other, type), areEqual)
        }
    }

    @Test(arguments: [
        ("1", "1.0", true), ("1", "10e-1", true), ("1", "0.1E+1", true), ("100", "1e2", true), ("0", "-0", true),
        ("0.0", "0e999999999999999999999", true), ("-1", "1", false), ("1e400", "1E400", true),
        ("1e400", "10e399", true),
        ("1e400", "1e401", false), ("12345678901234567890", "12345678901234567891", false),
        ("12345678901234567890", "1234567890123456789e1", true), ("0.1", "0.10", true), ("0.1", "0.01", false),
        ("1.5", "15e-1", true),
        ("1e999999999999", "10e999999999998", true), ("1e999999999999", "1e999999999998", false),
        ("1e99999999999999999999", "1.0e+099999999999999999999", true),
        ("1e99999999999999999999", "1e99999999999999999998", false),
        ("1e99999999999999999999", "1e-99999999999999999999", false), ("1e-400", "0", false),
        ("1" + String(repeating: "0", count: 60), "1e60", true),
        ("1" + String(repeating: "0", count: 40), "1.0e40", true),
        ("1" + String(repeating: "0", count: 39), "1.0e39", true), ("-1.50e1", "-15", true),
        ("9007199254740993", "9007199254740992", false), ("0.1000000000000000055511151231257827", "0.1", false),
    ])
    func `of numbers, exactly`(one: String, other: String, areEqual: Bool) {
        check(RequestContent("[\(one)]", Self.json), RequestContent("[\(other)]", Self.json), areEqual)
    }

    @Test(arguments: [
        ("a=1&b=two+words", "b=two%20words&a=1", true), ("a=1&a=2", "a=2&a=1", true), ("a=1&a=1", "a=1", false),
        ("a", "a=", true),
        ("a=1&&b=2&", "a=1&b=2", true), ("A=1", "a=1", false), ("%61=1", "a=1", true), ("a=%FF", "a=%fF", true),
        ("a=%zz", "a=%25zz", true),
        ("a=1&b=2", "a=12&b=", false), ("a=b=c", "a=b%3Dc", true), ("a=%00", "a=", false), ("&", "", true),
        ("=1", "1", false),
    ])
    func `of forms`(one: String, other: String, areEqual: Bool) {
        check(RequestContent(one, Self.form), RequestContent(other, Self.form + ";charset=UTF-8"), areEqual)
    }

    /// `name|type|file` and content; parts in order.
    private func multipart(_ boundary: String, _ parts: [(String, String)], newline: String = "\r\n") -> RequestContent
    {
        var text = "preamble" + newline
        for (head, content) in parts {
            let pieces = head.split(separator: "|", omittingEmptySubsequences: false)
            text += "--\(boundary)\(newline)Content-Disposition: form-data; name=\"\(pieces[0])\""
            if pieces.count > 2 { text += "; filename=\"\(pieces[2])\"" }
            if pieces.count > 1, !pieces[1].isEmpty { text += "\(newline)Content-Type: \(pieces[1])" }
            text += "\(newline)\(newline)\(content)\(newline)"
        }
        return RequestContent(text + "--\(boundary)--\(newline)", "multipart/form-data; boundary=\"\(boundary)\"")
    }

    @Test(
        arguments: [
            ([("a", "1"), ("b", "2")], [("b", "2"), ("a", "1")], true),
            ([("a", "1")], [("a", "1"), ("a", "1")], false),
            ([("a", "1")], [("a", "2")], false), ([("a", "1")], [("b", "1")], false),
            ([("a|text/plain", "1")], [("a", "1")], true),
            ([("a|text/html", "1")], [("a", "1")], false), ([("a", "1\r\n2")], [("a", "1\n2")], true),
            ([("a", " 1")], [("a", "1")], false),
            ([("a|application/json", "{\"x\":1,\"y\":2}")], [("a|application/json", "{\"y\":2.0, \"x\":1}")], true),
            ([("f|image/png|a.png", "x")], [("f|image/png|b.png", "x")], true),
            ([("f|image/png|a.png", "x")], [("f|image/png", "x")], false),
            ([("f|image/png|a.png", "x")], [("f|image/png|a.png", "y")], false),
            ([("f||a", "1\r\n2")], [("f||a", "1\n2")], false),
            ([("a", "--X")], [("a", "--X")], true), ([], [], true),
        ] as [([(String, String)], [(String, String)], Bool)])
    func `of multipart forms`(one: [(String, String)], other: [(String, String)], areEqual: Bool) {
        check(multipart("XX", one), multipart("----other", other), areEqual)
        check(
            multipart("XX", one, newline: "\n"), multipart("XX", other),
            areEqual)
    }

    @Test func `of multipart forms need their boundary and their end`() {
        let whole = multipart("X", [("a", "1")])
        let text = String(buffer: whole.bytes ?? ByteBuffer())
        let unbounded = RequestContent(text, "multipart/form-data")
        check(unbounded, RequestContent(text, "multipart/form-data"), true)
        check(whole, unbounded, false)
        let cut = RequestContent(String(text.dropLast(8)), "multipart/form-data; boundary=X")
        check(whole, cut, false)
        #expect(cut.parsed.kindName == "text")
    }

    private static let query = "query A($id: ID!) { user(id: $id, tags: [\"a\", \"b\"]) { name } }"

    private func graphQL(_ query: String, _ more: String = "") -> RequestContent {
        RequestContent("{\"query\":\(JSONWriter.quoted(query))\(more)}", Self.json)
    }

    @Test(arguments: [
        (query, "query A($id:ID!){user(id:$id tags:[\"a\" \"b\"]){name}}", true),
        (
            query, "# who\nquery A(\n$id: ID!,,,) { user(id: $id, tags: [\"\\u0061\", \"b\"]) { name # no more\r} }",
            true
        ),
        (query, "query A($id: ID!) { user(id: $id, tags: [\"a\", \"b\"]) { name id } }", false),
        (query, "query A($id: ID!) { user(id: $id, tags: [\"a\", \"b \"]) { name } }", false),
        ("{ a(x: 1) }", "{ a(x: 1.0) }", false), ("{ a b }", "{ ab }", false),
        ("{ a ...F } fragment F on T { b }", "{a...F}fragment F on T{b}", true),
        ("{ a(t: \"\"\"\n    one\n      two\n    \"\"\") }", "{ a(t: \"one\\n  two\") }", true),
        ("{ a(t: \"\"\"x \\\"\"\" y\"\"\") }", "{ a(t: \"x \\\"\\\"\\\" y\") }", true),
        ("{ a(t: \"\\ud83d\\ude00\") }", "{ a(t: \"\\u{1F600}\") }", true),
        // A search is no GraphQL.
        ("red  shoes", "red shoes", false), ("{ a, b", "{ a b", false), ("{ \"a\": 1 }", "{\"a\":1}", false),
        ("type A { b: C }", "type A {b: C}", false),
    ])
    func `of GraphQL queries`(one: String, other: String, areEqual: Bool) {
        check(graphQL(one), graphQL(other), areEqual)
        check(RequestContent(one, "application/graphql"), RequestContent(other, "application/graphql"), areEqual)
    }

    @Test(arguments: [
        ("", ",\"variables\":null,\"operationName\":null", true),
        ("", ",\"variables\":{},\"operationName\":\"\"", true),
        (",\"variables\":{\"a\":1,\"b\":2}", ",\"variables\":{\"b\":2.0,\"a\":1}", true),
        (",\"variables\":{\"a\":1}", "", false),
        (",\"operationName\":\"A\"", "", false), (",\"extensions\":{\"x\":[1]}", ",\"extensions\":{\"x\":[1]}", true),
        (",\"extensions\":{}", "", false),
    ])
    func `of what GraphQL sends beside the query`(one: String, other: String, areEqual: Bool) {
        check(graphQL("{ a }", one), graphQL("{a}", other), areEqual)
    }

    @Test(arguments: [
        ("<a><b>1</b></a>", "<?xml version=\"1.0\"?>\n<a>\n  <b> 1 </b>\n</a>\n", true),
        ("<a><b>1</b></a>", "<a><b>2</b></a>", false),
        ("<a x='1' y=\"2\"/>", "<a y='2' x='1'></a>", true), ("<a x='1'/>", "<a/>", false),
        ("<a x='1'/>", "<a x='2'/>", false),
        ("<s:a xmlns:s='u'><s:b/></s:a>", "<a xmlns='u'><q:b xmlns:q='u'/></a>", true),
        ("<a xmlns='u'/>", "<a/>", false),
        ("<a xmlns='u'><b xmlns=''/></a>", "<a xmlns='u'><b/></a>", false),
        ("<a xmlns='u' x='1'/>", "<p:a xmlns:p='u' x='1'/>", true),
        ("<a xmlns:p='u' p:x='1'/>", "<a xmlns:p='u' x='1'/>", false),
        ("<a xmlns:p='u' p:x='1'/>", "<a xmlns:q='u' q:x='1'/>", true),
        ("<a><!-- c --><b/><?p x?></a>", "<a><b/></a>", true), ("<a>x<!-- c -->y</a>", "<a>xy</a>", true),
        ("<a><![CDATA[<x>]]></a>", "<a>&lt;x&gt;</a>", true),
        ("<a>&#65;&#x42;&amp;&quot;&apos;</a>", "<a>AB&amp;\"'</a>", true),
        ("<p>a <b>c</b> d</p>", "<p>a <b>c</b>d</p>", false),
        ("<p>a <b>c</b> d</p>", "<p>a  <b>c</b> d</p>", false), ("<a>x\r\ny</a>", "<a>x\ny</a>", true),
        ("<a>x y</a>", "<a>x  y</a>", false), ("<a x='1\n2'/>", "<a x='1 2'/>", true),
        ("<a><b/><c/></a>", "<a><c/><b/></a>", false), ("<a><b/></a>", "<a><b/><b/></a>", false),
        ("<a>1</a>", "<a/>", false), ("<a> </a>", "<a/>", true),
        ("\u{FEFF}<a/>", "<a/>", true), ("<é ü='1'/>", "<é  ü='1' />", true), ("<a><aa/></a>", "<aa><a/></aa>", false),
        // What is not read is compared as text.
        ("<!DOCTYPE a><a/>", "<!DOCTYPE a><a></a>", false), ("<!DOCTYPE a><a/>", "<!DOCTYPE a><a/>\r\n", true),
        ("<a>&x;</a>", "<a>&x;</a >", false),
        ("<a><b></a></b>", "<a><b></a></b >", false), ("<p:a/>", "<p:a></p:a>", false),
        ("<a/><a/>", "<a/><a></a>", false), ("<a x='1' x='1'/>", "<a x='1'  x='1'/>", false),
        ("<a>&#0;</a>", "<a>&#00;</a>", false), ("<a", "<a ", true), ("x", "<a/>", false), ("<a/>x", "<a></a>x", false),
        ("&lt;<a/>", "&#60;<a/>", false),
    ])
    func `of XML`(one: String, other: String, areEqual: Bool) {
        for type in ["application/xml", "text/xml; charset=utf-8", "application/soap+xml"] {
            check(RequestContent(one, type), RequestContent(other, type), areEqual)
        }
    }

    @Test(arguments: [
        ("a\r\nb", " a\nb\n", true), ("a b", "a  b", false), ("", "\r\n", true), ("a\rb", "a\nb", false),
        ("é", "e\u{301}", false), ("{\"a\":1}", "{\"a\": 1}", false),
    ])
    func `of text and all other types`(one: String, other: String, areEqual: Bool) {
        for type in ["text/plain", "text/html", "application/javascript", "application/octet-stream"] {
            check(RequestContent(one, type), RequestContent(other, type), areEqual)
        }
    }

    @Test func `without a type are JSON if they look like it`() {
        check(RequestContent("{\"a\":1}", nil), RequestContent(" {\"a\": 1.0}", nil), true)
        check(RequestContent("1", nil), RequestContent("1.0", nil), false)
    }

    @Test func `that are binary or not held are so byte for byte`() {
        let binary = { (bytes: [UInt8], type: String) in
            RequestContent(ByteBuffer(bytes: bytes), mediaType: MediaType(type))
        }
        for type in [
            "application/json", "application/xml", "text/plain", "application/octet-stream", "application/graphql",
        ] {
            check(binary([0x22, 0xFF, 0x22], type), binary([0x22, 0xFF, 0x22], type), true)
            check(binary([0x22, 0xFF, 0x22], type), binary([0x22, 0xFE, 0x22], type), false)
            check(binary([0x22, 0xFF, 0x22], type), binary([0x22, 0xFF, 0x22, 0x20], type), false)
        }
        let large = { (text: String) in
            RequestContent(
                bytes: nil, byteCount: text.utf8.count, digest: Digest(of: text), mediaType: MediaType("text/plain"))
        }
        check(large("x"), large("x"), true)
        check(large("x"), large("y"), false)
        check(large("x"), RequestContent("x", "text/plain"), false)
    }

    @Test func `of different kinds are never so, but for none`() {
        let bodies = [
            RequestContent("{\"a\":1}", Self.json), RequestContent("{\"a\":1}", "text/plain"),
            RequestContent("{\"a\":1}", Self.form),
            RequestContent("<a/>", "text/xml"), RequestContent("<a/>", "text/plain"), graphQL("{a}"),
            multipart("X", [("a", "1")]),
            RequestContent("a=1", Self.form), RequestContent("", nil),
        ]
        for (index, one) in bodies.enumerated() {
            for (number, other) in bodies.enumerated() { check(one, other, index == number) }
        }
        check(RequestContent("", nil), RequestContent(" \n", "text/plain"), true)
        check(RequestContent("", Self.form), RequestContent("", Self.json), true)
    }

    @Test(arguments: [
        ("json:$.meta.time", "{\"a\":1,\"meta\":{\"time\":1,\"x\":2}}", "{\"a\":1,\"meta\":{\"x\":2}}", true),
        ("json:$.meta.time", "{\"a\":1,\"time\":1}", "{\"a\":1,\"time\":2}", false),
        ("json:$..id", "{\"a\":[{\"id\":1,\"n\":1}]}", "{\"a\":[{\"n\":1,\"id\":[2]}]}", true),
        ("json:$.a[0]", "{\"a\":[1,2]}", "{\"a\":[9,2]}", true),
        ("json:$.a[0]", "{\"a\":[1,2]}", "{\"a\":[1,3]}", false),
        ("json:$.a[0]", "{\"a\":[1,2]}", "{\"a\":[2]}", false),
        ("json:$.a[*]", "{\"a\":[1,2]}", "{\"a\":[3]}", true), ("json:$.a[*]", "{\"a\":[1,2]}", "{\"a\":{}}", false),
        ("json:$.a[*].b", "{\"a\":[{\"b\":1}]}", "{\"a\":[{}]}", true),
        ("json:$", "[1]", "{}", true), ("json:$.*", "{\"a\":1}", "{\"b\":2}", true),
        ("json:$.variables.t", "{\"query\":\"{a}\",\"variables\":{\"t\":1}}", "{\"query\":\"{a}\"}", true),
        ("json:$.query", "{\"query\":\"{a}\",\"id\":1}", "{\"query\":\"{b}\",\"id\":1}", true),
        ("json:$.operationName", "{\"query\":\"{a}\",\"operationName\":\"x\"}", "{\"query\":\"{a}\"}", true),
        ("json:$.é", "{\"é\":1}", "{\"é\":2}", true), ("json:$.é", "{\"e\u{301}\":1}", "{\"e\u{301}\":2}", false),
    ])
    func `but for what is ignored in JSON`(rule: String, one: String, other: String, areEqual: Bool) throws {
        check(
            RequestContent(one, Self.json), RequestContent(other, Self.json), areEqual, ignoring: [try IgnoreRule(rule)]
        )
    }

    @Test(arguments: [
        ("a=1&nonce=2", "nonce=3&a=1&nonce=4", true), ("a=1&nonce=2", "a=1", true), ("a=1&Nonce=2", "a=1", false),
        ("nonce=2", "", true), ("a=1", "a=2", false),
    ])
    func `but for ignored fields`(one: String, other: String, areEqual: Bool) throws {
        let rules = [try IgnoreRule("form:nonce"), try IgnoreRule("json:$.a")]
        check(RequestContent(one, Self.form), RequestContent(other, Self.form), areEqual, ignoring: rules)
        let parts = { (text: String) in
            self.multipart(
                "X",
                text.split(separator: "&").map { pair in
                    let pieces = pair.split(separator: "=")
                    return (String(pieces[0]), String(pieces[1]))
                })
        }
        check(parts(one), parts(other), areEqual, ignoring: rules)
    }

    @Test func `but for redacted values, if asked loosely`() {
        let (one, other) = ("REDACTED-111111111111", "REDACTED-222222222222")
        for (template, type) in [
            ("{\"t\":\"@\",\"n\":1}", Self.json), ("t=@&n=1", Self.form),
            ("{\"query\":\"{a}\",\"variables\":{\"t\":\"@\"}}", Self.json),
        ] {
            let content = { (value: String) in
                RequestContent(
                    template.split(separator: "@", omittingEmptySubsequences: false).joined(separator: value), type)
            }
            check(content(one), content(other), false)
            check(content(one), content(other), true, loosely: true)
            check(content(one), content("plain"), false, loosely: true)
            check(content(one), content("x" + one), false, loosely: true)
        }
    }

    @Test(
        arguments: [
            ("Application/JSON ; charset=UTF-8", "application/json", "utf-8", nil),
            ("multipart/form-data; boundary=\"a;b\\\"c\"; charset=x", "multipart/form-data", "x", "a;b\"c"),
            ("multipart/form-data;BOUNDARY=abc", "multipart/form-data", nil, "abc"),
            ("text/plain; x", "text/plain", nil, nil),
            ("text/plain;;charset = utf-8", "text/plain", "utf-8", nil),
            ("a/b; boundary=1; boundary=2", "a/b", nil, "1"), ("a/b; boundary=\"x", "a/b", nil, "x"),
        ] as [(String, String, String?, String?)])
    func `begin with a media type`(text: String, essence: String, charset: String?, boundary: String?) throws {
        let type = try #require(MediaType(text))
        #expect(type.essence == essence)
        #expect(type.charset == charset)
        #expect(type.boundary == boundary)
    }

    @Test func `media types are known by name`() {
        let kinds = { (text: String) in
            MediaType(text).map {
                [$0.isJSON, $0.isForm, $0.isMultipart, $0.isXML, $0.isText, $0.isGraphQL].map { $0 ? 1 : 0 }
            }
        }
        #expect(kinds("application/json") == [1, 0, 0, 0, 0, 0])
        #expect(kinds("application/vnd.api+json") == [1, 0, 0, 0, 0, 0])
        #expect(kinds("application/x-www-form-urlencoded") == [0, 1, 0, 0, 0, 0])
        #expect(kinds("multipart/form-data") == [0, 0, 1, 0, 0, 0])
        #expect(kinds("multipart/mixed") == [0, 0, 0, 0, 0, 0])
        #expect(kinds("text/xml") == [0, 0, 0, 1, 1, 0])
        #expect(kinds("image/svg+xml") == [0, 0, 0, 1, 0, 0])
        #expect(kinds("application/graphql") == [0, 0, 0, 0, 0, 1])
        #expect(kinds("") == nil)
        #expect(kinds(" ; charset=utf-8") == nil)
    }
}
