import Foundation
import TestSupport
import Testing

@testable import UnderstudyTrust

/// A folder below a temporary one, which `open` has to make itself.
private struct Place {
    let temporary: TemporaryFolder
    let folder: AuthorityFolder

    init() throws {
        temporary = try TemporaryFolder()
        folder = AuthorityFolder(temporary.file("data/understudy"))
    }

    func mode(of path: String) throws -> Int {
        try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
    }

    /// The authority's error with these files, as people see it.
    func complaint() -> String {
        do {
            _ = try CertificateAuthority.open(folder)
            return "no error"
        } catch { return "\(error)" }
    }
}

@Suite struct `The certificate authority` {
    @Test func `is made on first need, with files as private as they must be, whatever the umask`() throws {
        let place = try Place()
        let authority = try CertificateAuthority.open(place.folder)
        #expect(try place.mode(of: place.folder.path) == 0o700)
        #expect(try place.mode(of: place.folder.key) == 0o600)
        #expect(try place.mode(of: place.folder.certificate) == 0o644)
        #expect(try place.mode(of: place.temporary.file("data")) == 0o700)
        let key = try String(contentsOfFile: place.folder.key, encoding: .utf8)
        #expect(key.hasPrefix("-----BEGIN PRIVATE KEY-----\n"))
        let certificate = try String(contentsOfFile: place.folder.certificate, encoding: .utf8)
        #expect(certificate == authority.certificate.pem)
        #expect(!certificate.contains("PRIVATE"))
        let names = try FileManager.default.contentsOfDirectory(atPath: place.folder.path)
        #expect(names.sorted() == [".lock", "ca-key.pem", "ca.pem"])
    }

    @Test func `is the same at the next start, and another one in another place`() throws {
        let place = try Place()
        let first = try CertificateAuthority.open(place.folder)
        #expect(try CertificateAuthority.open(place.folder).certificate.der == first.certificate.der)
        let other = try CertificateAuthority.open(Place().folder)
        #expect(other.certificate.fingerprint != first.certificate.fingerprint)
        #expect(other.certificate.commonName != first.certificate.commonName)
        #expect(first.certificate.commonName.wholeMatch(of: /Understudy CA [0-9a-f]{6}/) != nil)
    }

    @Test(.enabled(if: OpenSSL.isAvailable)) func `is what openssl takes for a root`() throws {
        let place = try Place()
        let authority = try CertificateAuthority.open(place.folder)
        let text = try OpenSSL.run("x509", "-in", place.folder.certificate, "-noout", "-text")
        for part in [
            "Version: 3", "Public-Key: (256 bit)", "NIST CURVE: P-256", "CA:TRUE, pathlen:0",
            "Certificate Sign, CRL Sign",
            "X509v3 Basic Constraints: critical", "X509v3 Key Usage: critical", "X509v3 Subject Key Identifier",
            "Signature Algorithm: ecdsa-with-SHA256", "CN = \(authority.certificate.commonName)",
        ] {
            #expect(text.contains(part), "\(part)")
        }
        let fingerprint = try OpenSSL.run(
            "x509", "-in", place.folder.certificate, "-noout", "-fingerprint", "-sha256")
        #expect(fingerprint.hasSuffix("=\(authority.certificate.fingerprint)"))
        #expect(try OpenSSL.run("pkey", "-in", place.folder.key, "-noout", "-check").contains("is valid"))
        let verified = try OpenSSL.run(
            "verify", "-x509_strict", "-CAfile", place.folder.certificate, place.folder.certificate)
        #expect(verified.hasSuffix(": OK"))
        let serial = try OpenSSL.run("x509", "-in", place.folder.certificate, "-noout", "-serial")
        #expect(serial.count == "serial=".count + 40)
        // Ten years, begun some days ago.
        let now = Date()
        #expect(authority.certificate.notBefore < now - 20 * 86_400)
        #expect(authority.certificate.notAfter > now + 9.9 * 365 * 86_400)
    }

    @Test func `is one, however many start at once for the first time`() async throws {
        for _ in 0..<5 {
            let place = try Place()
            let folder = place.folder
            let fingerprints = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<12 {
                    group.addTask {
                        try await onThread { try CertificateAuthority.open(folder).certificate.fingerprint }
                    }
                }
                return try await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(fingerprints.count == 1)
        }
    }

    @Test func `of a first start that was killed half-way is made whole`() throws {
        let place = try Place()
        let first = try CertificateAuthority.open(place.folder)
        let key = try String(contentsOfFile: place.folder.key, encoding: .utf8)
        try FileManager.default.removeItem(atPath: place.folder.certificate)
        try "half".write(toFile: "\(place.folder.path)/.new-ca.pem-7", atomically: false, encoding: .utf8)

        let second = try CertificateAuthority.open(place.folder)
        #expect(try String(contentsOfFile: place.folder.key, encoding: .utf8) == key)
        #expect(!FileManager.default.fileExists(atPath: "\(place.folder.path)/.new-ca.pem-7"))
        // The same key makes the same name, so clients that trust the first certificate trust what the second signs.
        #expect(second.certificate.commonName == first.certificate.commonName)
    }

    @Test func `is read from a folder that cannot be written`() throws {
        let place = try Place()
        let first = try CertificateAuthority.open(place.folder)
        try FileManager.default.removeItem(atPath: "\(place.folder.path)/.lock")
        chmod(place.folder.path, 0o500)
        defer { chmod(place.folder.path, 0o700) }
        #expect(try CertificateAuthority.open(place.folder).certificate.der == first.certificate.der)
        #expect(!FileManager.default.fileExists(atPath: "\(place.folder.path)/.lock"))
    }

    @Test func `shows nothing of its key when it is printed`() throws {
        let place = try Place()
        let authority = try CertificateAuthority.open(place.folder)
        var dumped = ""
        dump(authority, to: &dumped)
        for text in ["\(authority)", String(reflecting: authority), dumped] { #expect(!text.contains("PrivateKey")) }
        #expect("\(authority)" == "\(authority.certificate.commonName) in \(place.folder.path)")
    }
}

@Suite struct `What is wrong with an authority's files` {
    @Test func `a certificate without its key is never replaced`() throws {
        let place = try Place()
        _ = try CertificateAuthority.open(place.folder)
        try FileManager.default.removeItem(atPath: place.folder.key)
        let certificate = try Data(contentsOf: URL(fileURLWithPath: place.folder.certificate))
        let complaint = place.complaint()
        #expect(complaint.contains(place.folder.certificate) && complaint.contains(place.folder.key), "\(complaint)")
        #expect(complaint.contains("`rm \(place.folder.certificate)`"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.folder.certificate)) == certificate)
        #expect(!FileManager.default.fileExists(atPath: place.folder.key))
    }

    @Test(arguments: [0o640, 0o604, 0o620, 0o644, 0o660]) func `a key that others may read or write`(mode: Int) throws {
        let place = try Place()
        _ = try CertificateAuthority.open(place.folder)
        chmod(place.folder.key, mode_t(mode))
        #expect(place.complaint().contains("`chmod 600 \(place.folder.key)`"), "\(place.complaint())")
        chmod(place.folder.key, 0o400)
        #expect(place.complaint() == "no error")
    }

    @Test(arguments: [0o770, 0o702, 0o777]) func `a folder that others may write`(mode: Int) throws {
        let place = try Place()
        _ = try CertificateAuthority.open(place.folder)
        chmod(place.folder.path, mode_t(mode))
        #expect(place.complaint().contains("`chmod 700 \(place.folder.path)`"), "\(place.complaint())")
        chmod(place.folder.path, 0o755)
        #expect(place.complaint() == "no error")
    }

    @Test func `a folder that others may write gets no authority`() throws {
        let place = try Place()
        try FileManager.default.createDirectory(atPath: place.folder.path, withIntermediateDirectories: true)
        chmod(place.folder.path, 0o777)
        #expect(place.complaint().contains("`chmod 700 \(place.folder.path)`"), "\(place.complaint())")
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.folder.path).isEmpty)
    }

    @Test(.enabled(if: geteuid() == 0)) func `files of another user`() throws {
        let place = try Place()
        _ = try CertificateAuthority.open(place.folder)
        chown(place.folder.key, 4711, 4711)
        #expect(place.complaint().contains("\(place.folder.key) belongs to user 4711"), "\(place.complaint())")
        chown(place.folder.key, 0, 0)
        chown(place.folder.path, 4711, 4711)
        #expect(place.complaint().contains("`sudo chown 0 \(place.folder.path)`"), "\(place.complaint())")
    }

    @Test func `a key of another certificate`() throws {
        let (place, other) = (try Place(), try Place())
        _ = try CertificateAuthority.open(place.folder)
        _ = try CertificateAuthority.open(other.folder)
        try FileManager.default.removeItem(atPath: place.folder.key)
        try FileManager.default.copyItem(atPath: other.folder.key, toPath: place.folder.key)
        #expect(place.complaint().contains("does not belong to the certificate"), "\(place.complaint())")
    }

    @Test(arguments: ["", "garbage", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "\u{0}\u{1}"])
    func `files that are not PEM`(text: String) throws {
        let place = try Place()
        _ = try CertificateAuthority.open(place.folder)
        let (key, certificate) = (place.folder.key, place.folder.certificate)
        let good = try String(contentsOfFile: certificate, encoding: .utf8)
        try text.write(toFile: certificate, atomically: false, encoding: .utf8)
        #expect(place.complaint().hasPrefix("cannot read \(certificate): it is not a certificate in PEM"))
        try good.write(toFile: certificate, atomically: false, encoding: .utf8)
        try text.write(toFile: key, atomically: false, encoding: .utf8)
        #expect(place.complaint().hasPrefix("cannot read \(key): it is not a private key in PEM"))
        #expect(!place.complaint().contains("\n"))
    }

    @Test func `an authority that has expired, or is not valid yet`() throws {
        let place = try Place()
        let authority = try CertificateAuthority.open(place.folder)
        let key = try #require(try AuthorityKey.read(place.folder))
        for (now, words) in [
            (Date(timeIntervalSince1970: 1_000_000_000), "expired on 2011-09-09: "),
            (Date() + 60 * 86_400, "is not valid before "),
        ] {
            let root = try AuthorityCertificate(AuthorityTemplate.root(key: key, now: now))
            try TrustFile.write(Array(root.pem.utf8), to: place.folder.certificate, mode: 0o644)
            #expect(place.complaint().contains(words), "\(place.complaint())")
        }
        // One that expires while it is open signs no more.
        #expect(throws: AuthorityError.self) {
            try authority.leaf(for: .dns("a.example"), at: authority.certificate.notAfter + 1)
        }
    }

    @Test func `a certificate that may not sign`() throws {
        let place = try Place()
        let authority = try CertificateAuthority.open(place.folder)
        let leaf = try authority.leaf(for: .dns("a.example"))
        let pem =
            "-----BEGIN CERTIFICATE-----\n\(Data(leaf.certificate).base64EncodedString(options: .lineLength64Characters))\n"
            + "-----END CERTIFICATE-----\n"
        try pem.write(toFile: place.folder.certificate, atomically: false, encoding: .utf8)
        let key = Data(leaf.privateKey).base64EncodedString(options: .lineLength64Characters)
        try "-----BEGIN PRIVATE KEY-----\n\(key)\n-----END PRIVATE KEY-----\n"
            .write(toFile: place.folder.key, atomically: false, encoding: .utf8)
        #expect(place.complaint().contains("is not a certificate authority's certificate"), "\(place.complaint())")
    }

    @Test func `a folder that cannot be made`() throws {
        let temporary = try TemporaryFolder()
        let file = try temporary.write("", to: "file")
        #expect(throws: AuthorityError.self) { try CertificateAuthority.open(AuthorityFolder("\(file)/understudy")) }
        do { _ = try CertificateAuthority.open(AuthorityFolder("\(file)/understudy")) } catch {
            #expect("\(error)".hasSuffix("Not a directory; UNDERSTUDY_CA_DIR=FOLDER sets another place"))
        }
    }

    @Test func `a pipe in place of a file does not hang a start`() throws {
        let place = try Place()
        _ = try CertificateAuthority.open(place.folder)
        try FileManager.default.removeItem(atPath: place.folder.certificate)
        mkfifo(place.folder.certificate, 0o644)
        #expect(place.complaint().contains("it is not a file"), "\(place.complaint())")
    }
}

@Suite struct `The authority's folder` {
    @Test(arguments: [
        (["UNDERSTUDY_CA_DIR": "/a/b/", "XDG_DATA_HOME": "/x", "HOME": "/h"], "/a/b"),
        (["UNDERSTUDY_CA_DIR": "", "XDG_DATA_HOME": "/x", "HOME": "/h"], "/x/understudy"),
        (["XDG_DATA_HOME": "x", "HOME": "/h"], "/h/.local/share/understudy"),
        (["HOME": "/h"], "/h/.local/share/understudy"),
    ])
    func `is found by the environment`(environment: [String: String], path: String) throws {
        #expect(try AuthorityFolder(environment: environment).path == path)
    }

    @Test func `is absolute, for programs in other folders`() throws {
        let path = try AuthorityFolder(environment: ["UNDERSTUDY_CA_DIR": "some/where"]).path
        #expect(path == FileManager.default.currentDirectoryPath + "/some/where")
    }

    @Test(arguments: [
        ("/plain/path-1.pem", "/plain/path-1.pem"), ("/with space", "'/with space'"), ("it's", #"'it'\''s'"#),
        ("", "''"),
        ("$(x)`y`", "'$(x)`y`'"), ("ü", "'ü'"), ("~", "'~'"),
    ])
    func `is quoted for the shell in messages`(text: String, quoted: String) {
        #expect(ShellWord.quoted(text) == quoted)
    }
}

/// On a thread of its own: the pool's few would run one after another.
private func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
