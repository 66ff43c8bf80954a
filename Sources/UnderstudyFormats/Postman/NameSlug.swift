import UnderstudyCore

/// A safe file name for whatever a person called a collection, an environment or a mock server.
public enum NameSlug {
    /// Octets of a name that are seen in its file's.
    static let limit = 80

    /// `My Shop (v2)` → `my-shop-v2`, `../../x` → `x`, `日本` → `unnamed-` and some digits of its digest.
    ///
    /// Lower-case letters, digits, `.`, `-` and `_` only, none of the first two in front or at the end, never empty. Two
    /// names may have the same one: look what is there before using it.
    public static func slug(of name: String) -> String {
        var out: [UInt8] = []
        for byte in name.utf8 {
            let lower = byte.asciiLowercased
            if lower.isNameByte {
                out.append(lower)
            } else if out.last != UInt8(ascii: "-") {
                out.append(UInt8(ascii: "-"))
            }
        }
        let edges: (UInt8) -> Bool = { $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") }
        var trimmed = out.drop(while: edges).prefix(limit)
        while let last = trimmed.last, edges(last) { trimmed.removeLast() }
        guard !trimmed.isEmpty else { return "unnamed-" + Digest(of: name).description.prefix(8) }
        return String(decoding: trimmed, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var isNameByte: Bool {
        switch self {
        case 0x30...0x39, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}
