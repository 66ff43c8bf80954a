import UnderstudyCore
import UnderstudyStore

/// Ids as Postman's API writes them: a UUID, and the same with its owner before it.
enum PostmanID {
    static func uid(_ id: String, owner: String = KeyRing.firstOwner) -> JSONValue { .string("\(owner)-\(id)") }

    /// Who owns what has no owner of its own: collections, environments and the workspace.
    static let owner = KeyRing.firstOwner
}
