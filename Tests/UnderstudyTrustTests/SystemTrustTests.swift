import Foundation
import TestSupport
import Testing

@testable import UnderstudyTrust

/// On made-up systems in a temporary folder; the machine's own list is never touched.
@Suite struct `A system's list of roots` {
    private let temporary: TemporaryFolder
    private let authority: CertificateAuthority
    init() throws {
        temporary = try TemporaryFolder()
        authority = try .open(AuthorityFolder(temporary.file("ca")))
    }

    private func root(with folder: String) throws -> String {
        let root = temporary.file("root")
        try FileManager.default.createDirectory(atPath: root + folder, withIntermediateDirectories: true)
        return root
    }

    @Test(arguments: [
        ("/usr/local/share/ca-certificates", "update-ca-certificates"),
        ("/etc/pki/ca-trust/source/anchors", "update-ca-trust"),
        ("/etc/pki/trust/anchors", "update-ca-certificates"),
        ("/etc/ca-certificates/trust-source/anchors", "update-ca-trust"),
    ])
    func `is changed in the system's way`(folder: String, update: String) throws {
        let root = try root(with: folder)
        let trust = SystemTrust(root: root, home: nil)
        let digits = authority.certificate.fingerprint.replacing(":", with: "").prefix(8).lowercased()
        let file = "\(root)\(folder)/understudy-\(digits).crt"
        #expect(trust.file(for: authority.certificate) == file)
        let path = authority.folder.certificate
        #expect(
            trust.installation(of: authority.certificate, at: path)?.map(\.text) == [
                "sudo install -m 644 \(path) \(file)", "sudo \(update)",
            ])
        #expect(
            trust.removal(of: authority.certificate, at: path)?.map(\.text) == ["sudo rm -f \(file)", "sudo \(update)"])
    }

    @Test func `of an unknown kind is left alone`() throws {
        let trust = SystemTrust(root: temporary.file("nothing"), home: nil)
        #expect(trust.installation(of: authority.certificate, at: "x") == nil)
        #expect(trust.removal(of: authority.certificate, at: "x") == nil)
    }

    @Test func `of browsers is a database for each profile`() throws {
        let home = temporary.file("home")
        for folder in [".pki/nssdb", ".mozilla/firefox/a.default", ".mozilla/firefox/Crash Reports"] {
            try FileManager.default.createDirectory(atPath: "\(home)/\(folder)", withIntermediateDirectories: true)
        }
        for folder in [".pki/nssdb", ".mozilla/firefox/a.default"] {
            try "".write(toFile: "\(home)/\(folder)/cert9.db", atomically: false, encoding: .utf8)
        }
        let trust = SystemTrust(root: temporary.file("nothing"), home: home)
        #expect(trust.browserDatabases == ["\(home)/.pki/nssdb", "\(home)/.mozilla/firefox/a.default"])
        let certificate = authority.certificate
        #expect(
            SystemTrust.installation(of: certificate, at: "/c.pem", in: "/db").text
                == "certutil -d sql:/db -A -t 'C,,' -n '\(certificate.commonName)' -i /c.pem"
                .replacing("'C,,'", with: "C,,"))
        #expect(
            SystemTrust.removal(of: certificate, in: "/db").text
                == "certutil -d sql:/db -D -n '\(certificate.commonName)'")
    }

    @Test func `commands that fail are told of`() throws {
        let root = try root(with: "/usr/sbin")
        let program = root + "/usr/sbin/complain"
        try "#!/bin/sh\necho first\necho \"no such $1\" >&2\nexit 3\n".write(
            toFile: program, atomically: false, encoding: .utf8)
        chmod(program, 0o755)
        let commands = TrustCommands(root: root, environment: ["PATH": "/usr/bin:/bin"])
        #expect(commands.find("ls") == nil)
        #expect(commands.run(.init(words: ["complain", "luck"], needsRoot: false)) == "no such luck")
        #expect(commands.run(.init(words: ["ls"], needsRoot: false)) == "there is no program ls")
        #expect(
            TrustCommands(environment: ["PATH": "/usr/bin:/bin"]).run(.init(words: ["true"], needsRoot: false)) == nil)
    }
}
