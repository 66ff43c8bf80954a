import ArgumentParser
import Foundation
import UnderstudyCore
import UnderstudyTrust

/// The certificate authority that lets https be recorded.
struct CACommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca", abstract: "Show and trust the certificate authority that lets https be recorded.",
        discussion: """
            Clients of the proxy have to trust its certificate authority: ca.pem in ~/.local/share/understudy, made on first \
            need, for this user on this machine alone. 'understudy run' sees to that for one program; else:

            eval "$(understudy ca env)"        programs started from this shell use the proxy and trust it
            understudy ca install              everything on this machine trusts it, browsers too
            understudy ca print > ca.pem       for a container or a phone

            Its key stays in that folder. Whoever has it can pose as any server to those who trust the certificate.
            """,
        subcommands: [
            CAPath.self, CAPrint.self, CAFingerprint.self, CAEnvironment.self, CAInstall.self, CAUninstall.self,
        ])
}

/// Where the authority is.
struct CAOptions: ParsableArguments {
    @Option(help: "Folder of the certificate authority. Default: ~/.local/share/understudy.", completion: .directory)
    var caDir: String?

    @Option(
        help: "Settings file. Default: understudy.yaml in this folder, if there is one.",
        completion: .file(extensions: ["yaml", "json"]))
    var config: String?

    func folder() throws(CommandFailure) -> AuthorityFolder {
        var workspace = WorkspaceOptions()
        workspace.config = config
        return try Settings(workspace).authorityFolder(caDir)
    }

    func authority() throws(CommandFailure) -> CertificateAuthority { try .open(for: folder()) }
}

extension Settings {
    /// The flag, environment or file say where, else the user's data folder.
    func authorityFolder(_ flag: String?) throws(CommandFailure) -> AuthorityFolder {
        if let folder = text("ca-dir", flag) { return AuthorityFolder(folder) }
        do { return try AuthorityFolder(environment: ProcessInfo.processInfo.environment) } catch {
            throw .startUp(error.description)
        }
    }
}

extension CertificateAuthority {
    /// The authority, or the reason as a command's end.
    static func open(for folder: AuthorityFolder) throws(CommandFailure) -> CertificateAuthority {
        do { return try open(folder) } catch { throw .startUp(error.description) }
    }
}

/// One line: where the certificate is.
struct CAPath: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "path", abstract: "Print the path of the certificate, which is made when there is none.")

    @OptionGroup var options: CAOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let authority = try options.authority()
        guard json else { return Console.line(authority.folder.certificate) }
        Console.line(
            JSONWriter.text([
                "certificate": .string(authority.folder.certificate), "folder": .string(authority.folder.path),
                "name": .string(authority.certificate.commonName),
                "fingerprint": .string(authority.certificate.fingerprint),
                "notAfter": .string(authority.certificate.notAfter.formatted(.iso8601)),
            ]))
    }
}

/// The certificate itself.
struct CAPrint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "print", abstract: "Print the certificate, never its key, as PEM.")

    @OptionGroup var options: CAOptions

    func run() throws { Console.bytes(try options.authority().certificate.pem.utf8) }
}

/// What to compare on two machines.
struct CAFingerprint: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fingerprint", abstract: "Print the certificate's SHA-256 fingerprint.")

    @OptionGroup var options: CAOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let fingerprint = try options.authority().certificate.fingerprint
        Console.line(json ? JSONWriter.text(["fingerprint": .string(fingerprint)]) : fingerprint)
    }
}

/// Lines for a shell.
struct CAEnvironment: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Print the variables that lead programs through the proxy, for eval.",
        discussion: """
            eval "$(understudy ca env)"                         for 127.0.0.1:8080
            eval "$(understudy ca env --port 9000)"             for another port
            eval "$(understudy ca env --session checkout)"      with a session of its own
            """)

    @Option(name: .shortAndLong, help: "Port of the proxy. Default: 8080.") var port: Int?
    @Option(name: [.customShort("H"), .long], help: "Host of the proxy. Default: 127.0.0.1.") var host: String?
    @Option(help: "Name of a session, sent as the proxy's user.") var session: String?
    @OptionGroup var options: CAOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        var workspace = WorkspaceOptions()
        workspace.config = options.config
        let settings = try Settings(workspace)
        let inherited = ProcessInfo.processInfo.environment
        let trust = try TrustBundle.make(for: options.authority(), for: inherited)
        let client = ClientEnvironment(
            host: settings.text("host", host) ?? "127.0.0.1", port: try settings.port("port", port) ?? 8080,
            session: session, trust: trust)
        let variables = client.variables(inheriting: inherited)
        if json {
            let members = variables.map { ($0.name, JSONValue.string($0.value)) }
            return Console.line(JSONWriter.text(.object(JSONObject(members))))
        }
        for (name, value) in variables { Console.line("export \(name)=\(ShellText.word(value))") }
    }
}

extension TrustBundle {
    /// The bundle, or the reason as a command's end. A machine without roots is told of.
    static func make(
        for authority: CertificateAuthority, for environment: [String: String]
    ) throws(CommandFailure) -> TrustBundle {
        let bundle: TrustBundle
        do { bundle = try make(for: authority, environment: environment) } catch { throw .startUp(error.description) }
        if bundle.systemRoots == nil {
            Console.error(
                "this machine has no roots of its own (package ca-certificates): programs will trust \(authority.certificate.commonName) alone"
            )
        }
        return bundle
    }
}
