import NIOCore
import UnderstudyCore

/// A CONNECT that is granted: the connection becomes a tunnel, and what comes through it is looked at as if it had come to us.
final class ConnectExchange: ActiveExchange {
    private let head: RequestHead
    private let tunnel: Tunnel
    private let connection: ClientConnection
    private var isOver = false
    private(set) var hasAnswered = false

    init(_ head: RequestHead, to tunnel: Tunnel, on connection: ClientConnection) {
        self.head = head
        self.tunnel = tunnel
        self.connection = connection
    }

    func begin() {}
    var takesBody: Bool { true }
    func bodyReceived(_ chunk: ByteBuffer) {}

    func requestEnded(trailers: Fields) {
        let context = connection.loopContext
        context.certificates.prepare(on: context.loop).assumeIsolated().whenComplete { result in
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
        var request = AddressedRequest(head: head)
        request.head.fields.remove("proxy-authorization")
        let refusal = Refusal(status: 500, name: "no-certificate-authority", detail: reason)
        let reply = RepliedExchange(request, framing: .none, answer: .refusal(refusal), on: connection)
        connection.handOver(to: reply)
        reply.begin()
    }

    func becameWritable() {}
    func clientLost() { isOver = true }
    func cancel() { isOver = true }
}
