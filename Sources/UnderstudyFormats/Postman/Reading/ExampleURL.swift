import UnderstudyCore

/// The origin-form target of an example, out of Postman's many ways to write a URL.
///
/// Protocol, host, port and user info never count; a path that belongs to a variable for the base does. Variables are
/// filled in as far as they are known; a `{{name}}` that stays, and a `:name` without a value, is left for the matcher
/// as a wildcard `{{name}}`. A trailing slash stays.
struct ExampleURL {
    /// Begins with `/`; may hold `{{name}}`.
    let target: String

    /// `nil` when there is no URL.
    init?(_ url: JSONValue?, variables: VariableScope) {
        guard let text = Self.text(of: url) else { return nil }
        let resolved = variables.resolve(Self.withoutDoubleSlashes(text, variables))
        target = Self.fill(Self.originForm(resolved), url?["variable"]?.elements ?? [], variables)
    }

    // MARK: The common cases

    /// The target where nothing is to be interpreted: a URL without variables, or behind a `{{baseUrl}}` that is an
    /// origin. `nil` means: ask `init`.
    static func plainTarget(_ url: JSONView, hasPlainBase: Bool) -> UnsafeRawBufferPointer? {
        var raw = url
        if url.isObject {
            guard let text = url["raw"], url["variable"] == nil else { return nil }
            if let query = url["query"], !query.isNull {
                guard query.isArray, !query.elements.contains(where: \.isDisabled) else { return nil }
            }
            raw = text
        }
        guard let bytes = raw.plainText else { return nil }
        var start = 0
        let base: StaticString = "{{baseUrl}}"
        if hasPlainBase, bytes.starts(with: UnsafeBufferPointer(start: base.utf8Start, count: base.utf8CodeUnitCount)) {
            start = base.utf8CodeUnitCount
        } else {
            var (colon, slashes) = (false, 0)
            // Behind `scheme://`, to the path.
            while start < bytes.count, slashes < 3 {
                let byte = bytes[start]
                if byte == UInt8(ascii: "/") {
                    guard colon else { return nil }
                    slashes += 1
                    if slashes == 3 { break }
                } else if slashes == 1 {
                    return nil
                } else if byte == UInt8(ascii: ":") {
                    if slashes == 0 { colon = true }
                } else if byte == UInt8(ascii: "?") || byte == UInt8(ascii: "#") || byte == UInt8(ascii: "{") {
                    return nil
                } else if slashes == 0, colon {
                    return nil
                }
                start += 1
            }
        }
        guard start < bytes.count, bytes[start] == UInt8(ascii: "/"), isPlain(bytes[start...]) else { return nil }
        return UnsafeRawBufferPointer(rebasing: bytes[start...])
    }

    /// No `{`, no `#`, no `:` at the start of a segment, no empty first segment.
    private static func isPlain(_ target: Slice<UnsafeRawBufferPointer>) -> Bool {
        var previous: UInt8 = 0
        var isPath = true
        var index = target.startIndex
        while index < target.endIndex {
            let byte = target.base[index]
            if byte == UInt8(ascii: "{") || byte == UInt8(ascii: "#") { return false }
            if isPath {
                if previous == UInt8(ascii: "/") {
                    if byte == UInt8(ascii: ":") || (byte == UInt8(ascii: "/") && index == target.startIndex + 1) {
                        return false
                    }
                }
                if byte == UInt8(ascii: "?") { isPath = false }
                previous = byte
            }
            index += 1
        }
        return true
    }

    /// Whether a base URL has no path of its own.
    static func isOrigin(_ text: String) -> Bool {
        !text.utf8.contains(UInt8(ascii: "{")) && originForm(text) == "/"
    }

    // MARK: The text

    /// The URL as one text: `raw`, or put together from its parts.
    private static func text(of url: JSONValue?) -> String? {
        guard let url else { return nil }
        if let text = url.text { return text }
        guard let object = url.object else { return nil }
        let hasParts = object["path"] != nil || object["host"] != nil
        let query = object["query"]?.elements ?? []
        if let raw = object["raw"]?.text, !raw.isEmpty || !hasParts {
            guard query.contains(where: \.isDisabled) else { return raw }
            return base(of: raw) + queryText(query)
        }
        guard hasParts else { return nil }
        var text = joined(object["host"], by: ".")
        let path = joined(object["path"], by: "/")
        if !path.isEmpty || text.isEmpty { text += path.hasPrefix("/") ? path : "/" + path }
        if let words = object["query"]?.text, !words.isEmpty { return text + "?" + words }
        return text + queryText(query)
    }

    /// A part that is a text, or a list of texts and of `{type, value}`.
    private static func joined(_ value: JSONValue?, by separator: String) -> String {
        guard let value else { return "" }
        guard let elements = value.elements else { return value.scalarText ?? "" }
        return elements.map { $0.scalarText ?? $0["value"]?.scalarText ?? "" }.joined(separator: separator)
    }

    /// What stands before the query, `{{…}}` protected.
    private static func base(of raw: String) -> String {
        let bytes = Array(raw.utf8)
        let end = firstIndex(in: bytes) { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") } ?? bytes.count
        return String(decoding: bytes[..<end], as: UTF8.self)
    }

    /// A null key is an empty piece (`a&&b`), a null value a bare key.
    private static func queryText(_ query: [JSONValue]) -> String {
        let pairs = query.filter { !$0.isDisabled && $0.object != nil }.map { pair in
            let key = pair["key"]?.scalarText ?? ""
            return pair["value"]?.scalarText.map { "\(key)=\($0)" } ?? key
        }
        return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
    }

    // MARK: Variables

    /// A variable whose value ends in `/`, followed by one: two slashes would make an empty segment that nobody wrote.
    private static func withoutDoubleSlashes(_ text: String, _ variables: VariableScope) -> String {
        let bytes = Array(text.utf8)
        var out: [UInt8] = []
        var index = 0
        while index < bytes.count, bytes[index] != UInt8(ascii: "?"), bytes[index] != UInt8(ascii: "#") {
            guard let end = VariableToken.end(bytes, index) else {
                out.append(bytes[index])
                index += 1
                continue
            }
            var value = bytes[index..<end]
            if end < bytes.count, bytes[end] == UInt8(ascii: "/") {
                let resolved = Array(variables.resolve(String(decoding: value, as: UTF8.self)).utf8)
                if resolved.last == UInt8(ascii: "/") {
                    let kept = resolved.lastIndex { $0 != UInt8(ascii: "/") }.map { $0 + 1 } ?? 0
                    value = resolved[..<kept]
                }
            }
            out.append(contentsOf: value)
            index = end
        }
        return String(decoding: out + bytes[index...], as: UTF8.self)
    }

    /// The first byte outside of `{{…}}` for which `condition` holds.
    private static func firstIndex(
        in bytes: [UInt8], from start: Int = 0, where condition: (UInt8) -> Bool
    ) -> Int? {
        var index = start
        while index < bytes.count {
            if let token = VariableToken.end(bytes, index) {
                index = token
            } else if condition(bytes[index]) {
                return index
            } else {
                index += 1
            }
        }
        return nil
    }

    // MARK: The target

    /// Cuts `#…`, scheme and host off. `{{…}}` is protected; leading slashes collapse to one.
    private static func originForm(_ text: String) -> String {
        var bytes = Array(text.utf8)
        if let hash = firstIndex(in: bytes, where: { $0 == UInt8(ascii: "#") }) { bytes.removeSubrange(hash...) }
        let host = schemeEnd(bytes) ?? 0
        let end = firstIndex(in: bytes, from: host) { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        guard var start = end else { return "/" }
        if bytes[start] == UInt8(ascii: "?") { return "/" + String(decoding: bytes[start...], as: UTF8.self) }
        while start + 1 < bytes.count, bytes[start + 1] == UInt8(ascii: "/") { start += 1 }
        return String(decoding: bytes[start...], as: UTF8.self)
    }

    /// The index behind `scheme://`.
    private static func schemeEnd(_ bytes: [UInt8]) -> Int? {
        let slash = firstIndex(in: bytes) { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
        guard let slash, slash > 0, slash + 1 < bytes.count, bytes[slash - 1] == UInt8(ascii: ":"),
            bytes[slash] == UInt8(ascii: "/"), bytes[slash + 1] == UInt8(ascii: "/")
        else { return nil }
        return slash + 2
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
            let entry = values.last { ($0["key"] ?? $0["id"])?.text == key && !$0.isDisabled }
            guard let value = entry?["value"]?.scalarText, !value.isEmpty else { return "{{\(key)}}\(rest)" }
            return literal(variables.resolve(value)) + rest
        }
        return segments.joined(separator: "/") + String(Substring(bytes.dropFirst(path.count)))
    }

    /// A value as part of a path: it begins no query.
    private static func literal(_ value: String) -> String {
        let bytes = Array(value.utf8)
        guard firstIndex(in: bytes, where: { $0 == UInt8(ascii: "?") || $0 == UInt8(ascii: "#") }) != nil else {
            return value
        }
        return value.unicodeScalars.reduce(into: "") { out, scalar in
            switch scalar {
            case "?": out += "%3F"
            case "#": out += "%23"
            default: out.unicodeScalars.append(scalar)
            }
        }
    }
}
