/// The API that stands behind a reverse proxy: where requests go.
public struct Upstream: Sendable, Hashable {
    /// `http` or `https`.
    public let scheme: String
    /// Host and, unless it is the scheme's own, port; what goes into `Host`.
    public let authority: String
    /// Host without brackets.
    public let host: String
    public let port: Int
    /// Put in front of every request's path: empty, or begins with `/` and does not end with one.
    public let basePath: String

    /// `scheme://authority`.
    public let origin: String
    /// `scheme://authority/`: the address without a path, as libcurl takes it.
    public let root: String
    /// `scheme://authority` and the base path: the `baseUrl` of a collection.
    public let baseURL: String

    /// Parses an address such as `https://api.example.com/v1`.
    ///
    /// - Throws: `UpstreamError`, one sentence that says what to write instead.
    public init(_ text: String) throws(UpstreamError) {
        guard let separator = text.firstRange(of: "://") else {
            throw UpstreamError(text, "has no scheme: write https://\(text) or http://\(text)")
        }
        scheme = text[..<separator.lowerBound].lowercased()
        guard scheme == "http" || scheme == "https" else {
            throw UpstreamError(text, "has the scheme \(scheme): only http and https can be recorded")
        }
        let rest = text[separator.upperBound...]
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw UpstreamError(text, "has a query or fragment: give only scheme, host, port and path")
        }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw UpstreamError(text, "holds a space or a character that must be percent-encoded")
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        let authority = rest[..<slash]
        guard !authority.contains("@") else {
            throw UpstreamError(text, "holds a user name: send credentials with the requests instead")
        }
        let (host, port) = try Self.split(authority, text)
        self.host = host
        let standard = scheme == "https" ? 443 : 80
        self.port = port ?? standard
        let name = host.contains(":") ? "[\(host)]" : host
        self.authority = self.port == standard ? name : "\(name):\(self.port)"
        var path = rest[slash...]
        while path.last == "/" { path = path.dropLast() }
        basePath = String(path)
        origin = "\(scheme)://\(self.authority)"
        root = origin + "/"
        baseURL = origin + basePath
    }

    /// The port is there even if it is the scheme's own.
    public var hostAndPort: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    private static func split(_ authority: Substring, _ text: String) throws(UpstreamError) -> (String, Int?) {
        var host = authority
        var portText: Substring?
        if authority.first == "[" {
            guard let close = authority.firstIndex(of: "]") else {
                throw UpstreamError(text, "has an IPv6 address without its closing bracket")
            }
            host = authority[authority.index(after: authority.startIndex)..<close]
            let after = authority[authority.index(after: close)...]
            guard after.isEmpty || after.first == ":" else {
                throw UpstreamError(text, "has something other than a port behind the IPv6 address")
            }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            portText = authority[authority.index(after: colon)...]
        }
        guard !host.isEmpty else { throw UpstreamError(text, "has no host") }
        guard authority.first == "[" || !host.contains(":") else {
            throw UpstreamError(text, "has an IPv6 address without brackets: write [\(host)]")
        }
        guard host.allSatisfy({ $0.isLetter || $0.isNumber || "-._~%".contains($0) || $0 == ":" }) else {
            throw UpstreamError(text, "has a host with a character that no host has")
        }
        guard let portText else { return (host.lowercased(), nil) }
        guard let port = Int(portText), port > 0, port < 65536, portText.first != "+" else {
            throw UpstreamError(text, "has the port \(portText): a port is a number from 1 to 65535")
        }
        return (host.lowercased(), port)
    }
}

/// Why a text is not an upstream.
public struct UpstreamError: Error, Hashable, Sendable, CustomStringConvertible {
    public var description: String { "upstream '\(text)' \(problem)" }
    /// What is wrong, as the end of a sentence about the text.
    public let problem: String
    private let text: String

    public init(_ text: String, _ problem: String) {
        self.text = text
        self.problem = problem
    }
}
