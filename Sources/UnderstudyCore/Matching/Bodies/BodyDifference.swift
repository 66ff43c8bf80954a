/// The first place at which a request's body is not what an example asks for, for people.
public struct BodyDifference: Sendable, Hashable {
    /// `json:$.a.b` or `form:nonce`, as an ignore rule spells it; else `body`, or `xml:/a/b` with local names.
    public let place: String
    /// Short and printable; `nothing` where nothing should be.
    public let expected: String
    public let actual: String

    /// What would leave this place out of the comparison, where a rule can.
    public var ignoreRule: IgnoreRule? { try? IgnoreRule(place) }

    static let nothing = "nothing"

    /// Compares without placeholders: `nil` if and only if, without `subset`, the two `CanonicalBody`s are equal.
    ///
    /// - Parameters:
    ///   - ignoring: only `form:` and `json:` rules matter here.
    ///   - loosely: whether redacted values compare equal to one another.
    ///   - subset: whether JSON objects of the request may have more members than the example's. Arrays may not be longer.
    public static func first(
        example: RequestContent, request: RequestContent, ignoring: [IgnoreRule] = [], loosely: Bool = false,
        subset: Bool = false
    ) -> BodyDifference? {
        BodyComparison(scope: BodyScope(ignoring: ignoring, loosely: loosely), isSubset: subset)
            .difference(example.parsed, request)
    }
}
