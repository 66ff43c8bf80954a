import Foundation
import Synchronization

/// A server on 127.0.0.1 that does, on each connection, exactly what a script says: any bytes, at any time, and any end.
///
/// Every connection's script runs on its own thread. A script that throws ends its connection; the error is kept in
/// `failures` unless `stop` caused it.
public final class RawOrigin: Sendable {
    public typealias Script = @Sendable (RawConnection) throws -> Void

    fileprivate struct State {
        var requests: [[UInt8]] = []
        var streams: [[UInt8]] = []
        var connectionCount = 0
        var open: Set<Int32> = []
        var failures: [String] = []
        var isStopped = false
    }

    /// Where it listens.
    public let port: Int
    private let core: Core

    /// Listens, and runs `script` for every connection; the connection is closed when it returns.
    public init(script: @escaping Script) throws {
        let listener = socket(AF_INET, RawConnection.stream, 0)
        guard listener >= 0 else { throw RawFailure.system(call: "socket", errno: errno) }
        var address = sockaddr_in.loopback(port: 0)
        let bound = sockaddr_in.with(&address) { pointer, size in
            var length = size
            return bind(listener, pointer, size) == 0 && listen(listener, 1024) == 0
                && getsockname(listener, pointer, &length) == 0
        }
        guard bound else {
            defer { close(listener) }
            throw RawFailure.system(call: "bind", errno: errno)
        }
        port = Int(in_port_t(bigEndian: address.sin_port))
        core = Core(listener: listener)
        core.start(script)
    }

    /// Answers every request, on kept connections, with what `respond` makes of it: raw bytes, as Latin-1.
    public convenience init(respond: @escaping @Sendable (RawMessage) -> String) throws {
        try self.init { (connection: RawConnection) in
            while connection.isReadable(within: 30) {
                guard let request = try connection.readRequestOrEnd() else { return }
                try connection.send(respond(request))
            }
        }
    }

    /// Answers the first request with the first of `responses`, and so on; the last one again and again.
    public convenience init(responses: [String]) throws {
        let next = Mutex(0)
        try self.init { _ in
            let index = next.withLock { index in
                defer { index += 1 }
                return index
            }
            return responses[min(index, responses.count - 1)]
        }
    }

    deinit { core.stop() }

    /// The raw bytes of every request read so far, in the order of their heads.
    public var requests: [[UInt8]] { core.state.withLock { $0.requests } }
    /// The same, as Latin-1.
    public var requestTexts: [String] { requests.map(\.latin1) }
    /// Every byte that arrived on each connection, in the order of accepting, whether or not its script took it.
    public var streams: [[UInt8]] { core.state.withLock { $0.streams } }
    public var connectionCount: Int { core.state.withLock { $0.connectionCount } }
    /// Connections whose script still runs.
    public var openConnectionCount: Int { core.state.withLock { $0.open.count } }
    /// What scripts threw.
    public var failures: [String] { core.state.withLock { $0.failures } }

    /// Closes everything and waits for all threads.
    public func stop() { core.stop() }
}

/// What the threads hold, so that they do not keep a forgotten `RawOrigin` alive.
private final class Core: Sendable {
    let state = Mutex(RawOrigin.State())
    private let listener: Int32
    private let threads = DispatchGroup()

    init(listener: Int32) { self.listener = listener }

    func start(_ script: @escaping RawOrigin.Script) { run { [self] in accept(script) } }

    func stop() {
        let isFirst = state.withLock { state in
            for descriptor in state.open { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }
            defer { state.isStopped = true }
            return !state.isStopped
        }
        threads.wait()
        if isFirst { close(listener) }
    }

    private func run(_ body: @escaping @Sendable () -> Void) {
        threads.enter()
        let threads = threads
        Thread.detachNewThread {
            body()
            threads.leave()
        }
    }

    private func accept(_ script: @escaping RawOrigin.Script) {
        while !state.withLock({ $0.isStopped }) {
            var entry = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 20) > 0 else { continue }
            let descriptor = Foundation.accept(listener, nil, nil)
            guard descriptor >= 0 else { continue }
            let number = state.withLock { state in
                state.connectionCount += 1
                state.streams.append([])
                state.open.insert(descriptor)
                return state.streams.count - 1
            }
            run { [self] in serve(descriptor, number, script) }
        }
    }

    private func serve(_ descriptor: Int32, _ number: Int, _ script: RawOrigin.Script) {
        var current: Int?
        let connection = RawConnection(descriptor: descriptor) { [self] bytes, isHead in
            state.withLock { state in
                // A head begins a request, whatever else is read belongs to the one before.
                if let index = current, !isHead {
                    state.requests[index] += bytes
                } else {
                    current = state.requests.count
                    state.requests.append(Array(bytes))
                }
            }
        } onArrival: { [self] bytes in
            state.withLock { $0.streams[number] += bytes }
        }
        do {
            try script(connection)
        } catch {
            state.withLock { if !$0.isStopped { $0.failures.append("\(error)") } }
        }
        // Out of the list before the close, so that `stop` cannot hit a descriptor that has a new owner.
        state.withLock { _ = $0.open.remove(descriptor) }
        connection.close()
    }
}

extension RawConnection {
    /// nil when the peer closes instead of asking again.
    public func readRequestOrEnd() throws -> RawMessage? {
        do {
            return try readRequest()
        } catch RawFailure.closed(_, let received) where received.isEmpty {
            return nil
        } catch RawFailure.system(call: "recv", errno: _) {
            return nil
        }
    }
}
