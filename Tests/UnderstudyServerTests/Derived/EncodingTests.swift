import NIOCore
import Testing
import UnderstudyCoding
import UnderstudyCore

@testable import UnderstudyServer

@Suite struct `Accept-Encoding` {
    private func parsed(_ values: [String]) -> AcceptEncoding? {
        AskedFields(fields(values.map { ("accept-ENCODING", $0) })).acceptEncoding
    }

    @Test(arguments: [
        // RFC 9110 §12.5.3
        ("compress, gzip", [1000, 0, 0, 0, 1000]), ("", [0, 0, 0, 0, 1000]), ("*", [1000, 1000, 1000, 1000, 1000]),
        ("gzip;q=1.0, identity; q=0.5, *;q=0", [1000, 0, 0, 0, 500]),
        ("GZIP;Q=0.5,br ; q=0.001", [500, 0, 1, 0, 1000]), ("x-gzip", [1000, 0, 0, 0, 1000]),
        ("*;q=0", [0, 0, 0, 0, 0]), ("*;q=0, identity", [0, 0, 0, 0, 1000]), ("identity;q=0", [0, 0, 0, 0, 0]),
        ("*;q=0.25, br;q=0", [250, 250, 0, 250, 1000]), ("gzip;q=0.000", [0, 0, 0, 0, 1000]),
        ("deflate;q=0.12,zstd;q=1.", [0, 120, 0, 1000, 1000]), ("gzip;level=9;q=0.3", [300, 0, 0, 0, 1000]),
        ("gzip;q=0.1,gzip;q=0.9", [900, 0, 0, 0, 1000]),
        // What is no weight is not listed.
        ("gzip;q=2,br;q=-1,zstd;q=0.1234,deflate;q=", [0, 0, 0, 0, 1000]), ("gzip;q=1.001", [0, 0, 0, 0, 1000]),
        ("gzip br", [0, 0, 0, 0, 1000]), (",,;,;q=1,", [0, 0, 0, 0, 1000]), ("gzip;q=a", [0, 0, 0, 0, 1000]),
    ])
    func `gives each coding a weight`(value: String, expected: [Int]) throws {
        let accept = try #require(parsed([value]))
        #expect([ContentCoding.gzip, .deflate, .br, .zstd, .identity].map { accept.weight(of: $0) } == expected)
    }

    @Test func `may stand in several lines or not at all`() {
        #expect(parsed(["gzip", "br;q=0.5"]) == parsed(["gzip, br;q=0.5"]))
        #expect(parsed([]) == nil)
    }

    @Test(
        arguments: [
            // Stored if it is acceptable, whatever is preferred.
            ("gzip;q=0.1, br", [ContentCoding.gzip], nil), ("*", [.br], nil), ("gzip, br", [.gzip, .br], nil),
            ("gzip, br", [], nil), ("identity;q=0.1, br", [], nil),
            // Else no coding.
            ("br", [.gzip], .identity), ("", [.gzip], .identity), ("gzip;q=0", [.gzip], .identity),
            ("gzip", [.gzip, .br], .identity), ("*;q=0, identity;q=0.1, br", [.gzip], .identity),
            // Else the best.
            ("identity;q=0, gzip, br, zstd, deflate", [], .br), ("identity;q=0, gzip, zstd, deflate", [], .zstd),
            ("identity;q=0, gzip;q=0.9, br;q=0.8", [], .gzip), ("identity;q=0, deflate", [.gzip], .deflate),
            ("*;q=0, zstd;q=0.1", [.gzip], .zstd), ("identity;q=0, *;q=0.5", [], .br),
            // Nothing is.
            ("*;q=0", [.gzip], nil), ("*;q=0", [], nil), ("identity;q=0", [.gzip], nil),
        ] as [(String, [ContentCoding], ContentCoding?)])
    func `chooses`(value: String, stored: [ContentCoding], expected: ContentCoding?) throws {
        #expect(try #require(parsed([value])).alternative(to: stored) == expected)
    }

    @Test func `may be long`() throws {
        let accept = try #require(parsed([String(repeating: "x;q=0.5,", count: 10_000) + "br"]))
        #expect(accept.weight(of: .br) == 1000)
    }
}

@Suite struct `The content coding of an example` {
    static let text = String(repeating: "All work and no play. ", count: 50)

    /// An example in these codings.
    private func coded(_ codings: [ContentCoding], asked: Lines = [], _ lines: Lines = []) throws -> Example {
        var bytes = ByteBuffer(string: Self.text)
        for coding in codings { bytes = try ContentCoding.encode(bytes, as: coding) }
        let encoding = codings.map(\.rawValue).joined(separator: ", ")
        let all: Lines =
            [("Content-Type", "text/plain")] + (codings.isEmpty ? [] : [("Content-Encoding", encoding)])
            + [("ETag", "\"v1\""), ("Content-Length", "\(bytes.readableBytes)")] + lines
        return saved("GET", asked: asked, all, body: bytes)
    }

    @Test(arguments: [[ContentCoding.gzip], [.deflate], [.br], [.zstd], [.gzip, .br]])
    func `is taken off for a client that does not take it`(codings: [ContentCoding]) throws {
        let answer = try #require(derive(request("GET", [("Accept-Encoding", "")]), from: coded(codings)))
        #expect(answer.text == Self.text)
        #expect(
            answer.lines == [
                "Content-Type: text/plain", "ETag: W/\"v1\"", "Content-Length: \(Self.text.utf8.count)",
                "Vary: Accept-Encoding",
            ])
        #expect(answer.head.status == 200 && answer.head.reasonText == "As Recorded")
    }

    @Test(arguments: [ContentCoding.gzip, .deflate, .br, .zstd])
    func `is replaced for a client that must have another`(coding: ContentCoding) throws {
        let head = request("GET", [("Accept-Encoding", "identity;q=0, \(coding.rawValue)")])
        for stored in [[], [coding == .gzip ? ContentCoding.br : .gzip]] {
            let answer = try #require(derive(head, from: coded(stored)))
            #expect(answer.head.fields.all("content-encoding").map(\.valueText) == [coding.rawValue])
            guard case .bytes(let bytes) = answer.parts[0] else { Issue.record("not in memory"); return }
            let plain = try ContentCoding.decode(bytes, codings: [coding], limit: 1 << 20)
            #expect(String(buffer: plain) == Self.text)
        }
    }

    @Test func `takes wrong digests and strong tags with it`() throws {
        let lines: Lines = [
            ("Vary", "Accept, accept-encoding"), ("Content-MD5", "x"), ("Digest", "x"), ("Repr-Digest", "x"),
            ("Content-Digest", "x"), ("X-Last", "y"),
        ]
        let answer = try #require(derive(request("GET", [("Accept-Encoding", "br")]), from: coded([.gzip], lines)))
        #expect(Array(answer.lines.suffix(2)) == ["Vary: Accept, accept-encoding", "X-Last: y"])
        for (tag, expected) in [("W/\"v1\"", "W/\"v1\""), ("v1", nil), ("\"\u{E9}\"", nil)] {
            var example = try coded([.gzip])
            example.response.head.fields.replace("etag", with: tag)
            let answer = try #require(derive(request("GET", [("Accept-Encoding", "br")]), from: example))
            #expect(answer.head.fields.text("etag") == expected)
        }
    }

    @Test func `stays when the example was recorded for the same client`() throws {
        let example = try coded([.gzip], asked: [("Accept-Encoding", "br;q=0.5")])
        #expect(derive(request("GET", [("Accept-Encoding", "br;q=0.5")]), from: example) == nil)
        #expect(derive(request("GET", [("Accept-Encoding", "br")]), from: example) != nil)
    }

    @Test func `stays when it cannot be taken off`() throws {
        let head = request("GET", [("Accept-Encoding", "identity")])
        let gzip = try ContentCoding.encode(ByteBuffer(string: Self.text), as: .gzip)
        let encoded: Lines = [("Content-Encoding", "gzip")]
        #expect(derive(head, from: saved("GET", [("Content-Encoding", "compress")], body: gzip)) == nil)
        #expect(derive(head, from: saved("GET", [("Content-Encoding", "gzip, dcb")], body: gzip)) == nil)
        #expect(derive(head, from: saved("GET", encoded)) == nil)
        #expect(derive(head, from: saved("GET", encoded, body: ByteBuffer())) == nil)
        #expect(derive(head, from: saved("GET", status: 206, encoded, body: gzip)) == nil)
        let file = Body(.stored(Digest(of: "x"), byteCount: 5_000_000), byteCount: 5_000_000)
        #expect(derive(head, from: saved("GET", encoded, body: file)) == nil)
        let zeros = ByteBuffer(repeating: 0, count: DerivedAnswer.decodedLimit + 1)
        let bomb = try ContentCoding.encode(zeros, as: .gzip)
        #expect(derive(head, from: saved("GET", encoded, body: bomb)) == nil)
    }

    @Test func `is taken off of any method and status`() throws {
        var example = try coded([.gzip])
        example.response.head.status = 422
        example.request.head.method = "POST"
        let answer = try #require(derive(request("POST", [("Accept-Encoding", "br")]), from: example))
        #expect(answer.text == Self.text && answer.head.status == 422)
    }

    @Test func `is chosen before conditions and ranges`() throws {
        let example = try coded([.gzip])
        func ask(_ lines: Lines, _ method: String = "GET") -> DerivedAnswer? {
            derive(request(method, [("Accept-Encoding", "br")] + lines), from: example)
        }
        let range = try #require(ask([("Range", "bytes=4-7")]))
        #expect(range.summary == "206 work" && range.head.fields.text("content-range") == "bytes 4-7/1100")
        #expect(range.head.fields.text("etag") == "W/\"v1\"" && !range.head.fields.contains("content-encoding"))
        // The tag is weak now: good for a cache, not for putting pieces together.
        #expect(ask([("If-None-Match", "W/\"v1\"")])?.lines == ["ETag: W/\"v1\"", "Vary: Accept-Encoding"])
        #expect(ask([("Range", "bytes=4-7"), ("If-Range", "\"v1\"")])?.summary == "200 \(Self.text)")
        #expect(ask([("If-Match", "\"v1\"")])?.head.status == 412)
        let head = try #require(ask([], "HEAD"))
        #expect(head.parts.isEmpty && head.lines == ask([])?.lines)
    }
}
