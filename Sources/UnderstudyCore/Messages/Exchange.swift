/// One request and its outcome: what the history keeps and what examples are made from.
public struct Exchange: Sendable {
    /// The history's sequence number; 0 until stored. Order in the history is by this, never by the clock.
    public var id: Int64 = 0
    public var startedAt: Timestamp
    public var mode: Mode
    public var result: Result
    /// `scheme://authority` that was or would have been called; empty when there was none.
    public var upstream: String
    public var request: Request
    /// What came from upstream (or from an example), as received. `nil` when nothing did.
    public var response: Response?
    /// Why there is no, or no whole, response.
    public var failure: UpstreamFailure?
    public var timings: Timings
    /// The example that answered, when one did.
    public var exampleID: String?

    public init(
        startedAt: Timestamp, mode: Mode, result: Result, upstream: String, request: Request,
        response: Response? = nil, failure: UpstreamFailure? = nil, timings: Timings = Timings(),
        exampleID: String? = nil
    ) {
        self.startedAt = startedAt
        self.mode = mode
        self.result = result
        self.upstream = upstream
        self.request = request
        self.response = response
        self.failure = failure
        self.timings = timings
        self.exampleID = exampleID
    }

    /// What became of a request; the value of `Understudy-Result`.
    public enum Result: String, Sendable, CaseIterable { case hit, miss, recorded, passthrough, refused }

    public struct Request: Sendable {
        public var head: RequestHead
        public var body: Body
        public var trailers: Fields

        public init(head: RequestHead, body: Body = Body(), trailers: Fields = Fields()) {
            self.head = head
            self.body = body
            self.trailers = trailers
        }
    }

    public struct Response: Sendable {
        /// 1xx responses that came first, in order, without 100.
        public var interim: [ResponseHead]
        public var head: ResponseHead
        public var body: Body
        public var trailers: Fields

        public init(
            interim: [ResponseHead] = [], head: ResponseHead, body: Body = Body(), trailers: Fields = Fields()
        ) {
            self.interim = interim
            self.head = head
            self.body = body
            self.trailers = trailers
        }
    }

    /// Whether this may become an example: a whole request and a whole response, all bytes kept, nothing failed.
    public var isReplayable: Bool {
        guard let response, failure == nil else { return false }
        return !response.body.isCut && !request.body.isCut
    }
}

/// How long the parts of an upstream call took, in microseconds from its start; 0 where a part did not happen.
/// Source: curl_easy_getinfo(3), CURLINFO_*_TIME_T
public struct Timings: Sendable, Hashable {
    public var nameLookup: Int64 = 0
    public var connect: Int64 = 0
    public var tls: Int64 = 0
    public var firstByte: Int64 = 0
    public var total: Int64 = 0
    public init() {}
}
