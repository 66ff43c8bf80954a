/// A key that lets its holder call private mock servers and the management API. The key itself is nowhere: its digest is.
public struct AccessKey: Sendable, Hashable {
    /// A UUID, by which people speak of it.
    public let id: String
    public var name: String
    /// Digits, as Postman's owners are.
    public let owner: String
    public var role: Role
    /// SHA-256 of the key.
    public let digest: Digest
    public let createdAt: Timestamp
    /// From then on it opens nothing; `nil` for never.
    public var expiresAt: Timestamp?
    /// To the minute; `nil` for never.
    public var lastUsedAt: Timestamp?

    /// What its holder may do.
    public enum Role: String, Sendable, CaseIterable, Comparable {
        /// Calls private mock servers, and nothing else: for programs.
        case caller
        /// Calls mock servers, looks at and changes what is in the workspace.
        case member
        /// Also keys and the team's policy.
        case admin
        /// Also keys of other admins.
        case superAdmin = "super-admin"

        public static func < (left: Role, right: Role) -> Bool { left.rank < right.rank }
        private var rank: Int {
            switch self {
            case .caller: 0
            case .member: 1
            case .admin: 2
            case .superAdmin: 3
            }
        }
    }

    public init(
        id: String, name: String, owner: String, role: Role, digest: Digest, createdAt: Timestamp,
        expiresAt: Timestamp? = nil, lastUsedAt: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.owner = owner
        self.role = role
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }

    public func isValid(at time: Timestamp) -> Bool { expiresAt.map { time < $0 } ?? true }
}

/// What the team's admins decided for everybody.
public struct TeamPolicy: Sendable, Hashable {
    /// Whether mock servers may be public: reached without a key.
    public var allowsPublicMocks = true
    public init(allowsPublicMocks: Bool = true) { self.allowsPublicMocks = allowsPublicMocks }
}
