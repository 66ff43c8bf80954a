import NIOCore
import UnderstudyCore

/// The exchange a connection is busy with. Lives on the connection's loop.
protocol ActiveExchange: AnyObject {
    /// The connection is ready for the exchange's first write.
    func begin()
    /// False: the connection stops reading until `ClientConnection.resumeReading`.
    var takesBody: Bool { get }
    func bodyReceived(_ chunk: ByteBuffer)
    func requestEnded(trailers: Fields)
    /// Whether any byte of an answer has been written.
    var hasAnswered: Bool { get }
    /// The client's channel has room again.
    func becameWritable()
    /// The client is gone, or broke the protocol inside its request. Nothing more can be written.
    func clientLost()
    /// The server stops: end within this turn.
    func cancel()
}
