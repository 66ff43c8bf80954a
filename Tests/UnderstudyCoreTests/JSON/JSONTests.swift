import NIOCore
import Testing

@testable import UnderstudyCore

/// RFC 8259, and what a hand-edited file must not lose.
@Suite struct `JSON` {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "1.0", "1E400", "12345678901234567890123", "-1.5e-7", "\"\"", "[]", "{}",
        "[1,[2,[]]]", "{\"b\":1,\"a\":2,\"b\":3}", "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\"", "\"ü€😀\u{2028}\"",
    ])
    func `comes back as it was`(text: String) throws {
        #expect(JSONWriter.text(try JSONValue(parsing: text)) == text)
        var reader = try JSONReader(ByteBuffer(string: " \(text)\n"))
        #expect(String(buffer: try reader.skip()) == text)
        try reader.finish()
    }

    @Test(arguments: [
        ("", 0), (" ", 1), ("nul", 0), ("01", 1), ("+1", 0), ("1.", 2), (".5", 0), ("1e", 2), ("- 1", 1), ("[1,]", 3),
        ("[1 2]", 3), ("{\"a\" 1}", 5), ("{a:1}", 1), ("{\"a\":1,}", 7), ("\"a", 0), ("\"\\x\"", 2), ("\"\\u12G4\"", 5),
        ("\"a\nb\"", 2), ("1 2", 2), ("[", 1), ("{\"a\":", 5), ("NaN", 0), ("'a'", 0), ("\u{0}", 0), ("tru\u{0}", 0),
    ])
    func `refuses what is not JSON, at its place`(text: String, offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
        #expect(error?.offset == offset)
        #expect(throws: JSONError.self) {
            var reader = try JSONReader(ByteBuffer(string: text))
            _ = try reader.skip()
            try reader.finish()
        }
    }

    @Test func `an error counts lines and columns`() {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: "{\n  \"a\": 1,\n  oops\n}") }
        #expect(error.map { [$0.line, $0.column, $0.offset] } == [3, 3, 14])
    }

    @Test(
        arguments: [
            ([0x22, 0xFF, 0x22], 1), ([0x22, 0xC3, 0x28, 0x22], 1), ([0x22, 0xE2, 0x82, 0x22], 1),
            ([0x22, 0xED, 0xA0, 0x80, 0x22], 1), ([0x22, 0xC0, 0x80, 0x22], 1),
            ([0x22, 0xF5, 0x80, 0x80, 0x80, 0x22], 1),
            ([0x22, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0x61, 0xF0, 0x9F, 0x98, 0x22], 9),
        ] as [([UInt8], Int)])
    func `refuses bytes that are not UTF-8`(bytes: [UInt8], offset: Int) {
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: ByteBuffer(bytes: bytes)) }
        #expect(error?.offset == offset)
    }

    @Test func `finds the same end of UTF-8 as the standard library`() {
        let pieces: [UInt8] = [0x41, 0xC3, 0xA9, 0xE2, 0x82, 0xAC, 0xF0, 0x9F, 0x98, 0x80, 0xED, 0xA0]
        for _ in 0..<2000 {
            let bytes: [UInt8] = (0..<Int.random(in: 0...12)).compactMap { _ in pieces.randomElement() }
            let ours = bytes.withUnsafeBytes { UTF8Check.firstInvalidOffset(in: $0) } == nil
            #expect(ours == (String(validating: bytes, as: UTF8.self) != nil), "\(bytes)")
        }
    }

    @Test func `skips a byte order mark`() throws {
        #expect(try JSONValue(parsing: "\u{FEFF}[1]") == [1])
    }

    @Test(arguments: [
        ("\"\\ud83d\\ude00\"", "😀"), ("\"\\ud800\"", "\u{FFFD}"), ("\"\\udc00x\"", "\u{FFFD}x"),
        ("\"\\ud800\\u0041\"", "\u{FFFD}A"), ("\"\\u0000\"", "\u{0}"), ("\"\\/\"", "/"),
    ])
    func `undoes escapes; half a surrogate pair becomes U+FFFD`(text: String, value: String) throws {
        #expect(try JSONValue(parsing: text).text == value)
    }

    @Test func `takes 512 levels and refuses 513`() throws {
        let deep = { (levels: Int) in String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
        _ = try JSONValue(parsing: deep(512))
        let error = #expect(throws: JSONError.self) { try JSONValue(parsing: deep(513)) }
        #expect(error?.reason.contains("512") == true)
        #expect(throws: JSONError.self) { try JSONValue(parsing: String(repeating: "{\"a\":[", count: 500_000)) }
    }

    @Test func `a long string ends at its quote wherever that is`() throws {
        for length in 0..<40 {
            let text = String(repeating: "x", count: length)
            #expect(try JSONValue(parsing: "[\"\(text)\",\"\(text)\\n\"]") == [.string(text), .string(text + "\n")])
        }
    }

    @Test func `pretty text is indented by tabs or two spaces`() throws {
        let value = try JSONValue(parsing: "{\"a\":[1,{}],\"b\":[]}")
        #expect(String(buffer: JSONWriter.bytes(value)) == "{\n\t\"a\": [\n\t\t1,\n\t\t{}\n\t],\n\t\"b\": []\n}\n")
        #expect(
            String(buffer: JSONWriter.bytes(value, style: .twoSpaces))
                == "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}\n")
    }

    @Test func `the last of repeated members counts`() throws {
        guard case .object(var object) = try JSONValue(parsing: "{\"a\":1,\"a\":2}") else { return }
        #expect(object["a"] == 2)
        object["a"] = 3
        #expect(JSONWriter.text(.object(object)) == "{\"a\":1,\"a\":3}")
        object["a"] = nil
        #expect(object.members.isEmpty)
    }

    @Test func `two spellings of a letter are not equal`() {
        #expect(JSONValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(JSONValue.number("1.0") != .number("1"))
    }

    @Test func `a path names members and elements`() {
        let path = JSONPath.root.member("item").element(3).member("a b").member("_x")
        #expect(path.description == "$.item[3][\"a b\"]._x")
    }
}
