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

    /// What its body mode implies where the saved request names no Content-Type: a form or GraphQL made in Postman.
    public var impliedContentType: String?
    /// `nil` for nearly all.
    public var rules: ExampleRules?
    /// Where in a recording it happened; `nil` for examples made by hand.
    public var order: RecordedOrder?
    /// The id with its owner before it, `12345678-UUID`, when the file has one.
    public var uid: String?
    /// What `{{name}}` in its response means.
    public var variables = VariableScope.empty

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

/// Where in which recording an exchange happened. Comparable only within one run.
public struct RecordedOrder: Sendable, Hashable {
    public var run: Int
    /// Rises with time.
    public var number: Int

    public init(run: Int, number: Int) {
        self.run = run
        self.number = number
    }
}
