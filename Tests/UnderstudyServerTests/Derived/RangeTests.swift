import NIOCore
import Testing
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `Byte ranges` {
    @Test(arguments: [
        // RFC 9110 §14.1.2, of 10,000 octets.
        ("bytes=0-499", ByteRanges.ranges([0..<500])), ("bytes=500-999", .ranges([500..<1000])),
        ("bytes=-500", .ranges([9500..<10000])), ("bytes=9500-", .ranges([9500..<10000])),
        ("bytes=0-0,-1", .ranges([0..<1, 9999..<10000])),
        ("bytes= 0-0,, -1 ,", .ranges([0..<1, 9999..<10000])),
        ("bytes=500-600,601-999", .ranges([500..<601, 601..<1000])),
        ("bytes=500-700,601-999", .ranges([500..<701, 601..<1000])),
        ("BYTES=0-1", .ranges([0..<2])), ("bytes=9990-99999", .ranges([9990..<10000])),
        ("bytes=-20000", .ranges([0..<10000])), ("bytes=0-", .ranges([0..<10000])),
        ("bytes=0-99999999999999999999999999", .ranges([0..<10000])),
        ("bytes=-99999999999999999999999999", .ranges([0..<10000])),
        ("bytes=10000-,0-0", .ranges([0..<1])),
        ("bytes=10000-", .unsatisfiable), ("bytes=10000-10001,20000-", .unsatisfiable), ("bytes=-0", .unsatisfiable),
        ("bytes=99999999999999999999999999-", .unsatisfiable),
        ("bytes=", .ignored), ("bytes=,", .ignored), ("bytes=1-0", .ignored), ("bytes=0-0,5-4", .ignored),
        ("bytes=-", .ignored), ("bytes=a-b", .ignored), ("bytes=+1-2", .ignored), ("bytes=1", .ignored),
        ("bytes=1-2-3", .ignored), ("bytes 0-1", .ignored), ("bytes =0-1", .ignored), ("items=0-1", .ignored),
        ("bytes=0-1;x", .ignored), ("", .ignored), ("bytes=0 - 1", .ignored), ("bytes=--1", .ignored),
    ])
    func `are read`(value: String, expected: ByteRanges) {
        #expect(ByteRanges(ByteBuffer(string: value).readableBytesView, of: 10_000) == expected)
    }

    @Test(arguments: [
        ("bytes=0-", ByteRanges.unsatisfiable), ("bytes=0-0", .unsatisfiable), ("bytes=-0", .unsatisfiable),
        ("bytes=-1", .ignored),
    ])
    func `of nothing`(value: String, expected: ByteRanges) {
        #expect(ByteRanges(ByteBuffer(string: value).readableBytesView, of: 0) == expected)
    }

    @Test func `too many or asking for more than there is are ignored`() {
        func ranges(_ count: Int, of length: Int) -> ByteRanges {
            let list = (0..<count).map { "\($0)-\($0)" }.joined(separator: ",")
            return ByteRanges(ByteBuffer(string: "bytes=" + list).readableBytesView, of: length)
        }
        #expect(ranges(ByteRanges.countLimit, of: 100) == .ranges((0..<ByteRanges.countLimit).map { $0..<($0 + 1) }))
        #expect(ranges(ByteRanges.countLimit + 1, of: 100) == .ignored)
        #expect(ranges(50_000, of: 100_000) == .ignored)
        #expect(ByteRanges(ByteBuffer(string: "bytes=0-5,4-9").readableBytesView, of: 10) == .ignored)
        #expect(ByteRanges(ByteBuffer(string: "bytes=0-,0-").readableBytesView, of: 10) == .ignored)
    }
}

@Suite struct `Ranges of an example` {
    @Test(arguments: [
        ("bytes=2-4", "206 234"), ("bytes=-3", "206 789"), ("bytes=7-", "206 789"), ("bytes=0-99", "206 0123456789"),
        ("bytes=20-,1-1", "206 1"), ("bytes=10-", "416"), ("bytes=4-2", nil), ("lines=1-2", nil),
    ])
    func `are its octets`(range: String, expected: String?) {
        #expect(derive(request("GET", [("Range", range)]), from: saved())?.summary == expected)
    }

    @Test func `change nothing that need not change`() throws {
        let example = saved("GET", validators + [("Content-MD5", "x"), ("Repr-Digest", "y")])
        let answer = try #require(derive(request("GET", [("Range", "bytes=2-4")]), from: example))
        #expect(
            answer.lines == [
                "Content-Type: text/plain", "ETag: \"v1\"", "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT",
                "Content-Length: 3", "X-Other: kept", "Repr-Digest: y", "Content-Range: bytes 2-4/10",
            ])
        #expect(answer.head.reasonText == "Partial Content")
        #expect(answer.framing == .counted(3))
    }

    @Test func `that are several come as multipart`() throws {
        let answer = try #require(derive(request("GET", [("Range", "bytes=0-1,-2")]), from: saved()))
        let type = try #require(answer.head.fields.text("content-type"))
        let boundary = type.dropFirst("multipart/byteranges; boundary=".count)
        #expect(type.hasPrefix("multipart/byteranges; boundary=understudy-") && boundary.count == 43)
        #expect(answer.head.status == 206 && !answer.head.fields.contains("content-range"))
        #expect(
            answer.text == """
                --\(boundary)\r
                Content-Type: text/plain\r
                Content-Range: bytes 0-1/10\r
                \r
                01\r
                --\(boundary)\r
                Content-Type: text/plain\r
                Content-Range: bytes 8-9/10\r
                \r
                89\r
                --\(boundary)--\r

                """)
        #expect(derive(request("GET", [("Range", "bytes=0-1,-2")]), from: saved())?.text == answer.text)
    }

    @Test func `of coded content keep the coding with each part`() throws {
        let example = saved("GET", [("Content-Encoding", "gzip"), ("Content-Length", "10")])
        let answer = try #require(derive(request("GET", [("Range", "bytes=0-1,-2")]), from: example))
        #expect(!answer.head.fields.contains("content-encoding"))
        #expect(answer.text.contains("Content-Encoding: gzip\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n"))
        let single = try #require(derive(request("GET", [("Range", "bytes=0-1")]), from: example))
        #expect(single.lines == ["Content-Encoding: gzip", "Content-Length: 2", "Content-Range: bytes 0-1/10"])
    }

    @Test func `of a stored body are regions of its file`() throws {
        let digest = Digest(of: "content")
        let example = saved("GET", body: Body(.stored(digest, byteCount: 5_000_000), byteCount: 5_000_000))
        let one = try #require(derive(request("GET", [("Range", "bytes=-1000")]), from: example))
        #expect(one.parts == [.file(digest, 4_999_000..<5_000_000)])
        #expect(one.head.fields.text("content-range") == "bytes 4999000-4999999/5000000")
        let two = try #require(derive(request("GET", [("Range", "bytes=0-9,100-199")]), from: example))
        #expect(two.parts.count == 5)
        #expect(two.parts[1] == .file(digest, 0..<10) && two.parts[3] == .file(digest, 100..<200))
        #expect(two.text.contains("Content-Range: bytes 100-199/5000000\r\n\r\n[100..<200]\r\n--understudy-"))
    }

    @Test func `that are not there say how much is`() throws {
        let answer = try #require(derive(request("GET", [("Range", "bytes=10-")]), from: saved()))
        #expect(answer.head.status == 416 && answer.framing == .counted(0) && answer.parts.isEmpty)
        #expect(answer.head.fields.text("content-range") == "bytes */10")
        #expect(!answer.head.fields.contains("content-type"))
    }

    @Test(arguments: [
        ("\"v1\"", true), ("W/\"v1\"", false), ("\"v2\"", false), ("Sun, 06 Nov 1994 08:49:37 GMT", true),
        ("Sunday, 06-Nov-94 08:49:37 GMT", true), ("Sun, 06 Nov 1994 08:49:38 GMT", false),
        ("Sun, 06 Nov 1994 08:49:36 GMT", false), ("*", false), ("", false),
    ])
    func `with If-Range only of what the client has`(ifRange: String, applies: Bool) {
        let head = request("GET", [("If-Range", ifRange), ("Range", "bytes=2-4")])
        #expect(derive(head, from: saved())?.summary == (applies ? "206 234" : nil))
        // Then it would be 416 were the range looked at.
        let beyond = request("GET", [("If-Range", ifRange), ("Range", "bytes=20-")])
        #expect(derive(beyond, from: saved())?.summary == (applies ? "416" : nil))
    }

    @Test func `with If-Range need a validator that is strong`() {
        let head = request("GET", [("If-Range", "W/\"v1\""), ("Range", "bytes=2-4")])
        #expect(derive(head, from: saved("GET", [("ETag", "W/\"v1\"")])) == nil)
        #expect(
            derive(request("GET", [("If-Range", "\"v1\""), ("Range", "bytes=2-4")]), from: saved("GET", [])) == nil)
        #expect(derive(request("GET", [("If-Range", "\"v1\"")]), from: saved()) == nil)
    }

    @Test(arguments: [
        ("another method", request("POST", [("Range", "bytes=0-1")]), saved("POST")),
        ("another status", request("GET", [("Range", "bytes=0-1")]), saved("GET", status: 203)),
        ("a recorded part", request("GET", [("Range", "bytes=0-1")]), saved("GET", status: 206)),
        (
            "a part by its field", request("GET", [("Range", "bytes=0-1")]),
            saved("GET", [("Content-Range", "bytes 5-14/20")])
        ),
        (
            "an origin that takes none", request("GET", [("Range", "bytes=0-1")]),
            saved("GET", [("Accept-Ranges", "none")])
        ),
        (
            "an origin that ignored one", request("GET", [("Range", "bytes=0-1")]),
            saved("GET", asked: [("range", "bytes=3-4")])
        ),
        (
            "an origin that ignored If-Range", request("GET", [("Range", "bytes=0-1"), ("If-Range", "\"v1\"")]),
            saved("GET", asked: [("If-Range", "\"v1\"")])
        ),
        (
            "a cut body", request("GET", [("Range", "bytes=0-1")]),
            saved("GET", body: Body(.memory(ByteBuffer(string: "01")), byteCount: 10))
        ),
        ("two ranges", request("GET", [("Range", "bytes=0-1"), ("Range", "bytes=0-1")]), saved()),
    ])
    func `are not derived from`(what: String, head: RequestHead, example: Example) {
        #expect(derive(head, from: example) == nil, "\(what)")
    }

    @Test func `of chunked content are counted`() throws {
        let example = saved(
            "GET", [("Transfer-Encoding", "chunked"), ("Trailer", "X"), ("Connection", "X-Hop"), ("X-Hop", "1")])
        let answer = try #require(derive(request("GET", [("Range", "bytes=2-4")]), from: example))
        #expect(answer.lines == ["Content-Range: bytes 2-4/10", "Content-Length: 3"])
    }
}
