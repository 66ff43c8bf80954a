public import Foundation

/// Why there is no certificate authority to sign with: what is wrong with which file, and the command that mends it.
///
/// None of these is mended silently: a new authority in place of an old one would make every client that trusts the old one
/// fail, and a key that others may have read signs for them too.
public enum AuthorityError: Error, Hashable, Sendable {
    /// The system refused: a folder that cannot be made, a full disk.
    case system(operation: String, path: String, code: Int32)
    /// Neither `UNDERSTUDY_CA_DIR` nor `XDG_DATA_HOME` nor a home is known.
    case noHome
    case keyMissing(certificate: String, key: String)
    case keyReadableByOthers(key: String)
    case folderWritableByOthers(folder: String)
    case foreignOwner(path: String, owner: UInt32, user: UInt32)
    case keyOfAnother(certificate: String, key: String)
    case expired(certificate: String, key: String, on: Date)
    case notYetValid(certificate: String, from: Date)
    /// Not PEM, or not what PEM says it is.
    case malformed(path: String, reason: String)
    case notAnAuthority(certificate: String)
    /// Another process has held the lock for longer than `AuthorityFolder.patience`.
    case busy(lock: String)
}

extension AuthorityError: CustomStringConvertible {
    /// One line.
    public var description: String {
        switch self {
        case .system(let operation, let path, let code):
            let reason = String(cString: strerror(code))
            return "cannot \(operation) \(path): \(reason); \(Self.elsewhere)"
        case .noHome: return "no place for the certificate authority: HOME is not set; \(Self.elsewhere)"
        case .keyMissing(let certificate, let key):
            return "\(certificate) is there but its key \(key) is not: put the key back, or start anew with "
                + "`rm \(ShellWord.quoted(certificate))` and trust the new certificate wherever the old one was trusted"
        case .keyReadableByOthers(let key):
            return
                "the certificate authority's key \(key) can be read by others: `chmod 600 \(ShellWord.quoted(key))`; "
                + "if somebody may have read it, remove it and its certificate and trust a new one"
        case .folderWritableByOthers(let folder):
            return "the certificate authority's folder \(folder) can be written by others: "
                + "`chmod 700 \(ShellWord.quoted(folder))`"
        case .foreignOwner(let path, let owner, let user):
            return "\(path) belongs to user \(owner), not to you (user \(user)): "
                + "`sudo chown \(user) \(ShellWord.quoted(path))`, or \(Self.elsewhere)"
        case .keyOfAnother(let certificate, let key):
            return "the key \(key) does not belong to the certificate \(certificate): \(Self.restart(certificate, key))"
        case .expired(let certificate, let key, let date):
            return "the certificate authority \(certificate) expired on \(Self.day(date)): "
                + Self.restart(certificate, key)
        case .notYetValid(let certificate, let date):
            return "the certificate authority \(certificate) is not valid before \(Self.day(date)): "
                + "the clock is wrong; see `date`"
        case .malformed(let path, let reason):
            return "cannot read \(path): \(reason); put the right file back, or start anew with "
                + "`cd \(ShellWord.quoted(Self.folder(of: path))) && rm ca.pem ca-key.pem` and trust the new certificate"
        case .notAnAuthority(let certificate):
            return "\(certificate) is not a certificate authority's certificate: it may not sign others "
                + "(basicConstraints CA:TRUE); put the right file there"
        case .busy(let lock):
            return "another process holds \(lock); see `fuser \(ShellWord.quoted(lock))`, end it and try again"
        }
    }

    private static let elsewhere = "UNDERSTUDY_CA_DIR=FOLDER sets another place"

    private static func restart(_ certificate: String, _ key: String) -> String {
        "put the right files back, or start anew with `rm \(ShellWord.quoted(certificate)) \(ShellWord.quoted(key))` "
            + "and trust the new certificate"
    }

    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    }

    private static func day(_ date: Date) -> String {
        date.formatted(.iso8601.year().month().day())
    }
}
