import NIOCore

/// Which exchanges become examples. What it leaves out is forwarded all the same and kept in the history.
public struct RecordingFilter: Sendable, Hashable {
    /// When there are any, a request must be one of them.
    public var includes: [RequestGlob] = []
    /// What is one of these is out, whatever else is said.
    public var excludes: [RequestGlob] = []
    /// All must hold.
    public var conditions: [RecordingCondition] = []
    /// A browser's questions whether it may ask: a replay answers them without an example.
    public var keepsPreflights = false

    public init() {}

    /// Whether an exchange becomes an example; `nil` as long as that depends on what is not known yet.
    public func decision(_ facts: RecordingFacts) -> Bool? {
        if facts.isPreflight, !keepsPreflights { return false }
        if !includes.isEmpty, !includes.contains(where: { $0.matches(facts) }) { return false }
        if excludes.contains(where: { $0.matches(facts) }) { return false }
        var isOpen = false
        for condition in conditions {
            switch condition.holds(facts) {
            case false?: return false
            case true?: break
            case nil: isOpen = true
            }
        }
        return isOpen ? nil : true
    }
}

/// What is known of an exchange. The response's parts come later than the request's.
public struct RecordingFacts: Sendable {
    public var method: String
    /// Without port and brackets.
    public var host: String
    public var port: Int
    /// As the client sent it, without the query.
    public var path: String
    public var isPreflight: Bool
    public var status: Int?
    /// `type/subtype` of the response in lower case; empty when it says none. Known with the status.
    public var type: String?
    /// Octets of the response's content.
    public var size: Int?

    /// - Parameter head: with an origin-form target.
    public init(_ head: RequestHead, to upstream: Upstream) {
        method = head.method
        host = upstream.host
        port = upstream.port
        path = TextBytes.text(of: head.target.readableBytesView.prefix { $0 != UInt8(ascii: "?") })
        isPreflight =
            head.method == "OPTIONS" && head.fields.contains("origin")
            && head.fields.contains("access-control-request-method")
    }

    public mutating func add(_ response: ResponseHead, size: Int?) {
        status = response.status
        type = response.fields.text("content-type").flatMap { MediaType($0) }?.essence ?? ""
        self.size = size
    }
}
