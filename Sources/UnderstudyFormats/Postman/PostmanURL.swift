import NIOCore
import UnderstudyCore

/// Writes an origin-form target as Postman's URL object under `{{baseUrl}}`.
enum PostmanURL {
    static func raw(_ target: String) -> String { "{{baseUrl}}" + target }

    /// Whether a URL's text is that target behind `{{baseUrl}}` or a plain origin.
    static func isRaw(_ raw: String, of target: String) -> Bool {
        if raw == self.raw(target) { return true }
        guard raw.utf8.count > target.utf8.count, raw.hasSuffix(target) else { return false }
        let origin = raw.dropLast(target.count)
        guard let separator = origin.firstRange(of: "://") else { return false }
        let authority = origin[separator.upperBound...]
        return !authority.isEmpty && !authority.utf8.contains { "/?#{".utf8.contains($0) }
    }

    /// `{raw, host, path, query}`; `query` is left out when there is none.
    static func value(_ target: String) -> JSONValue {
        let bytes = target.utf8
        let path = bytes.prefix { $0 != UInt8(ascii: "?") }
        let query = bytes.dropFirst(path.count + 1)
        var object = JSONObject([("raw", .string(raw(target))), ("host", ["{{baseUrl}}"])])
        let segments = path.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        object["path"] = .array(segments.map { .string(String(Substring($0))) })
        if path.count < bytes.count {
            object["query"] = .array(
                query.split(separator: UInt8(ascii: "&"), omittingEmptySubsequences: false).map(pair))
        }
        return .object(object)
    }

    /// `a` has a null value, an empty piece a null key: so Postman's own parser does it.
    private static func pair(_ piece: Substring.UTF8View) -> JSONValue {
        let parts = piece.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let key: JSONValue = piece.isEmpty ? .null : .string(String(Substring(parts[0])))
        return ["key": key, "value": parts.count == 2 ? .string(String(Substring(parts[1]))) : .null]
    }
}

/// A request target as an example keeps it: scheme and authority cut off.
enum OriginForm {
    /// `http://host/x?y` → `/x?y`; `http://host?y` → `/?y`; everything else unchanged.
    static func target(_ target: ByteBuffer) -> ByteBuffer {
        let bytes = target.readableBytesView
        guard bytes.first != UInt8(ascii: "/"), let colon = bytes.firstIndex(of: UInt8(ascii: ":")),
            bytes[colon...].starts(with: "://".utf8)
        else { return target }
        let rest = bytes[(colon + 3)...]
        guard let end = rest.firstIndex(where: { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }) else {
            return ByteBuffer(string: "/")
        }
        if rest[end] == UInt8(ascii: "/") { return ByteBuffer(rest[end...]) }
        var out = ByteBuffer(string: "/")
        out.writeBytes(rest[end...])
        return out
    }
}
