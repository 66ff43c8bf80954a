import NIOCore

/// Who has a client's bytes once its connection is no longer HTTP: a tunnel, or a protocol that was upgraded to.
/// Installed by `ClientConnection.switchToRaw`; lives on the connection's loop.
protocol RawPeer: AnyObject {
    /// False: the connection stops reading until `ClientConnection.resumeReading`.
    var takesBytes: Bool { get }
    func received(_ bytes: ByteBuffer)
    /// The client sends no more; it may still listen.
    func clientEnded()
    /// The client's channel has room again.
    func becameWritable()
    /// The client is gone. Nothing more can be written.
    func clientLost()
    /// The server stops: end within this turn.
    func cancel()
}
