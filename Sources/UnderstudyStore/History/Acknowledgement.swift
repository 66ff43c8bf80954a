/// Says that an exchange is stored, as safely as the durability promises.
public struct Acknowledgement: Sendable {
    /// The exchange's number; `nil` when it could not be stored, or with `Durability.async` not yet.
    public let id: Int64?
    let handler: @Sendable (Int64?) -> Void

    /// Runs what was passed to `HistoryWriter.record`.
    public func callAsFunction() { handler(id) }
}

/// Where acknowledgements are wanted: usually an event loop. Makes one call of a whole batch.
///
/// ```swift
/// let target = AckTarget { batch in eventLoop.execute { for acknowledgement in batch { acknowledgement() } } }
/// ```
public final class AckTarget: Sendable {
    let deliver: @Sendable ([Acknowledgement]) -> Void

    /// - Parameter deliver: called on the writer's thread once per transaction with all that belong here.
    public init(_ deliver: @escaping @Sendable ([Acknowledgement]) -> Void) { self.deliver = deliver }
}
