/// One request and its outcome: what the history keeps and what examples are made from.
///
/// A value, copied when it is changed while shared. Its content is behind one reference, because it travels through
/// five hands on its way to the disk and has some thirty references inside, each of which every copy would count.
public struct Exchange: Sendable {
    /// The history's sequence number; 0 until stored. Order in the history is by this, never by the clock.
    public var id: Int64 {
        get { box.content.id }
        set { write { $0.id = newValue } }
    }
    public var startedAt: Timestamp {
        get { box.content.startedAt }
        set { write { $0.startedAt = newValue } }
    }
    public var mode: Mode {
        get { box.content.mode }
        set { write { $0.mode = newValue } }
    }
    public var result: Result {
        get { box.content.result }
        set { write { $0.result = newValue } }
    }
    /// `scheme://authority` that was or would have been called; empty when there was none.
    public var upstream: String {
        get { box.content.upstream }
        set { write { $0.upstream = newValue } }
    }
    /// The client's session; empty for the common one. See `MatchSessions`.
    public var session: String {
        get { box.content.session }
        set { write { $0.session = newValue } }
    }
    public var request: Request {
        get { box.content.request }
        set { write { $0.request = newValue } }
    }
    /// What came from upstream (or from an example), as received. `nil` when nothing did.
    public var response: Response? {
        get { box.content.response }
        set { write { $0.response = newValue } }
    }
    /// Why there is no, or no whole, response.
    public var failure: UpstreamFailure? {
        get { box.content.failure }
        set { write { $0.failure = newValue } }
    }
    public var timings: Timings {
        get { box.content.timings }
        set { write { $0.timings = newValue } }
    }
    /// The example that answered, when one did.
    public var exampleID: String? {
        get { box.content.exampleID }
        set { write { $0.exampleID = newValue } }
    }

    /// What a person who watches is told beside it, such as why no example matched; not stored.
    public var note: String? {
        get { box.content.note }
        set { write { $0.note = newValue } }
    }

    /// What is kept of a call to a mock server; `nil` for all other exchanges.
    public var call: MockCall? {
        get { box.content.call }
        set { write { $0.call = newValue } }
    }

    private struct Content {
        var id: Int64 = 0
        var startedAt: Timestamp
        var mode: Mode
        var result: Result
        var upstream: String
        var session: String
        var request: Request
        var response: Response?
        var failure: UpstreamFailure?
        var timings: Timings
        var exampleID: String?
        var note: String?
        var call: MockCall?
    }

    /// `@unchecked Sendable`: changed only through `write`, by the one who alone holds it.
    private final class Box: @unchecked Sendable {
        var content: Content
        init(_ content: Content) { self.content = content }
    }

    private var box: Box

    private mutating func write(_ change: (inout Content) -> Void) {
        if !isKnownUniquelyReferenced(&box) { box = Box(box.content) }
        change(&box.content)
    }

    public init(
        startedAt: Timestamp, mode: Mode, result: Result, upstream: String, session: String = "", request: Request,
        response: Response? = nil, failure: UpstreamFailure? = nil, timings: Timings = Timings(),
        exampleID: String? = nil
    ) {
        box = Box(
            Content(
                startedAt: startedAt, mode: mode, result: result, upstream: upstream, session: session,
                request: request, response: response, failure: failure, timings: timings,
                exampleID: exampleID))
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
        /// When the content came, where that says something.
        public var pace: Pace

        public init(
            interim: [ResponseHead] = [], head: ResponseHead, body: Body = Body(), trailers: Fields = Fields(),
            pace: Pace = Pace()
        ) {
            self.interim = interim
            self.head = head
            self.body = body
            self.trailers = trailers
            self.pace = pace
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
