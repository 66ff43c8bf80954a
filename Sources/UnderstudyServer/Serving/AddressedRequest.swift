import NIOCore
import UnderstudyCore

/// A request with where it goes and whose it is.
struct AddressedRequest {
    /// With an origin-form target, and without what was said to us as a proxy.
    var head: RequestHead
    /// The host the client named: in the target, as the tunnel's end, or in Host where there is nobody behind us. `nil` for a
    /// request to us as a reverse proxy.
    var named: Upstream?
    /// Only Host names it, which does not say whether the client believes to speak TLS.
    var isTransparent = false
    /// Whether the client speaks to us as to its proxy, outside a tunnel: then it may have to say who it is.
    var isProxied = false
    /// Who the client said it is, to us as its proxy.
    var credentials: ProxyCredentials?
    var session = RequestSession()

    init(head: RequestHead) { self.head = head }

    /// What was said to us as a proxy goes no further, in whatever way the request comes.
    fileprivate mutating func takeCredentials() {
        guard let line = head.fields.first("proxy-authorization") else { return }
        credentials = ProxyCredentials(line.value)
        head.fields.remove("proxy-authorization")
    }
}

extension Serving {
    /// Finds out where a request goes, whichever way it came in.
    ///
    /// - Parameter tunnel: that of its connection.
    func address(_ head: RequestHead, through tunnel: Tunnel?) throws(Refusal) -> AddressedRequest {
        var request = AddressedRequest(head: head)
        request.takeCredentials()
        switch RequestTarget(head.target) {
        case .malformed(let refusal): throw refusal
        case .absolute(let upstream, let path):
            request.head.target = path
            try address(&request, to: upstream, through: tunnel)
        case .origin:
            if let tunnel {
                request.named = tunnel.origin
            } else if let named = hostBehindUs(head) {
                request.named = named
                request.isTransparent = true
                request.isProxied = true
            }
        }
        // In a tunnel, and in a whole address, a path is one on another server.
        request.session = try RequestSession(
            takenFrom: &request.head, readsPath: request.named == nil || request.isTransparent)
        try request.session.becomes(tunnel?.session ?? sessionName(of: request.credentials))
        return request
    }

    /// A target that is a whole address: as said to a proxy, or in full to whom it is for (RFC 9112 §3.2.2).
    private func address(
        _ request: inout AddressedRequest, to upstream: Upstream, through tunnel: Tunnel?
    ) throws(Refusal) {
        if let tunnel {
            guard upstream.host == tunnel.origin.host, upstream.port == tunnel.origin.port else {
                throw Refusal(
                    status: 421, name: "another-host",
                    detail: "This tunnel leads to \(tunnel.origin.authority), the target to \(upstream.authority).")
            }
            request.named = tunnel.origin
            return
        }
        request.isProxied = true
        request.head.fields.replaceHost(with: upstream.authority)
        if upstream.scheme == "http", frontDoor.isNamed(host: upstream.host, port: upstream.port) { return }
        guard forwards else {
            throw Refusal(
                status: 501, name: "forward-proxy-not-supported",
                detail:
                    "The target is a whole address, as sent to a forward proxy, and this one is a reverse proxy only: use it as the API's base URL."
            )
        }
        request.named = upstream
    }

    /// Whom a path is asked of when we stand in front of nobody: the host in Host, unless that is ours.
    private func hostBehindUs(_ head: RequestHead) -> Upstream? {
        guard upstream == nil, forwards, let host = head.fields.text("host"),
            let named = try? Upstream("http://\(host)"), named.basePath.isEmpty,
            !frontDoor.isNamed(host: named.host, port: named.port)
        else { return nil }
        return named
    }
}

extension Fields {
    /// The target's authority wins over Host (RFC 9112 §3.2.2), which stays where it is when both are the same.
    fileprivate mutating func replaceHost(with authority: String) {
        guard let host = text("host") else { return append(Array("Host".utf8), Array(authority.utf8)) }
        if host != authority { replace("host", with: authority) }
    }
}
