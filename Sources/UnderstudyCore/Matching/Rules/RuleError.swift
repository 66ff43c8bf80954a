/// Why a rule is refused, and where it stands.
public struct RuleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The member at fault, such as `headers.X-Plan` or `ignore[2]`; empty for a rule on its own.
    public let member: String
    /// One sentence without a full stop.
    public let reason: String

    public init(member: String = "", reason: String) {
        self.member = member
        self.reason = reason
    }

    public var description: String { member.isEmpty ? reason : "\(member): \(reason)" }

    /// The same error seen from the object that holds the member.
    func inside(_ parent: String) -> RuleError {
        let separator = member.isEmpty || member.hasPrefix("[") ? "" : "."
        return RuleError(member: parent + separator + member, reason: reason)
    }
}
