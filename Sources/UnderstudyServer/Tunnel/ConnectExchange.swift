import NIOCore
import UnderstudyCore

/// A CONNECT that is granted: the connection becomes a tunnel, and what comes through it is looked at as if it had come to us.
final class ConnectExchange: ActiveExchange {
    private let connection: ClientConnection
    private let tunnel: Tunnel
    private let certificates: TunnelCertificates
    private var isOver = false
    private(set) var hasAnswered = false

    init(to tunnel: Tunnel, certificates: TunnelCertificates, on connection: ClientConnection) {
        self.connection = connection
        self.tunnel = tunnel
        self.certificates = certificates
    }

    func begin() {}
    var takesBody: Bool { true }
    func bodyReceived(_ chunk: ByteBuffer) {}

    func requestEnded(trailers: Fields) {
        certificates.prepare(on: connection.loopContext.loop).assumeIsolated().whenComplete { result in
            guard !self.isOver else { return }
            switch result {
            case .success: self.grant()
            case .failure(let error): self.refuse("\(error)")
            }
        }
    }

    private func grant() {
        hasAnswered = true
        connection.write(.byteBuffer(ByteBuffer(staticString: "HTTP/1.1 200 Connection established\r\n\r\n")))
        connection.flush()
        connection.enter(tunnel)
    }

    /// Without an authority no tunnel can be looked into.
    private func refuse(_ reason: String) {
        hasAnswered = true
        let refusal = Refusal(status: 500, name: "no-certificate-authority", detail: reason)
        var bytes = ByteBuffer()
        Problem.write(
            refusal, annotates: connection.loopContext.serving.annotates, closes: true, to: "CONNECT", into: &bytes)
        connection.closeAfterExchange()
        connection.write(.byteBuffer(bytes))
        connection.flush()
        connection.responseEnded()
    }

    func becameWritable() {}
    func clientLost() { isOver = true }
    func cancel() { isOver = true }
}
