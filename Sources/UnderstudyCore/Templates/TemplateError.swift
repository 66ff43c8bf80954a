/// A template that was not rendered, because what the request puts into it exceeds a limit.
public struct TemplateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The limit, in octets.
    public let limit: Int

    public var description: String { "what the request puts into this answer is longer than \(limit) bytes" }
}
