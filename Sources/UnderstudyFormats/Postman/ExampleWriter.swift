import NIOCore
import UnderstudyCore

/// Writes messages as the JSON of an example. What Postman's format cannot say goes into `_understudy`, which
/// Postman ignores; `ExampleReader` gives every byte back.
struct ExampleWriter {
    let files: any BodyFiles
    /// Larger bodies go into files.
    let bodyInMemory: Int
    /// The collection's, as the reader will fill them in: an imported `baseUrl` may have a path.
    let variables: VariableScope

    /// The parts of an example that may fail to be written, because bodies go into files. Its name and id come later.
    struct Parts {
        let request: JSONObject
        let response: [JSONObject.Member]
    }

    func parts(_ recorded: RecordedExchange) throws -> Parts {
        Parts(
            request: try request(recorded.request),
            response: try response(recorded))
    }

    static func example(_ parts: Parts, id: String, name: String) -> JSONValue {
        var members: [JSONObject.Member] = [
            .init("id", .string(id)), .init("name", .string(name)),
            .init("originalRequest", .object(parts.request)),
        ]
        members += parts.response
        return .object(JSONObject(members: members))
    }

    // MARK: Request

    private func request(_ request: Exchange.Request) throws -> JSONObject {
        var text = MessageText()
        text.examine(request.head.fields)
        text.examine(request.trailers)
        text.examine(request.head.target.readableBytesView)
        let target = text.text(request.head.target.readableBytesView)
        let url = PostmanURL.value(target)
        var hidden = text.hidden
        // What the visible URL cannot say: `//a`, `#`, `:name`, and braces, which a variable might fill.
        if target.utf8.contains(UInt8(ascii: "{"))
            || ExampleURL(url, variables: variables)?.target.utf8.elementsEqual(target.utf8) != true
        {
            hidden["target"] = .string(target)
        }
        var object = JSONObject([
            ("method", .string(request.head.method)), ("header", text.list(request.head.fields)), ("url", url),
        ])
        if let body = try requestBody(request, &hidden) { object["body"] = body }
        // Braces that were recorded are no variables.
        if Self.holdsToken(object["header"]) || Self.holdsToken(object["body"]) { hidden["literal"] = true }
        if !request.trailers.isEmpty { hidden["trailers"] = text.list(request.trailers) }
        if !hidden.members.isEmpty { object["_understudy"] = .object(hidden) }
        return object
    }

    private func requestBody(_ request: Exchange.Request, _ hidden: inout JSONObject) throws -> JSONValue? {
        guard !request.body.isEmpty else { return nil }
        switch try place(request.body, request.head.fields) {
        case .text(let text):
            let type = request.head.fields.text("Content-Type") ?? ""
            if type.lowercased().hasPrefix("application/x-www-form-urlencoded"), let pairs = FormText.pairs(of: text) {
                return ["mode": "urlencoded", "urlencoded": .array(pairs)]
            }
            return [
                "mode": "raw", "raw": .string(text),
                "options": ["raw": ["language": .string(Self.language(of: request.head.fields))]],
            ]
        case .file(let reference):
            hidden["body"] = reference.value
            return ["mode": "file", "file": ["src": .string(reference.file)]]
        }
    }

    /// Whether some text in it looks like `{{name}}`.
    private static func holdsToken(_ value: JSONValue?) -> Bool {
        switch value {
        case .string(let text)?: text.utf8.contains(UInt8(ascii: "{")) && text.contains("{{")
        case .array(let elements)?: elements.contains { holdsToken($0) }
        case .object(let object)?: object.members.contains { holdsToken($0.value) }
        default: false
        }
    }

    // MARK: Response

    private func response(_ recorded: RecordedExchange) throws -> [JSONObject.Member] {
        let response = recorded.response
        var text = MessageText()
        for head in response.interim + [response.head] {
            text.examine(head.fields)
            text.examine(head.reason.readableBytesView)
        }
        text.examine(response.trailers)
        var hidden = text.hidden
        let fields = response.head.fields
        let body: String
        switch try place(response.body, fields) {
        case .text(let content): body = content
        case .file(let reference):
            hidden["body"] = reference.value
            body = Self.note(reference, fields)
        }
        if !response.trailers.isEmpty { hidden["trailers"] = text.list(response.trailers) }
        if !response.interim.isEmpty {
            hidden["interim"] = .array(
                response.interim.map { head in
                    [
                        "status": .string(text.text(head.reason.readableBytesView)), "code": .integer(head.status),
                        "header": text.list(head.fields),
                    ]
                })
        }
        var members: [JSONObject.Member] = [
            .init("status", .string(text.text(response.head.reason.readableBytesView))),
            .init("code", .integer(response.head.status)),
            .init("_postman_previewlanguage", .string(Self.language(of: fields))),
            .init("header", text.list(fields)),
            .init("cookie", []),
            .init("body", .string(body)),
            .init("responseTime", .integer(recorded.responseTime)),
        ]
        if !response.pace.isEmpty { hidden["chunks"] = response.pace.json }
        if recorded.isContentMissing { hidden["contentMissing"] = true }
        if let order = recorded.order { hidden["order"] = [.integer(order.run), .integer(order.number)] }
        if !hidden.members.isEmpty { members.append(.init("_understudy", .object(hidden))) }
        return members
    }

    /// What stands in `body` for people while the bytes are in a file.
    private static func note(_ reference: BodyReference, _ fields: Fields) -> String {
        let type = fields.text("Content-Type") ?? "unknown type"
        let coding = fields.text("Content-Encoding").map { ", \($0)" } ?? ""
        return "(\(reference.byteCount) bytes of \(type)\(coding), in \(reference.file))"
    }

    // MARK: Bodies

    private enum Place {
        case text(String)
        case file(BodyReference)
    }

    /// Text goes into the collection: valid UTF-8 without NUL, no content coding, not too large.
    private func place(_ body: Body, _ fields: Fields) throws -> Place {
        switch body.content {
        case .stored(let digest, let byteCount):
            return .file(BodyReference(digest: digest, byteCount: byteCount))
        case .memory(let bytes):
            if bytes.readableBytes <= bodyInMemory, bytes.readableBytes == 0 || !Redaction.isCoded(fields),
                let text = Self.text(bytes)
            {
                return .text(text)
            }
            return .file(BodyReference(digest: try files.write(bytes), byteCount: bytes.readableBytes))
        }
    }

    private static func text(_ bytes: ByteBuffer) -> String? {
        bytes.withUnsafeReadableBytes { raw in
            raw.contains(0) ? nil : String(validating: raw.bindMemory(to: UInt8.self), as: UTF8.self)
        }
    }

    /// Postman's name for a body's highlighting.
    private static func language(of fields: Fields) -> String {
        let type = fields.text("Content-Type")?.lowercased() ?? ""
        if type.contains("json") { return "json" }
        if type.contains("html") { return "html" }
        if type.contains("xml") { return "xml" }
        if type.contains("javascript") { return "javascript" }
        return "text"
    }
}

/// A message's bytes as text: UTF-8 if all of them are, else Latin-1 for all of them, which is then noted in
/// `_understudy.encoding` so that reading gives the same bytes.
struct MessageText {
    private var encoding = TextBytes.Encoding.utf8

    mutating func examine(_ bytes: ByteBufferView) {
        guard encoding == .utf8 else { return }
        if bytes.withUnsafeBytes({ UTF8Check.firstInvalidOffset(in: $0) }) != nil { encoding = .latin1 }
    }

    mutating func examine(_ fields: Fields) {
        for field in fields {
            examine(field.name)
            examine(field.value)
        }
    }

    func text(_ bytes: ByteBufferView) -> String {
        guard encoding == .latin1 else { return String(decoding: bytes, as: UTF8.self) }
        var text = ""
        for byte in bytes { text.unicodeScalars.append(Unicode.Scalar(byte)) }
        return text
    }

    /// Field lines as `[{key, value}]`, in order and case, repeats kept.
    func list(_ fields: Fields) -> JSONValue {
        .array(fields.map { ["key": .string(text($0.name)), "value": .string(text($0.value))] })
    }

    /// The beginning of a message's `_understudy`.
    var hidden: JSONObject {
        encoding == .utf8 ? JSONObject() : JSONObject([("encoding", .string(encoding.rawValue))])
    }
}
