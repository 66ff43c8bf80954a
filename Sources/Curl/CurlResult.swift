/// How a transfer ended, and what it measured.
public struct CurlResult: Sendable {
    /// The end in one word; the cases map one to one or many to one onto RFC 9209's error names.
    public enum Kind: Sendable, Hashable, CaseIterable {
        /// The whole response arrived.
        case complete
        /// `CurlTransfer.cancel` or `CurlEngine.stop`.
        case cancelled
        /// A sink method said so.
        case abortedBySink
        /// The source said so, or ended before the length it had promised.
        case abortedBySource
        /// The request could not have been written as one line per field, or libcurl refused the origin.
        case invalidRequest
        /// A pooled connection died and the request could not go out a second time.
        case notRepeatable
        /// The upstream's or the proxy's name did not resolve.
        case cannotResolve
        /// No connection; `systemError` says why (`ECONNREFUSED`, `EHOSTUNREACH`, …).
        case cannotConnect
        /// Every address tried, or the last of them, is one that `CurlOptions.refusal` forbids; `text` says why.
        case addressRefused
        /// TLS failed before certificates were judged.
        case tlsHandshake
        /// The upstream's certificate is not trusted, expired or not for this name.
        case tlsCertificate
        /// Our own side of TLS: a file that cannot be read, a key that does not fit.
        case tlsConfiguration
        /// The proxy between refused or broke off.
        case proxy
        case connectTimeout
        case firstByteTimeout
        case idleTimeout
        case maxTime
        /// The connection ended by FIN or reset before the response's head was complete, or while sending.
        case connectionClosed
        /// The response began and was cut off.
        case incomplete
        /// What came is not HTTP as libcurl accepts it.
        case protocolError
        /// A line above 100 KiB or a head above 300 KiB.
        case headTooLarge
        /// Anything else; `code` and `text` tell.
        case other
    }

    /// Microseconds since the transfer left the engine's queue; 0 for what was not reached.
    /// Source: curl_easy_getinfo(3), TIMES.
    public struct Timings: Sendable, Hashable {
        public var nameLookup: Int64 = 0
        public var connect: Int64 = 0
        /// TLS done; 0 for plain connections.
        public var appConnect: Int64 = 0
        public var preTransfer: Int64 = 0
        /// The first response byte.
        public var startTransfer: Int64 = 0
        public var total: Int64 = 0
        public init() {}
    }

    public var kind: Kind
    /// The `CURLcode`, 0 for success and for ends the engine itself decided.
    public var code: Int32 = 0
    /// libcurl's or the engine's sentence; empty for success. May name hosts, never field values.
    public var text = ""
    /// `errno` of the failed connect, else 0. Source: CURLINFO_OS_ERRNO(3).
    public var systemError: Int32 = 0

    /// A connection (new or pooled) was ready and the request was written to it, at least in part.
    public var wasConnected = false
    /// At least one response line arrived, interim ones count.
    public var wasAnswered = false
    /// At least one byte of request body was handed to libcurl.
    public var wasBodyRead = false
    /// The last attempt went out on a pooled connection.
    public var wasReused = false
    /// The request went out more than once.
    public var attempts = 0
    /// Connections opened for this transfer. Source: CURLINFO_NUM_CONNECTS(3).
    public var newConnects = 0

    public var timings = Timings()
    /// Bytes written upstream: head, and body with its chunk framing.
    public var headBytesSent: Int64 = 0, bodyBytesSent: Int64 = 0
    /// Bytes that came: all heads and trailers, and the body without chunk framing.
    public var headBytesReceived: Int64 = 0, bodyBytesReceived: Int64 = 0
    /// `10`, `11`, `20`, or 0 when nothing was answered.
    public var httpVersion = 0
    /// The address connected to; empty before there was one. Source: CURLINFO_PRIMARY_IP(3).
    public var primaryAddress = ""
    public var primaryPort = 0

    public init(kind: Kind) { self.kind = kind }
}
