import UnderstudyCore

extension PostmanCollection {
    /// The ending of a collection's file, behind its slug.
    public static let fileEnding = ".postman_collection.json"

    /// A safe file name for the collection of an origin: `https://api.example.com` → `api.example.com`,
    /// `http://localhost:8080` → `localhost-8080`.
    ///
    /// Letters, digits, `.`, `-` and `_` only, no dot or dash in front, at most 100 octets. What had to be changed or
    /// cut gets a few digits of its digest, so that two origins do not share a file.
    public static func slug(for origin: String) -> String {
        var bytes = Array(origin.utf8)[...]
        if let scheme = origin.utf8.split(separator: UInt8(ascii: ":"), maxSplits: 1).first,
            bytes.dropFirst(scheme.count).starts(with: "://".utf8)
        {
            bytes = bytes.dropFirst(scheme.count + 3)
        }
        bytes = bytes.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") && $0 != UInt8(ascii: "#") }
        if let at = bytes.lastIndex(of: UInt8(ascii: "@")) { bytes = bytes[(at + 1)...] }
        let authority = Array(bytes)
        let portColon = authority.lastIndex(of: UInt8(ascii: ":"))
        var isExact = true
        var out: [UInt8] = []
        for (index, byte) in authority.enumerated() {
            switch byte.asciiLowercased {
            case let byte where byte.isSlugByte: out.append(byte)
            default:
                out.append(UInt8(ascii: "-"))
                if index != portColon { isExact = false }
            }
        }
        let trimmed = out.drop { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-") }
        if trimmed.count != out.count || trimmed.count > 100 || trimmed.isEmpty { isExact = false }
        let text = String(decoding: trimmed.prefix(isExact ? 100 : 80), as: UTF8.self)
        if isExact { return text }
        return (text.isEmpty ? "collection" : text) + "-" + String(Digest(of: origin).description.prefix(8))
    }

    /// The same among many hosts, where `http://h` and `https://h` are two: the plain one gets its port.
    static func slug(ofHost origin: String) -> String {
        let slug = slug(for: origin)
        guard let upstream = try? Upstream(origin), upstream.scheme == "http", upstream.port == 80 else { return slug }
        return slug + "-80"
    }

    /// The part of a file's name that says whose recording it is. Whatever a key holds the name is safe, and two keys
    /// never have the same one: what had to be changed gets some digits of the key's digest, and so does what could be
    /// taken for such a one or for the end of the part.
    static func slug(forSession key: String) -> String {
        let bytes = Array(key.utf8)
        var out = bytes.map { $0.isSlugByte ? $0 : UInt8(ascii: "-") }[...]
        while let first = out.first, first == UInt8(ascii: ".") || first == UInt8(ascii: "-") { out.removeFirst() }
        let text = String(decoding: out, as: UTF8.self)
        let isExact =
            out.elementsEqual(bytes) && out.count <= sessionSlugLimit && !text.contains("--") && !text.hasSuffix("-")
            && !endsLikeDigest(out)
        if isExact { return text }
        var name = String(decoding: out.prefix(sessionSlugLimit), as: UTF8.self)
        while let double = name.firstRange(of: "--") { name.replaceSubrange(double, with: "-") }
        while name.hasSuffix("-") { name.removeLast() }
        return (name.isEmpty ? "session" : name) + "-" + Digest(of: key).description.prefix(sessionDigits)
    }

    /// Octets of a key that are seen in the name.
    private static let sessionSlugLimit = 60
    private static let sessionDigits = 12

    private static func endsLikeDigest(_ bytes: ArraySlice<UInt8>) -> Bool {
        let end = bytes.suffix(sessionDigits + 1)
        return end.count == sessionDigits + 1 && end.first == UInt8(ascii: "-")
            && end.dropFirst().allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }
}

extension UInt8 {
    fileprivate var isSlugByte: Bool {
        switch self {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
