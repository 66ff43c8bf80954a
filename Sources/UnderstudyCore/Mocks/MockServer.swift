/// A mock server: one collection, served under an address of its own, with everything that can be set about it.
public struct MockServer: Sendable, Hashable {
    /// A UUID, which never changes.
    public let id: String
    /// What people call it. Unique in a workspace, without regard to case.
    public var name: String
    /// The id of its collection, which never changes.
    public let collection: String
    /// `nil` for the collection as it is now (`CURRENT`), else a tag of it.
    public var versionTag: String?
    /// The id of its environment.
    public var environment: String?
    public var description = ""
    public var delay = Delay.none
    /// Whether calls need a key.
    public var isPrivate = false
    public var matching = MockMatching()
    public var serverResponses: [ServerResponse] = []
    /// The one that answers every call; `nil` for none.
    public var activeServerResponse: String?
    /// A port of its own, 1 to 65535.
    public var port: Int?
    public var limits = CallLimits()
    public let createdAt: Timestamp
    public var updatedAt: Timestamp
    /// Who made it, as in keys.
    public var owner: String

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

    public init(id: String, name: String, collection: String, createdAt: Timestamp, owner: String) {
        self.id = id
        self.name = name
        self.collection = collection
        self.createdAt = createdAt
        updatedAt = createdAt
        self.owner = owner
    }

    /// The forced answer, if one is active.
    public var forcedResponse: ServerResponse? {
        activeServerResponse.flatMap { id in serverResponses.first { $0.id == id } }
    }

    /// The name as a label of a host name, `NAME.localhost`; empty when nothing of it can stand in one.
    ///
    /// Lower-case letters, digits and hyphens, at most 63 octets (RFC 1035 §2.3.4).
    public var hostLabel: String { Self.label(name) }

    public static func label(_ name: String) -> String {
        var label = ""
        for byte in name.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                label.unicodeScalars.append(Unicode.Scalar(byte))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"): label.unicodeScalars.append(Unicode.Scalar(byte | 0x20))
            default: if !label.isEmpty, label.last != "-" { label.append("-") }
            }
            if label.utf8.count == 63 { break }
        }
        while label.last == "-" { label.removeLast() }
        return label
    }
}

/// How a mock server compares requests with its examples: what is set explicitly, over what its profile begins with.
public struct MockMatching: Sendable, Hashable {
    public var profile = MatchOptions.Profile.postman
    public var matchBody: Bool?
    /// Names of request fields that are compared when `matchHeader` is on.
    public var headers: [String] = []
    public var matchHeader = false
    public var matchQueryParams = true
    public var matchWildcards: Bool?
    public var repeats: Repeats?

    public init() {}

    public var options: MatchOptions {
        var options = MatchOptions(profile: profile)
        if let matchBody { options.matchBody = matchBody }
        if matchHeader { options.matchHeaders = headers }
        options.matchQueryParams = matchQueryParams
        if let matchWildcards { options.matchWildcards = matchWildcards }
        if let repeats { options.repeats = repeats }
        return options
    }
}
