import Curl
import NIOCore
import Synchronization
import UnderstudyCore

/// What happened to a stream during one turn of its engine.
enum StreamEvent {
    case connected
    case bytes(ByteBuffer)
    /// There is room to write again.
    case drained
    /// Upstream sends no more.
    case inputEnded
    case closed(CurlResult)
}

/// Who gets a stream's events, on the loop.
protocol UpstreamStreamOwner: AnyObject {
    func handle(_ events: [StreamEvent])
}

/// The loop's side of a `CurlStream`: a connection to upstream as bytes, made by `EngineBridge.connect`.
///
/// `@unchecked Sendable`: `events` is the engine's thread's, where libcurl calls; `owner` and `stream` are the loop's;
/// the rest is atomic.
final class UpstreamStream: CurlStreamSink, @unchecked Sendable {
    /// Changes hands when what is said changes; kept until the stream has ended.
    var owner: (any UpstreamStreamOwner)?
    var stream: CurlStream?
    private let limits: Limits
    private let hasEvents: @Sendable (UpstreamStream) -> Void
    private var events: [StreamEvent] = []
    /// Bytes handed to the loop of which `taken` was not told.
    private let outstanding = Atomic<Int>(0)
    private let isPaused = Atomic<Bool>(false)

    init(owner: any UpstreamStreamOwner, limits: Limits, hasEvents: @escaping @Sendable (UpstreamStream) -> Void) {
        self.owner = owner
        self.limits = limits
        self.hasEvents = hasEvents
    }

    // MARK: On the loop

    /// Sends `bytes` upstream. False: wait for `StreamEvent.drained` before sending more.
    func write(_ bytes: ByteBuffer) -> Bool {
        guard let stream else { return true }
        return bytes.withUnsafeReadableBytes { stream.write($0) }
    }

    /// Upstream sees our side end behind what was written.
    func endOutput() { stream?.endOutput() }

    /// Ends it abruptly. `closed` follows.
    func cancel() { stream?.cancel() }

    /// So many bytes are where they belong: more may come.
    func taken(_ count: Int) {
        let left = outstanding.subtract(count, ordering: .sequentiallyConsistent).newValue
        guard left <= limits.lowWaterMark, isPaused.exchange(false, ordering: .sequentiallyConsistent) else { return }
        stream?.resumeReceiving()
    }

    func deliver(_ events: [StreamEvent]) {
        owner?.handle(events)
        if case .closed? = events.last { (owner, stream) = (nil, nil) }
    }

    // MARK: On the engine's thread

    func connected() { append(.connected) }

    func bytes(_ bytes: UnsafeRawBufferPointer) -> CurlStreamFlow {
        let count = outstanding.add(bytes.count, ordering: .sequentiallyConsistent).newValue
        if case .bytes(var buffer)? = events.last {
            events.removeLast()
            buffer.writeBytes(bytes)
            events.append(.bytes(buffer))
        } else {
            append(.bytes(ByteBuffer(bytes: bytes)))
        }
        guard count > limits.highWaterMark else { return .more }
        isPaused.store(true, ordering: .sequentiallyConsistent)
        // The loop may have taken everything in between; then nobody would resume us.
        guard outstanding.load(ordering: .sequentiallyConsistent) <= limits.lowWaterMark else { return .pause }
        return isPaused.exchange(false, ordering: .sequentiallyConsistent) ? .more : .pause
    }

    func drained() { append(.drained) }
    func inputEnded() { append(.inputEnded) }
    func closed(_ result: CurlResult) { append(.closed(result)) }

    private func append(_ event: StreamEvent) {
        if events.isEmpty { hasEvents(self) }
        events.append(event)
    }

    /// The turn's events.
    func takeEvents() -> [StreamEvent] {
        defer { events = [] }
        return events
    }
}
