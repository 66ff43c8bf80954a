import UnderstudyCore

extension PostmanURL {
    /// A URL text as v2.1 writes it: `{raw, protocol, auth, host, port, path, query, hash}`, each only where it is there.
    ///
    /// The rules are those of Postman's own parser: `{{…}}` is protected, nothing is decoded, an empty piece of a query has a
    /// null key.
    static func parsed(_ raw: String) -> JSONValue {
        let bytes = Array(raw.utf8)
        var object = JSONObject([("raw", .string(raw))])
        var end = bytes.count
        var hash: JSONValue?
        if let place = index(in: bytes, 0..<end, of: "#") {
            hash = text(bytes, place + 1..<end)
            end = place
        }
        var query: JSONValue?
        if let place = index(in: bytes, 0..<end, of: "?") {
            query = .array(split(bytes, place + 1..<end, at: "&").map { pair(bytes, $0) })
            end = place
        }
        var start = 0
        if let colon = index(in: bytes, 0..<end, of: ":"), bytes[colon..<end].starts(with: "://".utf8) {
            object["protocol"] = text(bytes, 0..<colon)
            start = colon + 3
        }
        let slash = index(in: bytes, start..<end, of: "/") ?? end
        if slash > start { authority(bytes, start..<slash, into: &object) }
        if slash < end { object["path"] = .array(split(bytes, slash + 1..<end, at: "/").map { text(bytes, $0) }) }
        if let query { object["query"] = query }
        if let hash { object["hash"] = hash }
        return .object(object)
    }

    private static func authority(_ bytes: [UInt8], _ range: Range<Int>, into object: inout JSONObject) {
        var start = range.lowerBound
        var end = range.upperBound
        if let at = lastIndex(in: bytes, range, of: "@") {
            let colon = index(in: bytes, start..<at, of: ":") ?? at
            object["auth"] = [
                "user": text(bytes, start..<colon), "password": text(bytes, min(colon + 1, at)..<at),
            ]
            start = at + 1
        }
        var port: JSONValue?
        // Not the colons of an IPv6 address.
        if let colon = lastIndex(in: bytes, start..<end, of: ":"), !bytes[colon..<end].contains(UInt8(ascii: "]")) {
            port = text(bytes, colon + 1..<end)
            end = colon
        }
        object["host"] = .array(split(bytes, start..<end, at: ".").map { text(bytes, $0) })
        if let port { object["port"] = port }
    }

    private static func pair(_ bytes: [UInt8], _ range: Range<Int>) -> JSONValue {
        guard !range.isEmpty else { return ["key": .null, "value": .null] }
        guard let equals = index(in: bytes, range, of: "=") else { return ["key": text(bytes, range), "value": .null] }
        return [
            "key": text(bytes, range.lowerBound..<equals), "value": text(bytes, equals + 1..<range.upperBound),
        ]
    }

    private static func text(_ bytes: [UInt8], _ range: Range<Int>) -> JSONValue {
        .string(String(decoding: bytes[range], as: UTF8.self))
    }

    /// The first such byte outside of `{{…}}`.
    private static func index(in bytes: [UInt8], _ range: Range<Int>, of scalar: Unicode.Scalar) -> Int? {
        var index = range.lowerBound
        while index < range.upperBound {
            if let token = VariableToken.end(bytes, index), token <= range.upperBound {
                index = token
            } else if bytes[index] == UInt8(ascii: scalar) {
                return index
            } else {
                index += 1
            }
        }
        return nil
    }

    private static func lastIndex(in bytes: [UInt8], _ range: Range<Int>, of scalar: Unicode.Scalar) -> Int? {
        var found: Int?
        var start = range.lowerBound
        while let place = index(in: bytes, start..<range.upperBound, of: scalar) {
            found = place
            start = place + 1
        }
        return found
    }

    private static func split(_ bytes: [UInt8], _ range: Range<Int>, at scalar: Unicode.Scalar) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var start = range.lowerBound
        while let place = index(in: bytes, start..<range.upperBound, of: scalar) {
            parts.append(start..<place)
            start = place + 1
        }
        parts.append(start..<range.upperBound)
        return parts
    }
}
