import Crypto
public import Foundation
import SwiftASN1
import X509

/// The authority's certificate: the half that may be shown, copied and trusted.
public struct AuthorityCertificate: Sendable {
    let x509: Certificate
    public let der: [UInt8]
    /// One PEM block with a newline at its end.
    public let pem: String

    init(_ certificate: Certificate) throws {
        x509 = certificate
        var serializer = DER.Serializer()
        try serializer.serialize(certificate)
        der = serializer.serializedBytes
        pem = try certificate.serializeAsPEM().pemString + "\n"
    }

    /// SHA-256 of the DER, as `openssl x509 -fingerprint -sha256` and browsers show it.
    public var fingerprint: String {
        SHA256.hash(data: der).map { byte in
            let text = String(byte, radix: 16, uppercase: true)
            return text.count == 1 ? "0" + text : text
        }.joined(separator: ":")
    }

    /// The subject's common name, such as `Understudy CA 3f09ab`.
    public var commonName: String {
        for attribute in x509.subject.flatMap({ $0 }) where attribute.type == .RDNAttributeType.commonName {
            return String(describing: attribute.value)
        }
        return ""
    }

    public var notBefore: Date { x509.notValidBefore }
    public var notAfter: Date { x509.notValidAfter }

    /// Reads the certificate alone, for those who only show or copy it: the key is neither needed nor looked at.
    ///
    /// - Returns: `nil` when there is none.
    public static func read(in folder: AuthorityFolder) throws(AuthorityError) -> AuthorityCertificate? {
        guard let content = try TrustFile.read(folder.certificate) else { return nil }
        return try AuthorityCertificate(content, path: folder.certificate)
    }

    init(_ content: TrustFile.Content, path: String) throws(AuthorityError) {
        do {
            try self.init(Certificate(pemEncoded: String(decoding: content.bytes, as: UTF8.self)))
        } catch {
            throw .malformed(path: path, reason: "it is not a certificate in PEM")
        }
    }
}
