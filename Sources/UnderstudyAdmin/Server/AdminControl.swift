public import UnderstudyCore

/// What the management API can see and do. The command line's wiring implements it.
public protocol AdminControl: AnyObject, Sendable {
    func status() async throws -> AdminStatus
    /// - Throws: `AdminError` when this server cannot be in that mode.
    func setMode(_ mode: Mode) async throws
    /// The common session first, whose key is empty, then all others by key.
    func sessionList() async throws -> [AdminSession]
    /// Begins a session anew, or all of them for `nil`; the empty key is the common one.
    ///
    /// - Returns: how many that were.
    func resetSessions(_ key: String?) async throws -> Int
    /// Forgets a session.
    ///
    /// - Returns: whether there was one.
    func removeSession(_ key: String) async throws -> Bool
    /// Told when a route may have changed files of the workspace: the next request at the front door has to see them.
    func filesMayHaveChanged()
    /// Where the front door is.
    var frontDoor: (host: String, port: Int) { get }
    /// Where a mock server is reached: its own port, else its name, else its id.
    func url(of mock: MockServer) -> String
    func metrics() async throws -> ServerMetrics
    /// Asked every second: it must cost next to nothing.
    var activity: ActivityCounts { get }
    var shownSettings: ServerSettings { get }
    /// The certificate authority of the forward proxy; `nil` while there is none. Reads a file, and makes none.
    func authority() throws -> AdminAuthority?
    /// The same; it is made where there is none.
    func makeAuthority() throws -> AdminAuthority
    /// Sends one request to an API, under the rules that hold for the server's own; a failure is part of the exchange.
    ///
    /// - Throws: `AdminError` when nothing is to leave the process.
    func call(_ request: Exchange.Request, to upstream: Upstream) async throws -> Exchange
}

/// A session in numbers.
public struct AdminSession: Sendable {
    /// Empty for the common one.
    public let key: String
    public let counts: MatchSessions.Counts
    /// `nil` where nobody looks at the clock: for the common one.
    public let firstUse: Timestamp?
    public let lastUse: Timestamp?

    public init(key: String, counts: MatchSessions.Counts, firstUse: Timestamp? = nil, lastUse: Timestamp? = nil) {
        self.key = key
        self.counts = counts
        self.firstUse = firstUse
        self.lastUse = lastUse
    }

    /// Times are microseconds since 1970 UTC.
    public var json: JSONValue {
        [
            "session": .string(key), "requests": .integer(counts.requests), "hits": .integer(counts.hits),
            "misses": .integer(counts.misses), "recorded": .integer(counts.recorded),
            "firstUse": firstUse.map { .integer($0.microseconds) } ?? .null,
            "lastUse": lastUse.map { .integer($0.microseconds) } ?? .null,
        ]
    }
}

/// A certificate authority as it may be shown to everybody: without its key.
public struct AdminAuthority: Sendable {
    public let name: String
    /// SHA-256 of the DER, as browsers show it.
    public let fingerprint: String
    public let notBefore: Timestamp
    public let notAfter: Timestamp
    public let pem: String

    public init(name: String, fingerprint: String, notBefore: Timestamp, notAfter: Timestamp, pem: String) {
        self.name = name
        self.fingerprint = fingerprint
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.pem = pem
    }
}

/// A running server in numbers.
public struct AdminStatus: Sendable {
    public var version = ""
    public var mode = Mode.replay
    public var upstream: String?
    /// `host:port` of the front door.
    public var address = ""
    public var folder = ""
    public var examples = 0
    public var connections = 0
    /// Why recording is degraded; `nil` when it is not.
    public var degraded: String?
    /// Exchanges stored, lost while degraded, and left out of the call log because the queue was full.
    public var recorded = 0, notRecorded = 0, dropped = 0
    /// Exchanges removed to keep the history within its limit.
    public var pruned = 0

    public init() {}

    public var json: JSONValue {
        [
            "version": .string(version), "mode": .string(mode.rawValue),
            "upstream": upstream.map(JSONValue.string) ?? .null, "address": .string(address), "dir": .string(folder),
            "examples": .integer(examples), "connections": .integer(connections),
            "recording": .string(degraded == nil ? "ok" : "degraded"),
            "degraded": degraded.map(JSONValue.string) ?? .null, "recorded": .integer(recorded),
            "notRecorded": .integer(notRecorded), "dropped": .integer(dropped),
            "pruned": .integer(pruned),
        ]
    }
}

/// A request the management API refuses, in one sentence.
public struct AdminError: Error, Sendable, CustomStringConvertible {
    public let status: Int
    public let message: String
    public init(status: Int, message: String) {
        self.status = status
        self.message = message
    }
    public var description: String { message }
}
