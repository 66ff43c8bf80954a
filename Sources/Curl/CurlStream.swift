/// A connection that libcurl made and whose bytes are ours. Any thread may call its methods; after the stream's end they
/// do nothing.
public struct CurlStream: Sendable {
    /// Bounds of one stream.
    public struct Configuration: Sendable {
        /// Unsent bytes at which `write` says that there is no more room, and at which there is again.
        public var highMark = 256 << 10, lowMark = 64 << 10
        /// The stream ends when nothing moves for so long; nil for never.
        public var idleTimeout: Duration?
        public init(highMark: Int = 256 << 10, lowMark: Int = 64 << 10, idleTimeout: Duration? = nil) {
            self.highMark = highMark
            self.lowMark = lowMark
            self.idleTimeout = idleTimeout
        }
    }

    let transfer: TransferState
    let stream: StreamState
    let mailbox: Mailbox

    /// Sends a copy of `bytes` behind what was written before, also while the connection is being made. All of it is
    /// taken; false asks the caller to wait for `CurlStreamSink.drained` before it writes more.
    @discardableResult
    public func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let (wakes, hasRoom) = stream.append(bytes)
        if wakes { mailbox.post(.output(transfer)) }
        return hasRoom
    }

    /// Nothing more will be written. Once all is sent the peer sees our side end, shutdown(2). In TLS there is no way to
    /// say so through libcurl: such a stream ends when the peer closes or has been silent for some seconds.
    public func endOutput() { if stream.endOutput() { mailbox.post(.output(transfer)) } }

    /// Lets the sink have bytes again after `CurlStreamFlow.pause`.
    public func resumeReceiving() { mailbox.post(.resumeReceiving(transfer)) }

    /// Ends the stream at once; the peer sees a reset, so that it does not take what it got for all.
    public func cancel() { mailbox.post(.cancel(transfer)) }
}
