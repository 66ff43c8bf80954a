import UnderstudyCore

/// The collection that a recorded exchange goes into: one for each API, and one for each session that recorded it.
public struct CollectionHome: Sendable, Hashable {
    /// The collection's name; with `PostmanCollection.fileEnding` its file's.
    public let slug: String
    /// What `{{baseUrl}}` stands for when it is made.
    public let baseURL: String
    /// Whose it is; empty for everybody's.
    public let session: String

    /// - Parameters:
    ///   - upstream: `scheme://authority` that answered.
    ///   - collection: what a reverse proxy's run calls the collection of its API; empty when it has none.
    ///   - baseURL: that API's address; empty for none.
    public init(upstream: String, session: String, collection: String, baseURL: String) {
        let isOwn = upstream.isEmpty || baseURL.isEmpty || upstream == PostmanCollection.withoutPath(baseURL)
        var slug: String
        if isOwn, !collection.isEmpty {
            slug = collection
            self.baseURL = baseURL
        } else {
            slug = PostmanCollection.slug(ofHost: upstream)
            // `https://h` beside the run's own `http://h`.
            if slug == collection { slug += "-443" }
            self.baseURL = upstream
        }
        self.slug = session.isEmpty ? slug : PostmanCollection.slug(forSession: session) + "--" + slug
        self.session = session
    }

    private init(slug: String, _ home: CollectionHome) {
        self.slug = slug
        baseURL = home.baseURL
        session = home.session
    }

    /// Where to go when a collection of that name is another's: the same for the same API and session.
    public var alternative: CollectionHome {
        let digest = Digest(of: "\(baseURL)\n\(session)").description.prefix(8)
        return CollectionHome(slug: "\(slug)-\(digest)", self)
    }

    /// Whether a collection of that name is this one: no other session's, and not that of the same host by another scheme.
    /// What else a person made of its address is theirs.
    public func isHome(of collection: PostmanCollection) -> Bool {
        guard collection.session == session else { return false }
        let (own, other) = (baseURL, collection.variables["baseUrl"] ?? "")
        guard let ownScheme = own.firstRange(of: "://"), let otherScheme = other.firstRange(of: "://") else {
            return true
        }
        return own[..<ownScheme.lowerBound] == other[..<otherScheme.lowerBound]
            || Self.host(own[ownScheme.upperBound...]) != Self.host(other[otherScheme.upperBound...])
    }

    private static func host(_ address: Substring) -> Substring { address.prefix { $0 != "/" } }
}
