import NIOCore
import Testing

@testable import UnderstudyCore

/// `{{$body}}`, `{{$headers}}`, `{{$queryParams}}`, `{{$pathSegments}}`.
@Suite struct `Template helpers` {
    private static let json = """
        {"u": "Ann \\"A\\"", "n": 1.50, "big": 12345678901234567890, "t": true, "z": null, "e": "", "o": {"k": [1, {"x": "y"}]},
         "a.b": "dot", "a": {"b": "nested", "0": "zero", "": "empty"}, "back\\\\slash": 1,
         "items": [{"name": "first"}, {"tags": ["x", ["y", {"deep": [[7]]}]]}], "twice": 1, "twice": 2}
        """

    @Test(arguments: [
        ("{{$body 'u'}}", "Ann \"A\""), ("{{$body \"u\"}}", "Ann \"A\""), ("{{$body 'n'}}", "1.50"),
        ("{{$body 'big'}}", "12345678901234567890"), ("{{$body 't'}}", "true"), ("{{$body 'z'}}", "null"),
        ("{{$body 'e'}}", ""), ("{{$body 'o'}}", "{\"k\":[1,{\"x\":\"y\"}]}"), ("{{$body 'o.k'}}", "[1,{\"x\":\"y\"}]"),
        ("{{$body 'o.k.1.x'}}", "y"), ("{{$body 'a.b'}}", "nested"), ("{{$body 'a\\.b'}}", "dot"),
        ("{{$body 'a.0'}}", "zero"), ("{{$body 'a.'}}", "empty"), ("{{$body 'back\\\\slash'}}", "1"),
        ("{{$body 'twice'}}", "2"),
        // Arrays inside arrays, which Postman's own helpers do not find (issue 12711 of its tracker).
        ("{{$body 'items.0.name'}}", "first"), ("{{$body 'items.1.tags.0'}}", "x"),
        ("{{$body 'items.1.tags.1.0'}}", "y"), ("{{$body 'items.1.tags.1.1.deep.0.0'}}", "7"),
        // Not found: the default, else the token.
        ("{{$body 'no'}}", "{{$body 'no'}}"), ("{{$body 'no' 'd'}}", "d"), ("{{$body 'no' \"d\"}}", "d"),
        ("{{$body 'no' ''}}", ""), ("{{$body 'u' 'd'}}", "Ann \"A\""), ("{{$body 'z' 'd'}}", "null"),
        ("{{$body 'items.2' 'd'}}", "d"), ("{{$body 'items.00.name' 'd'}}", "d"), ("{{$body 'items.-1' 'd'}}", "d"),
        ("{{$body 'items.99999999999999999999' 'd'}}", "d"), ("{{$body 'items.name' 'd'}}", "d"),
        ("{{$body 'u.0' 'd'}}", "d"), ("{{$body 'items.length' 'd'}}", "d"), ("{{$body 'U' 'd'}}", "d"),
        // Arguments.
        ("{{$body   'u'   'd'  }}", "Ann \"A\""), ("{{$body 'no' 'it\\'s'}}", "it's"),
        ("{{$body 'no' \"it's\"}}", "it's"),
        ("{{$body 'no' '{}'}}", "{}"), ("{{$body 'no' '{\"a\":{\"b\":1}}'}}", "{\"a\":{\"b\":1}}"),
        ("{{$body 'no' '}}'}}", "}}"), ("{\"a\":{{$body 'no' '[]'}}}", "{\"a\":[]}"),
        ("{{$body 'no' '{{id}}'}}", "{{$body 'no' '7'}}"), ("{{$body 'no' 'ü'}}", "ü"),
    ])
    func `a JSON body`(text: String, result: String) throws {
        #expect(try Templates.render(text, captures: ["id": "7"], body: Self.json) == result)
    }

    @Test(arguments: [
        "{{$body u}}", "{{$body'u'}}", "{{$body 'u' 'd' 'x'}}", "{{$body 'u'd}}", "{{ $body 'u'}}", "{{$Body 'u'}}",
        "{{$bodyx}}", "{{$body 'u}}", "{{$body 'u'}", "{{$body 'u'} }", "{{$query 'u'}}", "{{$body u'}}",
    ])
    func `anything else stays`(text: String) throws {
        #expect(try Templates.render("\(text) {{$body 'n'}}", body: Self.json) == "\(text) 1.50")
    }

    @Test(arguments: [
        ("{{$body}}", "a=1&b=%C3%BC+x&b=2&user.name=Ann&c&a%5B0%5D=z"), ("{{$body 'a'}}", "1"),
        ("{{$body 'b'}}", "[\"ü x\",\"2\"]"),
        ("{{$body 'b.0'}}", "ü x"), ("{{$body 'user.name'}}", "Ann"), ("{{$body 'user\\.name'}}", "Ann"),
        ("{{$body 'c'}}", ""),
        ("{{$body 'a[0]'}}", "z"), ("{{$body 'no' 'd'}}", "d"),
    ])
    func `a form`(text: String, result: String) throws {
        for type in ["application/x-www-form-urlencoded", "Application/X-WWW-Form-Urlencoded; charset=utf-8"] {
            let form = "a=1&b=%C3%BC+x&b=2&user.name=Ann&c&a%5B0%5D=z"
            #expect(try Templates.render(text, fields: [("content-type", type)], body: form) == result)
        }
    }

    @Test(
        arguments: [
            ("{{$body}}", nil, "{{$body}}"), ("{{$body '' 'none'}}", nil, "none"), ("{{$body}}", "", "{{$body}}"),
            ("{{$body}}", "not JSON", "not JSON"), ("{{$body 'a'}}", "not JSON", "{{$body 'a'}}"),
            ("{{$body 'a' 'd'}}", "{\"a\":", "d"), ("{{$body ''}}", "x", "x"), ("{{$body '0'}}", "[5]", "5"),
            ("{{$body 'a' 'd'}}", "5", "d"), ("{{$body}}", "{ \"a\" : 1 }", "{ \"a\" : 1 }"),
        ] as [(String, String?, String)])
    func `other bodies`(text: String, body: String?, result: String) throws {
        #expect(try Templates.render(text, body: body) == result)
    }

    @Test(arguments: [
        ("{{$headers 'X-Id'}}", "7"), ("{{$headers 'x-id'}}", "7"), ("{{$headers 'X-ID' 'd'}}", "7"),
        ("{{$headers 'Accept'}}", "a, b"),
        ("{{$headers 'No'}}", "{{$headers 'No'}}"), ("{{$headers 'No' 'd'}}", "d"), ("{{$headers 'X-Empty' 'd'}}", ""),
        ("{{$headers}}", "{\"x-id\":\"7\",\"accept\":\"a, b\",\"x-empty\":\"\"}"),
    ])
    func `fields`(text: String, result: String) throws {
        let fields = [("X-Id", "7"), ("Accept", "a"), ("accept", "b"), ("X-Empty", "")]
        #expect(try Templates.render(text, fields: fields) == result)
    }

    @Test(arguments: [
        ("{{$queryParams 'a'}}", "1 2"), ("{{$queryParams 'b'}}", "ü"), ("{{$queryParams 'r'}}", "x"),
        ("{{$queryParams 'k'}}", ""),
        ("{{$queryParams 'A' 'd'}}", "d"), ("{{$queryParams 'no'}}", "{{$queryParams 'no'}}"),
        ("{{$queryParams 'f' 'd'}}", "d"),
        ("{{$queryParams 'q?'}}", "?"), ("{{$queryParams 'p'}}", "%zz%4"), ("{{$queryParams 'a.b'}}", "dot"),
        (
            "{{$queryParams}}",
            "{\"a\":\"1 2\",\"b\":\"ü\",\"r\":[\"x\",\"y\"],\"k\":\"\",\"q?\":\"?\",\"p\":\"%zz%4\",\"a.b\":\"dot\"}"
        ),
    ])
    func `the query`(text: String, result: String) throws {
        let target = "/x?a=1+2&b=%C3%BC&r=x&r=y&k&q?=?&p=%zz%4&a.b=dot#f=1"
        #expect(try Templates.render(text, target: target) == result)
    }

    @Test(arguments: [
        ("/product/12345/details", "{{$pathSegments '1'}}", "12345"), ("/product", "{{$pathSegments '0'}}", "product"),
        ("/a/b/", "{{$pathSegments}}", "[\"a\",\"b\"]"), ("/", "{{$pathSegments}}", "[]"),
        ("/a%2Fb+c/%C3%BC?x", "{{$pathSegments}}", "[\"a/b+c\",\"ü\"]"),
        ("/a//b", "{{$pathSegments '2'}}", "b"), ("/a//b", "{{$pathSegments '1' 'd'}}", ""),
        ("/a", "{{$pathSegments '1'}}", "{{$pathSegments '1'}}"),
        ("/a", "{{$pathSegments '1' 'd'}}", "d"), ("/a", "{{$pathSegments '-1' 'd'}}", "d"),
        ("/a", "{{$pathSegments 'x' 'd'}}", "d"),
        ("http://h:80/a/b?c", "{{$pathSegments}}", "[\"a\",\"b\"]"), ("http://h", "{{$pathSegments}}", "[]"),
        ("*", "{{$pathSegments}}", "[]"),
        ("", "{{$pathSegments}}", "[]"), ("/a", "{{$queryParams}}", "{}"),
    ])
    func `the path`(target: String, text: String, result: String) throws {
        #expect(try Templates.render(text, target: target) == result)
    }

    @Test func `nesting that no parser should follow finds nothing`() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(try Templates.render("{{$body '0' 'd'}}", body: deep) == "d")
        let path = (0..<10_000).map { _ in "0" }.joined(separator: ".")
        #expect(try Templates.render("{{$body '\(path)' 'd'}}", body: "[[[0]]]") == "d")
    }

    @Test func `a body too long to be looked into`() throws {
        let padding = String(repeating: " ", count: TemplateContext.parsedBodyLimit)
        #expect(try Templates.render("{{$body 'a' 'd'}}", body: "{\"a\":1}\(padding)") == "d")
        #expect(try Templates.render("{{$body 'a' 'd'}}", body: "{\"a\":1}\(padding.dropLast(7))") == "1")
    }

    /// Their product would be 400 million comparisons.
    @Test func `many paths into an object of many members`() throws {
        let members = (0..<20_000).map { "\"m\($0)\":{\"v\":\($0)}" }.joined(separator: ",")
        let text = (0..<20_000).map { "{{$body 'm\($0).v'}}," }.joined()
        let result = try #require(try Templates.render(text, body: "{\(members)}"))
        #expect(result.hasPrefix("0,1,2,") && result.hasSuffix(",19999,"))
    }
}
