public import NIOCore
public import UnderstudyCore

/// A request as a curl command line says it.
public struct CurlRequestValue: Sendable, Equatable {
    public var method: String
    /// With scheme; may hold `{{variables}}`.
    public var url: String
    /// In order; `Content-Type` is there when curl would send one of its own accord.
    public var fields: [(name: String, value: String)] = []
    public var body = Body.none

    public enum Body: Sendable, Equatable {
        case none
        case bytes(ByteBuffer)
        /// `multipart/form-data`, as a collection's `formdata` list.
        case form([JSONValue])
    }

    public init(method: String, url: String, fields: [(name: String, value: String)] = [], body: Body = .none) {
        self.method = method
        self.url = url
        self.fields = fields
        self.body = body
    }

    public static func == (left: CurlRequestValue, right: CurlRequestValue) -> Bool {
        left.method == right.method && left.url == right.url && left.body == right.body
            && left.fields.elementsEqual(right.fields) { $0 == $1 }
    }

    /// Where it goes: `https://host`, `/path?query`; `nil` unless it is a URL of HTTP.
    public var originAndTarget: (origin: String, target: String)? { URLText.originAndTarget(url) }

    /// What is sent: the fields, with the type of a form, and the content. `nil` when the method or a field is none.
    public var content: (fields: [(name: String, value: String)], body: ByteBuffer)? {
        guard !method.isEmpty, method.utf8.allSatisfy(\.isTokenByte),
            fields.allSatisfy({ $0.name.utf8.allSatisfy(\.isTokenByte) && !$0.value.utf8.contains(where: \.breaksLine) }
            )
        else { return nil }
        switch body {
        case .none: return (fields, ByteBuffer())
        case .bytes(let bytes): return (fields, bytes)
        case .form(let parts):
            let form = MultipartText(parts, boundary: nil) { $0 }
            var fields = fields.filter { $0.name.lowercased() != "content-type" }
            fields.append(("Content-Type", form.contentType("multipart/form-data")))
            return (fields, ByteBuffer(string: form.text))
        }
    }

    func value(_ name: String) -> String? { fields.last { $0.name.lowercased() == name.lowercased() }?.value }

    /// As a request of a collection.
    var json: JSONValue {
        let lines = fields.map { field -> JSONValue in ["key": .string(field.name), "value": .string(field.value)] }
        var object = JSONObject([
            ("method", .string(method)), ("header", .array(lines)), ("url", PostmanURL.parsed(url)),
        ])
        switch body {
        case .none: break
        case .form(let parts): object["body"] = ["mode": "formdata", "formdata": .array(parts)]
        case .bytes(let bytes):
            let type = value("Content-Type")?.lowercased() ?? ""
            let text = TextBytes.text(of: bytes.readableBytesView)
            if type.hasPrefix("application/x-www-form-urlencoded"), let pairs = FormText.pairs(of: text) {
                object["body"] = ["mode": "urlencoded", "urlencoded": .array(pairs)]
            } else {
                let language = type.contains("json") ? "json" : type.contains("xml") ? "xml" : "text"
                object["body"] = [
                    "mode": "raw", "raw": .string(text), "options": ["raw": ["language": .string(language)]],
                ]
            }
        }
        return .object(object)
    }
}
