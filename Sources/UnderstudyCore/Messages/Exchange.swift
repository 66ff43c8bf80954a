/// One request and its outcome: what the history keeps and what examples are made from.
///
/// A value, copied when it is changed while shared. Its content is behind one reference, because it travels through
/// five hands on its way to the disk and has some thirty references inside, each of which every copy would count. For the
/// same reason its parts are lent (`_read`), not copied, to those who look at them.
public struct Exchange: Sendable {
    /// The history's sequence number; 0 until stored. Order in the history is by this, never by the clock.
    public var id: Int64 {
        _read { yield box.content.id }
        _modify {
            separate()
            yield &box.content.id
        }
    }
    public var startedAt: Timestamp {
        _read { yield box.content.startedAt }
        _modify {
            separate()
            yield &box.content.startedAt
        }
    }
    public var mode: Mode {
        _read { yield box.content.mode }
        _modify {
            separate()
            yield &box.content.mode
        }
    }
    public var result: Result {
        _read { yield box.content.result }
        _modify {
            separate()
            yield &box.content.result
        }
    }
    /// `scheme://authority` that was or would have been called; empty when there was none.
    public var upstream: String {
        _read { yield box.content.upstream }
        _modify {
            separate()
            yield &box.content.upstream
        }
    }
    public var request: Request {
        _read { yield box.content.request }
        _modify {
            separate()
            yield &box.content.request
        }
    }
    /// What came from upstream (or from an example), as received. `nil` when nothing did.
    public var response: Response? {
        _read { yield box.content.response }
        _modify {
            separate()
            yield &box.content.response
        }
    }
    /// Why there is no, or no whole, response.
    public var failure: UpstreamFailure? {
        _read { yield box.content.failure }
        _modify {
            separate()
            yield &box.content.failure
        }
    }
    public var timings: Timings {
        _read { yield box.content.timings }
        _modify {
            separate()
            yield &box.content.timings
        }
    }
    /// The example that answered, when one did.
    public var exampleID: String? {
        _read { yield box.content.exampleID }
        _modify {
            separate()
            yield &box.content.exampleID
        }
    }

    /// What a person who watches is told beside it, such as why no example matched; not stored.
    public var note: String? {
        _read { yield box.content.note }
        _modify {
            separate()
            yield &box.content.note
        }
    }

    private struct Content {
        var id: Int64 = 0
        var startedAt: Timestamp
        var mode: Mode
        var result: Result
        var upstream: String
        var request: Request
        var response: Response?
        var failure: UpstreamFailure?
        var timings: Timings
        var exampleID: String?
        var note: String?
    }

    /// `@unchecked Sendable`: changed only after `separate`, by the one who alone holds it.
    private final class Box: @unchecked Sendable {
        var content: Content
        init(_ content: Content) { self.content = content }
    }

    private var box: Box

    private mutating func separate() { if !isKnownUniquelyReferenced(&box) { box = Box(box.content) } }

    public init(
        startedAt: Timestamp, mode: Mode, result: Result, upstream: String, request: Request,
        response: Response? = nil, failure: UpstreamFailure? = nil, timings: Timings = Timings(),
        exampleID: String? = nil
    ) {
        box = Box(
            Content(
                startedAt: startedAt, mode: mode, result: result, upstream: upstream, request: request,
                response: response, failure: failure, timings: timings, exampleID: exampleID))
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
