public import UnderstudyCore

/// What a listing must know about an exchange without looking at its content.
public struct ExchangeFlags: OptionSet, Sendable, Hashable {
    public let rawValue: Int
    public init(rawValue: Int) { self.rawValue = rawValue }

    /// Failed, or bytes are missing: never an example.
    public static let incomplete = ExchangeFlags(rawValue: 1)
    /// The request's body is not kept whole.
    public static let requestCut = ExchangeFlags(rawValue: 2)
    /// The response's body is not kept whole.
    public static let responseCut = ExchangeFlags(rawValue: 4)

    public init(of exchange: Exchange) {
        self = []
        if exchange.failure != nil { insert(.incomplete) }
        if exchange.request.body.isCut { formUnion([.incomplete, .requestCut]) }
        guard exchange.response?.body.isCut == true else { return }
        if exchange.mock != nil {
            // The example has the rest.
            insert(.responseCut)
        } else if exchange.result != .hit {
            // A hit's content is its example's; the call log does not keep it again.
            formUnion([.incomplete, .responseCut])
        }
    }
}
