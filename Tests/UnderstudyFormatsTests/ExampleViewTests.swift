import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

@Suite struct `An example as a form shows it` {
    private let files = MemoryFiles()

    private func value(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

    private func view(
        _ example: JSONValue, item: JSONValue? = nil, variables: [String: String] = [:]
    ) -> ExampleView {
        ExampleView(example, itemRequest: item, variables: variables, files: files)
    }

    private func change(
        _ example: JSONValue, item: JSONValue? = nil, variables: [String: String] = [:],
        _ change: (inout ExampleView) -> Void
    ) throws -> JSONValue {
        let before = view(example, item: item, variables: variables)
        var after = before
        change(&after)
        return try after.written(
            to: example, from: before, itemRequest: item, variables: variables, files: files)
    }

    /// What collections of all ages and makers have in them.
    private static let odd = [
        #"{"id":"1","name":"A","code":200,"status":"OK","header":"A: 1\nB:2\n","body":"x","_x":{"y":1.50}}"#,
        #"{"name":"A","code":"404","header":["A: 1",{"key":"B","value":"2","disabled":true,"d":1}],"originalRequest":"http://a/b?c"}"#,
        #"{"name":"A","header":null,"body":null,"originalRequest":{"url":{"host":["a"],"path":["u",":id"],"variable":[{"key":"id","value":"7"}]}}}"#,
        #"{"name":"A","code":200,"code":201,"header":[{"key":"A","value":null}],"originalRequest":{"method":"POST","url":"{{baseUrl}}/{{v}}/x","body":{"mode":"urlencoded","urlencoded":[{"key":"a","value":"{{number}}","description":"d"},{"key":"b","value":"1 2","disabled":true}]}}}"#,
        #"{"originalRequest":{"method":"POST","url":"/g","body":{"mode":"graphql","graphql":{"query":"{a}","variables":"{\"x\":1}"}}}}"#,
        #"{"originalRequest":{"url":"/f","body":{"mode":"formdata","formdata":[{"key":"f","type":"file","src":"/x"}]}},"_understudy":{"match":{"ignore":["query:t"],"json":{"$.id":"{{number}}"}},"delay":{"type":"uniform","min":1,"max":2},"trailers":[{"key":"T","value":"1"}]}}"#,
        #"{"name":1,"code":{},"header":[1,{"value":"x"}],"_understudy":{"match":{"never":1},"body":{"file":"x"}}}"#,
        #"{"originalRequest":null,"_understudy":7}"#, #"7"#,
    ]

    @Test(arguments: odd) func `unchanged is the same JSON`(text: String) throws {
        let example = try value(text)
        let same = try change(example, item: ["url": "/i"], variables: ["v": "v1"]) { _ in }
        #expect(JSONWriter.text(same) == JSONWriter.text(example))
    }

    @Test(arguments: odd.dropLast()) func `a change of one thing changes that alone`(text: String) throws {
        let example = try value(text)
        let named = try change(example, item: ["url": "/i"]) { $0.name = "Other" }
        var expected = try #require(example.object)
        expected["name"] = "Other"
        #expect(named == .object(expected))
    }

    @Test func `shows what is in it`() throws {
        let example = try value(Self.odd[3])
        let view = view(example, variables: ["v": "v1"])
        #expect(view.method == "POST" && view.target == "/v1/x" && view.status == 201)
        #expect(view.requestBody == "a={{number}}")
        #expect(view.fields == [.init("A", "")])
        let block = self.view(try value(Self.odd[0]), item: ["method": "PUT", "url": "http://h/p?q={{any}}"])
        #expect(block.fields == [.init("A", "1"), .init("B", "2")])
        #expect(block.method == "PUT" && block.target == "/p?q={{any}}")
        let ruled = self.view(try value(Self.odd[5]))
        #expect(ruled.rules.ignore == ["query:t"] && ruled.delay == ["type": "uniform", "min": 1, "max": 2])
        #expect(ruled.requestBody == nil)
    }

    @Test func `patterns are text, there and back`() throws {
        let example = try value(#"{"originalRequest":{"url":"{{baseUrl}}/users/1","method":"GET"},"body":""}"#)
        let target = "/users/{{id}}/{{regex:[a-z]+\\d}}/*?q={{any}}"
        let after = try change(example) {
            $0.target = target
            $0.requestBody = #"{"id":"{{number}}"}"#
            $0.body = ByteBuffer(string: "{{$randomInt}} {{request.path}}")
        }
        let view = view(after)
        #expect(view.target == target && view.requestBody == #"{"id":"{{number}}"}"#)
        #expect(after["body"]?.text == "{{$randomInt}} {{request.path}}")
        #expect(ExampleDocument.problem(of: after, files: files) == nil)
    }

    @Test func `fields keep what a form does not show`() throws {
        let example = try value(
            #"{"header":[{"key":"A","value":"1","description":"why"},{"key":"Off","value":"2","disabled":true},{"key":"B","value":"3"}]}"#
        )
        let after = try change(example) { $0.fields = [.init("B", "4"), .init("N", "5"), .init("A", "1")] }
        #expect(
            JSONWriter.text(try #require(after["header"]), style: .compact)
                == #"[{"key":"B","value":"4"},{"key":"N","value":"5"},{"key":"A","value":"1","description":"why"},{"key":"Off","value":"2","disabled":true}]"#
        )
        let block = try change(try value(Self.odd[0])) { $0.fields[1].value = "3" }
        #expect(block["header"] == "A: 1\nB: 3")
    }

    @Test func `a form stays a form, and GraphQL what it is`() throws {
        let form = try change(try value(Self.odd[3])) { $0.requestBody = "a={{any}}&c=%C3%A4" }
        #expect(
            form["originalRequest"]?["body"]?["urlencoded"]
                == [
                    ["key": "a", "value": "{{any}}", "description": "d"],
                    ["key": "b", "value": "1 2", "disabled": true], ["key": "c", "value": "ä"],
                ])
        let raw = try change(try value(Self.odd[3])) { $0.requestBody = "{\"no\":\"form\"}" }
        #expect(raw["originalRequest"]?["body"]?["mode"] == "raw")
        let example = try value(Self.odd[4])
        let old = try #require(view(example).requestBody)
        let graph = try change(example) { $0.requestBody = old.replacing("{a}", with: "{b}") }
        #expect(graph["originalRequest"]?["body"]?["graphql"]?["query"] == "{b}")
        let none = try change(example) { $0.requestBody = nil }
        #expect(none["originalRequest"]?["body"] == nil)
    }

    @Test func `a body that was in a file, or compressed, is plain text afterwards`() throws {
        var exchange = exchange("GET", "/z", responseFields: [("Content-Encoding", "gzip")])
        exchange.response?.body = Body(
            ByteBuffer(bytes: [
                31, 139, 8, 0, 0, 0, 0, 0, 2, 3, 203, 72, 205, 201, 201, 7, 0, 134, 166, 16, 54, 5, 0, 0, 0,
            ]))
        let collection = try fold([exchange], files: files)
        let example = try #require(collection.document(ofExample: collection.listing()[0].id))
        let shown = view(example)
        #expect(shown.body == ByteBuffer(string: "hello") && shown.bodyByteCount == 5)
        // Without the field that says so, its octets would be no content any more.
        let plain = try change(example) { $0.fields.removeAll { $0.name == "Content-Encoding" } }
        #expect(plain["body"] == "hello" && plain["_understudy"]?["body"] == nil)
        let after = try change(example) { $0.body = ByteBuffer(string: "bye") }
        #expect(after["body"] == "bye" && after["_understudy"]?["body"] == nil)
        #expect(!view(after).fields.contains { $0.name == "Content-Encoding" })
        let octets = try change(after) { $0.body = ByteBuffer(bytes: [0, 1, 255]) }
        #expect(view(octets).body == ByteBuffer(bytes: [0, 1, 255]))
    }

    @Test func `an example without a request of its own gets one when it is changed`() throws {
        let item: JSONValue = ["method": "PUT", "url": "{{baseUrl}}/i", "header": [], "description": "kept"]
        let after = try change(["body": "x"], item: item) { $0.target = "/j?a=1" }
        let view = view(after)
        #expect(view.method == "PUT" && view.target == "/j?a=1")
        #expect(after["originalRequest"]?["description"] == "kept")
    }

    @Test func `the status takes its phrase and the name that was made of it along`() throws {
        let example: JSONValue = ["name": "200 OK (2)", "code": 200, "status": "OK"]
        let after = try change(example) { $0.follow(status: 404) }
        #expect(after["name"] == "404 Not Found (2)" && after["status"] == "Not Found" && after["code"] == 404)
        let own = try change(["name": "Mine", "code": 200, "status": "Fine"]) { $0.follow(status: 404) }
        #expect(own["name"] == "Mine" && own["status"] == "Fine")
    }

    @Test func `rules keep their conditions, and go when they say nothing`() throws {
        let after = try change(try value(Self.odd[5])) {
            $0.rules.ignore = []
            $0.rules.matchBody = .subset
            $0.rules.isEnabled = false
            $0.delay = 250
        }
        #expect(
            after["_understudy"]
                == [
                    "match": ["enabled": false, "body": "subset", "json": ["$.id": "{{number}}"]], "delay": 250,
                    "trailers": [["key": "T", "value": "1"]],
                ])
        let none = try change(["_understudy": ["match": ["enabled": false]]]) { $0.rules.isEnabled = true }
        #expect(none["_understudy"] == nil)
    }

    @Test func `says all that is wrong at once, and where`() throws {
        do {
            _ = try change(["body": ""]) {
                $0.method = "A B"
                $0.target = "x"
                $0.requestFields = [.init("Fine", "1"), .init("a b", "x\r\ny")]
                $0.status = 99
                $0.reason = "\n"
                $0.fields = [.init("", "")]
                $0.delay = "soon"
                $0.rules.ignore = ["query:t", "what"]
            }
            Issue.record("nothing was wrong")
        } catch let error as ExampleViewError {
            #expect(
                error.faults.map(\.path) == [
                    "method", "target", "requestFields[1].name", "requestFields[1].value", "status", "reason",
                    "fields[0].name", "delay", "rules.ignore[1]",
                ])
        }
    }
}
