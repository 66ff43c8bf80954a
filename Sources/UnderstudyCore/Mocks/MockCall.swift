/// What the log of a call to a mock server has beside both messages.
///
/// A reference: most exchanges are no such call, and should not grow by what they do not have.
public final class MockCall: Sendable {
    /// The mock server's id.
    public let mock: String
    /// The name of the example that answered, or of the forced response.
    public let exampleName: String?
    /// How well it matched, in Postman's points.
    public let score: Double?
    /// Why no example answered, in the words that the client got; `nil` when one did.
    public let missReason: String?

    public init(mock: String, exampleName: String? = nil, score: Double? = nil, missReason: String? = nil) {
        self.mock = mock
        self.exampleName = exampleName
        self.score = score
        self.missReason = missReason
    }
}

extension Exchange {
    /// The id of the mock server that was called; `nil` for all other exchanges.
    public var mock: String? { call?.mock }
    public var exampleName: String? { call?.exampleName }
    public var score: Double? { call?.score }
    public var missReason: String? { call?.missReason }
}
