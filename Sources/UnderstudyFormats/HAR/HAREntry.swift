import NIOCore
import UnderstudyCore

/// One entry of a HAR file as an exchange.
struct HAREntry {
    private let value: JSONValue
    /// What was taken over otherwise than it stands there.
    private(set) var remarks: [String] = []
    /// Says which content the file does not hold.
    private(set) var lacking: String?

    struct Fault: Error { let message: String }

    init(_ value: JSONValue) { self.value = value }

    mutating func exchange() throws(Fault) -> Exchange {
        guard let request = value["request"]?.object, let response = value["response"]?.object else {
            throw Fault(message: "an entry has a request and a response")
        }
        guard let url = request["url"]?.text, let (origin, target) = URLText.originAndTarget(url) else {
            let url = request["url"]?.text.map { String($0.prefix(80)) }
            throw Fault(message: url.map { "'\($0)' is no URL of HTTP" } ?? "it has no URL")
        }
        let method = request["method"]?.text ?? ""
        guard !method.isEmpty, method.utf8.allSatisfy(\.isTokenByte) else {
            throw Fault(message: "'\(method.prefix(40))' is no method")
        }
        guard let status = status(response), (200...999).contains(status) || status == 101 else {
            let reason = (response["_error"] ?? value["_error"])?.text.map { " (\($0.prefix(80)))" } ?? ""
            throw Fault(message: "it has no response\(reason)")
        }
        guard status != 101 else { throw Fault(message: "a switched protocol has no content in a HAR file") }
        let requestBody = try requestBody(request)
        let responseBody = try responseBody(response, status: status, method: method)
        var requestFields = fields(request["headers"], dropping: ["content-length", "transfer-encoding", "host"])
        if let type = requestBody.type, !requestFields.contains("Content-Type") {
            requestFields.append("Content-Type", type)
        }
        var responseFields = fields(
            response["headers"],
            dropping: responseBody.readableBytes > 0 || lacking != nil
                ? ["content-encoding", "transfer-encoding"] : ["transfer-encoding"])
        if responseFields.contains("Content-Length"), method != "HEAD", status != 304 {
            responseFields.replace("Content-Length", with: String(responseBody.readableBytes))
        }
        let mime = response["content"]?["mimeType"]?.text ?? ""
        if !responseFields.contains("Content-Type"), responseBody.readableBytes > 0, mime.contains("/"),
            !mime.utf8.contains(where: \.breaksLine), mime != "x-unknown"
        {
            responseFields.append("Content-Type", mime)
        }
        var timings = Timings()
        timings.total = Int64(min(max(value["time"]?.double ?? 0, 0), 1e9) * 1000)
        let reason = (response["statusText"]?.text ?? "").filter { !$0.isNewline && $0 != "\0" }
        var exchange = Exchange(
            startedAt: value["startedDateTime"]?.text.flatMap(Timestamp.init(isoText:)) ?? Timestamp(microseconds: 0),
            mode: .record, result: .recorded, upstream: origin,
            request: Exchange.Request(
                head: RequestHead(method: method, target: target, fields: requestFields), body: Body(requestBody.bytes)),
            response: Exchange.Response(
                head: ResponseHead(status: status, reason: reason, fields: responseFields), body: Body(responseBody)),
            timings: timings)
        if lacking != nil { exchange.note = RecordedExchange.contentMissing }
        return exchange
    }

    private func status(_ response: JSONObject) -> Int? {
        response["status"]?.int ?? response["status"]?.double.flatMap { Int(exactly: $0) }
    }

    // MARK: Fields

    /// Browsers put repeats of one field into one value, a line each; HTTP/2's `:method` and its like are no fields.
    private mutating func fields(_ value: JSONValue?, dropping names: Set<String>) -> Fields {
        var fields = Fields()
        for entry in value?.elements ?? [] {
            guard let name = entry["name"]?.text, !name.hasPrefix(":"), !names.contains(name.lowercased()) else {
                continue
            }
            guard !name.isEmpty, name.utf8.allSatisfy(\.isTokenByte) else {
                remarks.append("'\(name.prefix(40))' is no field's name and is left out")
                continue
            }
            let text = entry["value"]?.scalarText ?? ""
            for line in text.utf8.split(omittingEmptySubsequences: !text.isEmpty, whereSeparator: \.breaksLine) {
                fields.append(name.utf8, line.drop { $0 == 0x20 || $0 == 0x09 })
            }
        }
        return fields
    }

    // MARK: Bodies

    private mutating func requestBody(_ request: JSONObject) throws(Fault) -> (bytes: ByteBuffer, type: String?) {
        guard let data = request["postData"]?.object else {
            if let size = request["bodySize"]?.int, size > 0 {
                lacking = "the request's \(size) bytes are not in the file"
            }
            return (ByteBuffer(), nil)
        }
        let type = data["mimeType"]?.text.flatMap { $0.isEmpty || $0.utf8.contains(where: \.breaksLine) ? nil : $0 }
        let parameters = data["params"]?.elements ?? []
        if let text = data["text"]?.text, !text.isEmpty || parameters.isEmpty {
            if data["encoding"]?.text?.lowercased() == "base64" { return (try decoded(text), type) }
            return (ByteBuffer(string: text), type)
        }
        let pairs = parameters.map { parameter -> JSONValue in
            var object = JSONObject([
                ("key", parameter["name"] ?? ""), ("value", parameter["value"] ?? ""), ("type", "text"),
            ])
            if let file = parameter["fileName"]?.text {
                object["type"] = "file"
                object["src"] = .string(file)
            }
            if let type = parameter["contentType"] { object["contentType"] = type }
            return .object(object)
        }
        guard type?.lowercased().hasPrefix("multipart/") == true else {
            return (ByteBuffer(string: FormText.encode(pairs)), type)
        }
        let form = MultipartText(pairs, boundary: type.flatMap { MultipartText.boundary(in: $0) }) { $0 }
        return (ByteBuffer(string: form.text), type.map { form.contentType($0) })
    }

    private mutating func responseBody(
        _ response: JSONObject, status: Int, method: String
    ) throws(Fault) -> ByteBuffer {
        let content = response["content"]?.object ?? JSONObject()
        let size = content["size"]?.int ?? 0
        guard let text = content["text"]?.text else {
            let expected = size > 0 ? size : response["bodySize"]?.int ?? 0
            if expected > 0, method != "HEAD", status != 204, status != 304 {
                lacking = "the response's \(expected) bytes are not in the file"
            }
            return ByteBuffer()
        }
        let bytes =
            content["encoding"]?.text?.lowercased() == "base64" ? try decoded(text) : ByteBuffer(string: text)
        if bytes.readableBytes == 0, size > 0, method != "HEAD" {
            lacking = "the response's \(size) bytes are not in the file"
        } else if bytes.readableBytes < size {
            remarks.append("the response's content is cut: \(bytes.readableBytes) of \(size) bytes are in the file")
        }
        return bytes
    }

    /// Some writers break lines or leave the padding out.
    private func decoded(_ text: String) throws(Fault) -> ByteBuffer {
        var letters = text.utf8.filter { $0 > 0x20 }
        while letters.count % 4 != 0, letters.count % 4 != 1 { letters.append(UInt8(ascii: "=")) }
        guard let bytes = Base64.decode(String(decoding: letters, as: UTF8.self)) else {
            throw Fault(message: "its content is not base64")
        }
        return bytes
    }
}
