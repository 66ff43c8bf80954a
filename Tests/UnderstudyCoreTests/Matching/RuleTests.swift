import NIOCore
import Testing

@testable import UnderstudyCore

@Suite struct `Ignore rules` {
    @Test(arguments: [
        ("header:X-Request-Id", IgnoreRule.header("X-Request-Id")), ("query:ts", .query("ts")),
        ("form:nonce", .form("nonce")),
        ("form:a:b", .form("a:b")), ("form:\" a, b\"", .form(" a, b")),
        ("json:$.meta.time", .json(JSONSelector(steps: [.member(Array("meta".utf8)), .member(Array("time".utf8))]))),
    ])
    func `are read and written`(text: String, rule: IgnoreRule) throws {
        #expect(try IgnoreRule(text) == rule)
        #expect(rule.description == text)
    }

    @Test(arguments: [
        "", "X-Request-Id", "cookie:a", "header:", "json:meta", "json:$.", "json:$[", "json:$['a", "json:$[-1]",
        "json:$x", "json:$..", "json:$..*", "json:$[1.5]", "json:$[a]", "json:$[\"\\x\"]", "Header:a",
        "json:$\(String(repeating: ".a", count: 61))",
    ])
    func `that make no sense are refused`(text: String) {
        #expect(throws: RuleError.self) { try IgnoreRule(text) }
    }

    @Test func `come in lists`() throws {
        let list = try IgnoreRule.list(
            " header:A ,, query:b,json:$['x,y'][\"a]\"].c , form:\"a,b\", form:it's,query:f[1,2] ,")
        #expect(
            list.map(\.description) == [
                "header:A", "query:b", "json:$[\"x,y\"][\"a]\"].c", "form:\"a,b\"", "form:it's", "query:\"f[1,2]\"",
            ])
        #expect(try IgnoreRule.list("  ").isEmpty)
    }

    @Test func `compare header names without case, others exactly`() throws {
        #expect(try IgnoreRule("header:X-Id").ignores(header: "x-ID".utf8))
        #expect(try !IgnoreRule("header:X-Id").ignores(header: "X-Idx".utf8))
        #expect(try !IgnoreRule("query:Ts").ignores(query: "ts".utf8))
        #expect(try IgnoreRule("query:ts").ignores(query: "ts".utf8))
        #expect(try !IgnoreRule("query:ts").ignores(header: "ts".utf8))
    }
}

@Suite struct `JSON selectors` {
    private let document = """
        {"a": {"b": 1, "c d": [10, {"b": 2}, 30]}, "b": 3, "x": {"a": {"b": [4]}}, "r": 5, "r": 6, "$": 7, "it's": 8}
        """

    @Test(arguments: [
        ("$.a.b", "[1]"), ("$['a'][\"b\"]", "[1]"), ("$.a['c d'][0]", "[10]"), ("$.a[\"c d\"][1].b", "[2]"),
        ("$.a['c d'][3]", "[]"),
        ("$.a['c d'][*]", "[10,{\"b\":2},30]"), ("$.a['c d'].*.b", "[2]"), ("$..b", "[1,2,3,[4]]"),
        ("$..a..b", "[1,2,[4]]"),
        ("$..a.b", "[1,[4]]"), ("$.a..['b']", "[1,2]"), ("$.r", "[6]"), ("$.nothing", "[]"), ("$.a[0]", "[]"),
        ("$.$", "[7]"),
        ("$['it\\'s']", "[8]"), ("$..[\"c d\"][2]", "[30]"), ("$.a['c d'][999999999999999999]", "[]"),
    ])
    func `choose values`(path: String, values: String) throws {
        let selector = try JSONSelector(path)
        let chosen = selector.values(in: try JSONValue(parsing: document))
        #expect(JSONWriter.text(.array(chosen)) == values)
        #expect(try JSONSelector(selector.description) == selector)
    }

    @Test func `the document itself is $`() throws {
        let document = try JSONValue(parsing: document)
        #expect(try JSONSelector("$").values(in: document) == [document])
    }

    @Test func `many descents through a deep document cost no more than its size`() throws {
        let deep = String(repeating: "{\"a\":", count: 500) + "1" + String(repeating: "}", count: 500)
        let selector = try JSONSelector("$" + String(repeating: "..a", count: 50))
        #expect(selector.values(in: try JSONValue(parsing: deep)).count == 451)
    }
}

@Suite struct `An example's rules` {
    @Test(arguments: [
        "{}", "{\"enabled\":false}", "{\"ignore\":[\"header:X\",\"json:$.a[0]\"]}", "{\"body\":true}",
        "{\"body\":false}",
        "{\"body\":\"subset\"}", "{\"body\":\"exact\"}", "{\"repeats\":\"cycle\",\"templates\":true}",
        "{\"headers\":{\"X-Plan\":\"pro\",\"X-Debug\":\"{{absent}}\",\"X-Tier\":{\"not\":\"free\"}},\"query\":{\"a\":\"{{number}}\"}}",
        "{\"form\":{\"a\":[\"{{number}}\",{\"not\":\"5\"}]},\"json\":{\"$.user.id\":\"{{number}}\",\"$.x\":{\"not\":\"{{absent}}\"}}}",
    ])
    func `come back as they were`(text: String) throws {
        let rules = try #require(try ExampleRules(try JSONValue(parsing: text)))
        #expect(JSONWriter.text(rules.jsonValue) == text)
    }

    @Test(arguments: [
        ("[]", "the rules are not an object"), ("{\"Body\":true}", "Body: is no rule that is known"),
        ("{\"enabled\":1}", "enabled: must be true or false"), ("{\"body\":\"some\"}", "body: must be true"),
        ("{\"ignore\":\"header:X\"}", "ignore: must be a list"),
        ("{\"ignore\":[\"header:X\",5]}", "ignore[1]: must be a text"),
        ("{\"ignore\":[\"x\"]}", "ignore[0]: “x” is none"),
        ("{\"repeats\":\"sometimes\"}", "repeats: must be one of sequence"),
        ("{\"headers\":[]}", "headers: must be an object"),
        ("{\"headers\":{\"X-Plan\":null}}", "headers.X-Plan: must be a text"),
        ("{\"headers\":{\"X-Plan\":{\"is\":\"a\"}}}", "headers.X-Plan: an object here"),
        ("{\"query\":{\"a\":\"{{regex:(}}\"}}", "query.a: {{regex:(}}: a group is not closed"),
        ("{\"json\":{\"user\":\"a\"}}", "json.user: a path begins with $"),
        ("{\"templates\":null}", "templates: must be true"),
    ])
    func `that are wrong name the member`(text: String, start: String) throws {
        let value = try JSONValue(parsing: text)
        let error = #expect(throws: RuleError.self) { try ExampleRules(value) }
        #expect(error?.description.hasPrefix(start) == true, "\(String(describing: error))")
    }

    @Test func `are none where the file says null`() throws {
        #expect(try ExampleRules(.null) == nil)
    }

    @Test(
        arguments: [
            ("pro", false, ["pro"], true), ("pro", false, ["free", "pro"], true), ("pro", false, [], false),
            ("pro", true, ["free"], true),
            ("pro", true, ["free", "pro"], false), ("pro", true, [], true), ("{{absent}}", false, [], true),
            ("{{absent}}", false, [""], false), ("{{absent}}", true, [], false), ("{{absent}}", true, ["x"], true),
        ] as [(String, Bool, [String], Bool)])
    func `hold for the values of a place`(pattern: String, isNegated: Bool, values: [String], holds: Bool) throws {
        let condition = Condition(place: .header("X"), pattern: try ValuePattern(pattern), isNegated: isNegated)
        #expect(condition.holds(forValues: values.map { Array($0.utf8) }) == holds)
        #expect(condition.holds(forViews: values.map { ByteBuffer(string: $0).readableBytesView }) == holds)
    }

    @Test(arguments: [
        ("{\"json\":{\"$.user.id\":\"{{number}}\"}}", true), ("{\"json\":{\"$.user.id\":{\"not\":\"8\"}}}", true),
        ("{\"json\":{\"$.user.id\":7}}", true), ("{\"json\":{\"$.user.name\":\"{{absent}}\"}}", true),
        ("{\"json\":{\"$.user.id\":\"{{absent}}\"}}", false), ("{\"json\":{\"$.tags[*]\":\"b\"}}", true),
        ("{\"json\":{\"$.tags[*]\":{\"not\":\"b\"}}}", false), ("{\"form\":{\"a\":\"{{absent}}\"}}", true),
        ("{\"form\":{\"a\":\"1\"}}", false),
    ])
    func `hold for a JSON body`(rules: String, holds: Bool) throws {
        let rules = try #require(try ExampleRules(try JSONValue(parsing: rules)))
        let content = RequestContent("{\"user\":{\"id\":7.0},\"tags\":[\"a\",\"b\"]}", "application/json")
        #expect(rules.conditions.allSatisfy { $0.holds(for: content) == true } == holds)
    }

    @Test func `hold for forms of both kinds, and say nothing of other places`() throws {
        let condition = Condition(place: .form("a b"), pattern: try ValuePattern("{{number}}"))
        #expect(condition.holds(for: RequestContent("x=y&a+b=%31", "application/x-www-form-urlencoded")) == true)
        #expect(condition.holds(for: RequestContent("a+b=x", "application/x-www-form-urlencoded")) == false)
        let part = "--B\r\nContent-Disposition: form-data; name=\"a b\"\r\n\r\n5\r\n--B--\r\n"
        #expect(condition.holds(for: RequestContent(part, "multipart/form-data; boundary=B")) == true)
        #expect(Condition(place: .query("a"), pattern: .any).holds(for: RequestContent("", "text/plain")) == nil)
    }
}

extension RequestContent {
    convenience init(_ text: String, _ contentType: String?) {
        self.init(ByteBuffer(string: text), mediaType: contentType.flatMap { MediaType($0) })
    }
}
