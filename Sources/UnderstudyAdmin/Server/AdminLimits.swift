/// What bounds the management API.
public struct AdminLimits: Sendable {
    /// Requests of one key in a minute, as Postman's API allows them; `nil` for any number. The token of the lock file is
    /// not counted.
    public var requestsPerMinute: Int? = 300
    /// Requests of the sessions of one key in a minute.
    public var sessionRequestsPerMinute = 6000
    /// Sessions of the page, of all keys and of one. The one unused for longest makes room.
    public var pageSessions = 1000
    public var pageSessionsOfKey = 50
    /// A session ends when it was not used for so long, and so long after it began.
    public var sessionIdle = Duration.seconds(12 * 3600)
    public var sessionLife = Duration.seconds(7 * 24 * 3600)
    /// Tickets that wait to be used, of all keys and of one. The oldest makes room.
    public var tickets = 100
    public var ticketsOfKey = 10
    public var ticketLife = Duration.seconds(60)
    /// Wrong keys from one address in a minute. Every key is looked at: right ones go on working, further wrong ones are refused
    /// with 429 instead of 401.
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
    /// Octets of each body that an exchange is shown with. Downloads have the rest.
    public var shownBytes = 2 << 20
    /// Octets of a body that is shown as what it is.
    public var previewBytes = 5 << 20
    /// A client that takes nothing of a download, or of events, for so long is cut off.
    public var writeTimeout = Duration.seconds(60)
    /// How long one step of a search looks at contents: however long they are, whoever types sees something.
    public var searchStep = Duration.milliseconds(120)
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
    /// Seconds of activity that are kept, and how long such a second is.
    public var activitySamples = 900
    public var activityInterval = Duration.seconds(1)
    /// Events about one piece of long work come no closer together than that.
    public var progressInterval = Duration.milliseconds(100)
    /// Requests and folders that were deleted and can be put back, of all collections, and the octets of them. The oldest make
    /// room; the last one is kept whatever its size, which a collection's file bounds.
    public var removedItems = 20
    public var removedBytes = 64 << 20
    /// Calls that are counted for one answer; behind them nobody is told how many there are.
    public var countedCalls = 1_000_000
    /// Mock servers that have lines of their own in the metrics. The rest is `other`.
    public var mocksInMetrics = 100

    public init() {}
}
