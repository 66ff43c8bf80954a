/// Why bytes from a client are not a request we take. The connection is answered once and closed, because where the
/// next message would begin can no longer be known.
struct WireError: Error, Equatable {
    /// The status to answer with.
    let status: Int
    /// One sentence for the client. Never repeats what was sent.
    let reason: String

    static func bad(_ reason: String) -> WireError { WireError(status: 400, reason: reason) }
    static let headTooLarge = WireError(status: 431, reason: "The request head is larger than the limit.")
    static let targetTooLong = WireError(status: 414, reason: "The request target is longer than the limit.")
    static let version = WireError(status: 505, reason: "Only HTTP/1.1 and HTTP/1.0 are spoken here.")
    static let method = WireError(status: 501, reason: "The method is longer than any known one.")
}

/// Where a message's content ends. <https://www.rfc-editor.org/rfc/rfc9112#section-6>
enum BodyFraming: Equatable {
    case none
    case counted(Int)
    case chunked
}
