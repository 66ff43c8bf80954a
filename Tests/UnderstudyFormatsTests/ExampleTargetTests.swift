import Testing
import UnderstudyCore
import UnderstudyFormats

/// `ExampleEdit.target`: whatever the URL looked like, exactly that is read afterwards.
@Suite struct `An example's new target` {
    private static let variables = ["baseUrl": "https://api.example.com/v1", "host": "https://h.example", "id": "7"]

    /// Edits the only example of a collection with that URL, and reads it back.
    private func edited(_ url: JSONValue, _ target: String) throws -> (url: JSONValue, read: String) {
        let variables: JSONValue = .array(
            Self.variables.map { ["key": .string($0.key), "value": .string($0.value)] })
        let root: JSONValue = [
            "info": ["name": "c", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"],
            "variable": variables,
            "item": [
                [
                    "name": "i",
                    "response": [
                        ["id": "one", "name": "n", "originalRequest": ["method": "GET", "url": url], "code": 200]
                    ],
                ]
            ],
        ]
        var collection = try PostmanCollection(parsing: JSONWriter.bytes(root), slug: "c", file: "c.json")
        var edit = ExampleEdit()
        edit.target = target
        let before = try #require(collection.document(ofExample: "one"))
        let after = try edit.apply(to: before, variables: collection.variables, files: MemoryFiles())
        #expect(after["name"] == before["name"] && after["code"] == before["code"])
        collection.replace(example: "one", with: after)
        let example = try #require(collection.examples(files: nil).examples.first)
        return (after["originalRequest"]?["url"] ?? .null, example.request.head.targetText)
    }

    private static let urls: [JSONValue] = [
        "https://h.example:81/a/b?c=1#d", "{{host}}/a", "{{baseUrl}}/a?c", "a", "",
        ["raw": "https://h.example/a?c=1", "protocol": "https", "host": ["h", "example"], "path": ["a"]],
        ["raw": "{{baseUrl}}/:x", "host": ["{{baseUrl}}"], "path": [":x"], "variable": [["key": "x", "value": "1"]]],
        ["host": ["h", "example"], "path": ["a", "b"], "query": [["key": "c", "value": "1"]]],
        ["raw": "{{host}}/a?c=1&d=2", "query": [["key": "c", "value": "1"], ["key": "d", "disabled": true]]],
    ]

    @Test(arguments: [
        ("/", "/"), ("/users/{{any}}?page={{number}}", "/users/{{any}}?page={{number}}"), ("/v1/x", "/v1/x"),
        ("/users/{{id}}", "/users/{{id}}"), ("/users/:id/**", "/users/:id/**"), ("//a//", "//a//"), ("/v1", "/v1"),
        ("/a b#c\u{7F}", "/a%20b%23c%7F"), ("/{{regex:[a-z]{2}/?}}/ü?q=a%20b&&r", "/{{regex:[a-z]{2}/?}}/ü?q=a%20b&&r"),
    ])
    func `is what is read`(target: String, read: String) throws {
        for url in Self.urls {
            let result = try edited(url, target)
            #expect(result.read == read, "from \(JSONWriter.text(url)) to \(JSONWriter.text(result.url))")
        }
    }

    @Test func `keeps what stands before the path`() throws {
        #expect(try edited("https://h.example/a?b", "/c").url == "https://h.example/c")
        #expect(try edited("{{baseUrl}}/a", "/v1/c?d").url == "{{baseUrl}}/c?d")
        let url = try edited(["raw": "{{host}}/a?b=1", "port": "1", "hash": "x"], "/c").url
        #expect(url == ["raw": "{{host}}/c", "port": "1", "path": ["c"]])
    }

    @Test(arguments: ["", "a", "https://h.example/a", "/{{regex:(}}"])
    func `that is none is refused`(target: String) {
        #expect(throws: ExampleEditError.self) { try edited("{{baseUrl}}/a", target) }
    }

    @Test func `needs a request to be changed`() {
        var edit = ExampleEdit()
        edit.target = "/a"
        #expect(throws: ExampleEditError.self) {
            try edit.apply(to: ["id": "x", "code": 200], files: MemoryFiles())
        }
    }
}

/// `_understudy.match` as flags change it.
@Suite struct `An example's rules by flags` {
    private func rules(_ before: JSONValue?, _ change: (inout ExampleEdit) throws -> Void) throws -> String {
        var edit = ExampleEdit()
        try change(&edit)
        var hidden: JSONObject = ["encoding": "utf-8"]
        hidden["match"] = before
        let after = try edit.apply(to: ["code": 200, "_understudy": .object(hidden)], files: MemoryFiles())
        #expect(after["_understudy"]?["encoding"] == "utf-8", "its neighbours stay")
        return after["_understudy"]?["match"].map { JSONWriter.text($0) } ?? "none"
    }

    @Test func `are written in their canonical form`() throws {
        #expect(
            try rules(nil) { $0.ignore = try IgnoreRule.list("query:a,header:B") }
                == #"{"ignore":["query:a","header:B"]}"#)
        #expect(
            try rules(["ignore": ["query:a"]]) { $0.ignore = try IgnoreRule.list("query:b,query:a") }
                == #"{"ignore":["query:a","query:b"]}"#)
        #expect(try rules(nil) { $0.bodyRule = .on } == #"{"body":true}"#)
        #expect(try rules(["body": "subset"]) { $0.bodyRule = .off } == #"{"body":false}"#)
        #expect(try rules(["body": false]) { $0.bodyRule = .subset } == #"{"body":"subset"}"#)
        #expect(
            try rules(["json": ["$.a": "{{uuid}}"]]) { ($0.repeats, $0.isEnabled) = (.causal, false) }
                == #"{"enabled":false,"repeats":"causal","json":{"$.a":"{{uuid}}"}}"#)
        #expect(try rules(["enabled": false]) { $0.isEnabled = true } == "none")
        #expect(try rules(["enabled": false, "repeats": "once"]) { $0.dropsRules = true } == "none")
        #expect(try rules(["enabled": false]) { ($0.dropsRules, $0.repeats) = (true, .last) } == #"{"repeats":"last"}"#)
    }

    @Test func `that are broken are not guessed at, only dropped`() throws {
        #expect(throws: ExampleEditError.self) { try rules(["ignore": ["x"]]) { $0.isEnabled = false } }
        #expect(try rules(["ignore": ["x"]]) { $0.dropsRules = true } == "none")
    }
}
