import Foundation

/// Files that clients trust in place of their own roots: the system's roots and our authority, in PEM and for Java.
///
/// A program that is told of a bundle forgets its own. So ours has the system's roots too, for what it reaches past us.
public struct TrustBundle: Sendable, Hashable {
    /// PEM.
    public let bundle: String
    /// JKS, with the password `changeit`.
    public let javaTrustStore: String
    /// The authority's certificate alone, for those who add to their own roots.
    public let certificate: String
    /// Where the system's roots were found. `nil`: nowhere, and our authority is all that is in the bundle.
    public let systemRoots: String?

    /// Where systems keep their roots in one file, the most common first.
    static let places = [
        "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch, Gentoo
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, RHEL
        "/etc/pki/tls/certs/ca-bundle.crt",  // RHEL 6
        "/etc/ssl/ca-bundle.pem",  // openSUSE
        "/etc/pki/tls/cacert.pem",  // OpenELEC
        "/etc/ssl/cert.pem",  // Alpine, macOS, the BSDs
        "/usr/local/etc/ssl/cert.pem",  // FreeBSD
    ]

    /// Brings both files in the authority's folder up to date; writes nothing when they are.
    ///
    /// - Parameter environment: `SSL_CERT_FILE` and then `CURL_CA_BUNDLE` name other roots than the system's.
    public static func make(
        for authority: CertificateAuthority, environment: [String: String]
    ) throws(AuthorityError) -> TrustBundle {
        let named = ["SSL_CERT_FILE", "CURL_CA_BUNDLE"].compactMap { environment[$0] }.filter { !$0.isEmpty }
        return try make(for: authority, lookingIn: named + places)
    }

    static func make(
        for authority: CertificateAuthority, lookingIn places: [String]
    ) throws(AuthorityError) -> TrustBundle {
        let folder = authority.folder.path
        let (bundle, store) = ("\(folder)/bundle.pem", "\(folder)/truststore.jks")
        var roots: [[UInt8]] = []
        var found: String?
        // Our own bundle, which a shell or an outer `run` may have named, is no source: it would never be renewed.
        for place in places where !isInside(folder, place) {
            guard let content = try? TrustFile.read(place) else { continue }
            roots = PEMCertificates.read(content.bytes)
            if !roots.isEmpty {
                found = place
                break
            }
        }
        let ours = authority.certificate.der
        var seen: Set<[UInt8]> = [ours]
        roots = roots.filter { seen.insert($0).inserted }
        let pem = (roots + [ours]).map(PEMCertificates.write).joined()
        let entries = roots.enumerated().map { (alias: "root-\($0.offset)", der: $0.element) }
        try update(bundle, Array(pem.utf8))
        try update(store, JavaTrustStore.write([("understudy", ours)] + entries))
        return TrustBundle(
            bundle: bundle, javaTrustStore: store, certificate: authority.folder.certificate, systemRoots: found)
    }

    private static func update(_ path: String, _ bytes: [UInt8]) throws(AuthorityError) {
        if let content = try? TrustFile.read(path), content.bytes == bytes { return }
        try TrustFile.write(bytes, to: path, mode: 0o644)
    }

    private static func isInside(_ folder: String, _ path: String) -> Bool {
        let resolve = { (path: String) in URL(fileURLWithPath: path).resolvingSymlinksInPath().path }
        return resolve(path).hasPrefix(resolve(folder) + "/")
    }
}
