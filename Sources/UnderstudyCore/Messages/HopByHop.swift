import NIOCore

/// Fields that belong to one connection and are never passed on. <https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1>
enum HopByHop {
    private static let always: [StaticString] = ["connection", "keep-alive", "proxy-connection", "te", "upgrade"]

    /// Never removed because Connection names them: that would be an attack on framing or addressing, not a wish.
    private static let untouchable = ["content-length", "transfer-encoding", "host", "close", "keep-alive"]

    static func remove(from fields: inout Fields) {
        guard fields.containsAny(of: always) else { return }
        var named: [[UInt8]] = []
        for field in fields.all("connection") {
            named += field.listElements.map { $0.map(\.asciiLowercased) }
        }
        named.removeAll { name in untouchable.contains { name.elementsEqual($0.utf8) } }
        fields.removeAll { field in
            if field.isNamed("te"), field.value.equalsIgnoringCase("trailers") { return false }
            if isConnectionField(field) { return true }
            guard !named.isEmpty else { return false }
            let name = field.name.map(\.asciiLowercased)
            return named.contains { $0 == name }
        }
    }

    private static func isConnectionField(_ field: Field) -> Bool { always.contains { field.isNamed($0) } }
}

extension Fields {
    /// Takes off what belongs to one connection, with every field that Connection names. Framing and Host stay,
    /// whatever Connection says, and so does `TE: trailers`, which speaks for the whole way.
    public mutating func removeHopByHop() { HopByHop.remove(from: &self) }
}
