import Synchronization
import UnderstudyCore
import UnderstudyStore

/// Finds out whose a key is: the lock file's token is the first owner's, who may do everything; all others are in the ring.
final class KeyDesk: Sendable {
    /// How exact the time of a key's last use is.
    static let useInterval = Duration.seconds(60)

    private let token: Digest
    private let ring: KeyRing
    private let lookup: KeyLookup
    private let trouble = Mutex<String?>(nil)
    private let told = Mutex<[String: ContinuousClock.Instant]>([:])

    init(token: String, workspace: Workspace) {
        self.token = Digest(of: token)
        ring = KeyRing(workspace)
        lookup = KeyLookup(workspace)
    }

    /// Whose key that is; `nil` when it is nobody's, or no longer. Reads the ring's file when it changed: where threads may
    /// wait.
    func caller(with key: String, at time: Timestamp = .now()) throws -> Caller? {
        let digest = Digest(of: key)
        // Digests are compared, in a time that does not tell how much is right.
        if Self.isEqual(digest, token) { return Self.first }
        let found = try lookup.key(digest)
        trouble.withLock { $0 = nil }
        guard let found, Self.isEqual(found.digest, digest), found.isValid(at: time) else {
            return nil
        }
        noteUse(of: found.id, at: time)
        return Caller(key: found.id, owner: found.owner, role: found.role)
    }

    /// Who holds a session; `nil` when the key that was shown for it is revoked, has ended, or has another role. The lock
    /// file's token lasts as long as the process.
    func caller(holding holder: SecretTable.Holder, at time: Timestamp = .now()) throws -> Caller? {
        guard let id = holder.key else { return Self.first }
        let found = try lookup.key(id: id)
        trouble.withLock { $0 = nil }
        guard let found, found.role == holder.role, found.isValid(at: time) else { return nil }
        noteUse(of: found.id, at: time)
        return Caller(key: found.id, owner: found.owner, role: found.role)
    }

    private static let first = Caller(key: nil, owner: KeyRing.firstOwner, role: .superAdmin)

    /// Whether keys could be checked before, or failed for another reason.
    func isNews(_ error: any Error) -> Bool {
        trouble.withLock { trouble in
            defer { trouble = "\(error)" }
            return trouble != "\(error)"
        }
    }

    private func noteUse(of id: String, at time: Timestamp) {
        let isDue = told.withLock { told in
            let now = ContinuousClock.now
            if let last = told[id], now - last < Self.useInterval { return false }
            // Keys come and go: those that are gone must not stay here for ever.
            if told.count >= KeyRing.limit { told = [:] }
            told[id] = now
            return true
        }
        // A disk that takes nothing must not keep people out.
        if isDue { try? ring.used([id: time]) }
    }

    static func isEqual(_ left: Digest, _ right: Digest) -> Bool {
        var difference: UInt8 = 0
        for (left, right) in zip(left.bytes, right.bytes) { difference |= left ^ right }
        return difference == 0
    }
}
