public import UnderstudyCore

/// One stretch of recording: everything that must be known to fold its exchanges into a collection later.
public struct Run: Sendable, Hashable {
    /// 0 until stored.
    public var id: Int64 = 0
    public var startedAt: Timestamp
    /// The slug of the collection that its examples go to; empty when there is none.
    public var collection: String
    /// What `{{baseUrl}}` stands for; empty when there is none.
    public var baseURL: String
    public var writePolicy: WritePolicy

    public init(startedAt: Timestamp, collection: String, baseURL: String, writePolicy: WritePolicy) {
        self.startedAt = startedAt
        self.collection = collection
        self.baseURL = baseURL
        self.writePolicy = writePolicy
    }
}
