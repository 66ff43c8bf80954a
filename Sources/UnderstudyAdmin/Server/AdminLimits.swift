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
    /// Bodies of exchanges on their way to clients at one time.
    public var downloads = 16
    /// Octets of a body without its content coding: more are not taken off. Of such bodies `largeBodies` are in memory.
    public var decodedBytes = 64 << 20
    /// Octets of a body that is shown as what it is.
    public var previewBytes = 5 << 20
    /// How long one step of a search looks at contents: however long they are, whoever types sees something.
    public var searchStep = Duration.milliseconds(120)
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
