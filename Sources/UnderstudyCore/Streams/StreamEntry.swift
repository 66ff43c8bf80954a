public import NIOCore

/// One thing that passed after a protocol was switched: a WebSocket frame, or bytes of another protocol.
///
/// All of them, as lines of JSON in the order in which they passed, are the *transcript*. It takes the place of the body
/// of a 101 response, which has none (RFC 9110 §15.2.2): in the history, in examples, in `bodies/`.
///
///     {"at": 1203, "from": "server", "type": "text", "data": "hello"}
///     {"at": 5120, "from": "client", "type": "close", "code": 1000, "reason": "bye"}
public struct StreamEntry: Sendable, Hashable {
    public enum Side: String, Sendable { case client, server }

    public enum Kind: String, Sendable {
        /// Frames of RFC 6455 §11.8.
        case text, binary, continuation, close, ping, pong
        /// Of a protocol that is not looked into.
        case bytes
        /// The side sends no more: its end of the connection closed.
        case end
    }

    /// Microseconds since the protocol was switched.
    public var at: Int64
    public var from: Side
    public var kind: Kind
    /// Whether the message ends with this frame.
    public var isFinal = true
    /// `permessage-deflate` is on (RFC 7692): the payload is kept as it was sent.
    public var isCompressed = false
    /// Unmasked.
    public var payload: ByteBuffer
    /// In the transcript of a replay: the client said something else when it was recorded.
    public var differs = false

    public init(at: Int64, from: Side, kind: Kind, payload: ByteBuffer = ByteBuffer()) {
        self.at = at
        self.from = from
        self.kind = kind
        self.payload = payload
    }

    /// The first frame of a message, or all of it.
    public var beginsMessage: Bool { kind == .text || kind == .binary }
    public var isData: Bool { beginsMessage || kind == .continuation || kind == .bytes }

    /// The payload as text where it can be read as such.
    public var text: String? {
        guard !isCompressed, kind != .binary else { return nil }
        return payload.withUnsafeReadableBytes { bytes in
            bytes.contains(0) ? nil : String(validating: bytes.bindMemory(to: UInt8.self), as: UTF8.self)
        }
    }

    /// Code and reason of a close frame that has them (RFC 6455 §5.5.1).
    public var closing: (code: Int, reason: String)? {
        guard kind == .close, let code = payload.getInteger(at: payload.readerIndex, as: UInt16.self) else {
            return nil
        }
        let reason = payload.withUnsafeReadableBytes { bytes in
            String(validating: bytes.dropFirst(2).map { $0 }, as: UTF8.self)
        }
        return reason.map { (Int(code), $0) }
    }

    // MARK: JSON

    public var json: JSONValue {
        var object = JSONObject([
            ("at", .integer(Int(at))), ("from", .string(from.rawValue)), ("type", .string(kind.rawValue)),
        ])
        if !isFinal { object["final"] = false }
        if isCompressed { object["compressed"] = true }
        if let closing {
            object["code"] = .integer(closing.code)
            if !closing.reason.isEmpty { object["reason"] = .string(closing.reason) }
        } else if let text {
            if !text.isEmpty { object["data"] = .string(text) }
        } else {
            object["base64"] = .string(Base64.encode(payload))
        }
        if differs { object["differs"] = true }
        return .object(object)
    }

    /// What is wrong with a value that is no entry.
    public struct Fault: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    public init(_ json: JSONValue) throws(Fault) {
        guard case .object(let object) = json else { throw Fault(description: "it is no object") }
        guard case .string(let from)? = object["from"], let from = Side(rawValue: from) else {
            throw Fault(description: "`from` is neither client nor server")
        }
        guard case .string(let kind)? = object["type"], let kind = Kind(rawValue: kind) else {
            throw Fault(description: "`type` is none of text, binary, continuation, close, ping, pong, bytes, end")
        }
        self.init(at: Int64(object["at"]?.int ?? 0), from: from, kind: kind)
        isFinal = object["final"] != false
        isCompressed = object["compressed"] == true
        differs = object["differs"] == true
        if let code = object["code"]?.int {
            guard let code = UInt16(exactly: code) else { throw Fault(description: "`code` is no number up to 65535") }
            payload.writeInteger(code)
            if case .string(let reason)? = object["reason"] { payload.writeString(reason) }
        } else if case .string(let text)? = object["base64"] {
            guard let bytes = Base64.decode(text) else { throw Fault(description: "`base64` is not base64") }
            payload = bytes
        } else if case .string(let text)? = object["data"] {
            payload = ByteBuffer(string: text)
        }
    }
}

/// The lines of a stream.
public enum Transcript {
    /// What says that a body is one.
    public static let mediaType = "application/x-understudy-transcript"

    public static func write(_ entry: StreamEntry, into out: inout ByteBuffer) {
        out.writeString(JSONWriter.text(entry.json, style: .compact))
        out.writeStaticString("\n")
    }

    /// - Throws: `StreamEntry.Fault`, with the line's number.
    public static func entries(_ bytes: ByteBuffer) throws(StreamEntry.Fault) -> [StreamEntry] {
        var entries: [StreamEntry] = []
        for (number, line) in lines(of: bytes).enumerated() {
            do {
                entries.append(try StreamEntry(try JSONValue(parsing: line)))
            } catch {
                throw StreamEntry.Fault(description: "line \(number + 1) of the transcript: \(error)")
            }
        }
        return entries
    }

    /// What makes two transcripts the same: all but when.
    public static func fingerprint(_ bytes: ByteBuffer) -> Digest? {
        guard let entries = try? entries(bytes) else { return nil }
        var out = ByteBuffer()
        for var entry in entries {
            entry.at = 0
            write(entry, into: &out)
        }
        return Digest(of: out)
    }

    static func lines(of bytes: ByteBuffer) -> [ByteBuffer] {
        bytes.readableBytesView.split(separator: 0x0A).map { ByteBuffer($0) }
    }
}
