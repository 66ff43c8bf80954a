extension MockServer {
    /// The addresses under which it is reached, the handiest first: its own port, a name under `localhost` (which browsers and
    /// curl take to be this machine, RFC 6761 §6.3), a path.
    ///
    /// - Parameters:
    ///   - frontDoor: `host:port`.
    ///   - hasLabel: whether the name is its own: of several mock servers with one name the oldest has it.
    public func addresses(frontDoor: String, hasLabel: Bool = true) -> [String] {
        var addresses: [String] = []
        let (host, doorPort) = Self.split(frontDoor)
        if let port { addresses.append("http://\(host):\(port)") }
        if hasLabel, !hostLabel.isEmpty { addresses.append("http://\(hostLabel).localhost:\(doorPort)") }
        addresses.append("http://\(host):\(doorPort)/__mock/\(id)")
        return addresses
    }

    /// A listener on all addresses is named as this machine.
    private static func split(_ address: String) -> (host: Substring, port: Substring) {
        guard let colon = address.lastIndex(of: ":") else { return (address[...], "80") }
        let host = address[..<colon]
        return (["0.0.0.0", "[::]", ""].contains(host) ? "127.0.0.1" : host, address[address.index(after: colon)...])
    }
}

/// Which of several mock servers has the name that they share: the oldest.
public enum MockNames {
    /// - Parameter mocks: oldest first.
    public static func owners(_ mocks: some Sequence<MockServer>) -> [String: String] {
        var owners: [String: String] = [:]
        for mock in mocks where owners[mock.hostLabel] == nil { owners[mock.hostLabel] = mock.id }
        return owners
    }
}
