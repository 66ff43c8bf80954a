import NIOCore

/// The names under which clients speak to us and not through us.
struct FrontDoor: Sendable, Hashable {
    /// 0 before the socket is bound.
    var port = 0
    /// As configured: an address or a name of this machine.
    var host = "127.0.0.1"

    /// The name under which a client that goes through us reaches our own pages: RFC 6761 keeps `.test` from being
    /// anybody's.
    private static let pagesHost = "understudy.test"

    static func isPages(_ host: String) -> Bool { host == pagesHost || host == pagesHost + "." }

    func isNamed(host: String, port: Int) -> Bool {
        guard port == self.port else { return false }
        return host == self.host || host == "localhost" || host.hasSuffix(".localhost") || host == "127.0.0.1"
            || host == "::1"
    }
}
