/// What may be derived from an example that was recorded for another kind of request. All of it, unless told otherwise.
public struct DerivedOptions: Sendable, Hashable {
    /// HEAD from a GET. Where it is off, no GET example may be chosen for a HEAD: it would be sent with its content.
    public var head = true
    /// 206 and 416 for `Range`.
    public var range = true
    /// 304 and 412 for `If-None-Match` and its kin.
    public var conditional = true
    /// Another content coding when the recorded one is not acceptable.
    public var encoding = true

    public init() {}

    /// Examples are sent as they were recorded.
    public static var none: DerivedOptions {
        var options = DerivedOptions()
        (options.head, options.range, options.conditional, options.encoding) = (false, false, false, false)
        return options
    }
}
