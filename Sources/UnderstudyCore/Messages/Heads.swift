public import NIOCore

/// A request's start line and fields, as the client sent them.
public struct RequestHead: Sendable, Hashable {
    /// As sent: methods are case-sensitive (RFC 9110 §9.1), `get` is not `GET`.
    public var method: String
    /// The request target, byte for byte: origin-form, absolute-form, authority-form or `*` (RFC 9112 §3.2).
    public var target: ByteBuffer
    public var version: HTTPVersion
    public var fields: Fields

    public init(method: String, target: ByteBuffer, version: HTTPVersion = .http11, fields: Fields) {
        self.method = method
        self.target = target
        self.version = version
        self.fields = fields
    }

    public init(method: String, target: String, fields: Fields = Fields()) {
        self.init(method: method, target: ByteBuffer(string: target), fields: fields)
    }

    /// The same in buffers of its own: a parsed head is a slice of what its connection received, which may be large, and
    /// keeps all of that in memory.
    public var detached: RequestHead {
        var lines = Fields()
        for field in fields { lines.append(field.name, field.value) }
        return RequestHead(
            method: method, target: ByteBuffer(bytes: target.readableBytesView), version: version, fields: lines)
    }

    /// The target for people.
    public var targetText: String { TextBytes.text(of: target.readableBytesView) }

    /// Start line, fields and the empty line, as they go into the history.
    public func write(into out: inout ByteBuffer) {
        out.writeString(method)
        out.writeStaticString(" ")
        out.writeImmutableBuffer(target)
        out.writeStaticString(version == .http11 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n")
        fields.write(into: &out)
        out.writeStaticString("\r\n")
    }
}

/// The two versions this wire speaks.
public enum HTTPVersion: String, Sendable { case http10 = "HTTP/1.0", http11 = "HTTP/1.1" }

/// A response's status line and fields.
public struct ResponseHead: Sendable, Hashable {
    /// 100…999.
    public var status: Int
    /// The reason phrase, byte for byte; may be empty.
    public var reason: ByteBuffer
    public var fields: Fields

    public init(status: Int, reason: ByteBuffer, fields: Fields) {
        self.status = status
        self.reason = reason
        self.fields = fields
    }

    public init(status: Int, reason: String, fields: Fields = Fields()) {
        self.init(status: status, reason: ByteBuffer(string: reason), fields: fields)
    }

    /// The reason phrase for people.
    public var reasonText: String { TextBytes.text(of: reason.readableBytesView) }

    /// Status line, fields and the empty line. Always says HTTP/1.1, which is what we speak (RFC 9112 §2.3).
    public func write(into out: inout ByteBuffer) {
        writeStatusLine(into: &out)
        fields.write(into: &out)
        out.writeStaticString("\r\n")
    }

    public func writeStatusLine(into out: inout ByteBuffer) {
        guard (100...999).contains(status) else {
            out.writeString("HTTP/1.1 \(status) \(reasonText)\r\n")
            return
        }
        // In one piece: this is written for every response.
        out.writeWithUnsafeMutableBytes(minimumWritableBytes: 15 + reason.readableBytes) { line in
            line.copyBytes(from: "HTTP/1.1 ".utf8)
            line[9] = 0x30 + UInt8(status / 100)
            line[10] = 0x30 + UInt8(status / 10 % 10)
            line[11] = 0x30 + UInt8(status % 10)
            line[12] = 0x20
            let end = 13 + reason.readableBytes
            reason.withUnsafeReadableBytes {
                UnsafeMutableRawBufferPointer(rebasing: line[13..<end]).copyMemory(from: $0)
            }
            line[end] = 0x0D
            line[end + 1] = 0x0A
            return end + 2
        }
    }

    /// Whether a response with this status to that method ends with its head (RFC 9112 §6.3).
    public func hasNoBody(method: String) -> Bool {
        method == "HEAD" || status < 200 || status == 204 || status == 304
    }
}
