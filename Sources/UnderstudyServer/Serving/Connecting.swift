import UnderstudyCore

/// What happens to a CONNECT.
enum ConnectDisposition {
    /// What comes through is answered like any other request.
    case intercept(Tunnel)
    /// Bytes pass both ways.
    case relay(Upstream)
    case refuse(Refusal)
}

extension Serving {
    /// - Parameter tunnel: that in which the CONNECT came.
    func connectDisposition(of head: RequestHead, framing: BodyFraming, in tunnel: Tunnel?) -> ConnectDisposition {
        guard forwards else {
            return .refuse(
                Refusal(
                    status: 405, name: "connect-not-supported",
                    detail:
                        "CONNECT asks for a tunnel, and this address is a reverse proxy only: send requests to it directly."
                ))
        }
        guard tunnel == nil else {
            return .refuse(RequestTarget.badTarget("asks for a tunnel, and is in one already"))
        }
        guard framing == .none else {
            return .refuse(RequestTarget.badTarget("asks for a tunnel, and brings content, which CONNECT has none of"))
        }
        let target: Upstream
        switch RequestTarget.ofConnect(head.target) {
        case .success(let upstream): target = upstream
        case .failure(let refusal): return .refuse(refusal)
        }
        let credentials = head.fields.first("proxy-authorization").flatMap { ProxyCredentials($0.value) }
        if let refusal = proxyRefusal(credentials) ?? refusalOfLoop(head) { return .refuse(refusal) }
        if intercepting.intercepts(host: target.host, port: target.port) || FrontDoor.isPages(target.host) {
            var head = head
            do throws(Refusal) {
                var session = try RequestSession(takenFrom: &head, readsPath: false)
                try session.becomes(sessionName(of: credentials))
                return .intercept(Tunnel(origin: target, session: session.key))
            } catch {
                return .refuse(error)
            }
        }
        guard mode.callsUpstream else {
            return .refuse(
                Refusal(
                    status: 502, name: "tunnel-in-replay",
                    detail:
                        "\(target.authority) is not looked into, so nothing of it was recorded, and a replay reaches no network."
                ))
        }
        return .relay(target)
    }

    /// The session that a client's user name chooses.
    func sessionName(of credentials: ProxyCredentials?) -> String {
        guard let credentials else { return "" }
        return proxyCredentials?.session(of: credentials) ?? credentials.user
    }

    /// `nil` when the client may use us as its proxy.
    func proxyRefusal(_ given: ProxyCredentials?) -> Refusal? {
        guard let wanted = proxyCredentials, !(given.map(wanted.admits) ?? false) else { return nil }
        return Refusal(
            status: 407, name: "proxy-authentication-required",
            detail: "This proxy wants a user name and a password: http://USER:PASS@host:port.")
    }
}
