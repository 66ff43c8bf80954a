import UnderstudyCore

/// Our name in `Via`, with what we write there for either version of the request (RFC 9110 §7.6.3).
public struct Via: Sendable {
    public let name: String
    private let http11: String, http10: String

    public init(_ name: String) {
        self.name = name
        http11 = "1.1 \(name)"
        http10 = "1.0 \(name)"
    }

    func value(receivedAs version: HTTPVersion) -> String { version == .http11 ? http11 : http10 }
}
