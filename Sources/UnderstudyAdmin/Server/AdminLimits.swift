/// What bounds the management API.
public struct AdminLimits: Sendable {
    /// Requests of one key in a minute, as Postman's API allows them; `nil` for any number. The token of the lock file is
    /// not counted.
    public var requestsPerMinute: Int? = 300
    /// Wrong keys from one address in a minute. More are refused unlooked at; right ones go on working.
    public var wrongKeysPerMinute = 20
    /// Addresses whose wrong keys are counted. The one that was silent longest makes room.
    public var guessingAddresses = 1024
    /// Requests that wait for, or have, a thread that may block.
    public var pendingRequests = 256
    /// Threads that may block, for files and database.
    public var threads = 2
    /// Threads for routes that may take long, such as imports: all others go on meanwhile.
    public var slowThreads = 2
    /// Threads that find out whose keys are.
    public var doorThreads = 1
    /// Contents above 64 KiB that are in memory at one time.
    public var largeBodies = 4
    /// Octets of the exchanges that one mock server is made of, as they are in memory at one time.
    public var exchangeBytes = 256 << 20
    /// Requests to APIs that are under way for callers at one time.
    public var outgoingCalls = 4
    /// How long each of them may take, whatever it is sent.
    public var callTime = Duration.seconds(120)
    /// Octets of an answer's content that are kept.
    public var callBytes = 64 << 20
    /// Clients that follow events.
    public var eventClients = 64
    /// Events kept for clients that come back, and the most that wait for a slow one.
    public var events = 1000
    /// How often it is looked for events, while somebody follows them.
    public var eventInterval = Duration.milliseconds(200)
    /// A comment goes to clients at least so often: whoever stands between does not close the connection.
    public var heartbeat = Duration.seconds(15)
    /// Mock servers that have lines of their own in the metrics. The rest is `other`.
    public var mocksInMetrics = 100

    public init() {}
}
