import Crypto
import Foundation
import SwiftASN1
import X509

/// What our certificates say. RFC 5280 §4.2, and the CA/Browser Forum's Baseline Requirements where clients enforce them.
enum AuthorityTemplate {
    private static let day: TimeInterval = 86_400
    /// How far back the root begins. Clocks in containers and virtual machines differ.
    static let rootLead = 30 * day
    static let rootLife = 3652 * day
    /// How far back a leaf begins, and how long it lasts from now: together fewer than the 398 days that clients allow.
    static let leafLead = 7 * day
    static let leafLife = 365 * day
    /// X.520's upper bound of a common name.
    static let commonNameLimit = 64
    private static let organization = "Understudy"

    /// A self-signed root that may sign leaves and nothing else.
    ///
    /// Its name is made of its key: a certificate made anew for the same key is trusted where the old one was.
    static func root(key: Certificate.PrivateKey, now: Date) throws -> Certificate {
        let name = try DistinguishedName {
            OrganizationName(organization)
            CommonName("Understudy CA \(distinction(of: key.publicKey))")
        }
        return try Certificate(
            version: .v3, serialNumber: serialNumber(), publicKey: key.publicKey, notValidBefore: now - rootLead,
            notValidAfter: now + rootLife, issuer: name, subject: name,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                SubjectKeyIdentifier(hash: key.publicKey)
            }, issuerPrivateKey: key)
    }

    static func leaf(
        _ name: LeafName, key: P256.Signing.PublicKey, issuer: Certificate, issuerKey: Certificate.PrivateKey, now: Date
    ) throws -> Certificate {
        let key = Certificate.PublicKey(key)
        let host = name.text
        let subject = try DistinguishedName {
            OrganizationName(organization)
            // For people to see. Clients look at the alternative name, which has no bound.
            if host.utf8.count <= commonNameLimit { CommonName(host) }
        }
        let alternative: GeneralName =
            switch name {
            case .dns(let text): .dnsName(text)
            case .address(let octets): .ipAddress(ASN1OctetString(contentBytes: octets[...]))
            }
        let authority = try issuer.extensions.subjectKeyIdentifier?.keyIdentifier
        return try Certificate(
            version: .v3, serialNumber: serialNumber(), publicKey: key,
            notValidBefore: max(now - leafLead, issuer.notValidBefore),
            notValidAfter: min(now + leafLife, issuer.notValidAfter), issuer: issuer.subject, subject: subject,
            extensions: Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames([alternative])
                SubjectKeyIdentifier(hash: key)
                if let authority { AuthorityKeyIdentifier(keyIdentifier: authority) }
            }, issuerPrivateKey: issuerKey)
    }

    /// Twenty octets, positive: RFC 5280 §4.1.2.2. 158 random bits never meet twice, so nobody has to count.
    static func serialNumber() -> Certificate.SerialNumber {
        var bytes = (0..<20).map { _ in UInt8.random(in: 0...255) }
        // Neither negative nor shorter than it looks.
        bytes[0] = bytes[0] & 0x3F | 0x40
        return Certificate.SerialNumber(bytes: bytes)
    }

    private static func distinction(of key: Certificate.PublicKey) -> String {
        SubjectKeyIdentifier(hash: key).keyIdentifier.prefix(3).map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }.joined()
    }
}
