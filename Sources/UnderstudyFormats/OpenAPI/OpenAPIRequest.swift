import UnderstudyCore

/// An operation's request as a collection writes it.
struct OpenAPIRequest {
    let method: String
    let path: String
    let parameters: [JSONObject]
    private var extraFields: [JSONValue] = []
    private var extraQuery: [JSONValue] = []
    private var cookies: [String] = []

    struct Content {
        let type: String
        let value: JSONValue?
        let schema: JSONValue?
    }

    init(method: String, path: String, parameters: [JSONObject]) {
        self.method = method
        self.path = path
        self.parameters = parameters
    }

    /// Placeholders for what the first way of proving who one is needs.
    mutating func addSecurity(_ security: JSONValue?, in document: OpenAPIDocument) {
        for requirement in security?.elements?.first?.object?.members ?? [] {
            let schemes = document.root["components"]?["securitySchemes"]
            guard let scheme = document.resolved(schemes?[requirement.name]) else { continue }
            let placeholder = "{{\(requirement.name.filter { $0 != "{" && $0 != "}" })}}"
            let name = scheme["name"]?.text ?? requirement.name
            switch (scheme["type"]?.text, scheme["in"]?.text, scheme["scheme"]?.text?.lowercased()) {
            case ("apiKey", "query", _): extraQuery.append(["key": .string(name), "value": .string(placeholder)])
            case ("apiKey", "cookie", _): cookies.append("\(name)=\(placeholder)")
            case ("apiKey", _, _): if name.utf8.allSatisfy(\.isTokenByte) { add(name, placeholder) }
            case ("http", _, "basic"): add("Authorization", "Basic \(placeholder)")
            case ("http", _, "bearer"), ("oauth2", _, _), ("openIdConnect", _, _):
                add("Authorization", "Bearer \(placeholder)")
            default: break
            }
        }
    }

    private mutating func add(_ name: String, _ value: String) {
        extraFields.append(["key": .string(name), "value": .string(value)])
    }

    /// - Parameter hasValues: whether path variables have values: those of an example have none, so that it answers for all.
    func json(_ sample: inout SchemaSample, _ body: Content?, hasValues: Bool) -> JSONObject {
        var fields = extraFields
        var query = extraQuery
        var variables: [JSONValue] = []
        var cookies = self.cookies
        for parameter in parameters {
            let name = parameter["name"]?.text ?? ""
            let value = MediaText.inline(value(of: parameter, &sample))
            var entry = JSONObject([("key", .string(name)), ("value", .string(value))])
            if let text = parameter["description"]?.text, !text.isEmpty { entry["description"] = .string(text) }
            let isRequired = parameter["required"]?.bool == true
            if !isRequired, parameter["in"]?.text != "path" { entry["disabled"] = true }
            switch parameter["in"]?.text {
            case "path":
                if !hasValues { entry["value"] = "" }
                variables.append(.object(entry))
            case "query": query.append(.object(entry))
            case "cookie": if isRequired { cookies.append("\(name)=\(value)") }
            case "header":
                let isOwn = ["accept", "content-type", "authorization"].contains(name.lowercased())
                if !isOwn, !name.isEmpty, name.utf8.allSatisfy(\.isTokenByte) { fields.append(.object(entry)) }
            default: break
            }
        }
        if !cookies.isEmpty { fields.append(["key": "Cookie", "value": .string(cookies.joined(separator: "; "))]) }
        var object = JSONObject([("method", .string(method)), ("header", .null), ("url", url(query, variables))])
        if let body, method != "GET", method != "HEAD" {
            if !body.type.hasPrefix("multipart/") {
                fields.append(["key": "Content-Type", "value": .string(body.type)])
            }
            object["body"] = self.body(body, sample.document)
        }
        object["header"] = .array(fields)
        return object
    }

    private func value(of parameter: JSONObject, _ sample: inout SchemaSample) -> JSONValue {
        if let given = parameter["example"] { return given }
        for member in parameter["examples"]?.object?.members ?? [] {
            if let value = sample.document.resolved(member.value)?["value"] { return value }
        }
        let schema = parameter["schema"] ?? parameter["content"]?.object?.members.first?.value["schema"]
        return sample.value(schema, .request) ?? ""
    }

    // MARK: URL

    private func url(_ query: [JSONValue], _ variables: [JSONValue]) -> JSONValue {
        let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { Self.segment($0) }
        let sent = query.filter { !$0.isDisabled }.map { pair in
            "\(Self.encoded(pair["key"]?.text ?? ""))=\(Self.encoded(pair["value"]?.text ?? ""))"
        }
        var raw = "{{baseUrl}}/" + segments.joined(separator: "/")
        if !sent.isEmpty { raw += "?" + sent.joined(separator: "&") }
        var object = JSONObject([
            ("raw", .string(raw)), ("host", ["{{baseUrl}}"]), ("path", .array(segments.map { .string($0) })),
        ])
        // In the list texts stand as in the URL.
        if !query.isEmpty {
            object["query"] = .array(
                query.map { pair in
                    guard var pair = pair.object else { return pair }
                    for name in ["key", "value"] { pair[name] = .string(Self.encoded(pair[name]?.text ?? "")) }
                    return .object(pair)
                })
        }
        if !variables.isEmpty { object["variable"] = .array(variables) }
        return .object(object)
    }

    /// `{id}` → `:id`, `{id}.json` → `:id.json`; with other text around it stays a variable: `a-{id}` → `a-{{id}}`.
    private static func segment(_ text: Substring) -> String {
        if text.first == "{", let close = text.firstIndex(of: "}") {
            let name = text[text.index(after: text.startIndex)..<close]
            let rest = text[text.index(after: close)...]
            if !name.isEmpty, !name.contains("{"), !name.contains("."), rest.isEmpty || rest.first == ".",
                !rest.contains("{")
            {
                return ":\(name)\(rest)"
            }
        }
        return String(text).replacing("{", with: "{{").replacing("}", with: "}}")
    }

    /// Only what would end a pair; `{{placeholders}}` stay.
    private static func encoded(_ text: String) -> String {
        guard text.utf8.contains(where: { "&#%+ =".utf8.contains($0) || $0 < 0x20 }) else { return text }
        return String(decoding: PercentText.encoded(text.utf8), as: UTF8.self)
    }

    // MARK: Body

    private func body(_ content: Content, _ document: OpenAPIDocument) -> JSONValue {
        let value = content.value ?? ""
        let type = content.type.lowercased()
        if type.hasPrefix("application/x-www-form-urlencoded") {
            let pairs = (value.object?.members ?? []).map { member -> JSONValue in
                ["key": .string(member.name), "value": .string(MediaText.inline(member.value))]
            }
            return ["mode": "urlencoded", "urlencoded": .array(pairs)]
        }
        if type.hasPrefix("multipart/") {
            let parts = (value.object?.members ?? []).map { member -> JSONValue in
                let schema = document.resolved(content.schema?["properties"]?[member.name])
                if schema?["format"]?.text == "binary" {
                    return ["key": .string(member.name), "type": "file", "src": .null]
                }
                return ["key": .string(member.name), "value": .string(MediaText.inline(member.value)), "type": "text"]
            }
            return ["mode": "formdata", "formdata": .array(parts)]
        }
        if type.hasPrefix("application/octet-stream") || type.hasPrefix("image/") {
            return ["mode": "file", "file": ["src": .null]]
        }
        let language = MediaText.isJSON(type) ? "json" : type.contains("xml") ? "xml" : "text"
        return [
            "mode": "raw", "raw": .string(MediaText.text(value, type, content.schema, document)),
            "options": ["raw": ["language": .string(language)]],
        ]
    }
}

/// Values as texts of a media type.
enum MediaText {
    static func isJSON(_ type: String) -> Bool {
        let type = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " }
        return type == "application/json" || type.hasSuffix("+json") || type == "*/*" || type == "application/*"
    }

    /// In a field, a path or a query.
    static func inline(_ value: JSONValue) -> String {
        switch value {
        case .null: return ""
        case .array(let elements): return elements.map { inline($0) }.joined(separator: ",")
        case .object: return oneLine(JSONWriter.text(value))
        default: return oneLine(value.scalarText ?? "")
        }
    }

    private static func oneLine(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" && $0 != "\n" && $0 != "\0" }))
    }

    static func text(_ value: JSONValue, _ type: String, _ schema: JSONValue?, _ document: OpenAPIDocument) -> String {
        if isJSON(type) {
            // An example that is a text with JSON in it is that JSON.
            if let text = value.text, let first = text.utf8.first(where: { $0 > 0x20 }), "{[".utf8.contains(first),
                (try? JSONValue(parsing: text)) != nil
            {
                return text
            }
            return String(JSONWriter.text(value, style: .twoSpaces).dropLast())
        }
        if let text = value.text { return text }
        if type.contains("xml") {
            let name =
                document.resolved(schema)?["xml"]?["name"]?.text
                ?? schema?["$ref"]?.text.flatMap { $0.split(separator: "/").last.map(String.init) } ?? "root"
            return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml(value, name)
        }
        return value.scalarText ?? JSONWriter.text(value)
    }

    private static func xml(_ value: JSONValue, _ name: String) -> String {
        let name = name.isEmpty || !name.allSatisfy { $0.isLetter || $0.isNumber || "_-.".contains($0) } ? "item" : name
        switch value {
        case .object(let object):
            return "<\(name)>" + object.members.map { xml($0.value, $0.name) }.joined() + "</\(name)>"
        case .array(let elements): return elements.map { xml($0, name) }.joined()
        default:
            let text = (value.scalarText ?? "").replacing("&", with: "&amp;").replacing("<", with: "&lt;")
                .replacing(">", with: "&gt;")
            return "<\(name)>\(text)</\(name)>"
        }
    }
}
