import NIOCore
import TestSupport
import Testing
import UnderstudyCoding
import UnderstudyCore

@testable import UnderstudyServer

/// B35 and B36: content is bytes. They are the same live, in the recording and in replay, whatever they claim to be.
@Suite(.serialized) struct `B: content is never touched` {
    /// Content, and the fields that describe it.
    struct Content: Sendable, CustomStringConvertible {
        let name: String
        let bytes: [UInt8]
        let fields: [String]
        var description: String { name }
    }

    private static let text = String(repeating: #"{"name":"Ada","n":1.0,"list":[1,2,3]},"#, count: 50)

    private static func encoded(_ coding: ContentCoding, _ text: String = text) -> [UInt8] {
        let bytes = try? ContentCoding.encode(ByteBuffer(string: text), as: coding)
        return Array((bytes ?? ByteBuffer()).readableBytesView)
    }

    static let coded: [Content] = {
        func content(_ name: String, _ coding: String, _ bytes: [UInt8]) -> Content {
            Content(
                name: name, bytes: bytes, fields: ["Content-Type: application/json", "Content-Encoding: \(coding)"])
        }
        let gzip = encoded(.gzip)
        var damaged = gzip
        damaged[damaged.count / 2] ^= 0xFF
        return [
            content("B35 gzip", "gzip", gzip), content("B35 x-gzip", "X-GZIP", gzip),
            content("B35 br", "br", encoded(.br)), content("B35 zstd", "zstd", encoded(.zstd)),
            content("B35 deflate", "deflate", encoded(.deflate)),
            content("B35 deflate without its wrapper", "deflate", Array(encoded(.deflate).dropFirst(2).dropLast(4))),
            content("B35 gzip in two members", "gzip", gzip + encoded(.gzip, "and more")),
            content("B35 gzip twice", "gzip, gzip", gzip), content("B35 br, then gzip", "br, gzip", gzip),
            content("B35 gzip, broken", "gzip", damaged),
            content("B35 gzip, cut", "gzip", Array(gzip.prefix(gzip.count / 2))),
            content("B35 gzip with bytes behind it", "gzip", gzip + [0, 1, 2]),
            content("B35 text that says it is gzip", "gzip", Array(text.utf8)),
            content("B35 gzip that says it is br", "br", gzip), content("B35 nothing that says it is gzip", "gzip", []),
            content("B35 an unheard-of coding", "rot13", Array(text.utf8)), content("B35 identity", "identity", gzip),
            content("B35 every byte", "aws-chunked", (0...255).map { UInt8($0) }),
        ]
    }()

    static let odd: [Content] = [
        ("B36 a byte order mark", "\u{EF}\u{BB}\u{BF}{\"a\":1}"), ("B36 1.0", "{\"a\": 1.0 ,\"b\":-0,\"c\":1.10}"),
        ("B36 1E400", "[1E400,-1E400,1e-400]"), ("B36 keys twice", "{\"a\":1,\"a\":2,\"a\":1}"),
        ("B36 20 digits", "{\"id\":12345678901234567890,\"n\":0.12345678901234567890}"),
        ("B36 bytes that are not UTF-8", "{\"a\":\"\u{FF}\u{FE}\u{C3}\u{28}\"}"),
        ("B36 half a pair", "{\"a\":\"\\ud800\"}"), ("B36 escapes", "{\"\\u0061\":\"\\/\\u00e9\"}"),
        ("B36 blanks", " \r\n\t{ \"a\" :\r\n1 }\n\n"), ("B36 not JSON at all", "{\"a\":"),
        ("B36 UTF-16", "\u{FF}\u{FE}{\0}\0"), ("B36 NUL", "{\"a\":\"\0\"}"), ("B36 a lone number", "1.0"),
    ].map { Content(name: $0.0, bytes: $0.1.latin1Bytes, fields: ["Content-Type: application/json"]) }

    @Test(arguments: [coded, odd])
    func `B35, B36 live, recorded and replayed, up and down`(contents: [Content]) async throws {
        func lines(_ content: Content) -> String { content.fields.map { $0 + "\r\n" }.joined() }
        let origin = try RawOrigin { (request: RawMessage) in
            let content = contents[Int(request["X-Number"] ?? "") ?? 0]
            return .ok(content.bytes.latin1, content.fields.map { $0 + "\r\n" }.joined())
        }
        // The same content as the request's, so that both directions are seen at once.
        let requests = contents.enumerated().map { number, content in
            String.post(
                content.bytes.latin1,
                lines(content) + "X-Number: \(number)\r\nAccept-Encoding: gzip, br, zstd, deflate\r\n")
        }
        try await Proxy.run(to: origin) { proxy in
            var live: [RawMessage] = []
            for (number, content) in contents.enumerated() {
                let bytes = content.bytes.latin1
                live.append(try proxy.exchange(requests[number]))
                #expect(live[number].text == bytes, "\(content)")
                #expect(Set(live[number].fieldLines).isSuperset(of: content.fields), "\(content)")
                let entry = try proxy.recorder.entry(number)
                #expect(entry.responseText == bytes && entry.requestText == bytes && entry.savesExample, "\(content)")
            }
            let sent = origin.streams.flatMap { NIOOracle($0).requests.map(\.body) }
            #expect(sent == contents.map { $0.bytes.latin1 })
            #expect(!origin.linted.contains { $0.hasPrefix("FAULT") })
            for (number, content) in contents.enumerated() {
                // Every content has a replay of its own: what is found is decided elsewhere, what is sent here.
                try await proxy.replay([number])
                let replayed = try proxy.exchange(requests[number])
                #expect(replayed.startLine == live[number].startLine, "\(content)")
                #expect(replayed.fieldLines == live[number].fieldLines && replayed.body == content.bytes, "\(content)")
            }
            #expect(origin.requests.count == contents.count)
        }
    }
}
