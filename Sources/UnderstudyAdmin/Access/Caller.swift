import UnderstudyCore

/// Who asks.
struct Caller: Sendable {
    /// The id of its key; `nil` for the token of the lock file, and where no key is needed.
    let key: String?
    /// Digits, as in keys.
    let owner: String
    let role: AccessKey.Role
    /// Whether it showed the cookie of a session in place of the key.
    var isSession = false

    /// Whose a session or a ticket of it is.
    var holder: SecretTable.Holder { .init(key: key, role: role) }

    /// What a key may do with keys of that role, its own or others: only super admins have to do with admins.
    func mayChange(_ role: AccessKey.Role) -> Bool { role < .admin ? self.role >= .admin : self.role == .superAdmin }
}
