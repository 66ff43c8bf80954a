import Curl
import NIOCore
import Synchronization
import UnderstudyCore

/// What happened to a transfer during one turn of its engine.
enum UpstreamEvent {
    case interim(ResponseHead)
    case head(ResponseHead)
    case data(ByteBuffer)
    case finished(CurlResult, trailers: Fields, refusal: String?, answeredAt: Timestamp?)
}

/// Collects one transfer's events on the engine's thread until the turn ends, and stops libcurl while the client
/// does not keep up.
///
/// `@unchecked Sendable`: every stored property but `outstanding` and `isPaused`, which are atomics, is touched on the
/// engine's thread only, which is where libcurl calls.
final class TransferSink: CurlSink, @unchecked Sendable {
    /// Who gets the events, on the loop.
    let exchange: ForwardedExchange
    private unowned let bridge: EngineBridge
    private let limits: Limits
    private var reader = ResponseHeadReader()
    private var refusal: String?
    /// When the first response line came. libcurl's own figure counts the request's body as a beginning.
    private var answeredAt: Timestamp?
    private var events: [UpstreamEvent] = []

    /// Bytes handed to the loop that the client's channel has not taken yet.
    private let outstanding = Atomic<Int>(0)
    private let isPaused = Atomic<Bool>(false)

    init(exchange: ForwardedExchange, bridge: EngineBridge, limits: Limits) {
        self.exchange = exchange
        self.bridge = bridge
        self.limits = limits
    }

    func headerLine(_ line: UnsafeRawBufferPointer) -> Bool {
        if answeredAt == nil { answeredAt = .now() }
        switch reader.read(line) {
        case .more: break
        case .interim(let head): append(.interim(head))
        case .final(let head): append(.head(head))
        case .refused(let reason):
            refusal = reason
            return false
        }
        return true
    }

    func body(_ bytes: UnsafeRawBufferPointer) -> CurlFlow {
        if outstanding.load(ordering: .sequentiallyConsistent) > limits.highWaterMark {
            isPaused.store(true, ordering: .sequentiallyConsistent)
            // The loop may have taken everything in between; then nobody would resume us.
            if outstanding.load(ordering: .sequentiallyConsistent) > limits.lowWaterMark { return .pause }
            isPaused.store(false, ordering: .sequentiallyConsistent)
        }
        outstanding.add(bytes.count, ordering: .sequentiallyConsistent)
        // libcurl cuts what it received into pieces of 16 KiB: put them together again.
        if case .data(var buffer)? = events.last {
            events.removeLast()
            buffer.writeBytes(bytes)
            events.append(.data(buffer))
        } else {
            append(.data(ByteBuffer(bytes: bytes)))
        }
        return .taken
    }

    func finished(_ result: CurlResult) {
        append(.finished(result, trailers: reader.trailers, refusal: refusal, answeredAt: answeredAt))
    }

    private func append(_ event: UpstreamEvent) {
        if events.isEmpty {
            // Head, content and end of a small response come in one turn.
            events.reserveCapacity(3)
            bridge.hasEvents(self)
        }
        events.append(event)
    }

    /// The turn's events. On the engine's thread.
    func takeEvents() -> [UpstreamEvent] {
        defer { events = [] }
        return events
    }

    /// The client's channel has taken `count` bytes. On the loop. Returns whether the transfer must be resumed.
    func taken(_ count: Int) -> Bool {
        let left = outstanding.subtract(count, ordering: .sequentiallyConsistent).newValue
        guard left <= limits.lowWaterMark else { return false }
        return isPaused.exchange(false, ordering: .sequentiallyConsistent)
    }
}
