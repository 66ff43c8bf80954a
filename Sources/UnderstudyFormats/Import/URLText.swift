/// Parts of URLs as people write them, variables and all.
enum URLText {
    /// `https://h:1/a/b?c` → `h:1`, `/a/b`. Without a scheme the first part is the host, unless it begins with a slash.
    static func hostAndPath(_ url: String) -> (host: String, path: String) {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let rest = url[start...].prefix { $0 != "?" && $0 != "#" }
        let authority = rest.prefix { $0 != "/" }
        let host = authority.split(separator: "@").last.map(String.init) ?? ""
        return (host, String(rest.dropFirst(authority.count)))
    }

    /// `https://h:1/a?b` → `https://h:1` and `/a?b`; `nil` unless it is a URL of HTTP with a host.
    static func originAndTarget(_ url: String) -> (origin: String, target: String)? {
        guard let separator = url.firstRange(of: "://") else { return nil }
        let scheme = url[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else { return nil }
        let rest = url[separator.upperBound...].prefix { $0 != "#" }
        let authority = rest.prefix { $0 != "/" && $0 != "?" }
        let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        guard !host.isEmpty, host.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return nil }
        var target = escapingControls(String(rest.dropFirst(authority.count)))
        if !target.hasPrefix("/") { target = "/" + target }
        return ("\(scheme)://\(host)", target)
    }

    /// Blanks and control characters percent-encoded; they have no place in a URL.
    static func escapingControls(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) else { return text }
        let digits = Array("0123456789ABCDEF".utf8)
        var out: [UInt8] = []
        for byte in text.utf8 {
            if byte <= 0x20 || byte == 0x7F {
                out += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            } else {
                out.append(byte)
            }
        }
        return String(decoding: out, as: UTF8.self)
    }
}

/// Names for collections that come from files without one.
enum CollectionLibraryName {
    /// The one host that all URLs have, else the file's name without folder and ending.
    static func title(of file: String, orFor urls: [String] = []) -> String {
        let hosts = Set(urls.map { URLText.hostAndPath($0).host })
        if hosts.count == 1, let host = hosts.first, !host.isEmpty, !host.hasPrefix("{{") { return host }
        let name = file.split(separator: "/").last.map(String.init) ?? file
        let stem = name.split(separator: ".").first.map(String.init) ?? name
        return stem.isEmpty || stem == "-" ? "Imported" : stem
    }
}
