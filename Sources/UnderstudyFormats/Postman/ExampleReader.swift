import NIOCore
import UnderstudyCore

/// Turns the JSON of one example into messages. Lenient where Postman is, strict where a broken example would be
/// served as if whole.
struct ExampleReader {
    let variables: VariableScope
    /// `nil` leaves file bodies unread: good for comparing, not for serving.
    let files: (any BodyFiles)?
    /// Larger file bodies stay in their file.
    let bodyInMemory: Int

    /// Why an example cannot be used, and the member at fault.
    struct Fault: Error {
        let members: [String]
        let message: String
    }

    // MARK: Request

    /// `nil` and JSON null have no request; a string is a GET of that URL.
    func request(_ value: JSONValue?, at place: String) throws(Fault) -> Exchange.Request {
        guard let value, !value.isNull else {
            throw Fault(members: [place], message: "the example has no request, and neither has its item")
        }
        let object = value.object ?? JSONObject([("url", value)])
        let hidden = object["_understudy"]
        let encoding = Self.encoding(hidden)
        guard let url = ExampleURL(object["url"], variables: variables) else {
            throw Fault(members: [place, "url"], message: "the request has no URL")
        }
        let method = object["method"]?.text ?? "GET"
        guard !method.isEmpty, method.utf8.allSatisfy(\.isTokenByte) else {
            throw Fault(members: [place, "method"], message: "the method is not a token")
        }
        let fields = try fields(object["header"], encoding, [place, "header"])
        let target = Self.target(url, hidden, object["url"])
        return Exchange.Request(
            head: RequestHead(
                method: method, target: ByteBuffer(bytes: TextBytes.bytes(of: target, encoding: encoding)),
                fields: fields),
            body: try requestBody(object["body"] ?? object["data"], hidden, place),
            trailers: try self.fields(hidden?["trailers"], encoding, [place, "_understudy", "trailers"]))
    }

    /// The exact target when the visible URL cannot say it, unless the URL was edited since.
    private static func target(_ url: ExampleURL, _ hidden: JSONValue?, _ visible: JSONValue?) -> String {
        guard let exact = hidden?["target"]?.text else { return url.target }
        return visible?["raw"]?.text == PostmanURL.raw(exact) ? exact : url.target
    }

    private func requestBody(_ value: JSONValue?, _ hidden: JSONValue?, _ place: String) throws(Fault) -> Body {
        if let reference = hidden?["body"] { return try fileBody(reference, [place, "_understudy", "body"]) }
        if let text = value?.text { return Body(text: text) }
        guard let object = value?.object, value?.isDisabled == false else { return Body() }
        switch object["mode"]?.text {
        case "urlencoded": return Body(text: FormText.encode(object["urlencoded"]?.elements ?? []))
        case "graphql": return Body(text: Self.graphQL(object["graphql"]))
        // The parts of a multipart form have no bytes of their own, and a file is never read.
        case "formdata", "file": return Body()
        default: return Body(text: object["raw"]?.text ?? "")
        }
    }

    /// What Postman sends for a GraphQL body: query, operation name and variables as one JSON object.
    private static func graphQL(_ value: JSONValue?) -> String {
        guard let value = value?.object else { return "" }
        var body = JSONObject()
        body["query"] = value["query"]
        body["operationName"] = value["operationName"]
        if let text = value["variables"]?.text {
            body["variables"] = (try? JSONValue(parsing: text)) ?? [:]
        } else {
            body["variables"] = value["variables"] ?? [:]
        }
        return JSONWriter.text(.object(body))
    }

    // MARK: Response

    func response(_ object: JSONObject) throws(Fault) -> Exchange.Response {
        let hidden = object["_understudy"]
        let encoding = Self.encoding(hidden)
        let body: Body
        if let reference = hidden?["body"] {
            body = try fileBody(reference, ["_understudy", "body"])
        } else {
            switch object["body"] {
            case .string(let text)?: body = Body(text: text)
            case .null?, nil: body = Body()
            default: throw Fault(members: ["body"], message: "the body is not a string")
            }
        }
        var interim: [ResponseHead] = []
        for (index, head) in (hidden?["interim"]?.elements ?? []).enumerated() {
            let place = ["_understudy", "interim[\(index)]"]
            interim.append(try self.head(head.object ?? JSONObject(), encoding, place))
        }
        return Exchange.Response(
            interim: interim, head: try head(object, encoding, []), body: body,
            trailers: try fields(hidden?["trailers"], encoding, ["_understudy", "trailers"]))
    }

    private func head(
        _ object: JSONObject, _ encoding: TextBytes.Encoding, _ place: [String]
    ) throws(Fault) -> ResponseHead {
        var status: Int? = 200
        switch object["code"] {
        case nil, .null?: break
        case .string(let text)?: status = Int(text)
        case let code?: status = code.int
        }
        guard let status, (100...999).contains(status) else {
            throw Fault(members: place + ["code"], message: "the code is not a number from 100 to 999")
        }
        let reason = TextBytes.bytes(of: object["status"]?.text ?? "", encoding: encoding)
        guard !reason.contains(where: \.breaksLine) else {
            throw Fault(members: place + ["status"], message: "the status holds a line break")
        }
        return ResponseHead(
            status: status, reason: ByteBuffer(bytes: reason),
            fields: try fields(object["header"], encoding, place + ["header"]))
    }

    // MARK: Fields

    /// A list of `{key, value}` and `"Name: value"`, or all of them as one text of lines. Disabled ones and ones
    /// without a name are not sent.
    private func fields(
        _ value: JSONValue?, _ encoding: TextBytes.Encoding, _ place: [String]
    ) throws(Fault) -> Fields {
        var fields = Fields()
        switch value {
        case nil, .null?: break
        case .string(let block)?:
            for line in block.utf8.split(whereSeparator: \.breaksLine) {
                try append(line: String(Substring(line)), encoding, to: &fields, place)
            }
        case .array(let entries)?:
            for (index, entry) in entries.enumerated() {
                if let line = entry.text {
                    try append(line: line, encoding, to: &fields, place, index)
                } else if let object = entry.object, !entry.isDisabled, let name = object["key"]?.text {
                    let value: String
                    switch object["value"] {
                    case .string(let text)?, .number(let text)?: value = text
                    case .bool(let bool)?: value = String(bool)
                    default: value = ""
                    }
                    try append(name, value, encoding, to: &fields, place, index)
                }
            }
        default: throw Fault(members: place, message: "the fields are neither a list nor a text")
        }
        return fields
    }

    private func append(
        line: String, _ encoding: TextBytes.Encoding, to fields: inout Fields, _ place: [String], _ index: Int? = nil
    ) throws(Fault) {
        let parts = line.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1, omittingEmptySubsequences: false)
        let value = parts.count == 2 ? String(Substring(parts[1])) : ""
        try append(String(Substring(parts[0])), value, encoding, to: &fields, place, index)
    }

    private func append(
        _ name: String, _ value: String, _ encoding: TextBytes.Encoding, to fields: inout Fields, _ place: [String],
        _ index: Int?
    ) throws(Fault) {
        if Self.isClean(name, \.isTokenByte), encoding == .utf8, Self.isCleanValue(value) {
            return fields.append(name, value)
        }
        let name = Self.trimmed(TextBytes.bytes(of: name, encoding: encoding))
        let value = Self.trimmed(TextBytes.bytes(of: value, encoding: encoding))
        guard !name.isEmpty else { return }
        var place = place
        if let index, let last = place.popLast() { place.append("\(last)[\(index)]") }
        guard name.allSatisfy(\.isTokenByte) else {
            throw Fault(members: place, message: "a field's name is not a token")
        }
        guard !value.contains(where: \.breaksLine) else {
            throw Fault(members: place, message: "a field's value holds a line break or NUL")
        }
        fields.append(name, value)
    }

    private static func isClean(_ text: String, _ holds: (UInt8) -> Bool) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy(holds)
    }

    private static func isCleanValue(_ text: String) -> Bool {
        let bytes = text.utf8
        guard let first = bytes.first, let last = bytes.last else { return true }
        return first > 0x20 && last > 0x20 && !bytes.contains(where: \.breaksLine)
    }

    private static func trimmed(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let start = bytes.firstIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D } ?? bytes.endIndex
        let end = bytes.lastIndex { $0 != 0x20 && $0 != 0x09 && $0 != 0x0A && $0 != 0x0D }
        return bytes[start..<(end.map { $0 + 1 } ?? start)]
    }

    // MARK: File bodies

    private static func encoding(_ hidden: JSONValue?) -> TextBytes.Encoding {
        hidden?["encoding"]?.text.flatMap(TextBytes.Encoding.init(rawValue:)) ?? .utf8
    }

    private func fileBody(_ value: JSONValue, _ place: [String]) throws(Fault) -> Body {
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
