import NIOCore
import UnderstudyCore

/// Turns the JSON of one example into messages. Lenient where Postman is, strict where a broken example would be
/// served as if whole.
///
/// Requests get the values of variables as far as they are known; responses keep theirs, which are filled in when they
/// are served. The octets go into `arena`; see there.
struct ExampleReader {
    let variables: VariableScope
    /// `nil` leaves file bodies unread: good for comparing, not for serving.
    let files: (any BodyFiles)?
    /// Larger file bodies stay in their file.
    let bodyInMemory: Int
    var arena = ByteArena()
    /// Whether `{{baseUrl}}` stands for an origin without a path.
    let hasPlainBase: Bool

    init(variables: VariableScope, files: (any BodyFiles)?, bodyInMemory: Int) {
        self.variables = variables
        self.files = files
        self.bodyInMemory = bodyInMemory
        hasPlainBase = ExampleURL.isOrigin(variables["baseUrl"] ?? "")
    }

    /// Why an example cannot be used, and the member at fault.
    struct Fault: Error {
        let members: [String]
        let message: String
    }

    // MARK: One message

    /// The request of a tree; see `request(_:at:)` for views.
    func request(_ value: JSONValue?, at place: String) throws(Fault) -> Exchange.Request {
        guard let value else { return try noRequest(place) }
        var reader = self
        return try Self.read(value) { view throws(Fault) in
            let draft = try reader.request(view, at: place)
            return draft.request(in: reader.arena.take())
        }
    }

    func response(_ object: JSONObject) throws(Fault) -> Exchange.Response {
        var reader = self
        return try Self.read(.object(object)) { view throws(Fault) in
            let draft = try reader.response(view)
            return draft.response(in: reader.arena.take())
        }
    }

    private static func read<Value>(
        _ value: JSONValue, _ body: (JSONView) throws(Fault) -> Value
    ) throws(Fault) -> Value {
        try read(JSONWriter.bytes(value, style: .compact), body)
    }

    /// Lets `body` look at an example's text.
    static func read<Value>(_ text: ByteBuffer, _ body: (JSONView) throws(Fault) -> Value) throws(Fault) -> Value {
        var tape = JSONTape()
        // `withUnsafeReadableBytes` has no typed throws.
        let result: Result<Value, Fault>? = text.withUnsafeReadableBytes { bytes in
            tape.read(bytes) { view in
                do throws(Fault) { return .success(try body(view)) } catch { return .failure(error) }
            }
        }
        guard let result else { throw Fault(members: [], message: "this is no JSON that can be read") }
        return try result.get()
    }

    func noRequest<Value>(_ place: String) throws(Fault) -> Value {
        throw Fault(members: [place], message: "the example has no request, and neither has its item")
    }

    // MARK: Response

    mutating func response(_ object: JSONView) throws(Fault) -> ResponseDraft {
        let hidden = object["_understudy"]
        let encoding = Self.encoding(hidden)
        let body: BodyDraft
        if let reference = hidden?["body"] {
            body = .whole(try fileBody(reference.value, ["_understudy", "body"]))
        } else if let content = object["body"], !content.isNull {
            guard content.isString else { throw Fault(members: ["body"], message: "the body is not a string") }
            body = self.content(content)
        } else {
            body = .part(0..<0)
        }
        var interim: [ResponseDraft.Head] = []
        if let heads = hidden?["interim"] {
            for (index, head) in heads.elements.enumerated() {
                interim.append(try self.head(head, encoding, isInterim: true, ["_understudy", "interim[\(index)]"]))
            }
        }
        var draft = ResponseDraft(
            interim: interim, head: try head(object, encoding, isInterim: false, []), body: body,
            trailers: try fields(hidden?["trailers"], encoding, isLiteral: true, ["_understudy", "trailers"]))
        if let chunks = hidden?["chunks"] {
            guard let pace = Pace(chunks.value) else {
                throw Fault(members: ["_understudy", "chunks"], message: "it is no list of [milliseconds, bytes]")
            }
            draft.pace = pace
        }
        return draft
    }

    private mutating func head(
        _ object: JSONView, _ encoding: TextBytes.Encoding, isInterim: Bool, _ place: [String]
    ) throws(Fault) -> ResponseDraft.Head {
        let code = object["code"]
        let status: Int? =
            switch code?.kind {
            case nil, .null?: 200
            case .string?: code?.text.flatMap { Int($0) }
            default: code?.int
            }
        guard let status, (100...999).contains(status) else {
            throw Fault(members: place + ["code"], message: "the code is not a number from 100 to 999")
        }
        // Behind an interim head a client waits for another; 101 is final for those who asked for it.
        guard status == 101 ? !isInterim : (status < 200) == isInterim else {
            throw Fault(
                members: place + ["code"],
                message: isInterim
                    ? "\(status) is no code of an interim response"
                    : "\(status) is the code of an interim response: no client takes it for the answer")
        }
        var reason = 0..<0
        if let text = object["status"], text.isString {
            reason = encoding == .utf8 ? arena.append(text) : append(text.text ?? "", encoding)
            guard !arena.breaksLine(reason) else {
                throw Fault(members: place + ["status"], message: "the status holds a line break")
            }
        }
        let fields = try self.fields(object["header"], encoding, isLiteral: true, place + ["header"])
        return ResponseDraft.Head(status: status, reason: reason, fields: fields)
    }

    // MARK: Rules

    /// What `_understudy.match` says. An example whose rules cannot be understood would answer what it should not.
    static func rules(_ value: JSONValue?) throws(Fault) -> ExampleRules? {
        guard let value else { return nil }
        do throws(RuleError) {
            return try ExampleRules(value)
        } catch {
            throw Fault(members: ["_understudy", "match"], message: "\(error)")
        }
    }

    /// What `_understudy.delay` says: a number of milliseconds, or what `Delay` reads; null is as if it were not there.
    static func delay(_ value: JSONValue?) throws(Fault) -> Delay? {
        guard let value, value != .null else { return nil }
        let delay =
            if value.int != nil { Delay(json: ["type": "fixed", "duration": value]) } else { Delay(json: value) }
        guard let delay else {
            throw Fault(
                members: ["_understudy", "delay"],
                message:
                    "it is neither a number of milliseconds up to \(Delay.limit) nor a delay such as {\"type\": \"uniform\", \"min\": 100, \"max\": 400}"
            )
        }
        return delay
    }

    // MARK: Contents

    /// A string's text as a body.
    mutating func content(_ string: JSONView) -> BodyDraft {
        guard string.source.count > ByteArena.contentLimit else { return .part(arena.append(string)) }
        var bytes = ByteBuffer()
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: string.source.count) { string.unescape(into: $0) }
        return .whole(Body(bytes))
    }

    mutating func content(_ text: String) -> BodyDraft {
        text.utf8.count > ByteArena.contentLimit ? .whole(Body(text: text)) : .part(arena.append(text.utf8))
    }

    mutating func append(_ text: String, _ encoding: TextBytes.Encoding) -> Range<Int> {
        arena.append(TextBytes.bytes(of: text, encoding: encoding))
    }

    static func encoding(_ hidden: JSONView?) -> TextBytes.Encoding {
        hidden?["encoding"]?.text.flatMap(TextBytes.Encoding.init(rawValue:)) ?? .utf8
    }

    func fileBody(_ value: JSONValue, _ place: [String]) throws(Fault) -> Body {
        guard let reference = BodyReference(value) else {
            throw Fault(members: place, message: "`file` is not `bodies/` and 64 hexadecimal digits")
        }
        let stored = Body(.stored(reference.digest, byteCount: reference.byteCount), byteCount: reference.byteCount)
        guard let files else { return stored }
        guard let byteCount = files.byteCount(of: reference.digest) else {
            throw Fault(members: place, message: "\(reference.file) is missing")
        }
        guard byteCount == reference.byteCount else {
            throw Fault(members: place, message: "\(reference.file) has \(byteCount) bytes, not \(reference.byteCount)")
        }
        guard byteCount <= bodyInMemory else { return stored }
        guard let bytes = try? files.read(reference.digest) else {
            throw Fault(members: place, message: "\(reference.file) cannot be read")
        }
        guard Digest(of: bytes) == reference.digest else {
            throw Fault(members: place, message: "\(reference.file) was changed: its content no longer has its name")
        }
        return Body(bytes)
    }
}

extension ByteArena {
    /// Whether there is a CR, LF or NUL.
    func breaksLine(_ range: Range<Int>) -> Bool {
        buffer.withUnsafeReadableBytes { bytes in bytes[range].contains(where: \.breaksLine) }
    }
}

extension UInt8 {
    /// A byte of a token, RFC 9110 §5.6.2.
    var isTokenByte: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x5E...0x60, 0x7C, 0x7E: true
        default: false
        }
    }

    /// CR, LF and NUL, which must never get into a head.
    var breaksLine: Bool { self == 0x0D || self == 0x0A || self == 0 }
}
