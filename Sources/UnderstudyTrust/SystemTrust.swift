import Foundation

/// The list of roots that a system and its browsers trust, and how ours gets into it and out of it.
///
/// Says what to do; `TrustCommands` does it.
public struct SystemTrust: Sendable, Hashable {
    /// One command line of a plan.
    public struct Command: Sendable, Hashable {
        /// A program's name, looked for in the usual folders, and its arguments.
        public var words: [String]
        /// Whether only root may.
        public var needsRoot: Bool
    }

    enum Kind: Sendable, Hashable {
        /// A folder for roots of one's own, and the program that makes the bundles.
        case folder(String, update: String)
        case macOS
    }

    /// The distributions' folders, below the root folder.
    static let folders: [(path: String, update: String)] = [
        ("/usr/local/share/ca-certificates", "update-ca-certificates"),  // Debian, Ubuntu, Alpine
        ("/etc/pki/ca-trust/source/anchors", "update-ca-trust"),  // Fedora, RHEL
        ("/etc/pki/trust/anchors", "update-ca-certificates"),  // openSUSE
        ("/etc/ca-certificates/trust-source/anchors", "update-ca-trust"),  // Arch
    ]

    let kind: Kind?
    /// NSS databases of Chromium and Firefox, each a folder.
    public let browserDatabases: [String]

    /// - Parameters:
    ///   - root: what stands for `/`, without a slash at its end; empty for the real one.
    ///   - home: whose browsers.
    public init(root: String = "", home: String?) {
        #if os(macOS)
            kind = root.isEmpty ? .macOS : Self.folder(root)
        #else
            kind = Self.folder(root)
        #endif
        browserDatabases = home.map(Self.databases) ?? []
    }

    private static func folder(_ root: String) -> Kind? {
        for (path, update) in folders where FileManager.default.fileExists(atPath: root + path) {
            return .folder(root + path, update: update)
        }
        return nil
    }

    private static func databases(home: String) -> [String] {
        let manager = FileManager.default
        let profiles = ["\(home)/.mozilla/firefox", "\(home)/snap/firefox/common/.mozilla/firefox"].flatMap { folder in
            ((try? manager.contentsOfDirectory(atPath: folder)) ?? []).sorted().map { "\(folder)/\($0)" }
        }
        return (["\(home)/.pki/nssdb"] + profiles).filter { manager.fileExists(atPath: "\($0)/cert9.db") }
    }

    /// The file that becomes part of the system's list; `nil` where there is none. Named after the certificate: each user
    /// of a machine has another authority.
    public func file(for certificate: AuthorityCertificate) -> String? {
        guard case .folder(let folder, _)? = kind else { return nil }
        let digits = certificate.fingerprint.filter { $0 != ":" }.prefix(8).lowercased()
        return "\(folder)/understudy-\(digits).crt"
    }

    /// - Returns: `nil` where this system's way is not known.
    public func installation(of certificate: AuthorityCertificate, at path: String) -> [Command]? {
        switch kind {
        case .folder(_, let update):
            let file = file(for: certificate) ?? ""
            return [
                Command(words: ["install", "-m", "644", path, file], needsRoot: true),
                Command(words: [update], needsRoot: true),
            ]
        case .macOS:
            let words = ["security", "add-trusted-cert", "-d", "-r", "trustRoot", "-k", Self.keychain, path]
            return [Command(words: words, needsRoot: true)]
        case nil: return nil
        }
    }

    /// - Returns: `nil` where this system's way is not known.
    public func removal(of certificate: AuthorityCertificate, at path: String) -> [Command]? {
        switch kind {
        case .folder(_, let update):
            return [
                Command(words: ["rm", "-f", file(for: certificate) ?? ""], needsRoot: true),
                Command(words: [update], needsRoot: true),
            ]
        case .macOS: return [Command(words: ["security", "remove-trusted-cert", "-d", path], needsRoot: true)]
        case nil: return nil
        }
    }

    private static let keychain = "/Library/Keychains/System.keychain"

    /// For one browser's database; `certutil` is NSS's.
    public static func installation(
        of certificate: AuthorityCertificate, at path: String, in database: String
    ) -> Command {
        let words = ["certutil", "-d", "sql:\(database)", "-A", "-t", "C,,", "-n", certificate.commonName, "-i", path]
        return Command(words: words, needsRoot: false)
    }

    public static func removal(of certificate: AuthorityCertificate, in database: String) -> Command {
        Command(words: ["certutil", "-d", "sql:\(database)", "-D", "-n", certificate.commonName], needsRoot: false)
    }
}

extension SystemTrust.Command {
    /// To copy into a shell.
    public var text: String { (needsRoot ? "sudo " : "") + words.map(ShellWord.quoted).joined(separator: " ") }
}
