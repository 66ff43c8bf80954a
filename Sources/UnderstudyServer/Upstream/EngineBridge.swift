import Curl
import NIOCore
import Synchronization
import UnderstudyCore

/// One event loop's engine. All events of an engine's turn reach the loop in one task.
final class EngineBridge: Sendable {
    private let engine: CurlEngine
    private let turn: Turn
    private let limits: Limits

    /// The sinks that have events in the current turn.
    private final class Turn: Sendable {
        let sinks = Mutex<[TransferSink]>([])
    }

    init(loop: any EventLoop, limits: Limits) throws {
        let turn = Turn()
        self.turn = turn
        self.limits = limits
        var configuration = CurlEngine.Configuration()
        configuration.maxConnectionsPerHost = limits.upstreamConnectionsPerHost
        configuration.maxConnections = limits.upstreamConnections
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

    func hasEvents(_ sink: TransferSink) { turn.sinks.withLock { $0.append(sink) } }

    /// Starts a transfer; its events come to `exchange` on the loop.
    func start(_ request: CurlRequest, source: UploadSource?, for exchange: ForwardedExchange) -> (
        CurlTransfer, TransferSink
    ) {
        let sink = TransferSink(exchange: exchange, bridge: self, limits: limits)
        return (engine.start(request, source: source, sink: sink), sink)
    }

    func stop() { engine.stop() }
}
