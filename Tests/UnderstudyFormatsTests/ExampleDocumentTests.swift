import NIOCore
import Testing
import UnderstudyCore
import UnderstudyFormats

/// An example on its way to an editor and back.
@Suite struct `An example in an editor` {
    private let files = MemoryFiles()

    private func example(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

    /// What comes back after replacing text in what the editor shows.
    private func edit(_ original: String, _ old: String = "", _ new: String = "") throws -> JSONValue {
        let document = ExampleDocument(try example(original))
        let shown = String(buffer: document.text)
        #expect(old.isEmpty || shown.contains(old), "the editor shows \(shown)")
        let edited = old.isEmpty ? shown : shown.replacing(old, with: new)
        return try document.example(from: ByteBuffer(string: edited), file: "f", files: files)
    }

    @Test(arguments: [
        #"{"id":"a","code":200,"body":"{ \"n\":1.0,\r\n  \"n\":2 }"}"#,
        #"{"id":"a","body":"[]","x":{"y":1E400}}"#,
        #"{"body":"\"only text\""}"#,
        #"{"originalRequest":{"method":"POST","url":"/a","body":{"mode":"raw","raw":"{\"a\": 1}"}},"body":null}"#,
    ])
    func `is the same when nothing was changed`(text: String) throws {
        #expect(try edit(text) == example(text))
    }

    @Test func `shows JSON content as JSON and lays it out as before`() throws {
        #expect(try edit(#"{"body":"{\"a\": 1}"}"#, #""a": 1"#, #""a": 2"#)["body"]?.text == #"{"a":2}"#)
        let tall = try edit(#"{"body":"{\n  \"a\": 1\n}\n"}"#, #""a": 1"#, #""a": 2"#)
        #expect(tall["body"]?.text == "{\n  \"a\": 2\n}\n")
    }

    @Test func `a new body takes the place of a file`() throws {
        let name = String(repeating: "0", count: 64)
        let original = """
            {"header":[{"key":"Content-Encoding","value":"gzip"},{"key":"Content-Length","value":"9"}],"body":"(note)",
             "_understudy":{"body":{"file":"bodies/\(name)","sha256":"\(name)","byteCount":9}}}
            """
        let edited = try edit(original, "(note)", "plain")
        #expect(edited["body"]?.text == "plain" && edited["_understudy"] == nil)
        #expect(edited["header"] == [["key": "Content-Length", "value": "5"]])
    }

    @Test func `a new status brings its phrase, unless one was given`() throws {
        let original = #"{"name":"200 OK ?a=1","status":"OK","code":200}"#
        let moved = try edit(original, #""code": 200"#, #""code": 503"#)
        #expect(moved["status"]?.text == "Service Unavailable" && moved["name"]?.text == "503 Service Unavailable ?a=1")
        let own = try edit(original, "\"status\": \"OK\",\n  \"code\": 200", "\"status\": \"Busy\",\n  \"code\": 503")
        #expect(own["status"]?.text == "Busy" && own["name"]?.text == "200 OK ?a=1")
    }

    @Test(arguments: [
        (#""code": 200"#, #""code": 20"#, "line 3: $.code"),
        (#""X""#, #""X Y""#, "line 5: $.header[0]"),
        (#""id": "a""#, #""id": "b""#, "line 2: $.id"),
        (#""code": 200,"#, #""code": 200"#, "line 4, column 3"),
    ])
    func `a mistake is named with its line`(old: String, new: String, place: String) throws {
        let original = #"{"id":"a","code":200,"header":[{"key":"X","value":"1"}],"body":""}"#
        let error = #expect(throws: CollectionError.self) { try edit(original, old, new) }
        #expect(error?.place == place)
    }

    // MARK: By flags

    @Test func `flags change fields in place`() throws {
        var edit = ExampleEdit()
        edit.fields = [("set-cookie", "new"), ("X-New", "1")]
        edit.removedFields = ["ETAG"]
        let original = try example(
            #"{"header":["ETag: a",{"key":"Set-Cookie","value":"1"},{"key":"Date","value":"d"},"Set-Cookie: 2"]}"#)
        let expected: JSONValue = [
            ["key": "set-cookie", "value": "new"], ["key": "Date", "value": "d"], ["key": "X-New", "value": "1"],
        ]
        #expect(try edit.apply(to: original, files: files)["header"] == expected)
    }

    @Test func `a body that is no text goes into a file`() throws {
        var edit = ExampleEdit()
        edit.body = ByteBuffer(bytes: [0xFF])
        let edited = try edit.apply(to: try example(#"{"body":"x"}"#), files: files)
        #expect(edited["_understudy"]?["body"]?["byteCount"]?.int == 1 && files.contents.count == 1)
        #expect(ExampleDocument.problem(of: edited, files: files) == nil)
        edit.body = ByteBuffer(string: "text again")
        #expect(try edit.apply(to: edited, files: files) == example(#"{"body":"text again","header":[]}"#))
    }
}
