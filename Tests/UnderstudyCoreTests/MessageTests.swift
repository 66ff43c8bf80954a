import NIOCore
import TestSupport
import Testing

@testable import UnderstudyCore

extension Fields {
    /// `Name: value` lines, in Latin-1.
    init(_ lines: [String]) {
        self.init()
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            append(String(parts[0]).latin1Bytes, String(parts[1].drop { $0 == " " }).latin1Bytes)
        }
    }

    var lines: [String] { map { "\(Array($0.name).latin1): \(Array($0.value).latin1)" } }
}

@Suite struct `Field lines` {
    private let fields = Fields([
        "Host: h", "Set-Cookie: a", "set-cookie: b", "Empty:", "X: caf\u{E9}", "SET-COOKIE: c",
    ])

    @Test func `keep order, case, repeats and bytes`() {
        var out = ByteBuffer()
        fields.write(into: &out)
        let text = "Host: h\r\nSet-Cookie: a\r\nset-cookie: b\r\nEmpty: \r\nX: caf\u{E9}\r\nSET-COOKIE: c\r\n"
        #expect(Array(out.readableBytesView).latin1 == text)
    }

    @Test func `are found in any case`() {
        #expect(fields.all("Set-cookie").map(\.valueText) == ["a", "b", "c"])
        #expect(fields.text("HOST") == "h")
        #expect(fields.text("empty") == "")
        #expect(fields.text("hos") == nil)
        #expect(fields.text("x") == "caf\u{E9}", "Latin-1 where it is no UTF-8")
    }

    @Test func `are replaced in place and removed by name`() {
        var changed = fields
        changed.replace("set-cookie", with: "longer than before")
        changed.remove("host")
        #expect(
            changed.lines == [
                "Set-Cookie: longer than before", "set-cookie: b", "Empty: ", "X: caf\u{E9}", "SET-COOKIE: c",
            ])
        #expect(fields.count == 6, "a value: the original is what it was")
    }

    @Test func `equal by content, not by storage`() {
        var other = Fields(["Gone: x"] + fields.lines)
        other.remove("gone")
        #expect(other == fields)
        #expect(other.hashValue == fields.hashValue)
        #expect(other != Fields(fields.lines.reversed()))
    }

    @Test(arguments: [
        ("close", true), ("Close", true), ("keep-alive, close", true), (" keep-alive ,\tclose ,", true),
        ("closed", false),
        ("", false), (",,", false),
    ])
    func `lists`(value: String, holdsClose: Bool) {
        #expect(Fields(["Connection: \(value)"]).list("connection", contains: "close") == holdsClose)
    }
}

@Suite struct `Fields of one connection` {
    @Test(arguments: [
        (
            "B29 always",
            ["Connection: close", "Keep-Alive: timeout=5", "Proxy-Connection: x", "TE: gzip", "Upgrade: h2c", "A: b"],
            ["A: b"]
        ),
        (
            "B29 what Connection names", ["Connection: X-One, x-TWO", "X-One: 1", "X-Two: 2", "X-Three: 3"],
            ["X-Three: 3"]
        ),
        ("B29 two lines", ["A: 1", "Connection: a", "B: 2", "connection: B"], []),
        (
            "A21 framing and addressing stay",
            ["Connection: close, Content-Length, Host, Transfer-Encoding", "Host: h", "Content-Length: 5"],
            ["Host: h", "Content-Length: 5"]
        ),
        ("TE: trailers speaks for the whole way", ["Connection: TE", "TE: trailers"], ["TE: trailers"]),
        ("nothing to do", ["Host: h", "Cookie: c"], ["Host: h", "Cookie: c"]),
        ("named without being there", ["Connection: X"], []),
    ])
    func `are not passed on`(name: String, given: [String], kept: [String]) {
        var fields = Fields(given)
        fields.removeHopByHop()
        #expect(fields.lines == kept, "\(name)")
    }
}

@Suite struct `Bytes as text` {
    @Test(
        arguments: [
            ([0x61, 0xC3, 0xA9], "a\u{E9}", TextBytes.Encoding.utf8), ([0x61, 0xE9], "a\u{E9}", .latin1),
            ([], "", .utf8),
            ([0xFF, 0x00, 0x80], "\u{FF}\u{00}\u{80}", .latin1), ([0xED, 0xA0, 0x80], "\u{ED}\u{A0}\u{80}", .latin1),
            ([0xEF, 0xBB, 0xBF, 0x7B], "\u{FEFF}{", .utf8),
        ] as [([UInt8], String, TextBytes.Encoding)])
    func `there and back`(bytes: [UInt8], text: String, encoding: TextBytes.Encoding) {
        let decoded = TextBytes.decode(bytes)
        #expect(decoded.text == text)
        #expect(decoded.encoding == encoding)
        #expect(TextBytes.bytes(of: decoded.text, encoding: decoded.encoding) == bytes)
    }

    @Test func `every byte survives`() {
        let all = (0...255).map { UInt8($0) }
        let decoded = TextBytes.decode(all)
        #expect(TextBytes.bytes(of: decoded.text, encoding: decoded.encoding) == all)
        #expect(TextBytes.bytes(of: "\u{20AC}", encoding: .latin1) == [0xE2, 0x82, 0xAC], "edited by hand")
    }
}

@Suite struct `An upstream's address` {
    @Test(arguments: [
        ("https://api.example.com/v1", "https://api.example.com", 443, "/v1"), ("http://h", "http://h", 80, ""),
        ("HTTP://API.Example:80/", "http://api.example", 80, ""),
        ("http://h:8080/a/b//", "http://h:8080", 8080, "/a/b"),
        ("http://[::1]:81/x", "http://[::1]:81", 81, "/x"), ("http://127.0.0.1:1", "http://127.0.0.1:1", 1, ""),
        ("https://h:80", "https://h:80", 80, ""),
    ])
    func `is taken apart`(text: String, origin: String, port: Int, basePath: String) throws {
        let upstream = try Upstream(text)
        #expect(upstream.origin == origin)
        #expect(upstream.port == port)
        #expect(upstream.basePath == basePath)
        #expect(upstream.baseURL == origin + basePath)
    }

    @Test(arguments: [
        ("localhost:8080", "has no scheme: write https://localhost:8080 or http://localhost:8080"),
        ("", "has no scheme"),
        ("file:///etc/passwd", "has the scheme file: only http and https"), ("ftp://h", "has the scheme ftp"),
        ("http://", "has no host"), ("http:///x", "has no host"), ("http://:80", "has no host"),
        ("http://h?x=1", "has a query or fragment"), ("http://h/#x", "has a query or fragment"),
        ("http://a b/", "holds a space"), ("http://h\u{E9}/", "percent-encoded"), ("http://h\r\nX: y", "holds a space"),
        ("http://user:secret@h/", "holds a user name"), ("http://h:/", "a port is a number"),
        ("http://h:0", "has the port 0"),
        ("http://h:65536", "has the port 65536"), ("http://h:-1", "has the port -1"),
        ("http://h:+80", "has the port +80"),
        ("http://h:80x", "has the port 80x"), ("http://[::1", "closing bracket"),
        ("http://[::1]x", "other than a port"),
        ("http://::1/", "without brackets: write [:]"), ("http://h|x/", "a character that no host has"),
    ])
    func `or refused with a sentence`(text: String, sentence: String) {
        let error = #expect(throws: UpstreamError.self) { try Upstream(text) }
        #expect(error?.description.hasPrefix("upstream '\(text)' ") ?? false)
        #expect(error?.description.contains(sentence) ?? false, "\(String(describing: error))")
    }
}
