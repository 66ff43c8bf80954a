import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Hostile imports` {
    private static let samples = [
        #"{"info":{"name":"c","schema":"x/v2.1.0/c.json"},"item":[{"name":"i","request":{"url":"{{b}}/a?x=1"},"response":[{"code":200,"header":[{"key":"A","value":"b"}],"body":"\u00e9"}]}]}"#,
        #"{"id":"c","name":"o","order":["r"],"requests":[{"id":"r","url":"http://h/:a","headers":"A: b","dataMode":"params","data":[{"key":"k"}],"responses":[{"responseCode":{"code":200},"text":"t"}]}]}"#,
        #"{"name":"e","values":[{"key":"k","value":"v","enabled":true}]}"#,
        #"{"log":{"entries":[{"startedDateTime":"2026-01-01T00:00:00Z","time":1,"request":{"method":"GET","url":"http://h/a","headers":[{"name":"A","value":"b"}],"postData":{"params":[{"name":"a"}]}},"response":{"status":200,"headers":[],"content":{"size":2,"text":"AAA=","encoding":"base64"}}}]}}"#,
        #"{"openapi":"3.1.0","info":{"title":"t"},"servers":[{"url":"https://h/{v}","variables":{"v":{"default":"1"}}}],"paths":{"/a/{b}":{"get":{"parameters":[{"name":"b","in":"path"}],"responses":{"2XX":{"content":{"text/plain":{"schema":{"type":"string","pattern":"[a-z]{2}"}}}}}}}}}"#,
        "openapi: 3.0.0\ninfo: {title: t}\npaths:\n  /a:\n    get: {responses: {default: {description: &d 'x'}}}\n",
        #"curl -sXPOST $'a\'\u00e9' "b\"c" -F 'x=1;type=y' --data-urlencode a=b -u u:p http://h/ \"# + "\n -d @f | jq",
        "curl ^\"http://h/^\" ^\n -H ^\"a: \\^\"b\\^\"^\" & curl x",
    ]

    @Test(arguments: samples)
    func `cut at any byte nothing breaks`(text: String) {
        let bytes = Array(text.utf8)
        for length in 0..<bytes.count {
            _ = try? Import.read(ByteBuffer(bytes: bytes[..<length]), name: "f")
        }
    }

    /// Every value in the place of every other.
    @Test(arguments: samples.filter { $0.hasPrefix("{") })
    func `values of wrong types break nothing`(text: String) throws {
        let root = try JSONValue(parsing: text)
        let others: [JSONValue] = [
            .null, true, .number("1e999"), .number("-99999999999999999999"), "", "../../x", [], [[]], [:],
            ["": [.null]],
            "\u{0}", .string(String(repeating: "{{", count: 50)),
        ]
        var count = 0
        func visit(_ value: JSONValue, _ rebuild: (JSONValue) -> JSONValue) {
            for other in others {
                count += 1
                _ = try? Import.read(JSONWriter.bytes(rebuild(other)), name: "f")
            }
            for (index, member) in (value.object?.members ?? []).enumerated() {
                visit(member.value) { new in
                    var object = value.object ?? JSONObject()
                    object.members[index].value = new
                    return rebuild(.object(object))
                }
            }
            for (index, element) in (value.elements ?? []).enumerated() {
                visit(element) { new in
                    var elements = value.elements ?? []
                    elements[index] = new
                    return rebuild(.array(elements))
                }
            }
        }
        visit(root) { $0 }
        #expect(count > 50)
    }

    @Test(arguments: ["[", "{\"a\":", "{\"item\":[", "{\"collection\":"])
    func `nesting without end is refused`(opening: String) {
        #expect(throws: CollectionError.self) { _ = try read(String(repeating: opening, count: 200_000)) }
    }

    @Test(arguments: ["../../x", "/etc/passwd", "..", "a/b\\c:d", "\u{0}", "con", "\u{202E}evil"])
    func `names end as harmless file names`(name: String) throws {
        let document: JSONValue = ["info": ["name": .string(name)], "item": []]
        let slug = try #require(try Import.read(JSONWriter.bytes(document), name: "f").collections.first).slug
        #expect(!slug.isEmpty && !slug.hasPrefix(".") && slug.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        #expect(!slug.contains("/") && !slug.contains("\\") && !slug.contains(":"))
    }

    @Test func `lone surrogates are text`() throws {
        let text =
            #"{"info":{"name":"\ud800"},"item":[{"name":"\udfff","request":"http://h/\ud800","response":[{"body":"\ud800"}]}]}"#
        _ = try? read(text)
    }

    @Test func `ten thousand entries are read in a while`() throws {
        let entries = (0..<10_000).map {
            #"{"request":{"method":"GET","url":"http://h/a/\#($0 % 100)"},"response":{"status":200,"content":{"size":1,"text":"\#($0)"}}}"#
        }
        let text = #"{"log":{"entries":[\#(entries.joined(separator: ","))]}}"#
        for grouping in [ImportGrouping.hosts, .domainPath] {
            let result = try read(text) { $0.grouping = grouping }
            #expect(result.collections.first?.exampleCount == 10_000)
        }
        let lines = String(repeating: "curl -d 'x' http://h/a/b\n", count: 10_000)
        #expect(try read(lines).collections.first?.document["item"]?.elements?.count == 10_000)
    }
}
