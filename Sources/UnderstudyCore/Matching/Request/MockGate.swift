/// What is decided about a call to a mock server before any example is looked at: who may call, and whether everything is
/// answered alike.
public struct MockGate: Sendable {
    public enum Verdict: Sendable, Equatable {
        /// Examples answer.
        case open
        /// A private mock server, and the key is missing or wrong: it is as if there were none.
        case hidden
        /// Every call gets this status.
        case serverResponse(Int)
    }

    /// Of the keys only: they are secrets, and what is equal is told in a time that says nothing of them.
    private let keys: Set<Digest>?
    /// A 5xx that stands for an outage; `nil` for none.
    public let serverResponse: Int?

    /// - Parameter keys: one of them must be in `x-api-key`; `nil` lets everyone in.
    public init(keys: [String]? = nil, serverResponse: Int? = nil) {
        self.keys = keys.map { Set($0.map { Digest(of: $0) }) }
        self.serverResponse = serverResponse
    }

    public func verdict(_ fields: Fields) -> Verdict {
        if let keys {
            guard let key = fields.text("x-api-key"), keys.contains(Digest(of: key)) else { return .hidden }
        }
        return serverResponse.map { .serverResponse($0) } ?? .open
    }
}
