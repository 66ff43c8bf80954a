import Crypto
import Foundation
import X509

/// The file with the authority's key.
enum AuthorityKey {
    /// `nil` when there is none.
    static func read(_ folder: AuthorityFolder) throws(AuthorityError) -> Certificate.PrivateKey? {
        let path = folder.key
        var info = stat()
        // Before it is opened: a key of another user cannot be opened at all, and the reason would be lost.
        guard stat(path, &info) == 0 else {
            if errno == ENOENT { return nil }
            throw .last("read", path)
        }
        guard info.st_uid == geteuid() else {
            throw .foreignOwner(path: path, owner: info.st_uid, user: geteuid())
        }
        guard let content = try TrustFile.read(path) else { return nil }
        guard content.owner == geteuid() else {
            throw .foreignOwner(path: path, owner: content.owner, user: geteuid())
        }
        guard content.mode & 0o077 == 0 else { throw .keyReadableByOthers(key: path) }
        do {
            return try Certificate.PrivateKey(pemEncoded: String(decoding: content.bytes, as: UTF8.self))
        } catch {
            // Not the error's words: they might quote the file.
            throw .malformed(path: path, reason: "it is not a private key in PEM")
        }
    }

    static func readOrMake(_ folder: AuthorityFolder) throws(AuthorityError) -> Certificate.PrivateKey {
        if let key = try read(folder) { return key }
        return try make(folder)
    }

    private static func make(_ folder: AuthorityFolder) throws(AuthorityError) -> Certificate.PrivateKey {
        let key = P256.Signing.PrivateKey()
        try TrustFile.write(Array((key.pemRepresentation + "\n").utf8), to: folder.key, mode: 0o600)
        return Certificate.PrivateKey(key)
    }
}
