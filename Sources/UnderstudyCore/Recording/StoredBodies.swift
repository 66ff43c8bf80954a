/// Where the files of large or binary bodies are.
public protocol StoredBodies: Sendable {
    /// The file that holds a body, or `nil` when there is none.
    func path(of digest: Digest) -> String?
}
