/// One transfer's book-keeping. Its class is what `CurlTransfer` names it by.
///
/// `@unchecked Sendable`: other threads only carry references to it; every field is read and written by the engine's
/// thread alone, and the mailbox's mutex orders the hand-over at the start.
final class TransferState: @unchecked Sendable {
    enum Phase {
        /// In the mailbox, or waiting for a connection.
        case connecting
        /// The request is going out or has gone; nothing came back yet.
        case waiting
        /// The response has begun.
        case receiving
        /// The connection is a stream's, both ways.
        case streaming
        case finished
    }

    private(set) var request: CurlRequest?
    private(set) var sink: (any CurlSink)?
    private(set) var source: (any CurlBodySource)?
    /// What wants the bare connection, instead of a response.
    private(set) var stream: StreamState?
    var easy: EasyHandle?
    /// Its place in the engine's list of active transfers.
    var place = -1

    var phase = Phase.connecting
    /// Engine milliseconds.
    var started: Int64 = 0, lastActivity: Int64 = 0
    /// When a body that waits for `100 Continue` goes out without it; 0 for not waiting.
    var continueDeadline: Int64 = 0
    var isReceivingPaused = false
    /// The source said pause, or the body waits for `100 Continue`.
    var isSendingPaused = false
    /// There is no more body to read.
    var isBodyEnded = false
    /// The next header line is a status line.
    var isAtStatusLine = true
    var status = 0
    /// The blank line behind the final head has come.
    var isHeadComplete = false

    var attempts = 0
    /// Of the connection in use; libcurl tells a running transfer's socket in no other way, and of a multiplexed one
    /// not at all.
    var localPort: Int32 = 0
    /// Body bytes read from the source in this attempt, and whether there were any in one.
    var bodyBytesRead: Int64 = 0
    var wasBodyRead = false
    var headBytesReceived: Int64 = 0
    var bodyBytesReceived: Int64 = 0
    /// Of a stream.
    var bytesSent: Int64 = 0
    /// Why a callback of ours broke the transfer off; outranks libcurl's code, which only says that one did.
    var verdict: CurlResult.Kind?
    /// Why the address tried last was refused.
    var refusedAddress: String?

    init(request: CurlRequest, source: (any CurlBodySource)?, sink: any CurlSink) {
        self.request = request
        self.source = source
        self.sink = sink
    }

    init(request: CurlRequest, stream: StreamState) {
        self.request = request
        self.stream = stream
    }

    /// Tells the owner the end. Lets go of everything it gave, so that a `CurlTransfer` kept for long holds no body.
    func finish(_ result: CurlResult) {
        phase = .finished
        let (sink, stream) = (sink, stream)
        (request, source, self.sink, self.stream, easy) = (nil, nil, nil, nil, nil)
        sink?.finished(result)
        stream?.sink.closed(result)
    }

    /// When the transfer has failed unless something happens before, and how; nil when only our own side can move it.
    func deadline() -> (at: Int64, kind: CurlResult.Kind)? {
        guard let options = request?.options else { return nil }
        var nearest: (at: Int64, kind: CurlResult.Kind)?
        func consider(_ at: Int64, _ kind: CurlResult.Kind) {
            if nearest.map({ at < $0.at }) ?? true { nearest = (at, kind) }
        }
        if let maxTime = options.maxTime { consider(started + maxTime.milliseconds, .maxTime) }
        switch phase {
        case .connecting: consider(started + options.connectTimeout.milliseconds, .connectTimeout)
        case .waiting where isBodyEnded:
            consider(lastActivity + options.firstByteTimeout.milliseconds, .firstByteTimeout)
        case .waiting where !isSendingPaused:
            consider(lastActivity + options.idleTimeout.milliseconds, .idleTimeout)
        case .receiving where !isReceivingPaused:
            consider(lastActivity + options.idleTimeout.milliseconds, .idleTimeout)
        case .streaming:
            if let idle = stream?.idleTimeout { consider(lastActivity + idle.milliseconds, .idleTimeout) }
            if stream?.isLingering == true { consider(lastActivity + StreamState.lingerTime, .complete) }
        case .waiting, .receiving, .finished: break
        }
        return nearest
    }
}
