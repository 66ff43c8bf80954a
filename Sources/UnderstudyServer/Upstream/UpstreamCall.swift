public import Curl
import NIOCore
import Synchronization
public import UnderstudyCore

/// One request sent to its API by libcurl, outside of any server: the same rules of where requests may go, the same judgement
/// of what comes back, and an exchange that can be recorded.
public enum UpstreamCall {
    /// Sends the request and waits for its end. A failure is part of the exchange.
    ///
    /// - Parameters:
    ///   - request: its target in origin-form.
    ///   - policy: judges every address that is connected to.
    ///   - bodyLimit: octets of the response's content that are kept.
    public static func perform(
        _ request: Exchange.Request, to upstream: Upstream, options: CurlOptions, policy: TargetPolicy,
        bodyLimit: Int = Limits().recordedBody
    ) async -> Exchange {
        await perform(request, to: upstream, options: options, targets: TargetGuard(policy), bodyLimit: bodyLimit)
    }

    /// The same for a server, which knows where it listens itself.
    ///
    /// - Parameter permit: with which the server can end the call; `nil` where nobody will.
    public static func perform(
        _ request: Exchange.Request, to upstream: Upstream, options: CurlOptions, targets: TargetGuard,
        bodyLimit: Int = Limits().recordedBody, permit: UpstreamCalls.Permit? = nil
    ) async -> Exchange {
        let content = request.body.bytesInMemory ?? ByteBuffer()
        var exchange = Exchange(
            startedAt: .now(), mode: .proxy, result: .passthrough, upstream: upstream.origin, request: request)
        if let failure = targets.refusal(of: upstream, options: options) {
            exchange.failure = failure
            return exchange
        }
        let options = options.refusing { address, origin in targets.refusal(of: address, origin: origin) }
        let needsLength = content.readableBytes > 0 || ["POST", "PUT", "PATCH"].contains(request.head.method)
        let wire = UpstreamRequest.make(
            request.head, framing: needsLength ? .counted(content.readableBytes) : .none, upstream: upstream,
            keepsHost: true, target: request.head.target, via: nil, options: options)
        let engine: CurlEngine
        do {
            engine = try CurlEngine(.init(name: "call"), turnEnded: {})
        } catch {
            exchange.failure = UpstreamFailure(.internalError, "\(error)")
            return exchange
        }
        let permit = permit ?? UpstreamCalls().permit()
        let ended: (outcome: Outcome, result: CurlResult)? = await withCheckedContinuation { continuation in
            let sink = CollectingSink(limit: bodyLimit) { continuation.resume(returning: ($0, $1)) }
            let isStarted = permit.start {
                engine.start(wire, source: needsLength ? BufferSource(content) : nil, sink: sink)
            }
            if !isStarted { continuation.resume(returning: nil) }
        }
        permit.finish()
        engine.stop()
        guard let (outcome, result) = ended else {
            exchange.failure = permit.failure(upstream)
            return exchange
        }
        exchange.failure = UpstreamFailure(result, refusal: outcome.refusal, upstream: upstream)
        if result.kind == .cancelled { exchange.failure = permit.failure(upstream) }
        if let head = outcome.head {
            exchange.response = Exchange.Response(
                interim: outcome.interim, head: head, body: Body(.memory(outcome.body), byteCount: outcome.byteCount),
                trailers: outcome.reader.trailers)
        }
        var timings = Timings()
        (timings.nameLookup, timings.connect) = (result.timings.nameLookup, result.timings.connect)
        (timings.tls, timings.firstByte) = (result.timings.appConnect, result.timings.startTransfer)
        timings.total = result.timings.total
        exchange.timings = timings
        return exchange
    }

    /// What came of a response.
    fileprivate struct Outcome: Sendable {
        var reader = ResponseHeadReader()
        var interim: [ResponseHead] = []
        var head: ResponseHead?
        var body = ByteBuffer()
        var byteCount = 0
        var refusal: String?
    }

    private final class CollectingSink: CurlSink {
        private let state = Mutex(Outcome())
        private let limit: Int
        private let ended: @Sendable (Outcome, CurlResult) -> Void

        init(limit: Int, ended: @escaping @Sendable (Outcome, CurlResult) -> Void) {
            self.limit = limit
            self.ended = ended
        }

        func headerLine(_ line: UnsafeRawBufferPointer) -> Bool {
            state.withLock { state in
                switch state.reader.read(line) {
                case .more: break
                case .interim(let head): state.interim.append(head)
                case .final(let head): state.head = head
                case .refused(let reason):
                    state.refusal = reason
                    return false
                }
                return true
            }
        }

        func body(_ bytes: UnsafeRawBufferPointer) -> CurlFlow {
            state.withLock { state in
                state.byteCount += bytes.count
                let room = limit - state.body.readableBytes
                if room > 0 { state.body.writeBytes(UnsafeRawBufferPointer(rebasing: bytes.prefix(room))) }
                return .taken
            }
        }

        func finished(_ result: CurlResult) { ended(state.withLock { $0 }, result) }
    }

    private final class BufferSource: CurlBodySource {
        private let bytes: ByteBuffer
        private let position = Mutex(0)

        init(_ bytes: ByteBuffer) { self.bytes = bytes }

        func read(into buffer: UnsafeMutableRawBufferPointer) -> CurlRead {
            position.withLock { position in
                let count = min(buffer.count, bytes.readableBytes - position)
                guard count > 0 else { return .end }
                bytes.withUnsafeReadableBytes { all in
                    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: all[position..<position + count]))
                }
                position += count
                return .bytes(count)
            }
        }

        func rewind() -> Bool {
            position.withLock { $0 = 0 }
            return true
        }
    }
}
