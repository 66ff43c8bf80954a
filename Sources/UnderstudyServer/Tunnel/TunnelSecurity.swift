import NIOCore
import NIOSSL
import NIOTLS
import UnderstudyTrust

/// Puts TLS in front of a connection whose client begins to speak it inside a tunnel.
enum TunnelSecurity {
    /// - Parameters:
    ///   - bytes: the beginning of the client's hello.
    ///   - host: what CONNECT named, for clients that do not name the host again.
    static func begin(
        with bytes: ByteBuffer, host: String, certificates: TunnelCertificates, in front: ChannelHandlerContext,
        of handler: ClientConnection
    ) throws {
        let channel = front.channel
        let pipeline = channel.pipeline.syncOperations
        let hello = ByteToMessageHandler(
            SNIHandler { result in
                channel.eventLoop.makeCompletedFuture {
                    let context = try certificates.context(for: name(result, host))
                    // In front of us, and in reverse order: each goes directly before us.
                    try pipeline.addHandler(NIOSSLServerHandler(context: context), position: .before(handler))
                    try pipeline.addHandler(FileRegionReader(), position: .before(handler))
                }.flatMap {
                    // Gives the bytes on to TLS.
                    channel.pipeline.removeHandler(name: Self.helloName)
                }.flatMapErrorThrowing { error in
                    channel.pipeline.fireErrorCaught(error)
                    channel.close(promise: nil)
                }
            })
        try pipeline.addHandler(hello, name: Self.helloName, position: .before(handler))
        channel.pipeline.fireChannelRead(bytes)
        channel.pipeline.fireChannelReadComplete()
    }

    private static let helloName = "hello"

    /// The host that the client says it wants, else that of the tunnel. A name that no certificate can have is left to the
    /// client to object to.
    private static func name(_ result: SNIResult, _ host: String) throws -> LeafName {
        if case .hostname(let asked) = result, let name = LeafName(host: asked) { return name }
        guard let name = LeafName(host: host) else { throw TunnelError.noCertificate(host: host) }
        return name
    }
}

/// Why TLS could not begin in a tunnel.
enum TunnelError: Error, CustomStringConvertible {
    case noCertificate(host: String)

    var description: String {
        switch self {
        case .noCertificate(let host): "no certificate can be made for \(host)"
        }
    }
}
