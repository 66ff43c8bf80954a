/// What one example says about how it is matched and served; `_understudy.match` in its file.
public struct ExampleRules: Sendable, Hashable {
    /// False: it is as if it were not there.
    public var isEnabled = true
    public var ignore: [IgnoreRule] = []
    /// `nil` leaves it to the options.
    public var matchBody: Bool?
    public var matchJSONSubset: Bool?
    public var repeats: Repeats?
    /// Whether `{{…}}` in the response is filled in; `nil` leaves it to what serves it.
    public var isTemplate: Bool?
    /// All of them must hold.
    public var conditions: [Condition] = []

    public init() {}
}
