import Synchronization

/// HTTP transfers on one thread of their own, by libcurl's multi interface.
///
/// This is the module's front door: `start` a `CurlRequest` and its response comes to a `CurlSink`. The thread drives
/// `curl_multi_socket_action` over a `SocketSet`; nothing else ever calls libcurl, so nothing needs a lock but the
/// `Mailbox`. Connections are pooled per engine. How a turn goes is in `EngineLoop`, what every transfer sets in
/// `EasyHandle`, and what libcurl calls back in `EasyHandle+Callbacks`. Source: libcurl-multi(3).
///
/// All methods may be called from any thread.
public final class CurlEngine: Sendable {
    public struct Configuration: Sendable {
        /// The thread's name in `ps` and debuggers; Linux shows 15 bytes.
        public var name: String
        /// More transfers wait their turn, within their connect timeout. Source: CURLMOPT_MAX_HOST_CONNECTIONS(3).
        public var maxConnectionsPerHost: Int
        /// Busy and idle ones together. Source: CURLMOPT_MAX_TOTAL_CONNECTIONS(3), CURLMOPT_MAXCONNECTS(3).
        public var maxConnections: Int

        public init(name: String = "curl", maxConnectionsPerHost: Int = 64, maxConnections: Int = 512) {
            self.name = name
            self.maxConnectionsPerHost = maxConnectionsPerHost
            self.maxConnections = maxConnections
        }
    }

    private let mailbox: Mailbox
    private let thread: EngineThread

    /// Starts the thread.
    ///
    /// - Parameter turnEnded: Called on the engine's thread after each turn in which a sink or source was called, so
    ///   that the owner can hand over everything that turn brought in one go.
    /// - Throws: `CurlError` when the process may have no more threads or descriptors.
    public convenience init(
        _ configuration: Configuration = Configuration(), turnEnded: @escaping @Sendable () -> Void
    ) throws(CurlError) {
        #if os(Linux)
            try self.init(configuration, sockets: EpollSocketSet(), turnEnded: turnEnded)
        #else
            try self.init(configuration, sockets: PollSocketSet(), turnEnded: turnEnded)
        #endif
    }

    init(
        _ configuration: Configuration, sockets: any SocketSet, turnEnded: @escaping @Sendable () -> Void
    ) throws(CurlError) {
        try CurlLibrary.started.check()
        mailbox = Mailbox(waker: sockets.waker)
        let loop = try EngineLoop(configuration, sockets: sockets, mailbox: mailbox, turnEnded: turnEnded)
        thread = try EngineThread(name: configuration.name, loop: loop)
    }

    deinit { stop() }

    /// Begins a transfer. Returns at once; nothing of `source` or `sink` is called from within.
    ///
    /// After `stop` the sink gets its `finished`, cancelled, from a thread of its own.
    @discardableResult
    public func start(_ request: CurlRequest, source: (any CurlBodySource)? = nil, sink: any CurlSink) -> CurlTransfer {
        let state = TransferState(request: request, source: source, sink: sink)
        if !mailbox.post(.start(state)) { EngineThread.refuse(state) }
        return CurlTransfer(state: state, mailbox: mailbox)
    }

    /// Begins a connection whose bytes are the caller's: through a proxy and TLS as for a request to `origin`, but nothing
    /// is sent and nothing read as HTTP. Returns at once; nothing of `sink` is called from within.
    ///
    /// - Parameters:
    ///   - origin: `http://host:port/` for a bare connection, `https://…` for one inside TLS.
    ///   - configuration: how much may wait in either direction, and for how long nothing may happen.
    public func connect(
        _ origin: String, options: CurlOptions, configuration: CurlStream.Configuration = .init(),
        sink: any CurlStreamSink
    ) -> CurlStream {
        let request = CurlRequest(method: "GET", origin: origin, target: [0x2F], options: options, isRepeatable: false)
        let stream = StreamState(configuration, sink: sink)
        let state = TransferState(request: request, stream: stream)
        if !mailbox.post(.start(state)) { EngineThread.refuse(state) }
        return CurlStream(transfer: state, stream: stream, mailbox: mailbox)
    }

    /// Cancels every transfer, closes all connections and waits for the thread's end. Idempotent. From a sink it only
    /// asks for the end, as a thread cannot wait for itself.
    public func stop() {
        mailbox.post(.stop)
        thread.join()
    }
}
