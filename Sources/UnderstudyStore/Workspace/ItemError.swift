/// Why something in a workspace (a mock server, a collection, an environment, a key) could not be found, made or changed.
/// Its description is one sentence for people.
public enum ItemError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What it is about.
    public enum Kind: String, Sendable {
        case mock = "mock server", collection, environment, key, tag, serverResponse = "server response"
    }

    case unknown(Kind, String)
    /// Several have that name; their ids.
    case ambiguous(Kind, String, [String])
    /// There is one already.
    case exists(Kind, String)
    /// It is not as the caller thought it was: somebody else changed it.
    case changed(Kind, String)
    /// What was asked for cannot be. A sentence that says what to do.
    case invalid(String)
    /// The team's policy, or the caller's role, does not allow it.
    case forbidden(String)

    public var description: String {
        switch self {
        case .unknown(let kind, let reference): "there is no \(kind.rawValue) '\(reference)'"
        case .ambiguous(let kind, let name, let ids):
            "\(ids.count) \(kind.rawValue)s are called '\(name)': say which by its id (\(ids.joined(separator: ", ")))"
        case .exists(let kind, let name): "there is a \(kind.rawValue) '\(name)' already: choose another name"
        case .changed(let kind, let name):
            "\(kind.rawValue) '\(name)' was changed by somebody else in the meantime: look at it again, then change it"
        case .invalid(let message), .forbidden(let message): message
        }
    }
}
