import NIOCore

/// Which hosts and pages requests may name: a page of another site whose name resolves to this machine (DNS rebinding), or
/// that sends requests from its visitors' browsers, gets nothing.
struct HostCheck: Sendable {
    private let names: Set<String>
    private let port: Int

    /// - Parameter host: what the listener was bound to.
    init(host: String, port: Int) {
        var names: Set<String> = ["127.0.0.1", "localhost", "[::1]", Self.bracketed(host)]
        if host == "0.0.0.0" || host == "::" || host == "[::]" {
            // All of this machine's addresses: no foreign name can be one of them.
            for device in (try? System.enumerateDevices()) ?? [] {
                if let address = device.address?.ipAddress { names.insert(Self.bracketed(address)) }
            }
        }
        self.names = names
        self.port = port
    }

    private static func bracketed(_ host: String) -> String {
        host.contains(":") && !host.hasPrefix("[") ? "[\(host.lowercased())]" : host.lowercased()
    }

    /// Whether an authority, as Host has it, names this listener.
    func names(_ authority: String) -> Bool {
        let name = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        guard name.utf8.count <= authority.utf8.count, names.contains(name.lowercased()) else { return false }
        let rest = authority.dropFirst(name.count)
        // Without a port it is that of the scheme.
        if rest.isEmpty { return port == 80 }
        return rest.first == ":" && rest.utf8.count > 1
            && rest.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
            && Int(rest.dropFirst()) == port
    }

    /// - Parameter origin: the Origin field. `null`, what sandboxed pages and files send, is nobody's.
    func accepts(origin: String, authority: String) -> Bool {
        origin.lowercased() == "http://\(authority.lowercased())"
    }
}
