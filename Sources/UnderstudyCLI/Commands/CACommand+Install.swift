import ArgumentParser
import Foundation
import UnderstudyCore
import UnderstudyTrust

/// What `install` and `uninstall` share.
struct CAStoreOptions: ParsableArguments {
    @OptionGroup var ca: CAOptions
    /// For tests, which must not touch the machine's own list.
    @Option(help: .hidden) var root: String?
    @Flag(help: "Print JSON.") var json = false

    var trust: SystemTrust { SystemTrust(root: root ?? "", home: ProcessInfo.processInfo.environment["HOME"]) }
    var commands: TrustCommands {
        TrustCommands(root: root ?? "", environment: ProcessInfo.processInfo.environment)
    }
    /// Another root belongs to whoever names it.
    var isRoot: Bool { root != nil || geteuid() == 0 }
}

/// Everything on this machine trusts the authority.
struct CAInstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "install", abstract: "Make this machine and its browsers trust the certificate.",
        discussion: """
            Needs root for the machine's list: without, it prints the commands to run. Chromium's and Firefox's own lists are \
            changed where NSS' certutil is there (Debian: libnss3-tools).
            """)

    @OptionGroup var options: CAStoreOptions

    func run() throws {
        let authority = try options.ca.authority()
        let (certificate, path) = (authority.certificate, authority.folder.certificate)
        try StoreChange(
            options: options, verb: "trusted", system: options.trust.installation(of: certificate, at: path),
            browsers: options.trust.browserDatabases.map {
                ($0, SystemTrust.installation(of: certificate, at: path, in: $0))
            }, byHand: "add \(path) to the trusted roots of this system in its own way"
        ).run(certificate)
    }
}

/// And no more.
struct CAUninstall: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "uninstall", abstract: "Make this machine and its browsers trust it no more.",
        discussion: "The certificate and its key stay where they are, to be installed again or removed by hand.")

    @OptionGroup var options: CAStoreOptions

    func run() throws {
        let folder = try options.ca.folder()
        let found: AuthorityCertificate?
        do { found = try AuthorityCertificate.read(in: folder) } catch { throw CommandFailure.startUp("\(error)") }
        guard let certificate = found else {
            throw CommandFailure.startUp("there is no \(folder.certificate): nothing to remove")
        }
        try StoreChange(
            options: options, verb: "not trusted any more",
            system: options.trust.removal(of: certificate, at: folder.certificate),
            browsers: options.trust.browserDatabases.map { ($0, SystemTrust.removal(of: certificate, in: $0)) },
            byHand: "remove \(certificate.commonName) from the trusted roots of this system in its own way"
        ).run(certificate)
    }
}

/// One change of all lists: each part is tried, whatever became of the others.
private struct StoreChange {
    let options: CAStoreOptions
    let verb: String
    let system: [SystemTrust.Command]?
    let browsers: [(database: String, command: SystemTrust.Command)]
    let byHand: String

    func run(_ certificate: AuthorityCertificate) throws {
        var done: [String] = []
        var failures: [String] = []
        let commands = options.commands
        // Browsers first: what is left to do by hand is then the last thing one reads.
        if !browsers.isEmpty, commands.find("certutil") == nil {
            Console.error(
                "browsers keep a list of their own: install certutil (libnss3-tools, nss-tools) and repeat this")
        } else {
            for (database, command) in browsers {
                if let reason = commands.run(command) {
                    failures.append("\(database): \(reason)")
                } else {
                    done.append(database)
                }
            }
        }
        if let system {
            if system.contains(where: \.needsRoot), !options.isRoot {
                failures.append("this needs root: \(system.map(\.text).joined(separator: " && "))")
            } else if let reason = system.lazy.compactMap({ commands.run($0) }).first {
                failures.append("the system's list: \(reason)")
            } else {
                done.append("system")
            }
        } else {
            failures.append("this system's list of roots was not found: \(byHand)")
        }
        if options.json {
            Console.line(
                JSONWriter.text([
                    "name": .string(certificate.commonName), "done": .array(done.map { .string($0) }),
                    "failures": .array(failures.map { .string($0) }),
                ]))
        } else {
            for place in done {
                Console.line("\(certificate.commonName) is \(verb) by \(place == "system" ? "this system" : place)")
            }
        }
        guard failures.isEmpty else { throw CommandFailure.startUp(failures.joined(separator: "; ")) }
    }
}
