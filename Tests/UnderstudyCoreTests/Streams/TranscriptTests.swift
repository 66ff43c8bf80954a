import NIOCore
import Testing

@testable import UnderstudyCore

/// What passed on a switched connection, as lines of JSON.
@Suite struct `Transcripts` {
    private static func entry(_ kind: StreamEntry.Kind, _ bytes: [UInt8] = [], from: StreamEntry.Side = .server)
        -> StreamEntry
    {
        StreamEntry(at: 1500, from: from, kind: kind, payload: ByteBuffer(bytes: bytes))
    }

    private static var all: [StreamEntry] {
        var fragment = entry(.text, Array("héllo \"x\"\n".utf8))
        fragment.isFinal = false
        var compressed = entry(.text, [0xC1, 0x02])
        compressed.isCompressed = true
        var other = entry(.binary, [1], from: .client)
        other.differs = true
        return [
            fragment, compressed, other, entry(.continuation, [0xC3]), entry(.text), entry(.ping, Array("p".utf8)),
            entry(.pong), entry(.close), entry(.close, [0x03, 0xE8] + Array("bye".utf8)), entry(.close, [0x0F]),
            entry(.close, [0x03, 0xE8, 0xFF]), entry(.bytes, [0, 1, 2]), entry(.end),
        ]
    }

    @Test func `come back byte for byte`() throws {
        var lines = ByteBuffer()
        for entry in Self.all { Transcript.write(entry, into: &lines) }
        #expect(try Transcript.entries(lines) == Self.all)
    }

    @Test(arguments: [
        ("[]", "it is no object"), ("{\"type\": \"text\"}", "`from`"),
        ("{\"from\": \"server\", \"type\": \"x\"}", "`type`"),
        ("{\"from\": \"server\", \"type\": \"binary\", \"base64\": \"x\"}", "`base64`"),
        ("{\"from\": \"server\", \"type\": \"close\", \"code\": 70000}", "`code`"), ("{", "line 2"),
    ])
    func `that are broken say where`(line: String, problem: String) {
        let error = #expect(throws: StreamEntry.Fault.self) {
            try Transcript.entries(ByteBuffer(string: "{\"from\": \"client\", \"type\": \"end\"}\n\(line)\n"))
        }
        #expect(error?.description.contains("line 2") == true && error?.description.contains(problem) == true)
    }

    @Test func `lose the secrets of JSON frames, and nothing else`() throws {
        let redaction = Redaction(key: Array("key".utf8))
        let secret = Self.entry(.text, Array("{\"password\": \"canary\", \"a\": 1.0}".utf8))
        var compressed = secret
        compressed.isCompressed = true
        var lines = ByteBuffer()
        for entry in [Self.entry(.text, Array("plain".utf8)), secret, compressed] {
            Transcript.write(entry, into: &lines)
        }
        let head = ResponseHead(status: 101, reason: "")
        let redacted = redaction.apply(to: Exchange.Response(head: head, body: Body(lines)))
        let entries = try Transcript.entries(redacted.body.bytesInMemory ?? ByteBuffer())
        #expect(entries[0].text == "plain" && entries[2] == compressed)
        let text = try #require(entries[1].text)
        #expect(text.contains("REDACTED-") && text.contains("\"a\": 1.0") && !text.contains("canary"))
        #expect(!redacted.body.isCut)
        #expect(redaction.concerns(bodyBeginning: lines, contentType: Transcript.mediaType))
        #expect(redaction.apply(toBody: lines, contentType: Transcript.mediaType) == redacted.body.bytesInMemory)
    }

    @Test func `are the same whenever they happened`() {
        var (first, second, third) = (ByteBuffer(), ByteBuffer(), ByteBuffer())
        var entry = Self.entry(.text, [0x61])
        Transcript.write(entry, into: &first)
        entry.at = 9
        Transcript.write(entry, into: &second)
        entry.from = .client
        Transcript.write(entry, into: &third)
        #expect(Transcript.fingerprint(first) == Transcript.fingerprint(second))
        #expect(Transcript.fingerprint(first) != Transcript.fingerprint(third))
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ])
    func `use RFC 4648's base64`(text: String, encoded: String) {
        #expect(Base64.encode(ByteBuffer(string: text)) == encoded)
        #expect(Base64.decode(encoded) == ByteBuffer(string: text))
    }

    @Test(arguments: ["Z", "Zg=", "Zg==Zg==", "Z===", "Zm9 ", "Zm9-", "=AAA", "AA=A"])
    func `and nothing that is none`(text: String) { #expect(Base64.decode(text) == nil) }

    @Test func `begin with RFC 6455's answer to its key`() {
        #expect(WebSocketHandshake.accept(for: "dGhlIHNhbXBsZSBub25jZQ==".utf8) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test(arguments: [
        ("websocket", "Upgrade", true), ("h2c", "Upgrade, HTTP2-Settings", false), ("h2c, websocket", "upgrade", true),
        ("websocket", "keep-alive", false), ("", "upgrade", false),
    ])
    func `follow a request that wants them`(upgrade: String, connection: String, isWanted: Bool) {
        var fields = Fields()
        fields.append("Upgrade", upgrade)
        fields.append("Connection", connection)
        var head = RequestHead(method: "GET", target: "/", fields: fields)
        #expect(head.wantsUpgrade == isWanted)
        head.version = .http10
        #expect(!head.wantsUpgrade)
    }
}
