public import UnderstudyCore

/// A mock server as the front door needs it: what it serves, under which addresses, to whom and how fast.
///
/// A value, made by whoever reads the configuration. `ProxyServer.setMocks` takes all that there are and finds out itself
/// which of them changed.
public struct MockSite: Sendable {
    /// A UUID; also an address: `/__mock/ID/`.
    public let id: String
    /// Under these it is reached as `http://NAME.localhost:PORT/` and `/__mock/NAME/`, whatever their case.
    public var names: [String]
    /// A port of its own, where it is at `/`.
    public var port: Int?
    public var contents: ExampleSet
    public var matching: MatchOptions
    /// Its gate is part of it.
    public var answering: Answering
    public var delay = Delay.none
    public var limits = CallLimits()
    /// Applied to live requests before they are matched, and to examples.
    public var redaction = Redaction.none
    public var annotates = true
    /// Where commands that a miss names find the examples.
    public var editPlace = EditPlace.none

    /// How many calls are answered; `nil` for no bound.
    public struct CallLimits: Sendable, Hashable {
        public var perMinute: Int?
        /// Calendar months, UTC.
        public var perMonth: Int?

        public init(perMinute: Int? = nil, perMonth: Int? = nil) {
            self.perMinute = perMinute
            self.perMonth = perMonth
        }
    }

    public init(
        id: String, names: [String] = [], port: Int? = nil, contents: ExampleSet,
        matching: MatchOptions = MatchOptions(profile: .postman), answering: Answering? = nil
    ) {
        self.id = id
        self.names = names
        self.port = port
        self.contents = contents
        self.matching = matching
        self.answering = answering ?? Answering(profile: matching.profile)
    }

    /// Whether what is built of it, the index, would be the same.
    func hasSameExamples(as other: MockSite) -> Bool {
        contents === other.contents && matching == other.matching
            && answering.fillsTemplates == other.answering.fillsTemplates
    }

    /// Whether nobody could tell them apart. The redaction is the same for all.
    func isSame(as other: MockSite) -> Bool {
        hasSameExamples(as: other) && answering == other.answering && delay == other.delay && limits == other.limits
            && annotates == other.annotates && names == other.names && port == other.port
            && editPlace == other.editPlace
    }
}

/// Why a mock server is not reached as it should be. It is all the same in every other way.
public struct MockProblem: Sendable, Hashable, CustomStringConvertible {
    public let mock: String
    /// The port that it should have; `nil` when it is a name.
    public var port: Int?
    public let reason: String

    public var description: String { reason }
}
