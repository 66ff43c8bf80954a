import NIOCore
import UnderstudyCore

/// Answers of our own, as problem details. <https://www.rfc-editor.org/rfc/rfc9457>
enum Problem {
    /// What problem types begin with. The names behind it are listed in the README.
    static let typePrefix = "urn:understudy:problem:"

    static func write(
        _ refusal: Refusal, annotates: Bool, closes: Bool, to method: String?, into out: inout ByteBuffer
    ) {
        let body: JSONValue = [
            "type": .string(typePrefix + refusal.name),
            "title": .string(Reason.phrase(refusal.status)),
            "status": .integer(refusal.status),
            "detail": .string(refusal.detail),
        ]
        write(
            body, status: refusal.status, result: .refused, annotates: annotates, closes: closes, to: method, into: &out
        )
    }

    static func body(of failure: UpstreamFailure) -> JSONValue {
        [
            "type": .string(typePrefix + failure.kind.rawValue),
            "title": "Upstream gave no whole response",
            "status": .integer(failure.status),
            "detail": .string(failure.detail),
        ]
    }

    /// Why nothing matched, and what came closest. Under the postman profile Postman's own answer comes first.
    static func body(of miss: Miss, profile: MatchOptions.Profile) -> JSONValue {
        var object = JSONObject()
        if profile == .postman {
            object["error"] = postmansNoRequest
        }
        object["type"] = .string(typePrefix + "no-example")
        object["title"] = "No example matches this request"
        object["status"] = 404
        object["detail"] = .string(miss.detail)
        object["nearest"] = .array(miss.json)
        return .object(object)
    }

    /// What Postman says of a private mock server to those without its key: that there is none.
    static let mockNotFound: JSONValue = [
        "error": ["name": "mockNotFoundError", "message": .string(mockNotFoundMessage)]
    ]
    static let mockNotFoundMessage = "Please refresh and try again."

    /// The same to everybody, whatever is wrong with the key.
    static let keyWanted: JSONValue = [
        "type": .string(typePrefix + "key-wanted"), "title": "Unauthorized", "status": 401,
        "detail": .string(keyWantedDetail),
    ]
    static let keyWantedDetail =
        "This mock server is private: x-api-key must hold one of its keys, and the one given is missing, unknown or expired."

    private static let postmansNoRequest: JSONValue = [
        "name": "mockRequestNotFoundError", "message": .string(noRequestMessage), "header": "No matching requests",
    ]
    /// What Postman's call log says of a miss, too.
    static let noRequestMessage = "Double check your method and the request path and try again."

    /// Writes a whole response.
    ///
    /// - Parameters:
    ///   - closes: whether the connection ends with it.
    ///   - method: the request's, when it is known: HEAD gets no content.
    static func write(
        _ body: JSONValue?, status: Int, result: Exchange.Result?, annotates: Bool, closes: Bool, to method: String?,
        proxyStatus: String? = nil, contentType: StaticString = "application/problem+json",
        adding fields: Fields = Fields(),
        into out: inout ByteBuffer
    ) {
        let content = body.map { JSONWriter.bytes($0, style: .tabs) } ?? ByteBuffer()
        ResponseHead(status: status, reason: Reason.phrase(status)).writeStatusLine(into: &out)
        if body != nil { out.writeString("Content-Type: \(contentType)\r\n") }
        out.writeString("Content-Length: \(content.readableBytes)\r\n")
        if status == 407 { out.writeStaticString("Proxy-Authenticate: Basic realm=\"understudy\"\r\n") }
        if status == 401 { out.writeStaticString("WWW-Authenticate: ApiKey realm=\"understudy\"\r\n") }
        if status == 405 { out.writeString("Allow: \(FinalRecipient.methods)\r\n") }
        if let proxyStatus { out.writeString("Proxy-Status: understudy; error=\(proxyStatus)\r\n") }
        fields.write(into: &out)
        if annotates, let result { Annotation(result: result).write(into: &out) }
        if closes { out.writeStaticString("Connection: close\r\n") }
        out.writeStaticString("\r\n")
        if method != "HEAD" { out.writeImmutableBuffer(content) }
    }
}

/// The reason phrases of the statuses we answer with ourselves (RFC 9110 §15).
enum Reason {
    static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 407: "Proxy Authentication Required"
        case 408: "Request Timeout"
        case 414: "URI Too Long"
        case 417: "Expectation Failed"
        case 421: "Misdirected Request"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 508: "Loop Detected"
        default: "Error"
        }
    }
}
