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
}

extension UInt8 {
    fileprivate var isSlugByte: Bool {
        switch self {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
