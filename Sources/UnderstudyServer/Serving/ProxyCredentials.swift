import NIOCore
import UnderstudyCore

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The user name and password of `Proxy-Authorization: Basic …`. <https://www.rfc-editor.org/rfc/rfc7617>
public struct ProxyCredentials: Sendable, Hashable {
    public let user: String
    public let password: String

    public init(user: String, password: String) {
        self.user = user
        self.password = password
    }

    /// `nil` for another scheme, or what is no Base64 of a name, a colon and a password.
    init?(_ value: some Collection<UInt8>) {
        let text = TextBytes.text(of: value)
        guard let space = text.firstIndex(of: " "), text[..<space].lowercased() == "basic",
            let bytes = Data(base64Encoded: String(text[space...].drop { $0 == " " })),
            let colon = bytes.firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        user = TextBytes.text(of: bytes[..<colon])
        password = TextBytes.text(of: bytes[bytes.index(after: colon)...])
    }

    /// Compares in a time that depends on the lengths alone.
    func equals(_ other: ProxyCredentials) -> Bool {
        let mine = Array(user.utf8) + [0] + Array(password.utf8)
        let its = Array(other.user.utf8) + [0] + Array(other.password.utf8)
        var difference = mine.count ^ its.count
        for index in its.indices { difference |= Int(its[index] ^ mine[index % mine.count]) }
        return difference == 0
    }
}
