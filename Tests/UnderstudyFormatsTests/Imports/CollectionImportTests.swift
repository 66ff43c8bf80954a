import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `Importing collections and environments` {
    private let v20 = #"""
        {"info":{"name":"c","schema":"https://schema.getpostman.com/json/collection/v2.0.0/collection.json","x":1},
        "auth":{"type":"basic","basic":{"username":"u","password":"p"}},"secret":{"kept":[1.50]},
        "item":[{"name":"f","item":[{"name":"i","request":{"method":"POST","url":"https://u:p@a.b:81/x/:id?q=1&&r#h",
          "auth":{"type":"apikey","apikey":{"key":"k","n":1}}},
          "response":[{"name":"e","originalRequest":{"url":"{{base}}/y"},"code":200,"body":"b"}]}]}]}
        """#

    @Test func `v2.0 becomes v2.1: lists of parameters, URLs in parts, all else as it was`() throws {
        let result = try read(v20)
        #expect(result.kind == .collection && result.problems.isEmpty)
        let root = try #require(result.collections.first).document
        #expect(root["info"]?["schema"]?.text?.contains("v2.1.0") == true && root["info"]?["x"] == 1)
        #expect(root["secret"]?["kept"]?.elements == [.number("1.50")])
        let parameters = root["auth"]?["basic"]?.elements
        #expect(parameters?.first == ["key": "username", "value": "u", "type": "string"])
        let item = try #require(root["item"]?.elements?.first?["item"]?.elements?.first)
        let url = try #require(item["request"]?["url"])
        #expect(url["host"] == ["a", "b"] && url["port"] == "81" && url["path"] == ["x", ":id"] && url["hash"] == "h")
        #expect(url["auth"] == ["user": "u", "password": "p"] && url["protocol"] == "https")
        #expect(
            url["query"] == [
                ["key": "q", "value": "1"], ["key": .null, "value": .null], ["key": "r", "value": .null],
            ])
        #expect(item["response"]?.elements?.first?["originalRequest"]?["url"]?["host"] == ["{{base}}"])
        let back = try JSONValue(parsing: try #require(result.collections.first).bytes(as: .v20))
        let old = try JSONValue(parsing: v20)
        #expect(back["auth"] == old["auth"] && back["item"] == old["item"])
    }

    @Test func `v1 keeps scripts, authorisation, and what has no place`() throws {
        let result = try read(
            #"""
            {"id":"c","name":"Old","order":["r"],"owner":7,"requests":[{"id":"r","name":"n","method":"GET","url":"http://h/a?x=1",
            "headers":"A: b\n//C: d\n","tests":"one\ntwo","currentHelper":"basicAuth","time":5,
            "helperAttributes":{"id":"basic","username":"u","password":"p"},
            "queryParams":[{"key":"x","value":"1","enabled":true},{"key":"y","value":"2","enabled":false}],
            "responses":[{"id":"e","name":"ok","responseCode":{"code":200,"name":"OK"},"text":"t","mime":"text/plain","cookies":[{"name":"k"}]}]}]}
            """#)
        #expect(result.kind == .collectionV1)
        let collection = try #require(result.collections.first)
        #expect(throws: Never.self) { try collection.checkEditable(file: "x") }
        let root = collection.document
        #expect(root["_understudy"]?["v1"]?["owner"] == 7)
        let item = try #require(root["item"]?.elements?.first)
        #expect(item["_understudy"]?["v1"]?["time"] == 5)
        #expect(item["event"]?.elements?.first?["script"]?["exec"] == ["one", "two"])
        #expect(item["request"]?["auth"]?["type"] == "basic")
        #expect(item["request"]?["header"]?.elements?.last == ["key": "C", "value": "d", "disabled": true])
        let off: JSONValue = ["key": "y", "value": "2", "disabled": true]
        #expect(item["request"]?["url"]?["query"]?.elements?.last == off)
        let example = try #require(item["response"]?.elements?.first)
        #expect(example["_understudy"]?["v1"]?["mime"] == "text/plain" && example["cookie"] == [["name": "k"]])
        #expect(collection.examples(files: nil).examples.map(\.request.head.targetText) == ["/a?x=1"])
    }

    @Test func `what stood around a collection is kept inside it`() throws {
        let text = #"{"meta":{"a":1},"collection":{"info":{"name":"w","schema":"x/v2.1.0/collection.json"},"item":[]}}"#
        let root = try #require(try read(text).collections.first).document
        #expect(root["info"]?["name"] == "w" && root["_understudy"]?["wrapper"]?["meta"]?["a"] == 1)
    }

    @Test func `what cannot be served is said by its place`() throws {
        let text =
            #"{"info":{"name":"x"},"item":[{"name":"a","request":{"method":"G T","url":"/"},"response":[{}]},7]}"#
        let problems = try read(text, "f.json").problems
        #expect(problems.map(\.place) == ["f.json: $.item[0].response[0].originalRequest.method", "f.json: $.item[1]"])
    }

    @Test func `environments and globals by what they say`() throws {
        #expect(try read(#"{"name":"e","values":[]}"#).kind == .environment)
        #expect(try read("\u{FEFF}" + #"{"values":[],"_postman_variable_scope":"globals"}"#).kind == .globals)
    }

    @Test func `an old dump gives all that is in it, one bad part aside`() throws {
        let result = try read(
            #"""
            {"version":1,"collections":[{"id":"1","name":"a","order":[],"requests":[]},{"nothing":1}],
            "environments":[{"name":"e","values":[{"key":"k","value":"v"}]},{}],
            "globals":[{"key":"g","value":"1"}],"headerPresets":[{}]}
            """#)
        #expect(result.kind == .dump && result.items.map(\.name) == ["a", "e", "Globals"])
        #expect(
            result.problems.map(\.place) == ["$.collections[1]", "$.environments[1]", "$.headerPresets"])
    }

    private static let table1: [(String, String)] = [
        ("", "empty"), ("{}", "none of"), ("[]", "none of"), ("7", "none of"), ("hello", "none of"),
        (#"{"swagger":"2.0"}"#, "convert it"), (#"{"openapi":"4.0"}"#, "only OpenAPI 3"),
        (#"{"openapi":"3.0.0","paths":{}}"#, "no operation"), (#"{"log":{"entries":[]}}"#, "no entries"),
        (#"{"log":{"entries":7}}"#, "array"), ("{\"a\":", "line 1"), ("$kind: collection\n", "v3"),
        ("openapi: [", "line"), ("curl", "URL"), ("curl --data x", "URL"), ("{\"collections\":[]}", "nothing in it"),
        ("PK\u{3}\u{4}xxxx", "archive"),
    ]

    @Test(arguments: table1)
    func `what is nothing of all that is refused with one sentence`(text: String, word: String) {
        let error = #expect(throws: CollectionError.self) { _ = try read(text) }
        #expect(error?.description.contains(word) == true, "\(error?.description ?? "")")
        #expect(error?.description.contains("\n") == false)
    }

    @Test func `a file above the limit is refused before it is looked at`() {
        let error = #expect(throws: CollectionError.self) {
            _ = try read(String(repeating: "[", count: 101)) { $0.byteLimit = 100 }
        }
        #expect(error?.message.contains("101") == true)
    }
}
