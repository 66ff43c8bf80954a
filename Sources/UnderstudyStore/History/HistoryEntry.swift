import GRDB
public import UnderstudyCore

/// One line of a listing: an exchange without heads and bodies.
public struct HistoryEntry: Sendable, Hashable {
    public var id: Int64
    public var startedAt: Timestamp
    public var mode: Mode
    public var result: Exchange.Result
    public var method: String
    /// `scheme://authority`, or empty.
    public var upstream: String
    /// Lower case, without port.
    public var host: String
    /// As text; the exact bytes are in the exchange's head.
    public var path: String
    public var query: String?
    /// `nil` when no response came.
    public var status: Int?
    public var failure: UpstreamFailure.Kind?
    public var flags: ExchangeFlags
    /// Octets of body on the wire.
    public var requestSize: Int
    public var responseSize: Int
    public var timings: Timings
    public var exampleID: String?
    public var exampleState: ExampleState
    /// Empty for the common one.
    public var session: String
    /// The id of the mock server that was called, and what its log says beside.
    public var mock: String?
    public var exampleName: String?
    public var score: Double?
    public var missReason: String?
    /// The media types of both messages' content, without parameters; `nil` where none is said.
    public var requestType: String?
    public var responseType: String?

    /// The path with its query.
    public var target: String { query.map { path + "?" + $0 } ?? path }

    static func columns(in db: Database) throws -> String {
        let call = try HistorySchema.knowsMocks(db) ? ", mock, example_name, score, miss_reason" : ""
        return "\(columns), \(try HistorySchema.session(in: db)) AS session\(call)"
    }

    private static let columns = """
        id, started_at, mode, result, method, upstream, host, path, query, status, failure, flags, request_size,
        response_size, name_lookup, connect, tls, first_byte, total, example_id, example_state,
        request_head, response_head
        """

    init(_ row: Row) throws(HistoryError) {
        id = row["id"]
        guard let mode = Mode(rawValue: row["mode"]), let result = Exchange.Result(rawValue: row["result"]),
            let state = ExampleState(rawValue: row["example_state"])
        else { throw .damagedRow(id: id) }
        startedAt = Timestamp(microseconds: row["started_at"])
        self.mode = mode
        self.result = result
        method = row["method"]
        upstream = row["upstream"]
        host = row["host"]
        path = row["path"]
        query = row["query"]
        status = row["status"]
        failure = (row["failure"] as String?).map { UpstreamFailure.Kind(rawValue: $0) ?? .internalError }
        flags = ExchangeFlags(rawValue: row["flags"])
        requestSize = row["request_size"]
        responseSize = row["response_size"]
        timings = ExchangeRow(row: row).timings()
        exampleID = row["example_id"]
        exampleState = state
        session = row["session"] ?? ""
        mock = row["mock"]
        exampleName = row["example_name"]
        score = row["score"]
        missReason = row["miss_reason"]
        requestType = HeadBytes.mediaType(in: row, "request_head")
        responseType = HeadBytes.mediaType(in: row, "response_head")
    }
}

/// Whether an exchange has become an example.
public enum ExampleState: Int, Sendable, CaseIterable {
    /// It was not to become one.
    case none = 0
    /// It is to be folded into its collection.
    case pending = 1
    /// Its collection has it.
    case written = 2
}
