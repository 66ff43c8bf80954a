import Synchronization
public import UnderstudyCore

/// Keys by digest or id, read again when their file has changed: for those who ask at every request. A broken file opens nothing.
public final class KeyLookup: Sendable {
    private struct State {
        var stamp: FileStamp?
        var keys: [Digest: AccessKey] = [:]
        var keysByID: [String: AccessKey] = [:]
    }

    private let ring: KeyRing
    private let path: String
    private let state = Mutex(State())

    public init(_ workspace: Workspace) {
        ring = KeyRing(workspace)
        path = workspace.access
    }

    /// One system call while nothing changes.
    public func key(_ digest: Digest) throws -> AccessKey? { try read { $0.keys[digest] } }

    /// The same of the key with that id.
    public func key(id: String) throws -> AccessKey? { try read { $0.keysByID[id] } }

    private func read(_ find: (State) -> AccessKey?) throws -> AccessKey? {
        try state.withLock { state in
            let stamp = FileStamp(path)
            if stamp != state.stamp {
                state = State()
                let keys = try ring.contents().keys
                state.keys = Dictionary(keys.map { ($0.digest, $0) }, uniquingKeysWith: { first, _ in first })
                state.keysByID = Dictionary(keys.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
                state.stamp = stamp
            }
            return find(state)
        }
    }
}
