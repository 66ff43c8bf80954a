import NIOCore
import UnderstudyCore

/// The origin-form target of an example, out of Postman's many ways to write a URL.
///
/// Protocol, host, port and user info never count. Variables of the collection are filled in as far as they are
/// known; a `{{name}}` that stays, and a `:name` without a value, is left for the matcher as a wildcard `{{name}}`.
struct ExampleURL {
    /// Begins with `/`; may hold `{{name}}`.
    let target: String

    /// `nil` when there is no URL.
    init?(_ url: JSONValue?, variables: VariableScope) {
        guard let text = Self.text(of: url) else { return nil }
        let values = url?["variable"]?.elements
        // Our own `{{baseUrl}}/path` is the common case: nothing to resolve, the host is cut off with the variable.
        let prefix = "{{baseUrl}}/"
        if text.hasPrefix(prefix), values == nil, Self.isPlain(text.utf8.dropFirst(prefix.utf8.count)),
            Self.isOrigin(variables["baseUrl"] ?? "")
        {
            target = String(Substring(text.utf8.dropFirst(prefix.utf8.count - 1)))
            return
        }
        let resolved = variables.resolve(text)
        target = Self.fill(Self.originForm(resolved), values ?? [], variables)
    }

    /// The URL as one text: `raw`, or put together from its parts.
    private static func text(of url: JSONValue?) -> String? {
        guard let url else { return nil }
        if let text = url.text { return text }
        guard let object = url.object else { return nil }
        let query = object["query"]?.elements ?? []
        let hasDisabled = query.contains { $0.isDisabled }
        if let raw = object["raw"]?.text {
            guard hasDisabled else { return raw }
            let base = raw.utf8.prefix { $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
            return String(Substring(base)) + queryText(query)
        }
        guard object["path"] != nil || object["host"] != nil else { return nil }
        var text = ""
        switch object["path"] {
        case .string(let path)?: text = path.hasPrefix("/") ? path : "/" + path
        case .array(let segments)?:
            for segment in segments { text += "/" + (segment.text ?? segment["value"]?.text ?? "") }
        default: break
        }
        return "host" + text + queryText(query)
    }

    private static func queryText(_ query: [JSONValue]) -> String {
        let pairs = query.filter { !$0.isDisabled && $0.object != nil }.map { pair in
            let key = pair["key"]?.text ?? ""
            return pair["value"]?.text.map { "\(key)=\($0)" } ?? key
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    /// No `{`, no `#`, no `:` at the start of a segment, no empty first segment: nothing to interpret.
    private static func isPlain(_ path: Substring.UTF8View) -> Bool {
        var previous = UInt8(ascii: "/")
        var isFirst = true
        for byte in path {
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "#") { return false }
            if previous == UInt8(ascii: "/"), byte == UInt8(ascii: ":") || (isFirst && byte == UInt8(ascii: "/")) {
                return false
            }
            if byte == UInt8(ascii: "?") {
                return !path.contains(UInt8(ascii: "{")) && !path.contains(UInt8(ascii: "#"))
            }
            previous = byte
            isFirst = false
        }
        return true
    }

    /// Whether a base URL has no path of its own.
    private static func isOrigin(_ text: String) -> Bool {
        let utf8 = text.utf8
        guard !utf8.contains(UInt8(ascii: "{")) else { return false }
        return originForm(text) == "/"
    }

    /// Cuts `#…`, scheme and host off. `{{…}}` is protected; leading slashes collapse to one.
    private static func originForm(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var index = 0
        var slash: Int? = nil
        var query: Int? = nil
        var end = bytes.count
        if let scheme = schemeEnd(bytes) { index = scheme }
        while index < bytes.count {
            if let token = VariableToken.end(bytes, index) {
                index = token
                continue
            }
            let byte = bytes[index]
            if byte == UInt8(ascii: "#") {
                end = index
                break
            }
            if byte == UInt8(ascii: "?"), query == nil { query = index }
            if byte == UInt8(ascii: "/"), slash == nil, query == nil { slash = index }
            index += 1
        }
        var start = slash ?? query ?? end
        guard start < end else { return "/" }
        if bytes[start] == UInt8(ascii: "?") { return "/" + String(decoding: bytes[start..<end], as: UTF8.self) }
        while start + 1 < end, bytes[start + 1] == UInt8(ascii: "/") { start += 1 }
        return String(decoding: bytes[start..<end], as: UTF8.self)
    }

    /// The index behind `scheme://`.
    private static func schemeEnd(_ bytes: [UInt8]) -> Int? {
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: "/"), bytes[index] != UInt8(ascii: "?"),
            bytes[index] != UInt8(ascii: "#")
        {
            index += 1
        }
        guard index + 1 < bytes.count, bytes[index] == UInt8(ascii: "/"), bytes[index + 1] == UInt8(ascii: "/"),
            index > 0, bytes[index - 1] == UInt8(ascii: ":")
        else { return nil }
        return index + 2
    }

    /// Fills path variables: `:name` takes the value the URL gives it, or becomes the wildcard `{{name}}`. The name
    /// ends at the first `.` of its segment.
    private static func fill(_ target: String, _ values: [JSONValue], _ variables: VariableScope) -> String {
        let bytes = target.utf8
        guard bytes.contains(UInt8(ascii: ":")) else { return target }
        let path = bytes.prefix { $0 != UInt8(ascii: "?") }
        let segments = path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { segment in
            let name = segment.dropFirst().prefix { $0 != UInt8(ascii: ".") }
            guard segment.first == UInt8(ascii: ":"), !name.isEmpty else { return String(Substring(segment)) }
            let rest = String(Substring(segment.dropFirst(1 + name.count)))
            let key = String(Substring(name))
            let value = values.last { ($0["key"] ?? $0["id"])?.text == key && !$0.isDisabled }?["value"]?.text
            guard let value, !value.isEmpty else { return "{{\(key)}}\(rest)" }
            return variables.resolve(value) + rest
        }
        return segments.joined(separator: "/") + String(Substring(bytes.dropFirst(path.count)))
    }
}
