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

    /// What stands between a user's name and the session it wants, where the name says who may use us.
    private static let mark = UInt8(ascii: "+")

    /// Whether `given` is us, the name alone or with a session behind it: `USER+SESSION`. The time it takes depends on
    /// lengths alone.
    func admits(_ given: ProxyCredentials) -> Bool {
        let name = Array(given.user.utf8)
        let own =
            name.count > user.utf8.count && name[user.utf8.count] == Self.mark ? name[..<user.utf8.count] : name[...]
        // Both are looked at, whatever the first says.
        let (isUser, isPassword) = (
            Self.equal(own, Array(user.utf8)), Self.equal(given.password.utf8, Array(password.utf8))
        )
        return isUser && isPassword
    }

    private static func equal(_ given: some Collection<UInt8>, _ wanted: [UInt8]) -> Bool {
        var difference = given.count ^ wanted.count
        for (index, byte) in given.enumerated() {
            difference |= Int(byte ^ (wanted.isEmpty ? 0xFF : wanted[index % wanted.count]))
        }
        return difference == 0
    }

    /// The session that an admitted client wants; empty for none.
    func session(of given: ProxyCredentials) -> String { String(given.user.dropFirst(user.count + 1)) }
}
