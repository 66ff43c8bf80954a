import NIOCore
import UnderstudyCore

/// Where a request went, for listings and filters. The exact bytes are in the recorded head.
///
/// Works on bytes because every stored exchange passes here.
struct RequestAddress {
    /// As in the request, without user or port; `[…]` around IPv6 stays. Empty when nothing says it.
    let host: ByteBufferView
    /// The target without scheme, authority and query; `*` and authority-form as they are.
    let path: ByteBufferView
    let query: ByteBufferView?

    init(_ head: RequestHead) {
        let target = head.target.readableBytesView
        var rest = target[...]
        var authority: ByteBufferView?
        if target.first != UInt8(ascii: "/"), let inner = Self.authority(of: target) {
            authority = inner
            rest = target[inner.endIndex...]
        }
        if let mark = rest.firstIndex(of: UInt8(ascii: "?")) {
            query = rest[(mark + 1)...]
            rest = rest[..<mark]
        } else {
            query = nil
        }
        path = rest
        host = Self.host(of: authority ?? head.fields.first("Host")?.value ?? ByteBufferView())
    }

    /// The host of `scheme://authority`.
    static func host(ofURL url: String) -> ByteBufferView {
        let view = ByteBuffer(string: url).readableBytesView
        return host(of: authority(of: view) ?? ByteBufferView())
    }

    /// What stands between `://` and the next `/` or `?`; `nil` when there is no scheme.
    private static func authority(of url: ByteBufferView) -> ByteBufferView? {
        guard let colon = url.firstIndex(of: UInt8(ascii: ":")), url[colon...].starts(with: "://".utf8) else {
            return nil
        }
        return url[(colon + 3)...].prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
    }

    private static func host(of authority: ByteBufferView) -> ByteBufferView {
        var host = authority
        if let user = host.lastIndex(of: UInt8(ascii: "@")) { host = host[(user + 1)...] }
        if let bracket = host.firstIndex(of: UInt8(ascii: "]")) { return host[...bracket] }
        if let colon = host.lastIndex(of: UInt8(ascii: ":")) { return host[..<colon] }
        return host
    }
}
