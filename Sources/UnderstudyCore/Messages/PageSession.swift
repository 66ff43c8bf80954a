/// The cookies of the management page's sessions. Browsers send a host's cookies to all of its ports (RFC 6265 §8.5), so they
/// come to the front door and to mock servers too, where they are nobody's business: whoever has one is signed in.
public enum PageSession {
    /// What their names begin with; the page's port follows.
    public static let cookiePrefix = "understudy_session_"
    private static let prefixBytes = Array(cookiePrefix.utf8)

    static func begins(_ bytes: some Sequence<UInt8>) -> Bool { bytes.starts(with: prefixBytes) }

    static func isIn(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count > prefixBytes.count else { return false }
        for start in 0..<(bytes.count - prefixBytes.count) where bytes[start] == prefixBytes[0] {
            if begins(UnsafeRawBufferPointer(rebasing: bytes[start...])) { return true }
        }
        return false
    }
}

extension Fields {
    /// Takes them out of `Cookie`; others stay as they are, and in order. A line of nothing else goes.
    public mutating func removePageSessions() {
        guard holdPageSession else { return }
        var kept = Fields()
        for field in self {
            guard field.isNamed("cookie") else {
                kept.append(field.name, field.value)
                continue
            }
            let pairs = field.value.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            let others = pairs.filter { !PageSession.begins($0.trimmingOptionalWhitespace()) }
            if others.count == pairs.count {
                kept.append(field.name, field.value)
            } else if others.contains(where: { !$0.trimmingOptionalWhitespace().isEmpty }) {
                let value = others.joined(separator: CollectionOfOne(UInt8(ascii: ";")))
                kept.append(field.name, value.drop { $0 == 0x20 || $0 == 0x09 })
            }
        }
        self = kept
    }

    /// Takes out `Set-Cookie` lines that would set or end one: at that host it would be the page's.
    public mutating func removePageSessionSettings() {
        guard setPageSession else { return }
        removeLines { Self.isSetting($0, $1) }
    }

    fileprivate var holdPageSession: Bool {
        var isFound = false
        forEachLine { name, value in
            if name.count == 6, name.equalsIgnoringCase("cookie"), PageSession.isIn(value) { isFound = true }
        }
        return isFound
    }

    fileprivate var setPageSession: Bool {
        var isFound = false
        forEachLine { name, value in if Self.isSetting(name, value) { isFound = true } }
        return isFound
    }

    private static func isSetting(_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Bool {
        name.count == 10 && name.equalsIgnoringCase("set-cookie") && PageSession.begins(value)
    }
}

extension Example {
    /// Neither asks with one nor sets one: what was recorded by versions that kept them, or edited by hand.
    public mutating func removePageSessions() {
        // Hardly any has one, and changing any of it copies it.
        let heads = [response.head.fields, response.trailers] + response.interim.map(\.fields)
        guard request.head.fields.holdPageSession || heads.contains(where: \.setPageSession) else { return }
        request.head.fields.removePageSessions()
        for index in response.interim.indices { response.interim[index].fields.removePageSessionSettings() }
        response.head.fields.removePageSessionSettings()
        response.trailers.removePageSessionSettings()
    }
}
