import Foundation

/// Whom a leaf certificate is for: a host's name, or an address.
public enum LeafName: Sendable, Hashable {
    /// In lower case, without a trailing dot.
    case dns(String)
    /// Four octets or sixteen, in network order.
    case address([UInt8])
}

extension LeafName {
    /// Octets of a whole name; RFC 1035 §2.3.4 less the root's.
    static let nameLimit = 253
    /// Octets of one label.
    static let labelLimit = 63

    /// Reads a host as it stands in a request target or in SNI: a name, a dotted quad, or an IPv6 address with or without
    /// brackets. `nil` for anything else, wildcards and names beyond ASCII among it.
    ///
    /// Nothing is guessed: `127.1` and `2130706433`, which some resolvers take for addresses, are neither name nor address.
    /// The underscore is no part of a host's name (RFC 952), but hosts with one exist.
    public init?(host: String) {
        var text = Substring(host)
        if text.hasPrefix("["), text.hasSuffix("]"), text.utf8.count > 2 {
            text = text.dropFirst().dropLast()
            guard let octets = Self.octets(of: text, family: AF_INET6) else { return nil }
            self = .address(octets)
        } else if let octets = Self.octets(of: text, family: AF_INET) ?? Self.octets(of: text, family: AF_INET6) {
            self = .address(octets)
        } else if let name = Self.name(text) {
            self = .dns(name)
        } else {
            return nil
        }
    }

    /// The host as people write it, an IPv6 address without brackets.
    public var text: String {
        switch self {
        case .dns(let name): return name
        case .address(let octets):
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            guard inet_ntop(octets.count == 4 ? AF_INET : AF_INET6, octets, &text, socklen_t(text.count)) != nil
            else { return "" }
            return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    private static func octets(of text: Substring, family: Int32) -> [UInt8]? {
        // A NUL would end the text early for C.
        guard !text.utf8.contains(0) else { return nil }
        var octets = [UInt8](repeating: 0, count: family == AF_INET ? 4 : 16)
        return inet_pton(family, String(text), &octets) == 1 ? octets : nil
    }

    private static func name(_ text: Substring) -> String? {
        let bytes = text.utf8.last == UInt8(ascii: ".") ? text.utf8.dropLast() : text.utf8[...]
        guard !bytes.isEmpty, bytes.count <= nameLimit else { return nil }
        let labels = bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.allSatisfy(isLabel), let last = labels.last, !isNumber(last) else { return nil }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }

    private static func isLabel(_ label: Substring.UTF8View.SubSequence) -> Bool {
        let hyphen = UInt8(ascii: "-")
        guard (1...labelLimit).contains(label.count), label.first != hyphen, label.last != hyphen else { return false }
        return label.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), hyphen, UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }

    /// A host that ends in a number is an address, written well or badly: <https://url.spec.whatwg.org/#ends-in-a-number-checker>
    private static func isNumber(_ label: Substring.UTF8View.SubSequence) -> Bool {
        let text = String(decoding: label, as: UTF8.self).lowercased()
        if text.hasPrefix("0x") { return text.dropFirst(2).allSatisfy(\.isHexDigit) }
        return text.allSatisfy(\.isNumber)
    }
}
