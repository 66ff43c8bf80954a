public import UnderstudyCore

/// Marks an exchange that shall become an example: the history is the journal that examples are folded from.
public struct PendingExample: Sendable, Hashable {
    /// What makes two requests equal for a collection: repeats of one key are counted within a run,
    /// for each upstream and session.
    public var requestKey: Digest
    public init(requestKey: Digest) { self.requestKey = requestKey }
}
