public import UnderstudyCore

/// How recording goes, for health, pages and summaries.
public struct RecorderStatus: Sendable, Hashable {
    public enum State: Sendable, Hashable {
        case recording
        /// Nothing can be written, for that reason and since then; traffic goes on, and writing is tried again.
        case degraded(reason: String, since: Timestamp)
    }

    public var state = State.recording
    /// Exchanges stored by this writer.
    public var recorded = 0
    /// Exchanges lost to a disk that would not take them.
    public var notRecorded = 0
    /// Call-log rows left out because the queue was full.
    public var dropped = 0
    /// Of those the calls to mock servers, by the mock server's id.
    public var droppedByMock: [String: Int] = [:]
    /// Exchanges removed to keep the history within its limit.
    public var pruned = 0
    /// Exchanges that wait to be stored, and about how many octets they hold.
    public var queueDepth = 0
    public var queueBytes = 0
    /// Octets of heads and bodies stored in rows.
    public var bytesWritten = 0

    public init() {}
}
