/// Fields that belong to one connection and are never passed on. <https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1>
enum HopByHop {
    /// Never removed because Connection names them: that would be an attack on framing or addressing, not a wish.
    private static let untouchable: [StaticString] = [
        "content-length", "transfer-encoding", "host", "close", "keep-alive",
    ]

    static func remove(from fields: inout Fields) {
        var named: [[UInt8]] = []
        var isAny = false
        fields.forEachLine { name, value in
            guard isConnectionField(name) else { return }
            isAny = true
            guard name.equalsIgnoringCase("connection") else { return }
            value.forEachListElement { element in
                guard !untouchable.contains(where: { element.equalsIgnoringCase($0) }) else { return }
                named.append(element.map(\.asciiLowercased))
            }
        }
        guard isAny else { return }
        fields.removeLines { name, value in
            if name.equalsIgnoringCase("te"), value.equalsIgnoringCase("trailers") { return false }
            return isConnectionField(name)
                || named.contains { $0.count == name.count && $0.elementsEqual(name) { $0 == $1.asciiLowercased } }
        }
    }

    private static func isConnectionField(_ name: UnsafeRawBufferPointer) -> Bool {
        switch name.count {
        case 2: name.equalsIgnoringCase("te")
        case 7: name.equalsIgnoringCase("upgrade")
        case 10: name.equalsIgnoringCase("connection") || name.equalsIgnoringCase("keep-alive")
        case 16: name.equalsIgnoringCase("proxy-connection")
        // For the next proxy, which we are (RFC 9110 §11.7.2).
        case 19: name.equalsIgnoringCase("proxy-authorization")
        default: false
        }
    }
}

extension Fields {
    /// Takes off what belongs to one connection, with every field that Connection names. Framing and Host stay,
    /// whatever Connection says, and so does `TE: trailers`, which speaks for the whole way.
    public mutating func removeHopByHop() { HopByHop.remove(from: &self) }
}
