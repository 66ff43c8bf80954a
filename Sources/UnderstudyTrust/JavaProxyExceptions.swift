/// `NO_PROXY` in the words of Java's `http.nonProxyHosts`: patterns between bars, with `*` at one end.
///
/// What Java cannot say is left out, and those hosts go through the proxy: networks that end inside an octet, and ports.
enum JavaProxyExceptions {
    static func text(noProxy: String) -> String {
        noProxy.split(whereSeparator: { $0 == "," || $0.isWhitespace }).flatMap { patterns(String($0)) }
            .joined(separator: "|")
    }

    private static func patterns(_ element: String) -> [String] {
        if element == "*" { return ["*"] }
        if element.contains("/") { return network(element).map { [$0] } ?? [] }
        if case .address(let octets)? = LeafName(host: element) {
            return [octets.count == 4 ? element : "[\(bare(element))]"]
        }
        let isSuffix = element.hasPrefix("*.") || element.hasPrefix(".")
        let host = withoutPort(element.hasPrefix("*") ? String(element.dropFirst()) : element)
        let name = host.hasPrefix(".") ? String(host.dropFirst()) : host
        guard case .dns(let name)? = LeafName(host: name) else { return [] }
        // Go and curl: a name means its subdomains too.
        return isSuffix ? ["*.\(name)"] : [name, "*.\(name)"]
    }

    private static func bare(_ element: String) -> String { element.trimmingPrefix("[").filter { $0 != "]" } }

    private static func withoutPort(_ element: String) -> String {
        guard let colon = element.lastIndex(of: ":"), Int(element[element.index(after: colon)...]) != nil else {
            return element
        }
        return String(element[..<colon])
    }

    /// `10.0.0.0/8` is `10.*`.
    private static func network(_ element: String) -> String? {
        let parts = element.split(separator: "/")
        guard parts.count == 2, let bits = Int(parts[1]), [8, 16, 24].contains(bits),
            case .address(let octets)? = LeafName(host: String(parts[0])), octets.count == 4
        else { return nil }
        return octets.prefix(bits / 8).map(String.init).joined(separator: ".") + ".*"
    }
}
