/// Which hosts' tunnels are looked into and which pass as they are.
public struct InterceptRules: Sendable, Hashable {
    /// A host with `*` for any run of characters, and perhaps a port: `*.example.com`, `10.0.0.*`, `[::1]:8443`.
    public struct HostGlob: Sendable, Hashable, CustomStringConvertible {
        let host: [UInt8]
        let port: Int?

        public var description: String {
            let name = String(decoding: host, as: UTF8.self)
            return (name.contains(":") ? "[\(name)]" : name) + (port.map { ":\($0)" } ?? "")
        }

        /// `nil` for text that no host can match.
        public init?(_ text: String) {
            var host = text.lowercased()[...]
            // A dot at the end says that the name is whole (RFC 1034 §3.1), and nothing else.
            if host.hasSuffix("."), host.count > 1 { host = host.dropLast() }
            var port: Int?
            if host.first == "[" {
                guard let end = host.firstIndex(of: "]") else { return nil }
                let rest = host[host.index(after: end)...]
                guard rest.isEmpty || rest.first == ":" else { return nil }
                if !rest.isEmpty {
                    guard let number = Int(rest.dropFirst()) else { return nil }
                    port = number
                }
                host = host[host.index(after: host.startIndex)..<end]
            } else if let colon = host.lastIndex(of: ":"), host.firstIndex(of: ":") == colon {
                guard let number = Int(host[host.index(after: colon)...]) else { return nil }
                port = number
                host = host[..<colon]
            }
            if let port, !(1...65535).contains(port) { return nil }
            guard !host.isEmpty,
                host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/?#@[]".utf8.contains($0) })
            else { return nil }
            self.host = Array(host.utf8)
            self.port = port
        }

        public func matches(host: String, port: Int) -> Bool {
            if let own = self.port, own != port { return false }
            let name = host.hasSuffix(".") ? host.dropLast() : host[...]
            return Self.matches(self.host[...], Array(name.utf8)[...])
        }

        /// Linear but for the last star: each star takes as little as it can.
        private static func matches(_ glob: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
            var (left, right) = (glob.startIndex, text.startIndex)
            var star: (glob: Int, text: Int)?
            while right < text.endIndex {
                if left < glob.endIndex, glob[left] == UInt8(ascii: "*") {
                    star = (left, right)
                    left += 1
                } else if left < glob.endIndex, glob[left] == text[right] {
                    (left, right) = (left + 1, right + 1)
                } else if let last = star {
                    star = (last.glob, last.text + 1)
                    (left, right) = (last.glob + 1, last.text + 1)
                } else {
                    return false
                }
            }
            return glob[left...].allSatisfy { $0 == UInt8(ascii: "*") }
        }
    }

    /// When not empty, only these are looked into.
    public var intercept: [HostGlob]
    /// These pass as they are, whatever `intercept` says.
    public var tunnel: [HostGlob]

    public init(intercept: [HostGlob] = [], tunnel: [HostGlob] = []) {
        self.intercept = intercept
        self.tunnel = tunnel
    }

    func intercepts(host: String, port: Int) -> Bool {
        if tunnel.contains(where: { $0.matches(host: host, port: port) }) { return false }
        return intercept.isEmpty || intercept.contains { $0.matches(host: host, port: port) }
    }
}
