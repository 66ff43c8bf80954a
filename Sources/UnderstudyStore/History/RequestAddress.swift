import NIOCore
import UnderstudyCore

/// Where a request went, as text for listings and filters. The exact bytes are in the recorded head.
struct RequestAddress {
    /// Lower case, without user or port; `[…]` around IPv6 stays. Empty when nothing says it.
    var host = ""
    /// The target without scheme, authority and query; `*` and authority-form as they are.
    var path = ""
    var query: String?

    init(_ head: RequestHead, upstream: String) {
        var rest = head.targetText[...]
        var authority = Self.authority(of: upstream[...])
        if !rest.hasPrefix("/"), let target = Self.authority(of: rest) {
            if authority == nil { authority = target }
            rest = rest[target.endIndex...]
        }
        if let mark = rest.firstIndex(of: "?") {
            query = String(rest[rest.index(after: mark)...])
            rest = rest[..<mark]
        }
        path = String(rest)
        host = Self.host(of: authority ?? head.fields.text("Host")?[...] ?? "")
    }

    /// What stands between `://` and the next `/` or `?`; `nil` when there is no scheme.
    private static func authority(of url: Substring) -> Substring? {
        guard let colon = url.firstIndex(of: ":"), url[colon...].hasPrefix("://") else { return nil }
        let rest = url[url.index(colon, offsetBy: 3)...]
        return rest.prefix { $0 != "/" && $0 != "?" }
    }

    private static func host(of authority: Substring) -> String {
        var host = authority
        if let user = host.lastIndex(of: "@") { host = host[host.index(after: user)...] }
        if let bracket = host.firstIndex(of: "]") {
            host = host[...bracket]
        } else if let colon = host.lastIndex(of: ":") {
            host = host[..<colon]
        }
        return host.lowercased()
    }
}
