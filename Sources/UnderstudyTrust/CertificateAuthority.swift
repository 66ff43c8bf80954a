import Crypto
import Foundation
import SwiftASN1
import X509

/// The authority that signs the certificates shown to clients inside a tunnel: one for each user and machine, made on first
/// need and kept.
///
/// Its key stays in here: there is no way to ask for it, and it is written nowhere but to its file. What others need is
/// `certificate`, and `leaf(for:)`.
public struct CertificateAuthority: Sendable {
    public let folder: AuthorityFolder
    public let certificate: AuthorityCertificate
    private let key: Certificate.PrivateKey
    /// Of all leaves of this process. A leaf's key protects one process' tunnels on one machine: a key for each would cost
    /// time and give nothing.
    private let leafKey = P256.Signing.PrivateKey()

    /// Opens the authority in `folder`; makes it when there is none.
    ///
    /// Many processes may do so at once for the first time: all end with the same one. A start that was killed half-way
    /// leaves at most a key without certificate, which then gets one.
    public static func open(_ folder: AuthorityFolder) throws(AuthorityError) -> CertificateAuthority {
        // No lock, so that a folder mounted read-only will do. Both there means both whole: each is renamed into place.
        if let authority = try read(folder) { return authority }
        try folder.make()
        try folder.check()
        return try folder.hold { () throws(AuthorityError) -> CertificateAuthority in
            // Another process may have been quicker.
            if let authority = try read(folder) { return authority }
            TrustFile.removeLeftovers(in: folder.path)
            return try make(folder)
        }
    }

    /// `nil` unless both files are there.
    private static func read(_ folder: AuthorityFolder) throws(AuthorityError) -> CertificateAuthority? {
        guard let certificate = try TrustFile.read(folder.certificate) else { return nil }
        try folder.check()
        guard let key = try AuthorityKey.read(folder) else { return nil }
        let authority = CertificateAuthority(
            folder: folder, certificate: try AuthorityCertificate(certificate, path: folder.certificate), key: key)
        try authority.check()
        return authority
    }

    private static func make(_ folder: AuthorityFolder) throws(AuthorityError) -> CertificateAuthority {
        if access(folder.certificate, F_OK) == 0 {
            throw .keyMissing(certificate: folder.certificate, key: folder.key)
        }
        // The key goes first: a certificate without its key could not be told from a lost key.
        let key = try AuthorityKey.readOrMake(folder)
        let certificate: AuthorityCertificate
        do {
            let root = try AuthorityTemplate.root(key: key, now: Date())
            certificate = try AuthorityCertificate(root)
        } catch {
            throw .malformed(path: folder.key, reason: "it does not sign: \(error)")
        }
        try TrustFile.write(Array(certificate.pem.utf8), to: folder.certificate, mode: 0o644)
        return CertificateAuthority(folder: folder, certificate: certificate, key: key)
    }

    private init(folder: AuthorityFolder, certificate: AuthorityCertificate, key: Certificate.PrivateKey) {
        (self.folder, self.certificate, self.key) = (folder, certificate, key)
    }

    private func check() throws(AuthorityError) {
        let x509 = certificate.x509
        guard x509.publicKey == key.publicKey else {
            throw .keyOfAnother(certificate: folder.certificate, key: folder.key)
        }
        guard case .isCertificateAuthority? = try? x509.extensions.basicConstraints else {
            throw .notAnAuthority(certificate: folder.certificate)
        }
        try checkDates(at: Date())
    }

    private func checkDates(at now: Date) throws(AuthorityError) {
        guard now < certificate.notAfter else {
            throw .expired(certificate: folder.certificate, key: folder.key, on: certificate.notAfter)
        }
        guard now >= certificate.notBefore else {
            throw .notYetValid(certificate: folder.certificate, from: certificate.notBefore)
        }
    }

    /// A new certificate for `name`, signed now. Keep it: `LeafCache`.
    ///
    /// - Throws: `AuthorityError.expired` when the authority has expired since it was opened.
    public func leaf(for name: LeafName) throws -> Leaf { try leaf(for: name, at: Date()) }

    func leaf(for name: LeafName, at now: Date) throws -> Leaf {
        try checkDates(at: now)
        let x509 = try AuthorityTemplate.leaf(
            name, key: leafKey.publicKey, issuer: certificate.x509, issuerKey: key, now: now)
        var serializer = DER.Serializer()
        try serializer.serialize(x509)
        return Leaf(
            name: name, certificate: serializer.serializedBytes, issuer: certificate.der,
            privateKey: Array(leafKey.derRepresentation), notAfter: x509.notValidAfter,
            renewal: now + x509.notValidAfter.timeIntervalSince(now) * Leaf.usedShare)
    }
}

extension CertificateAuthority: CustomStringConvertible, CustomReflectable {
    /// Nothing of the key, whoever prints it.
    public var description: String { "\(certificate.commonName) in \(folder.path)" }
    public var customMirror: Mirror { Mirror(self, children: ["folder": folder.path]) }
}
