/// A saved request and its response: what a replay serves.
public struct Example: Sendable {
    /// Stable across re-recordings: derived from the request and its position among equal ones.
    public var id: String
    public var name: String
    /// The collection's slug (its file's name without endings).
    public var collection: String
    /// The request, redacted, with an origin-form target (`/path?query`).
    public var request: Exchange.Request
    public var response: Exchange.Response
    /// What the response took when recorded, in milliseconds; `nil` when unknown.
    public var responseTime: Int?

    /// `scheme://authority` and base path it was recorded from; empty when the collection does not say.
    public var baseURL: String

    public init(
        id: String, name: String, collection: String, request: Exchange.Request, response: Exchange.Response,
        responseTime: Int? = nil, baseURL: String = ""
    ) {
        self.id = id
        self.name = name
        self.collection = collection
        self.request = request
        self.response = response
        self.responseTime = responseTime
        self.baseURL = baseURL
    }
}
