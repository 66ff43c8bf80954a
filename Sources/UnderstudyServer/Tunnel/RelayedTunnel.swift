import Curl
import NIOCore
import UnderstudyCore

/// A CONNECT to a host that is not looked into: once upstream is reached, bytes pass both ways. One row in the history says
/// how many.
final class RelayedTunnel: ActiveExchange, UpstreamStreamOwner, RelayObserver {
    private let connection: ClientConnection
    private let loopContext: LoopContext
    private let head: RequestHead
    private let upstream: Upstream
    private let startedAt = Timestamp.now()
    private var stream: UpstreamStream?
    private var byteCounts: (up: Int, down: Int) = (0, 0)
    private var isOver = false
    private(set) var hasAnswered = false

    init(_ head: RequestHead, to upstream: Upstream, on connection: ClientConnection) {
        self.connection = connection
        loopContext = connection.loopContext
        var head = head
        head.fields.remove("proxy-authorization")
        self.head = head
        self.upstream = upstream
    }

    func begin() {}
    var takesBody: Bool { true }
    func bodyReceived(_ chunk: ByteBuffer) {}

    func requestEnded(trailers: Fields) {
        if let refusal = loopContext.targets.refusal(of: upstream, options: loopContext.curlOptions(for: upstream)) {
            return fail(refusal)
        }
        do {
            // Without TLS of ours: what the client says inside is between it and the host.
            stream = try loopContext.bridge().connect(
                "http://\(upstream.hostAndPort)/", options: loopContext.curlOptions(for: upstream), for: self)
        } catch {
            fail(UpstreamFailure(.internalError, "libcurl could not be started: \(error)"))
        }
    }

    func handle(_ events: [StreamEvent]) {
        guard !isOver, let stream else { return }
        var early = ByteBuffer()
        for event in events {
            switch event {
            case .connected:
                hasAnswered = true
                connection.write(.byteBuffer(ByteBuffer(staticString: "HTTP/1.1 200 Connection established\r\n\r\n")))
                connection.flush()
            case .bytes(let bytes): early.writeImmutableBuffer(bytes)
            case .closed(let result):
                return fail(
                    UpstreamFailure(result, refusal: nil, upstream: upstream)
                        ?? UpstreamFailure(.connectionTerminated, "\(upstream.authority) closed the connection at once")
                )
            case .drained, .inputEnded: break
            }
        }
        guard hasAnswered else { return }
        RelayedStream(connection, stream, observer: self).begin(withUpstream: early)
        if events.contains(where: { if case .inputEnded = $0 { true } else { false } }) { connection.endOutput() }
    }

    func relayed(_ bytes: ByteBuffer, from side: RelayedStream.Side) {
        switch side {
        case .client: byteCounts.up += bytes.readableBytes
        case .upstream: byteCounts.down += bytes.readableBytes
        }
    }

    func ended(_ side: RelayedStream.Side) {}

    func relayEnded(_ result: CurlResult?) { record(status: 200, failure: nil) }

    private func fail(_ failure: UpstreamFailure) {
        guard !isOver else { return }
        record(status: failure.status, failure: failure)
        guard !hasAnswered else { return connection.abortResponse(.untilClose) }
        hasAnswered = true
        connection.closeAfterExchange()
        var bytes = connection.allocator.buffer(capacity: 512)
        Problem.write(
            Problem.body(of: failure), status: failure.status, result: .refused,
            annotates: loopContext.serving.annotates, closes: true, to: nil, proxyStatus: failure.kind.rawValue,
            into: &bytes)
        connection.write(.byteBuffer(bytes))
        connection.flush()
        connection.responseEnded()
    }

    private func record(status: Int, failure: UpstreamFailure?) {
        guard !isOver else { return }
        isOver = true
        var exchange = Exchange(
            startedAt: startedAt, mode: loopContext.serving.mode, result: .passthrough, upstream: upstream.origin,
            request: Exchange.Request(head: head), failure: failure)
        if failure == nil {
            exchange.response = Exchange.Response(head: ResponseHead(status: status, reason: "Connection established"))
            exchange.note = "tunnel not looked into: \(byteCounts.up) bytes sent, \(byteCounts.down) received"
        }
        exchange.timings.total = Timestamp.now().microseconds - startedAt.microseconds
        loopContext.recorder.record(exchange, savingExample: false, committed: nil)
    }

    func becameWritable() {}

    func clientLost() { cancel() }

    func cancel() {
        stream?.cancel()
        record(status: 0, failure: UpstreamFailure(.clientAborted, "\(upstream.authority): the client went away"))
    }
}
