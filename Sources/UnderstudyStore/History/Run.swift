public import UnderstudyCore
public import UnderstudyFormats

/// One stretch of recording: everything that must be known to fold its exchanges into a collection later.
public struct Run: Sendable, Hashable {
    /// 0 until stored.
    public var id: Int64 = 0
    public var startedAt: Timestamp
    /// The slug of the collection that examples of its own API go to; empty when it has none.
    public var collection: String
    /// That API's address; empty when there is none.
    public var baseURL: String
    public var writePolicy: WritePolicy

    public init(startedAt: Timestamp, collection: String, baseURL: String, writePolicy: WritePolicy) {
        self.startedAt = startedAt
        self.collection = collection
        self.baseURL = baseURL
        self.writePolicy = writePolicy
    }

    /// Where an exchange with that upstream becomes an example.
    public func home(upstream: String, session: String) -> CollectionHome {
        CollectionHome(upstream: upstream, session: session, collection: collection, baseURL: baseURL)
    }
}
