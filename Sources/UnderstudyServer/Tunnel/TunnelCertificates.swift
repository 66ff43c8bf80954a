import NIOCore
import NIOPosix
import NIOSSL
import Synchronization
public import UnderstudyTrust

/// The certificates shown to clients inside tunnels, each made when its host is first visited.
///
/// The authority is opened on first need: a server that nobody sends a CONNECT makes none.
public final class TunnelCertificates: Sendable {
    private let open: @Sendable () throws -> CertificateAuthority
    private struct Opened {
        let authority: CertificateAuthority
        let contexts: LeafCache<NIOSSLContext>
    }
    private let opened = Mutex<Opened?>(nil)
    /// Held while the authority is opened, which may take long; `opened` never is.
    private let opening = Mutex(())

    /// - Parameter open: opens the authority or makes one; called once, on any thread.
    public init(open: @escaping @Sendable () throws -> CertificateAuthority) { self.open = open }

    /// Waits for the disk the first time.
    private func cache() throws -> Opened {
        if let opened = opened.withLock({ $0 }) { return opened }
        return try opening.withLock { _ in
            if let opened = opened.withLock({ $0 }) { return opened }
            let authority = try open()
            let new = Opened(authority: authority, contexts: LeafCache(authority))
            opened.withLock { $0 = new }
            return new
        }
    }

    /// The authority's certificate, in PEM. Waits for the disk the first time.
    public func authorityPEM() throws -> String { try cache().authority.certificate.pem }

    /// Makes sure that there is an authority, off the loop.
    func prepare(on loop: any EventLoop) -> EventLoopFuture<Void> {
        guard opened.withLock({ $0 == nil }) else { return loop.makeSucceededVoidFuture() }
        return NIOThreadPool.singleton.runIfActive(eventLoop: loop) { _ = try self.cache() }
    }

    /// What a TLS server needs to be that host. Signing a new certificate takes less than a millisecond.
    func context(for name: LeafName) throws -> NIOSSLContext {
        try cache().contexts.value(for: name) { leaf in
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: [
                    .certificate(try NIOSSLCertificate(bytes: leaf.certificate, format: .der)),
                    .certificate(try NIOSSLCertificate(bytes: leaf.issuer, format: .der)),
                ],
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: leaf.privateKey, format: .der)))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = Self.protocols
            configuration.shutdownTimeout = Self.shutdownTimeout
            return try NIOSSLContext(configuration: configuration)
        }
    }

    /// How long a client may take to say goodbye in TLS, which few do.
    private static let shutdownTimeout = TimeAmount.seconds(1)

    /// What is spoken inside: `h2` goes in front of it once there is a wire that speaks it, which
    /// `TunnelSecurity.handshakeCompleted` would then put in.
    private static let protocols = ["http/1.1"]
}
