import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `Conditional requests` {
    static let at = "Sun, 06 Nov 1994 08:49:37 GMT"
    static let before = "Sun, 06 Nov 1994 08:49:36 GMT"
    static let after = "Sun, 06 Nov 1994 08:49:38 GMT"

    @Test(
        arguments: [
            ([("If-None-Match", "\"v1\"")], "304"), ([("If-None-Match", "W/\"v1\"")], "304"),
            ([("If-None-Match", "*")], "304"), ([("If-None-Match", "\"a,b\", W/\"x\" ,\"v1\"")], "304"),
            ([("If-None-Match", "\"a\""), ("if-none-match", "\"v1\"")], "304"),
            ([("If-None-Match", "\"v2\"")], nil), ([("If-None-Match", "v1")], nil), ([("If-None-Match", "\"v1")], nil),
            ([("If-None-Match", "\"x,\"v1\"")], nil), ([("If-None-Match", "w/\"v1\"")], nil),
            ([("If-None-Match", "")], nil),
            ([("If-Modified-Since", at)], "304"), ([("If-Modified-Since", after)], "304"),
            ([("If-Modified-Since", "Sunday, 06-Nov-94 08:49:37 GMT")], "304"),
            ([("If-Modified-Since", "Sun Nov  6 08:49:37 1994")], "304"),
            ([("If-Modified-Since", before)], nil), ([("If-Modified-Since", "yesterday")], nil),
            ([("If-Modified-Since", at), ("If-Modified-Since", at)], nil),
            // If-None-Match hides If-Modified-Since.
            ([("If-None-Match", "\"v2\""), ("If-Modified-Since", at)], nil),
            ([("If-None-Match", "\"v1\""), ("If-Modified-Since", before)], "304"),
            ([("If-Match", "\"v1\"")], nil), ([("If-Match", "*")], nil), ([("If-Match", "\"a\", \"v1\"")], nil),
            ([("If-Match", "\"v2\"")], "412"), ([("If-Match", "W/\"v1\"")], "412"),
            ([("If-Unmodified-Since", at)], nil), ([("If-Unmodified-Since", after)], nil),
            ([("If-Unmodified-Since", before)], "412"), ([("If-Unmodified-Since", "x")], nil),
            // If-Match hides If-Unmodified-Since.
            ([("If-Match", "\"v1\""), ("If-Unmodified-Since", before)], nil),
            ([("If-Match", "\"v2\""), ("If-None-Match", "\"v1\"")], "412"),
            ([("If-Match", "\"v1\""), ("If-None-Match", "\"v1\"")], "304"),
            // Conditions come before ranges.
            ([("If-None-Match", "\"v1\""), ("Range", "bytes=0-1")], "304"),
            ([("If-None-Match", "\"v2\""), ("Range", "bytes=0-1")], "206 01"),
            ([("If-Match", "\"v2\""), ("Range", "bytes=90-")], "412"),
            ([("If-Match", "\"v1\""), ("Range", "bytes=90-")], "416"),
        ] as [(Lines, String?)])
    func `are judged in the order of RFC 9110 §13 2 2`(lines: Lines, expected: String?) {
        #expect(derive(request("GET", lines), from: saved())?.summary == expected)
        // A HEAD of it is judged alike, but knows no ranges.
        let status = expected.map { String($0.prefix(3)) }
        let head = derive(request("HEAD", lines), from: saved())?.head.status
        #expect(head == (status == "304" ? 304 : status == "412" ? 412 : 200))
    }

    @Test(
        arguments: [
            [("If-None-Match", "*")], [("If-None-Match", "\"v1\"")], [("If-Match", "\"v1\"")], [("If-Match", "*")],
            [("If-Modified-Since", after)], [("If-Unmodified-Since", before)],
            [("If-None-Match", "\"v1\""), ("If-Modified-Since", after)],
        ] as [Lines])
    func `say nothing to an example without validators`(lines: Lines) {
        #expect(derive(request("GET", lines), from: saved("GET", [])) == nil)
    }

    @Test(arguments: [
        (Lines([("If-None-Match", "\"v1\"")]), saved("GET", status: 404)),
        ([("If-None-Match", "\"v1\"")], saved("GET", status: 203)),
        ([("If-Match", "\"v2\"")], saved("GET", status: 404)), ([("If-Match", "\"v2\"")], saved("GET", status: 206)),
        ([("If-Match", "\"v2\"")], saved("GET", status: 304)), ([("If-Match", "\"v2\"")], saved("GET", status: 412)),
        ([("If-None-Match", "\"v1\"")], saved("GET", asked: [("If-None-Match", "\"v0\"")])),
        (
            [("If-Modified-Since", after), ("If-Match", "\"v2\"")],
            saved("GET", asked: [("if-modified-since", before)])
        ),
    ])
    func `leave alone`(lines: Lines, example: Example) {
        #expect(derive(request("GET", lines), from: example) == nil)
    }

    @Test func `of another kind than the recorded one are judged`() {
        let example = saved("GET", asked: [("If-None-Match", "\"v0\"")])
        #expect(derive(request("GET", [("If-Modified-Since", Self.at)]), from: example)?.head.status == 304)
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
    func `of other methods are not about what the example says`(method: String) {
        for name in ["If-Match", "If-None-Match"] {
            #expect(derive(request(method, [(name, "\"v2\"")]), from: saved(method)) == nil)
            #expect(derive(request(method, [(name, "\"v1\"")]), from: saved(method)) == nil)
        }
    }

    @Test func `fail for any success`() {
        let answer = derive(request("GET", [("If-Match", "\"v2\"")]), from: saved("GET", status: 203))
        #expect(answer?.head.status == 412)
    }

    @Test func `take tags without quotes from servers that make them`() {
        let example = saved("GET", [("ETag", "abc-1")])
        #expect(derive(request("GET", [("If-None-Match", "abc-1")]), from: example)?.head.status == 304)
        #expect(derive(request("GET", [("If-None-Match", "x, abc-1")]), from: example)?.head.status == 304)
        #expect(derive(request("GET", [("If-None-Match", "abc")]), from: example) == nil)
    }

    @Test func `say with 304 what a cache needs`() throws {
        let example = saved(
            "GET",
            [
                ("Date", "d"), ("Content-Type", "text/plain"), ("Cache-Control", "max-age=60"), ("ETag", "\"v1\""),
                ("Last-Modified", Self.at), ("Expires", "e"), ("Content-Location", "/y"), ("Vary", "Accept"),
                ("Content-Encoding", "br"), ("Content-Language", "en"), ("Transfer-Encoding", "chunked"),
                ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Length", "10"),
            ])
        let answer = try #require(derive(request("GET", [("If-None-Match", "\"v1\"")]), from: example))
        #expect(
            answer.lines == [
                "Date: d", "Cache-Control: max-age=60", "ETag: \"v1\"", "Expires: e", "Content-Location: /y",
                "Vary: Accept", "Set-Cookie: a=1", "Set-Cookie: b=2",
            ])
        #expect(answer.framing == .none && answer.parts.isEmpty && answer.head.reasonText == "Not Modified")
        let dated = saved("GET", [("Last-Modified", Self.at)])
        #expect(
            derive(request("GET", [("If-Modified-Since", Self.at)]), from: dated)?.lines == [
                "Last-Modified: \(Self.at)"
            ])
    }

    @Test func `say with 412 nothing about content`() throws {
        let example = saved("GET", validators + [("Cache-Control", "max-age=60"), ("Content-Encoding", "br")])
        let answer = try #require(derive(request("GET", [("If-Match", "\"v2\"")]), from: example))
        #expect(
            answer.lines == ["ETag: \"v1\"", "Last-Modified: \(Self.at)", "X-Other: kept", "Content-Length: 0"])
        #expect(answer.framing == .counted(0))
    }

    @Test func `need no bytes of a stored body`() {
        let example = saved("GET", body: Body(.stored(Digest(of: "x"), byteCount: 5_000_000), byteCount: 5_000_000))
        #expect(derive(request("GET", [("If-None-Match", "\"v1\"")]), from: example)?.parts == [])
    }
}

@Suite struct `Dates` {
    @Test(arguments: [
        ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777), ("Sunday, 06-Nov-94 08:49:37 GMT", 784_111_777),
        ("Sun Nov  6 08:49:37 1994", 784_111_777), ("Wed Nov 16 08:49:37 1994", 784_975_777),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0), ("Wed, 31 Dec 1969 23:59:59 GMT", -1),
        ("Tue, 29 Feb 2000 12:00:00 GMT", 951_825_600), ("Fri, 31 Dec 9999 23:59:59 GMT", 253_402_300_799),
        ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800), ("sun, 06 nov 1994 08:49:37 GMT", 784_111_777),
        // Read in 2026: fifty years ahead at the most.
        ("Friday, 31-Dec-76 23:59:59 GMT", 3_376_684_799), ("Saturday, 01-Jan-77 00:00:00 GMT", 220_924_800),
        ("Sun, 06 Nov 1994 08:49:37", nil), ("Sun, 06 Nov 1994 08:49:37 CET", nil),
        ("Sun, 6 Nov 1994 08:49:37 GMT", nil),
        ("Sun, 31 Feb 1994 08:49:37 GMT", nil), ("Sun, 29 Feb 1900 08:49:37 GMT", nil),
        ("Sun, 06 Nov 1994 24:00:00 GMT", nil), ("Sun, 06 Nov 1994 08:60:00 GMT", nil),
        ("Sun, 06 Foo 1994 08:49:37 GMT", nil), ("Sun, 00 Nov 1994 08:49:37 GMT", nil),
        ("Sun, 06 Nov 0000 08:49:37 GMT", nil), ("784111777", nil), ("", nil), (",GMT", nil),
        ("Sun,-06 Nov 1994 08:49:37 GMT", nil), ("Sun, +6 Nov 1994 08:49:37 GMT", nil),
        ("xxxxxxxxxxxxxxxxxxxxxxxx", nil),
    ])
    func `in all three forms`(text: String, expected: Int?) {
        let now = Timestamp(microseconds: 1_781_000_000_000_000)
        #expect(HTTPDate.seconds(ByteBuffer(string: text).readableBytesView, now: now) == expected)
    }
}
