import Foundation
import TestSupport
import Testing

@testable import UnderstudyTrust

@Suite struct `The trust bundle` {
    private let temporary: TemporaryFolder
    private let authority: CertificateAuthority
    /// Two roots in a system's file.
    private let system: String
    private let roots: [[UInt8]]

    init() throws {
        let temporary = try TemporaryFolder()
        let others = try ["a", "b"].map {
            try CertificateAuthority.open(AuthorityFolder(temporary.file($0))).certificate
        }
        system = try temporary.write("# two\n" + others.map(\.pem).joined(separator: "\n# and\r\n"), to: "system.pem")
        roots = others.map(\.der)
        authority = try .open(AuthorityFolder(temporary.file("with space/ca")))
        self.temporary = temporary
    }

    private func bundle(_ places: [String]) throws -> (TrustBundle, [[UInt8]]) {
        let bundle = try TrustBundle.make(for: authority, lookingIn: places)
        return (bundle, PEMCertificates.read(Array(try Data(contentsOf: URL(fileURLWithPath: bundle.bundle)))))
    }

    @Test func `holds the system's roots and ours, each once`() throws {
        let (bundle, found) = try bundle(["/nowhere", temporary.path, system, "/etc/passwd"])
        #expect(found == roots + [authority.certificate.der])
        #expect(bundle.systemRoots == system)
        #expect(bundle.certificate == authority.folder.certificate)
        let twice = try temporary.write(
            String(contentsOfFile: system, encoding: .utf8) + authority.certificate.pem
                + String(contentsOfFile: system, encoding: .utf8), to: "twice.pem")
        #expect(try self.bundle([twice]).1 == found)
    }

    @Test func `holds ours alone where the system has none, and says so`() throws {
        let empty = try temporary.write("no roots", to: "empty.pem")
        let (bundle, found) = try bundle([empty])
        #expect(found == [authority.certificate.der])
        #expect(bundle.systemRoots == nil)
    }

    @Test func `is not made of itself`() throws {
        let (first, _) = try bundle([system])
        let link = temporary.file("link.pem")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: first.bundle)
        for own in [first.bundle, link] {
            let (again, found) = try bundle([own, system])
            #expect(again.systemRoots == system)
            #expect(found == roots + [authority.certificate.der])
        }
    }

    @Test func `takes the roots that the environment names first`() throws {
        let bundle = try TrustBundle.make(for: authority, environment: ["SSL_CERT_FILE": "", "CURL_CA_BUNDLE": system])
        #expect(bundle.systemRoots == system)
    }

    @Test func `is written only when it changes`() throws {
        let (bundle, _) = try bundle([system])
        func identities() throws -> [UInt64] {
            try [bundle.bundle, bundle.javaTrustStore].map {
                try #require(FileManager.default.attributesOfItem(atPath: $0)[.systemFileNumber] as? UInt64)
            }
        }
        let before = try identities()
        _ = try self.bundle([system])
        #expect(try identities() == before)
        _ = try self.bundle([])
        let after = try identities()
        #expect(after[0] != before[0] && after[1] != before[1])
    }

    @Test(.enabled(if: OpenSSL.isAvailable)) func `verifies leaves`() throws {
        let (bundle, _) = try bundle([system])
        let leaf = temporary.file("leaf.der")
        try Data(authority.leaf(for: .dns("a.example")).certificate).write(to: URL(fileURLWithPath: leaf))
        #expect(try OpenSSL.run("verify", "-CAfile", bundle.bundle, leaf).hasSuffix(": OK"))
    }

    private static let keytool = "/usr/bin/keytool"

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: keytool)))
    func `is a trust store for Java`() throws {
        let (bundle, _) = try bundle([system])
        let process = try ChildProcess(
            Self.keytool, ["-list", "-keystore", bundle.javaTrustStore, "-storepass", "changeit"])
        #expect(try process.waitForExit(within: 60) == 0, "\(process.lines)")
        let lines = process.lines
        #expect(lines.contains { $0.contains("contains 3 entries") })
        #expect(
            lines.filter { $0.contains("trustedCertEntry") }.map { $0.prefix { $0 != "," } }.sorted() == [
                "root-0", "root-1", "understudy",
            ])
        #expect(lines.contains { $0.hasSuffix(authority.certificate.fingerprint) })
        let wrong = try ChildProcess(
            Self.keytool, ["-list", "-keystore", bundle.javaTrustStore, "-storepass", "another"])
        #expect(try wrong.waitForExit(within: 60) != 0)
    }
}
