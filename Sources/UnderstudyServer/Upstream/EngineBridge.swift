import Curl
import NIOCore
import Synchronization
import UnderstudyCore

/// One event loop's engines. All events of an engine's turn reach the loop in one task.
///
/// Streams have an engine of their own, made when the first one is wanted: they hold their connections as long as clients
/// please, and none of them may keep a transfer waiting for its turn at the host.
final class EngineBridge: Sendable {
    private let engine: CurlEngine
    private let turn: Turn
    private let loop: any EventLoop
    private let limits: Limits
    private let streamEngine = Mutex<CurlEngine?>(nil)
    private let streamTurn = StreamTurn()

    /// The sinks that have events in the current turn.
    private final class Turn: Sendable {
        let sinks = Mutex<[TransferSink]>([])
    }

    private final class StreamTurn: Sendable {
        let streams = Mutex<[UpstreamStream]>([])
    }

    init(loop: any EventLoop, limits: Limits) throws {
        let turn = Turn()
        self.turn = turn
        self.loop = loop
        self.limits = limits
        var configuration = CurlEngine.Configuration()
        configuration.maxConnectionsPerHost = limits.upstreamConnectionsPerHost
        configuration.maxConnections = max(1, limits.upstreamConnections - Self.streamLimit(limits))
        engine = try CurlEngine(configuration) {
            let sinks = turn.sinks.withLock { sinks in
                defer { sinks.removeAll(keepingCapacity: true) }
                return sinks
            }
            // Sendable by construction: events are values, exchanges are touched by their loop only.
            let batches = sinks.map { Batch(exchange: $0.exchange, events: $0.takeEvents()) }
            loop.execute {
                for batch in batches { batch.exchange.handle(batch.events) }
            }
        }
    }

    private struct Batch: Sendable {
        let exchange: ForwardedExchange
        let events: [UpstreamEvent]
    }

    private struct StreamBatch: Sendable {
        let stream: UpstreamStream
        let events: [StreamEvent]
    }

    func hasEvents(_ sink: TransferSink) { turn.sinks.withLock { $0.append(sink) } }

    /// Starts a transfer; its events come to `exchange` on the loop.
    func start(_ request: CurlRequest, source: UploadSource?, for exchange: ForwardedExchange) -> (
        CurlTransfer, TransferSink
    ) {
        let sink = TransferSink(exchange: exchange, bridge: self, limits: limits)
        return (engine.start(request, source: source, sink: sink), sink)
    }

    /// Connects to `origin`, `scheme://authority/`, for bytes of any kind; events come to `owner` on the loop.
    func connect(_ origin: String, options: CurlOptions, for owner: any UpstreamStreamOwner) throws -> UpstreamStream {
        let stream = UpstreamStream(owner: owner, limits: limits) { [streamTurn] stream in
            streamTurn.streams.withLock { $0.append(stream) }
        }
        let configuration = CurlStream.Configuration(
            highMark: limits.highWaterMark, lowMark: limits.lowWaterMark, idleTimeout: nil)
        let engine = try streamEngine.withLock { engine in
            if let engine { return engine }
            let made = try makeStreamEngine()
            engine = made
            return made
        }
        stream.stream = engine.connect(origin, options: options, configuration: configuration, sink: stream)
        return stream
    }

    /// Streams at a time: of the descriptors that are meant for upstream, half.
    private static func streamLimit(_ limits: Limits) -> Int { max(1, limits.upstreamConnections / 2) }

    private func makeStreamEngine() throws -> CurlEngine {
        var configuration = CurlEngine.Configuration(name: "curl-streams")
        configuration.maxConnectionsPerHost = 0
        configuration.maxConnections = Self.streamLimit(limits)
        return try CurlEngine(configuration) { [streamTurn, loop] in
            let streams = streamTurn.streams.withLock { streams in
                defer { streams.removeAll(keepingCapacity: true) }
                return streams
            }
            let batches = streams.map { StreamBatch(stream: $0, events: $0.takeEvents()) }
            loop.execute {
                for batch in batches { batch.stream.deliver(batch.events) }
            }
        }
    }

    func stop() {
        streamEngine.withLock { $0 }?.stop()
        engine.stop()
    }
}
