import NIOCore
import UnderstudyCore

/// A request with where it goes: to a host that the client named, or to whom we stand in front of.
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
    /// Whose turns, counts and recordings these are; empty for nobody's.
    var session = ""
}

extension Serving {
    /// Finds out where a request goes, whichever way it came in.
    ///
    /// - Parameter tunnel: that of its connection.
    func address(_ head: RequestHead, through tunnel: Tunnel?) -> Result<AddressedRequest, Refusal> {
        var request = AddressedRequest(head: head)
        request.session = MatchControls.session(head.fields) ?? ""
        switch RequestTarget(head.target) {
        case .malformed(let refusal): return .failure(refusal)
        case .absolute(let upstream, let path):
            if let tunnel, upstream.host != tunnel.origin.host || upstream.port != tunnel.origin.port {
                return .failure(
                    Refusal(
                        status: 421, name: "another-host",
                        detail: "This tunnel leads to \(tunnel.origin.authority), the target to \(upstream.authority).")
                )
            }
            request.head.target = path
            if let tunnel {
                request.named = tunnel.origin
            } else if upstream.scheme == "http", frontDoor.isNamed(host: upstream.host, port: upstream.port) {
                // Said in full, but said to us (RFC 9112 §3.2.2).
                request.head.fields.replaceHost(with: upstream.authority)
            } else if !forwards {
                return .failure(
                    Refusal(
                        status: 501, name: "forward-proxy-not-supported",
                        detail:
                            "The target is a whole address, as sent to a forward proxy, and this one is a reverse proxy only: use it as the API's base URL."
                    ))
            } else {
                request.named = upstream
                request.head.fields.replaceHost(with: upstream.authority)
                takeProxyFields(&request)
            }
        case .origin:
            if let tunnel {
                request.named = tunnel.origin
            } else if upstream == nil, forwards, let host = head.fields.text("host"),
                let named = try? Upstream("http://\(host)"),
                named.basePath.isEmpty, !frontDoor.isNamed(host: named.host, port: named.port)
            {
                request.named = named
                request.isTransparent = true
                takeProxyFields(&request)
            }
        }
        if request.session.isEmpty, let tunnel { request.session = tunnel.session }
        return .success(request)
    }

    /// What was said to us as a proxy goes no further. The user's name chooses the session.
    private func takeProxyFields(_ request: inout AddressedRequest) {
        request.isProxied = true
        guard let line = request.head.fields.first("proxy-authorization") else { return }
        request.credentials = ProxyCredentials(line.value)
        if request.session.isEmpty { request.session = request.credentials?.session ?? "" }
        request.head.fields.remove("proxy-authorization")
    }
}

extension Fields {
    /// The target's authority wins over Host (RFC 9112 §3.2.2), which stays where it is when both are the same.
    fileprivate mutating func replaceHost(with authority: String) {
        guard let host = text("host") else { return append(Array("Host".utf8), Array(authority.utf8)) }
        if host != authority { replace("host", with: authority) }
    }
}
