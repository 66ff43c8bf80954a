import NIOCore
import Testing

@testable import UnderstudyCore

@Suite struct `The first difference between bodies` {
    private static let json = "application/json"
    private static let form = "application/x-www-form-urlencoded"
    private static let xml = "text/xml"

    @Test(arguments: [
        ("{\"a\":{\"b\":1}}", "{\"a\":{\"b\":2}}", json, "json:$.a.b", "1", "2"),
        ("{\"a b\":[1,2]}", "{\"a b\":[1,\"2\"]}", json, "json:$[\"a b\"][1]", "2", "\"2\""),
        ("{\"a\":1}", "{}", json, "json:$.a", "1", "nothing"),
        ("{}", "{\"a\":{}}", json, "json:$.a", "nothing", "an empty object"),
        ("[1]", "[1,[2]]", json, "json:$[1]", "nothing", "an array of 1"),
        ("[]", "{\"a\":1}", json, "json:$", "an empty array", "an object of 1"),
        ("{\"b\":1,\"a\":1}", "{\"b\":2,\"a\":2}", json, "json:$.b", "1", "2"),
        ("null", "true", json, "json:$", "null", "true"),
        ("[1]", "oops", json, "body", "JSON", "text"), ("[1]", "", json, "body", "JSON", "no body"),
        ("{\"query\":\"{a}\"}", "{\"query\":\"{b}\"}", json, "json:$.query", "a", "b"),
        (
            "{\"query\":\"{a}\"}", "{\"query\":\"{a}\",\"variables\":{\"x\":1}}", json, "json:$.variables.x", "nothing",
            "1"
        ),
        ("{a(x:\"1\")}", "{a(x:\"1\") b}", "application/graphql", "body", "}", "b"),
        ("a=1&b=2", "a=1&b=3", form, "form:b", "\"2\"", "\"3\""),
        ("a=1", "a=1&c=x", form, "form:c", "nothing", "\"x\""), ("a=1&a=2", "a=2", form, "form:a", "\"1\"", "nothing"),
        ("a", "", form, "form:a", "\"\"", "nothing"), ("a%2Cb=1", "", form, "form:\"a,b\"", "\"1\"", "nothing"),
        ("<a><b x='1'/></a>", "<a><b x='2'/></a>", xml, "xml:/a/b/@x", "\"1\"", "\"2\""),
        ("<a><b>1</b></a>", "<a><b>2</b></a>", xml, "xml:/a/b", "\"1\"", "\"2\""),
        ("<a/>", "<a><b/></a>", xml, "xml:/a", "nothing", "<b>"), ("<a/>", "<b/>", xml, "xml:/", "<a>", "<b>"),
        ("<a xmlns='u'/>", "<a/>", xml, "xml:/", "<a> in u", "<a> in no namespace"),
        ("<a/>", "<a x='1'/>", xml, "xml:/a/@x", "nothing", "\"1\""),
        ("a\nb\nc", "a\nx\nc", "text/plain", "body", "line 2: \"b\"", "line 2: \"x\""),
        ("a", "b", "text/plain", "body", "\"a\"", "\"b\""),
        ("a\nb", "a", "text/plain", "body", "line 1: \"a\"", "\"a\""),
        ("\u{1B}[31m\u{202E}x", "", "text/plain", "body", "text", "no body"),
        ("[\"\\u001b[31m\u{202E}x\"]", "[1]", json, "json:$[0]", "\"\\u{1b}[31m\\u{202e}x\"", "1"),
    ])
    func `is named`(
        example: String, request: String, type: String, place: String, expected: String, actual: String
    ) throws {
        let difference = try #require(
            BodyDifference.first(example: RequestContent(example, type), request: RequestContent(request, type)))
        #expect(difference.place == place)
        #expect(difference.expected == expected)
        #expect(difference.actual == actual)
        let rule = difference.ignoreRule
        #expect((rule == nil) == (place == "body" || place.hasPrefix("xml:")))
        if let rule {
            #expect(rule.description == place)
            let (one, other) = (RequestContent(example, type), RequestContent(request, type))
            #expect(BodyDifference.first(example: one, request: other, ignoring: [rule])?.place != place)
        }
    }

    @Test func `is short`() throws {
        let long = String(repeating: "ü", count: 100_000)
        let difference = try #require(
            BodyDifference.first(
                example: RequestContent("[\"\(long)\"]", Self.json),
                request: RequestContent("[1\(String(repeating: "0", count: 9999))]", Self.json)))
        #expect(difference.expected.unicodeScalars.count == TextExcerpt.limit + 3)
        #expect(difference.actual.count == TextExcerpt.limit + 1)
    }

    @Test(arguments: [
        ("{\"a\":1}", "{\"a\":1,\"b\":2}", true), ("{\"a\":{\"b\":1}}", "{\"x\":1,\"a\":{\"b\":1,\"c\":2}}", true),
        ("{\"a\":1,\"b\":2}", "{\"a\":1}", false),
        ("[{\"a\":1}]", "[{\"a\":1,\"b\":2}]", true), ("[1]", "[1,2]", false), ("{}", "{\"a\":1}", true),
        ("{}", "[]", false), ("{\"a\":1}", "{\"a\":2,\"b\":1}", false),
        ("{\"query\":\"{a}\"}", "{\"query\":\"{ a }\",\"operationName\":\"x\",\"variables\":{\"y\":1}}", true),
        ("{\"query\":\"{a}\"}", "{\"query\":\"{ b }\"}", false),
        ("{\"query\":\"{a}\",\"variables\":{\"y\":1}}", "{\"query\":\"{a}\"}", false),
    ])
    func `passes over what a subset leaves open`(example: String, request: String, isMatch: Bool) throws {
        let (example, request) = (RequestContent(example, Self.json), RequestContent(request, Self.json))
        #expect((BodyDifference.first(example: example, request: request, subset: true) == nil) == isMatch)
        #expect((try BodyPattern(example, subset: true).difference(from: request) == nil) == isMatch)
    }

    // MARK: Properties

    /// Small documents out of few pieces, so that equal ones are frequent; each in one of several spellings.
    private struct Documents {
        var generator: SplitMix

        mutating func json(depth: Int) -> JSONValue {
            switch generator.below(depth > 0 ? 7 : 5) {
            case 0: return .null
            case 1: return .bool(generator.below(2) == 0)
            case 2:
                return .number(
                    ["1", "1.0", "10e-1", "0", "-0", "2", "1e400", "12345678901234567890"][generator.below(8)])
            case 3:
                return .string(
                    ["a", "b", "é", "e\u{301}", "REDACTED-111111111111", "REDACTED-222222222222"][generator.below(6)])
            case 4: return .object(JSONObject())
            case 5: return .array((0..<generator.below(3)).map { _ in json(depth: depth - 1) })
            default:
                return .object(
                    JSONObject(
                        (0..<generator.below(4)).map { _ in
                            (["a", "b", "é", "e\u{301}"][generator.below(4)], json(depth: depth - 1))
                        }))
            }
        }

        mutating func form() -> String {
            (0..<generator.below(4)).map { _ in
                "\(["a", "b", "%61"][generator.below(3)])=\(["1", "%31", "2", ""][generator.below(4)])"
            }
            .joined(separator: "&")
        }

        mutating func xml(depth: Int) -> String {
            let name = ["a", "b"][generator.below(2)]
            let attributes = ["", " x='1'", " x=\"1\" y='2'", " y='2'  x='1'", " xmlns:p='u'", " xmlns='u'"][
                generator.below(6)]
            let content =
                depth == 0
                ? ["", "1", " 1 ", "<!---->"][generator.below(4)]
                : (0..<generator.below(3)).map { _ in xml(depth: depth - 1) }.joined(
                    separator: ["", "\n", "t"][generator.below(3)])
            return "<\(name)\(attributes)>\(content)</\(name)>"
        }

        mutating func content() -> RequestContent {
            switch generator.below(4) {
            case 0: return RequestContent(form(), "application/x-www-form-urlencoded")
            case 1: return RequestContent(xml(depth: 2), "text/xml")
            default:
                return RequestContent(
                    JSONWriter.text(json(depth: 2), style: generator.below(2) == 0 ? .compact : .tabs),
                    "application/json")
            }
        }
    }

    @Test func `is there exactly if the keys differ, whichever is the example`() throws {
        var documents = Documents(generator: SplitMix(seed: 3))
        let rules = [
            [], [try IgnoreRule("json:$.a"), try IgnoreRule("form:a")],
            [try IgnoreRule("json:$..a"), try IgnoreRule("json:$[0]")],
        ]
        let contents = (0..<400).map { _ in documents.content() }
        var equalCount = 0
        for (index, ignoring) in rules.enumerated() {
            let loosely = index == 1
            let keys = contents.map { CanonicalBody(of: $0, ignoring: ignoring, loosely: loosely) }
            for one in contents.indices {
                for other in stride(from: one % 3, to: contents.count, by: 3) {
                    let difference = BodyDifference.first(
                        example: contents[one], request: contents[other], ignoring: ignoring, loosely: loosely)
                    guard (difference == nil) == (keys[one] == keys[other]) else {
                        Issue.record(
                            "\(contents[one].parsed) and \(contents[other].parsed): \(String(describing: difference))")
                        return
                    }
                    if difference == nil && one != other { equalCount += 1 }
                }
            }
        }
        #expect(equalCount > 1000)
    }

    /// Rewrites a document without changing what it means.
    private func respelled(_ value: JSONValue, _ generator: inout SplitMix) -> JSONValue {
        switch value {
        case .number(let literal) where !literal.contains("e"):
            return .number(literal.contains(".") ? literal + "0" : literal + ".0e0")
        case .array(let elements): return .array(elements.map { respelled($0, &generator) })
        case .object(let object):
            var members = object.members.map { JSONObject.Member($0.name, respelled($0.value, &generator)) }
            // Later repeats stay later, so one that counts does not come to stand before one that does not.
            let counting = Set(object.countingMembers)
            members = members.indices.filter { counting.contains($0) }.map { members[$0] }
            members.shuffle(using: &generator)
            return .object(JSONObject(members: members))
        default: return value
        }
    }

    @Test func `is none between spellings of one document`() {
        var documents = Documents(generator: SplitMix(seed: 11))
        var generator = SplitMix(seed: 12)
        for _ in 0..<2000 {
            let document = documents.json(depth: 4)
            let one = RequestContent(JSONWriter.text(document), Self.json)
            let other = RequestContent(JSONWriter.text(respelled(document, &generator), style: .twoSpaces), Self.json)
            #expect(CanonicalBody(of: one) == CanonicalBody(of: other))
            #expect(BodyDifference.first(example: one, request: other) == nil)
        }
    }
}
