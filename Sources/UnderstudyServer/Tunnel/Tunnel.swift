import UnderstudyCore

/// Where a CONNECT led, for all requests that come through it.
struct Tunnel: Hashable, Sendable {
    /// With the scheme that is spoken inside: known once the first byte came.
    var origin: Upstream
    /// By the user name that CONNECT brought.
    var session: String
}
