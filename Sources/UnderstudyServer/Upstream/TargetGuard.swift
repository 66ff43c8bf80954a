import Curl
import Synchronization
import UnderstudyCore

/// Stands between requests and the network: judges the resolved address of every attempt to connect by the
/// `TargetPolicy`, and what a host is called where somebody else resolves it. Learns where we listen once that is known.
public final class TargetGuard: Sendable {
    private let policy: Mutex<TargetPolicy>

    public init(_ policy: TargetPolicy = TargetPolicy()) { self.policy = Mutex(policy) }

    /// Nobody gets to this port of this machine from now on.
    public func add(ownPort port: Int) { policy.withLock { _ = $0.ownPorts.insert(port) } }

    /// On an engine's thread.
    func refusal(of address: CurlAddress, origin: String) -> String? {
        let host = (try? Upstream(origin))?.host ?? ""
        let policy = policy.withLock { $0 }
        return policy.verdict(address: IPAddress(bytes: address.bytes), port: address.port, host: host)
    }

    /// Before anything is resolved: what can be said by the name, where libcurl will not come to see the address.
    func refusal(of upstream: Upstream, options: CurlOptions) -> UpstreamFailure? {
        let isResolvedElsewhere = !options.proxy.isEmpty
        // Not every resolver knows `localhost.`; names that were given an address by hand need none.
        let isOdd = upstream.host.hasSuffix(".") && options.resolve.isEmpty && options.connectTo.isEmpty
        guard isResolvedElsewhere || isOdd else { return nil }
        let policy = policy.withLock { $0 }
        guard let reason = policy.verdict(host: upstream.host, port: upstream.port) else { return nil }
        return UpstreamFailure(.destinationIPProhibited, "\(upstream.origin): \(reason)")
    }
}
