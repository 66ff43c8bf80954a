import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `HEAD from a GET` {
    @Test func `has its fields and no content`() throws {
        let answer = try #require(derive(request("HEAD"), from: saved()))
        #expect(answer.head.status == 200 && answer.head.reasonText == "As Recorded")
        #expect(answer.lines == validators.map { "\($0.0): \($0.1)" })
        #expect(answer.framing == .none && answer.parts.isEmpty)
    }

    @Test(arguments: [
        // A length made untrue by an edit, chunks, neither, and twice.
        (Lines([("Content-Length", "99"), ("X-A", "b")]), ["Content-Length: 10", "X-A: b"]),
        ([("Transfer-Encoding", "chunked"), ("Trailer", "X-T"), ("X-A", "b")], ["X-A: b", "Content-Length: 10"]),
        ([("X-A", "b")], ["X-A: b", "Content-Length: 10"]),
        ([("content-length", "9"), ("X-A", "b"), ("Content-Length", "9")], ["content-length: 10", "X-A: b"]),
        ([("Connection", "close"), ("Content-Length", "10")], ["Content-Length: 10"]),
        (
            [("Content-Digest", "x"), ("Repr-Digest", "y"), ("Content-Length", "10")],
            ["Repr-Digest: y", "Content-Length: 10"]
        ),
    ])
    func `tells the length of what a GET gets`(lines: Lines, expected: [String]) {
        #expect(derive(request("HEAD"), from: saved("GET", lines))?.lines == expected)
    }

    @Test func `tells the length of a stored body`() {
        let example = saved("GET", [], body: Body(.stored(Digest(of: "x"), byteCount: 5_000_000), byteCount: 5_000_000))
        #expect(derive(request("HEAD"), from: example)?.lines == ["Content-Length: 5000000"])
    }

    @Test(arguments: [204, 304])
    func `has no length where a GET has none`(status: Int) {
        #expect(derive(request("HEAD"), from: saved("GET", status: status, [], body: ByteBuffer()))?.lines == [])
    }

    /// Whatever else cannot be derived: content sent to a HEAD would be read as the next response.
    @Test func `never has content`() {
        let part = saved("GET", status: 206, [("Content-Range", "bytes 0-9/20"), ("Content-Length", "10")])
        #expect(derive(request("HEAD"), from: part)?.lines == ["Content-Range: bytes 0-9/20", "Content-Length: 10"])
        let cut = saved("GET", [("Content-Length", "20")], body: Body(.memory(ByteBuffer(string: "01")), byteCount: 20))
        #expect(derive(request("HEAD"), from: cut)?.lines == ["Content-Length: 20"])
        #expect(derive(request("HEAD", [("Range", "bytes=0-1")]), from: saved())?.summary == "200")
        #expect(derive(request("HEAD"), from: saved("GET", status: 404))?.summary == "404")
    }

    @Test func `is not derived from a recorded HEAD`() {
        let example = saved("HEAD", body: ByteBuffer())
        #expect(derive(request("HEAD"), from: example) == nil)
        #expect(derive(request("HEAD", [("Range", "bytes=0-1")]), from: example) == nil)
        #expect(derive(request("HEAD", [("If-None-Match", "\"v1\"")]), from: example)?.head.status == 304)
    }
}

@Suite struct `Derived answers` {
    static let wishes: [(Lines, String)] = [
        ([("Range", "bytes=0-1")], "range"), ([("If-None-Match", "*")], "conditional"),
        ([("Accept-Encoding", "identity;q=0, gzip")], "encoding"),
    ]

    @Test func `can be switched off one by one`() {
        for (lines, name) in Self.wishes {
            var options = DerivedOptions()
            switch name {
            case "range": options.range = false
            case "conditional": options.conditional = false
            default: options.encoding = false
            }
            for (other, otherName) in Self.wishes {
                #expect((derive(request("GET", other), from: saved(), options) == nil) == (name == otherName))
            }
            #expect(derive(request("GET", lines), from: saved(), .none) == nil)
        }
        var options = DerivedOptions()
        options.head = false
        #expect(derive(request("HEAD"), from: saved(), options) == nil)
    }

    @Test func `are none for a request that asks for nothing`() {
        let plain = request(
            "GET",
            [
                ("Host", "h"), ("User-Agent", "u"), ("Accept", "*/*"), ("Accept-Encoding", "gzip, deflate, br, zstd"),
                ("Connection", "keep-alive"), ("Cookie", "a=b"), ("Referer", "r"),
            ])
        #expect(derive(plain, from: saved()) == nil)
        #expect(derive(plain, from: saved("GET", [("Content-Encoding", "br")])) == nil)
        #expect(derive(request(), from: saved("GET", [("Content-Encoding", "br")])) == nil)
        #expect(derive(request("get", [("Range", "bytes=0-1")]), from: saved("get")) == nil)
    }

    /// Field values are the client's: whatever they hold, an answer is whole or there is none.
    @Test func `survive any values`() {
        let pieces = [
            "bytes=", "0-", "-", "9", "99999999999999999999", ",", " ", "\"", "\"v1\"", "W/", "*", ";q=", "1.0", "gzip",
            "br",
            "identity", "Sun, 06 Nov 1994 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "T", "GMT", "\u{E9}", "\t", "-0",
            "=",
        ]
        let names = [
            "Range", "If-Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since",
            "Accept-Encoding", "Content-Encoding", "ETag", "Last-Modified", "Vary", "Accept-Ranges", "Origin",
        ]
        var random = Xorshift()
        func lines() -> Lines {
            (0..<random.next(below: 5)).map { _ in
                let value = (0..<random.next(below: 7)).map { _ in pieces[random.next(below: pieces.count)] }
                return (names[random.next(below: names.count)], value.joined())
            }
        }
        for _ in 0..<20_000 {
            let example = saved(
                "GET", asked: lines(), lines(), body: ByteBuffer(repeating: 7, count: random.next(below: 12)))
            let head = request(random.next(below: 2) == 0 ? "GET" : "HEAD", lines())
            let answer = derive(head, from: example)
            if head.method == "HEAD" { #expect(answer?.parts == []) }
            _ = CORS.fieldsToAdd(to: example.response.head.fields, for: head.fields)
        }
    }
}

/// The same numbers each time. Marsaglia 2003.
private struct Xorshift {
    var state: UInt64 = 88_172_645_463_325_252

    mutating func next(below bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state % UInt64(bound))
    }
}
