/// How requests are compared with examples: the switches of one mock server, or of one replay.
public struct MatchOptions: Sendable, Hashable {
    /// What the switches begin as.
    public enum Profile: String, Sendable, CaseIterable {
        /// For recordings: the path and query must be the same, and the body when there is one. No tier of likeness.
        case strict
        /// Postman's algorithm with its documented numbers, for mock servers.
        case postman
    }

    public var profile: Profile
    /// Whether an example whose body differs is out. The strict profile asks this only where either side has a body.
    public var matchBody: Bool
    /// Request fields whose value must be the example's, where the request has them.
    public var matchHeaders: [String] = []
    public var matchQueryParams = true
    /// Unresolved variables in path segments, `*`, `**` and `{{regex:…}}`.
    public var matchWildcards: Bool
    /// Whether numbers and UUIDs in paths may stand for each other.
    public var matchIDs: Bool
    /// Whether a path that is spelled nearly the same will do.
    public var matchDistance: Bool
    /// Whether a JSON body may hold more than the example's.
    public var matchJSONSubset = false
    public var ignore: [IgnoreRule] = []
    public var repeats: Repeats

    public init(profile: Profile) {
        self.profile = profile
        let isPostman = profile == .postman
        matchBody = !isPostman
        matchWildcards = isPostman
        matchIDs = isPostman
        matchDistance = isPostman
        repeats = isPostman ? .tie : .sequence
    }
}

/// How examples that are equal for the matcher take turns, counted per session.
public enum Repeats: String, Sendable, CaseIterable {
    /// In recorded order; the last one stays.
    case sequence
    /// In recorded order, over and over.
    case cycle
    /// In recorded order, each once; then none matches.
    case once
    /// Always the first recorded.
    case first
    /// Always the last recorded.
    case last
    /// The one recorded after the same state-changing requests as this session has sent; `sequence` where that is
    /// unknown.
    case causal
    /// Always the one Postman would choose: a 200 before others, then by id.
    case tie
}
