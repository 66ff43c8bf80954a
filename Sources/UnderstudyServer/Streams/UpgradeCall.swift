import Curl
import NIOCore
import UnderstudyCore

/// A request that asks upstream to switch protocols: written and read by us on a bare connection, because libcurl would
/// keep the connection to itself. Until the switch its `ForwardedExchange` sees the same events as of any transfer; an
/// answer other than 101 is an answer like any other.
///
/// Used on the loop.
final class UpgradeCall: UpstreamStreamOwner {
    /// What libcurl allows too.
    static let lineLimit = 100 << 10, headLimit = 300 << 10

    private enum Phase {
        case head
        case body(Framing)
        case over
    }

    private enum Framing {
        case counted(Int)
        case chunked(ChunkedDecoder)
        case untilClose
    }

    /// Holds us in turn, until it has the end.
    private let exchange: ForwardedExchange
    private let loopContext: LoopContext
    private let options: CurlOptions
    private let method: String
    private var stream: UpstreamStream?
    private var phase = Phase.head
    private var reader = ResponseHeadReader(expectsSwitch: true)
    private var input = ByteBuffer()
    private var headByteCount = 0
    private var answeredAt: Timestamp?
    private var lastByte = NIODeadline.now()
    private var timer: Scheduled<Void>?
    private var timedOut: CurlResult.Kind?

    init(_ exchange: ForwardedExchange, method: String, to upstream: Upstream, loopContext: LoopContext) {
        self.exchange = exchange
        options = loopContext.curlOptions(for: upstream)
        self.method = method
        self.loopContext = loopContext
    }

    func start(_ head: ByteBuffer, to upstream: Upstream, _ bridge: EngineBridge) throws {
        let stream = try bridge.connect(upstream.root, options: options, for: self)
        self.stream = stream
        _ = stream.write(head)
    }

    func cancel() { stream?.cancel() }

    /// Of the content handed over.
    func taken(_ count: Int) { stream?.taken(count) }

    func handle(_ events: [StreamEvent]) {
        // The stream's end may let go of everything else that holds us.
        withExtendedLifetime(self) {
            for (number, event) in events.enumerated() {
                if case .over = phase {
                    // What came behind the 101 in the same turn is for whom the stream is now.
                    if let owner = stream?.owner, owner !== self { owner.handle(Array(events[number...])) }
                    return
                }
                switch event {
                case .connected: watchTime()
                case .drained: break
                case .bytes(var bytes):
                    lastByte = .now()
                    if answeredAt == nil { answeredAt = .now() }
                    input.writeBuffer(&bytes)
                    read()
                case .inputEnded: inputEnded()
                case .closed(let result): finish(timedOut.map { CurlResult(kind: $0) } ?? result)
                }
            }
        }
    }

    // MARK: Time

    private func watchTime() {
        let limit: Duration
        switch phase {
        case .head: limit = options.firstByteTimeout
        case .body: limit = options.idleTimeout
        case .over: return
        }
        let due = max(lastByte + limit.amount, .now() + .milliseconds(1))
        timer = loopContext.loop.assumeIsolated().scheduleTask(deadline: due) { [weak self] in
            guard let self else { return }
            guard NIODeadline.now() - lastByte >= limit.amount else { return watchTime() }
            if case .head = phase { timedOut = .firstByteTimeout } else { timedOut = .idleTimeout }
            stream?.cancel()
        }
    }

    // MARK: Response

    private func read() {
        while true {
            switch phase {
            case .head: guard readHeadLine() else { return }
            case .body(let framing):
                guard input.readableBytes > 0, readBody(framing) else { return }
            case .over: return
            }
        }
    }

    /// False when more has to come.
    private func readHeadLine() -> Bool {
        guard let end = input.readableBytesView.firstIndex(of: 0x0A) else {
            if input.readableBytes > Self.lineLimit { finish(CurlResult(kind: .headTooLarge)) }
            return false
        }
        let length = end - input.readerIndex + 1
        headByteCount += length
        guard length <= Self.lineLimit, headByteCount <= Self.headLimit, let line = input.readSlice(length: length)
        else {
            finish(CurlResult(kind: .headTooLarge))
            return false
        }
        stream?.taken(length)
        switch line.withUnsafeReadableBytes({ reader.read($0) }) {
        case .more: break
        case .interim(let head): exchange.handle([.interim(head)])
        case .refused(let reason): finish(CurlResult(kind: .abortedBySink), refusal: reason)
        case .final(let head) where head.status == 101: switched(head)
        case .final(let head): begin(head)
        }
        return true
    }

    private func switched(_ head: ResponseHead) {
        guard let stream else { return }
        phase = .over
        timer?.cancel()
        self.stream = nil
        exchange.switched(head, stream, rest: input, answeredAt: answeredAt)
    }

    private func begin(_ head: ResponseHead) {
        exchange.handle([.head(head)])
        if head.hasNoBody(method: method) {
            finish(CurlResult(kind: .complete))
        } else if head.fields.contains("transfer-encoding") {
            phase = .body(.chunked(ChunkedDecoder()))
        } else if let length = head.fields.first("content-length").flatMap({ Octets.decimal($0.value) }) {
            phase = .body(.counted(length))
            if length == 0 { finish(CurlResult(kind: .complete)) }
        } else {
            phase = .body(.untilClose)
        }
    }

    private func readBody(_ framing: Framing) -> Bool {
        let before = input.readableBytes
        switch framing {
        case .untilClose: exchange.handle([.data(takeInput(before))])
        case .counted(let left):
            let data = takeInput(min(left, before))
            phase = .body(.counted(left - data.readableBytes))
            exchange.handle([.data(data)])
            if left == data.readableBytes { finish(CurlResult(kind: .complete)) }
        case .chunked(var decoder):
            do throws(WireError) {
                let piece = try decoder.next(from: &input, trailers: HeadParser(limits: loopContext.limits))
                phase = .body(.chunked(decoder))
                let taken = before - input.readableBytes
                switch piece {
                case .needsMore:
                    stream?.taken(taken)
                    return false
                case .data(let data):
                    stream?.taken(taken - data.readableBytes)
                    exchange.handle([.data(data)])
                case .end(var trailers):
                    trailers.removeHopByHop()
                    finish(CurlResult(kind: .complete), trailers: trailers)
                }
            } catch {
                finish(CurlResult(kind: .abortedBySink), refusal: error.reason)
            }
        }
        return true
    }

    private func takeInput(_ count: Int) -> ByteBuffer {
        let data = input.readSlice(length: count) ?? ByteBuffer()
        if input.readableBytes == 0 { input = ByteBuffer() }
        return data
    }

    private func inputEnded() {
        switch phase {
        case .head: finish(CurlResult(kind: .connectionClosed))
        case .body(.untilClose): finish(CurlResult(kind: .complete))
        case .body: finish(CurlResult(kind: .incomplete))
        case .over: break
        }
    }

    private func finish(_ result: CurlResult, trailers: Fields = Fields(), refusal: String? = nil) {
        if case .over = phase { return }
        phase = .over
        timer?.cancel()
        stream?.owner = nil
        stream?.cancel()
        stream = nil
        var result = result
        if result.text.isEmpty, result.kind != .complete { result.text = Self.words(for: result.kind) }
        exchange.handle([.finished(result, trailers: trailers, refusal: refusal, answeredAt: answeredAt)])
    }

    private static func words(for kind: CurlResult.Kind) -> String {
        switch kind {
        case .connectionClosed: "the connection ended before the response's head was complete"
        case .incomplete: "the connection ended inside the response"
        case .firstByteTimeout: "no answer to the request to switch protocols in time"
        case .idleTimeout: "no byte for too long"
        default: "the request to switch protocols failed"
        }
    }
}
