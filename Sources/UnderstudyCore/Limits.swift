/// Every bound of the program, by name. Defaults are those of `Sources/README.md`; counts are octets unless said.
public struct Limits: Sendable, Hashable {
    /// Request head, all of it: above is 431.
    public var head = 128 << 10
    /// One field line: above is 431.
    public var field = 80 << 10
    /// Number of field lines: above is 431.
    public var fieldCount = 1000
    /// Request target: above is 414.
    public var target = 64 << 10
    /// Body kept in a recording; the rest passes but is not kept.
    public var recordedBody = 64 << 20
    /// Frames or pieces of a switched connection kept in a recording, and bytes of one of them; the rest passes but is not
    /// kept. All together are bounded as a body is.
    public var recordedFrames = 100_000, recordedFrame = 16 << 20
    /// Body held in memory before it is spilled to disk.
    public var bodyInMemory = 1 << 20
    /// Unwritten bytes of one transfer at which its sender pauses.
    public var highWaterMark = 256 << 10
    /// Unwritten bytes at which it resumes.
    public var lowWaterMark = 64 << 10
    /// Request body kept so that libcurl can send it again on another connection.
    public var rewindableBody = 256 << 10
    /// Of one event loop; more transfers wait their turn. Streams and stalled uploads hold theirs as long as they last,
    /// so that a small number would let some clients stop all others.
    public var upstreamConnectionsPerHost = 256
    /// Of one event loop, idle ones too.
    public var upstreamConnections = 512
    /// More wait to be accepted; fewer when the system allows fewer descriptors, see `DescriptorBudget`.
    public var clientConnections = 10_000
    /// A request head must be complete after this long: 408.
    public var headTimeout = Duration.seconds(10)
    /// A request body must go on within this long: 408.
    public var bodyIdleTimeout = Duration.seconds(60)
    public var keepAliveTimeout = Duration.seconds(60)
    /// Longest silence of a tunnel, or of a protocol that was switched to: then it is closed.
    public var switchedIdleTimeout = Duration.seconds(3600)
    /// The same once one side has ended.
    public var halfClosedTimeout = Duration.seconds(60)
    public var connectTimeout = Duration.seconds(10)
    public var firstByteTimeout = Duration.seconds(60)
    public var upstreamIdleTimeout = Duration.seconds(60)
    /// What the history may take on disk, its bodies in files included; `nil` for no bound. Above, the oldest exchanges
    /// go, but for those whose examples are not written yet.
    public var history: Int?
    /// How long an exchange stays in the history; `nil` for ever. Those whose examples are not written yet stay longer.
    public var historyAge: Duration?
    /// Response body kept in the log of a call to a mock server; the rest is cut there, which is flagged. Examples have it.
    public var loggedResponse = 64 << 10
    /// Exchanges waiting for the history's writer.
    public var recorderQueueCount = 1024
    /// Bytes waiting for the history's writer.
    public var recorderQueueBytes = 64 << 20
    public var gracefulShutdown = Duration.seconds(10)

    public init() {}
}
