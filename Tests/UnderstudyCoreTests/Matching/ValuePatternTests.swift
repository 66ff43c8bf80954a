import Testing

@testable import UnderstudyCore

@Suite struct `Value patterns` {
    @Test(
        arguments: [
            ("{{any}}", "", true), ("{{any}}", "x", true), ("{{any}}", nil, false), ("{{absent}}", nil, true),
            ("{{absent}}", "", false), ("{{string}}", "", true), ("{{string}}", nil, false), ("pro", "pro", true),
            ("pro", "Pro", false), ("pro", nil, false), ("", "", true), ("", nil, false),
            ("{{number}}", "12", true), ("{{number}}", "-1.5e+7", true), ("{{number}}", "007", true),
            ("{{number}}", "1.", false),
            ("{{number}}", "", false), ("{{number}}", "1e", false), ("{{number}}", "0x1F", false),
            ("{{number}}", "12 ", false),
            ("{{uuid}}", "123e4567-e89b-12d3-a456-426614174000", true),
            ("{{uuid}}", "123E4567-E89B-12D3-A456-426614174000", true),
            ("{{uuid}}", "123e4567e89b12d3a456426614174000", false),
            ("{{uuid}}", "g23e4567-e89b-12d3-a456-426614174000", false),
            ("{{regex:[A-Z]{2}\\d+}}", "AB12", true), ("{{regex:[A-Z]{2}\\d+}}", "AB", false),
            ("{{regex:(a{2}){2}}}", "aaaa", true),
            ("{{regex:}}", "", true),
            // Inside a text.
            ("order-{{number}}", "order-12", true), ("order-{{number}}", "order-", false),
            ("order-{{number}}", "xorder-1", false),
            ("{{any}}@example.com", "me@example.com", true), ("{{any}}@example.com", "me@example.org", false),
            ("{{string}}-{{number}}-{{uuid}}", "a-b-7-123e4567-e89b-12d3-a456-426614174000", true),
            ("{{date}}T", "2024-02-30T", true), ("{{regex:a+}}{{regex:ab}}", "aaab", true),
            ("{{regex:a+}}{{regex:^b$}}", "ab", true),
            ("a{{any}}a{{any}}b", "aaab", true), ("a{{any}}a{{any}}b", "ab", false), ("ü{{number}}ü", "ü5ü", true),
            ("{{number}}{{number}}", "1", false), ("{{number}}{{number}}", "12", true), ("{{any}}{{any}}", "", true),
            ("aba{{any}}ababa", "abaxabababa", true),
            // What is no placeholder is itself.
            ("{{ number }}", "{{ number }}", true), ("{{ number }}", "5", false), ("{{userId}}", "{{userId}}", true),
            ("{{Number}}", "5", false), ("{number}", "{number}", true), ("{{number}", "{{number}", true),
            ("*", "*", true),
            ("{{regex:a", "{{regex:a", true), ("{{{number}}}", "{5}", true),
        ] as [(String, String?, Bool)])
    func `of text`(pattern: String, text: String?, isMatch: Bool) throws {
        #expect(try ValuePattern(pattern).matches(text: text.map { Array($0.utf8) }) == isMatch)
        #expect(try ValuePattern(pattern).description == pattern)
    }

    @Test(arguments: [
        ("2024-02-29", true), ("2023-02-29", false), ("2024-13-01", false), ("2024-04-31", false), ("2000-02-29", true),
        ("1900-02-29", false), ("2024-1-1", false), ("20240131", true), ("20241331", false), ("1706700000", false),
        ("2024-01-31T12:30:45Z", true), ("2024-01-31t12:30:45z", true), ("2024-01-31 12:30:45", true),
        ("2024-01-31T12:30", true), ("2024-01-31T12:30:45.123456789+01:00", true), ("2024-01-31T12:30:60Z", true),
        ("2024-01-31T24:00:00Z", false), ("2024-01-31T12:30:45+0100", true), ("2024-01-31T12:30:45.Z", false),
        ("2024-01-31T", false), ("20240131T123045Z", true), ("20240131T1230", true), ("2024-01-31T12:30:45Zx", false),
        ("Sun, 06 Nov 1994 08:49:37 GMT", true), ("Sun, 06 Nov 1994 08:49:37 +0200", true),
        ("Sun, 31 Nov 1994 08:49:37 GMT", false), ("Sunday, 06-Nov-94 08:49:37 GMT", false), ("yesterday", false),
        ("", false),
    ])
    func `of dates`(text: String, isDate: Bool) throws {
        #expect(try ValuePattern("{{date}}").matches(text: Array(text.utf8)) == isDate)
        if isDate { #expect(try ValuePattern("[{{date}}]").matches(text: Array("[\(text)]".utf8))) }
    }

    @Test(arguments: [
        ("{{number}}", "1", true), ("{{number}}", "\"1\"", false), ("{{string}}", "\"1\"", true),
        ("{{string}}", "1", false),
        ("{{any}}", "null", true), ("{{any}}", "{}", true), ("{{absent}}", "null", false), ("{{uuid}}", "1", false),
        ("{{date}}", "\"2024-01-31\"", true), ("{{regex:\\d+}}", "\"5\"", true), ("{{regex:\\d+}}", "5", false),
        ("x-{{number}}", "\"x-5\"", true), ("free", "\"free\"", true), ("5", "5.0", true), ("5", "\"5\"", true),
        ("5", "6", false), ("true", "true", true), ("null", "null", true), ("null", "false", false),
        ("{}", "{}", false),
    ])
    func `of JSON go by its types`(pattern: String, json: String, isMatch: Bool) throws {
        #expect(try ValuePattern(pattern).matches(json: try JSONValue(parsing: json)) == isMatch)
        #expect(try ValuePattern(pattern).matches(json: nil) == (pattern == "{{absent}}"))
    }

    @Test(arguments: [
        ("{{regex:(a}}", "not closed"), ("x{{absent}}", "whole value"), ("{{regex:(?=a)}}", "look-around"),
        (String(repeating: "{{any}}", count: 101), "100"),
    ])
    func `are refused with a reason`(text: String, reason: String) {
        let fault = #expect(throws: ValuePattern.Fault.self) { try ValuePattern(text) }
        #expect(fault?.description.contains(reason) == true)
    }

    @Test func `long texts stall none`() throws {
        let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
        #expect(try !ValuePattern("{{any}}\(String(repeating: "a", count: 3000))b{{any}}").matches(text: text))
        #expect(try !ValuePattern(String(repeating: "{{any}}a", count: 100) + "b").matches(text: text))
        #expect(try !ValuePattern("{{any}}{{number}}{{any}}").matches(text: text))
        let hostile = String(repeating: "{{regex:", count: 100_000)
        #expect(try ValuePattern(hostile).isLiteral)
        #expect(try ValuePattern(String(repeating: "{", count: 100_000)).isLiteral)
    }
}
