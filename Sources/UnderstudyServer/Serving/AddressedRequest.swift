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
    /// Who is to answer.
    var place = Place.frontDoor
    /// The same on the loop of its connection; `nil` for the plain front door.
    var site: Site?

    init(head: RequestHead) { self.head = head }

    /// `/__mock/ID/…` at the front door is a path on that mock server. Elsewhere it is any path.
    fileprivate mutating func takeMock(from house: MockHouse) {
        guard place.isFrontDoor, let (name, target) = MockPath.take(head.target) else { return }
        place = Place(house.mock(named: name))
        head.target = target
        (named, isTransparent) = (nil, false)
    }

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
    /// - Parameters:
    ///   - tunnel: that of its connection.
    ///   - entrance: the mock server's port at which its connection came in.
    ///   - house: all mock servers; `nil` where no address is one's.
    func address(
        _ head: RequestHead, through tunnel: Tunnel?, at entrance: Entrance? = nil, in house: MockHouse? = nil
    ) throws(Refusal) -> AddressedRequest {
        var request = AddressedRequest(head: head)
        request.takeCredentials()
        if let entrance { request.place = Place(house?.mock(behind: entrance)) }
        switch RequestTarget(head.target) {
        case .malformed(let refusal): throw refusal
        case .absolute(let upstream, let path):
            request.head.target = path
            if entrance == nil, tunnel == nil, let place = house.flatMap({ place(at: upstream, in: $0) }) {
                request.place = place
            }
            if request.place.isFrontDoor {
                try address(&request, to: upstream, through: tunnel)
            } else {
                request.head.fields.replaceHost(with: upstream.authority)
            }
        case .origin:
            if entrance == nil, tunnel == nil, let house { request.place = place(inHostOf: head, in: house) }
            if !request.place.isFrontDoor {
                // Of a mock server a path is one on it, whatever Host says.
            } else if let tunnel {
                request.named = tunnel.origin
            } else if let named = hostBehindUs(head) {
                request.named = named
                request.isTransparent = true
                request.isProxied = true
            }
        }
        // In a tunnel, and in a whole address, a path is one on another server.
        let readsPath = request.named == nil || request.isTransparent
        if readsPath, let house { request.takeMock(from: house) }
        request.session = try RequestSession(takenFrom: &request.head, readsPath: readsPath)
        if readsPath, !request.session.prefix.isEmpty, let house { request.takeMock(from: house) }
        try request.session.becomes(tunnel?.session ?? sessionName(of: request.credentials))
        return request
    }

    /// The mock server that an address is one of: a name of the front door that ends in `.localhost`, or a port of its own.
    private func place(at upstream: Upstream, in house: MockHouse) -> Place? {
        guard upstream.scheme == "http" else { return nil }
        // One dot at the end says that the name is whole.
        let host = upstream.host.hasSuffix(".") ? String(upstream.host.dropLast()) : upstream.host
        if frontDoor.isNamed(host: host, port: upstream.port) {
            return FrontDoor.mockName(inHost: host).map { Place(house.mock(named: $0)) }
        }
        let sibling = FrontDoor(port: upstream.port, host: frontDoor.host)
        guard sibling.isNamed(host: host, port: upstream.port) else { return nil }
        return house.mock(at: upstream.port).map { .mock($0) }
    }

    /// The same by Host, for a path. Most Hosts have another ending, which is seen without making text of them.
    private func place(inHostOf head: RequestHead, in house: MockHouse) -> Place {
        guard let line = head.fields.first("host"), line.value.mayEndInLocalhost,
            let named = try? Upstream("http://\(line.valueText)")
        else { return .frontDoor }
        return place(at: named, in: house) ?? .frontDoor
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

extension Place {
    var isFrontDoor: Bool { if case .frontDoor = self { true } else { false } }
}

extension ByteBufferView {
    /// Whether a Host may be one of `.localhost`, with or without a port and a dot at the end.
    fileprivate var mayEndInLocalhost: Bool {
        var host = self[...]
        if let colon = host.lastIndex(of: UInt8(ascii: ":")) { host = host[..<colon] }
        if host.last == UInt8(ascii: ".") { host = host.dropLast() }
        return host.count > 10 && host.dropFirst(host.count - 10).equalsIgnoringCase(".localhost")
    }
}

extension Fields {
    /// The target's authority wins over Host (RFC 9112 §3.2.2), which stays where it is when both are the same.
    fileprivate mutating func replaceHost(with authority: String) {
        guard let host = text("host") else { return append(Array("Host".utf8), Array(authority.utf8)) }
        if host != authority { replace("host", with: authority) }
    }
}
