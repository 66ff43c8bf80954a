#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Which hosts are reached without the proxy. libcurl has the same rules in CURLOPT_NOPROXY(3), but does not tell before
/// the request is written whether they applied, and the form of the request-target depends on it.
enum NoProxy {
    static func matches(origin: String, list: String) -> Bool {
        guard !list.isEmpty, let host = host(of: origin) else { return false }
        return list.split(whereSeparator: { ", \t".contains($0) }).contains { matches(host, $0.lowercased()) }
    }

    private static func matches(_ host: String, _ entry: String) -> Bool {
        if entry == "*" { return true }
        if let address = address(host) {
            let parts = entry.split(separator: "/", maxSplits: 1)
            guard let block = parts.first.flatMap({ self.address($0.trimmed(of: "[]")) }), block.count == address.count
            else { return false }
            guard parts.count == 2 else { return block == address }
            guard let bits = Int(parts[1]), (0...8 * address.count).contains(bits) else { return false }
            return (0..<bits).allSatisfy { (block[$0 / 8] ^ address[$0 / 8]) & (0x80 >> ($0 % 8)) == 0 }
        }
        let name = entry.trimmed(of: ".")
        return !name.isEmpty && (host == name || host.hasSuffix("." + name))
    }

    /// Lower-case, without brackets, port and a trailing dot.
    private static func host(of origin: String) -> String? {
        guard let scheme = origin.firstRange(of: "://") else { return nil }
        let authority = origin[scheme.upperBound...].prefix { $0 != "/" }
        if authority.first == "[" { return authority.dropFirst().prefix { $0 != "]" }.lowercased() }
        return authority.prefix { $0 != ":" }.lowercased().trimmed(of: ".")
    }

    private static func address(_ text: String) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes.prefix(4)) }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }
}

extension StringProtocol {
    func trimmed(of characters: String) -> String {
        var rest = self[...]
        while let first = rest.first, characters.contains(first) { rest = rest.dropFirst() }
        while let last = rest.last, characters.contains(last) { rest = rest.dropLast() }
        return String(rest)
    }
}
