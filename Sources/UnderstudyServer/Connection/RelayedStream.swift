import Curl
import NIOCore

/// Sees what passes through a `RelayedStream`. Used on the loop.
protocol RelayObserver: AnyObject {
    func relayed(_ bytes: ByteBuffer, from side: RelayedStream.Side)
    /// False: nothing more may pass until `RelayedStream.observerHasRoom`.
    var hasRoom: Bool { get }
    /// Upstream or the client sends no more.
    func ended(_ side: RelayedStream.Side)
    /// Nothing follows. `result` is `nil` when the client went away.
    func relayEnded(_ result: CurlResult?)
}

extension RelayObserver {
    var hasRoom: Bool { true }
}

/// A client and upstream, coupled byte by byte: each side's end is the other's, a cut is a cut, and between them wait no
/// more than the water marks.
///
/// `@unchecked Sendable`: travels as a reference only; used on the connection's loop.
final class RelayedStream: RawPeer, UpstreamStreamOwner, @unchecked Sendable {
    enum Side { case client, upstream }

    private let connection: ClientConnection
    private let stream: UpstreamStream
    private var observer: (any RelayObserver)?
    private var hasRoom = true
    private var untakenByteCount = 0
    private var isOver = false

    /// - Parameter stream: connected already; what it brings from now on is the client's.
    init(_ connection: ClientConnection, _ stream: UpstreamStream, observer: (any RelayObserver)? = nil) {
        self.connection = connection
        self.stream = stream
        self.observer = observer
    }

    /// Couples both. What the client sent behind its request goes upstream first.
    ///
    /// - Parameter bytes: what upstream sent already, of which the stream was not told that they were taken.
    func begin(withUpstream bytes: ByteBuffer = ByteBuffer()) {
        stream.owner = self
        if bytes.readableBytes > 0 { relay(bytes) }
        connection.switchToRaw(self)
        settle()
    }

    // MARK: From the client

    var takesBytes: Bool { hasRoom && observer?.hasRoom ?? true }

    /// The observer can take more.
    func observerHasRoom() {
        guard !isOver else { return }
        settle()
        connection.resumeReading()
    }

    func received(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        observer?.relayed(bytes, from: .client)
        hasRoom = stream.write(bytes)
    }

    func clientEnded() {
        observer?.ended(.client)
        stream.endOutput()
    }

    func becameWritable() { settle() }

    func clientLost() {
        stream.cancel()
        finish(nil)
    }

    func cancel() {
        stream.cancel()
        finish(nil)
    }

    // MARK: From upstream

    func handle(_ events: [StreamEvent]) {
        for event in events where !isOver {
            switch event {
            case .connected: break
            case .bytes(let bytes): relay(bytes)
            case .drained:
                hasRoom = true
                connection.resumeReading()
            case .inputEnded:
                observer?.ended(.upstream)
                connection.endOutput()
            case .closed(let result):
                // First: closing tells us that the client is gone.
                finish(result)
                if result.kind == .complete {
                    connection.closeAfterWrites()
                } else {
                    connection.abortResponse(.untilClose)
                }
            }
        }
        settle()
    }

    private func relay(_ bytes: ByteBuffer) {
        untakenByteCount += bytes.readableBytes
        observer?.relayed(bytes, from: .upstream)
        connection.write(.byteBuffer(bytes))
        connection.flush()
    }

    /// Lets upstream go on once the client has taken what came.
    private func settle() {
        guard untakenByteCount > 0, isOver || connection.isWritable && observer?.hasRoom ?? true else { return }
        stream.taken(untakenByteCount)
        untakenByteCount = 0
    }

    private func finish(_ result: CurlResult?) {
        guard !isOver else { return }
        isOver = true
        observer?.relayEnded(result)
        observer = nil
    }
}
