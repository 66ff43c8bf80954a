import Foundation
import UnderstudyCore
import UnderstudyServer
import UnderstudyTrust

/// Runs a program behind a server of its own, from the authority to the summary.
struct ProgramRunner {
    var settings: ServeSettings
    let command: [String]
    let session: String?
    let allowsMisses: Bool

    /// - Returns: the exit status.
    func run() async throws -> Int32 {
        let inherited = Descriptors.inherited()
        let environment = ProcessInfo.processInfo.environment
        let authority = try CertificateAuthority.open(for: folder(environment))
        let trust = try TrustBundle.make(for: authority, for: environment)
        var quiet = settings
        // The standard output is the program's.
        quiet.output.quiet = true
        let instance = try await ServingInstance.start(quiet, sources: [])
        let known = try await instance.server.serving.index.entries.map(\.example.id)
        if settings.output.verbose {
            Console.error(
                "\(settings.mode.rawValue) on http://\(instance.address), \(Count.text(known.count, "example")) in \(settings.folder)"
            )
        }
        let status: Int32
        do throws(ChildProgram.Failure) {
            let signals = SignalForwarder()
            let child = try ChildProgram(
                command, environment: self.environment(instance, trust, environment), inherited: inherited,
                ignoring: signals.ignored)
            signals.forward(to: child)
            status = await child.waitForExit()
        } catch {
            await instance.stop()
            Console.error(error.message)
            return error.status
        }
        await instance.stop()
        let report = try await report(instance, known: Set(known))
        if settings.output.json {
            Console.errorLine(JSONWriter.text(report.json))
        } else {
            for line in report.lines(isQuiet: settings.output.quiet) { Console.error(TrafficPrinter.printable(line)) }
        }
        return status == 0 && report.missed > 0 && !allowsMisses ? ExitStatus.noMatch.rawValue : status
    }

    private func folder(_ environment: [String: String]) throws(CommandFailure) -> AuthorityFolder {
        if let folder = settings.forward.authorityFolder { return folder }
        do { return try AuthorityFolder(environment: environment) } catch { throw .startUp(error.description) }
    }

    private func environment(
        _ instance: ServingInstance, _ trust: TrustBundle, _ inherited: [String: String]
    ) -> [String: String] {
        var client = ClientEnvironment(host: settings.host, port: instance.port, session: session, trust: trust)
        if let credentials = settings.forward.credentials {
            client.session = session.map { "\(credentials.user)+\($0)" } ?? credentials.user
            client.password = credentials.password
        }
        return client.variables(inheriting: inherited).reduce(into: inherited) { $0[$1.name] = $1.value }
    }

    private func report(_ instance: ServingInstance, known: Set<String>) async throws -> RunReport {
        let counts = instance.pipeline.counts
        let index = try await instance.server.serving.index
        let unused = index.entries.filter { known.contains($0.example.id) && !$0.isUsed }
        return RunReport(
            mode: settings.mode, replayed: counts.hits, recorded: counts.recorded,
            passed: counts.exchanges - counts.hits - counts.recorded - counts.misses, missed: counts.misses,
            misses: instance.pipeline.misses.missed, exampleCount: known.count,
            unused: unused.map { name($0.example) },
            recording: "understudy run --mode auto\(EditPlace(folder: settings.folder).flag ?? "") -- \(commandText)")
    }

    /// Programs given as scripts of many lines are not repeated.
    private var commandText: String {
        let text = command.map(ShellText.word).joined(separator: " ")
        return text.utf8.count > 200 || text.contains(where: \.isNewline) ? "PROGRAM" : text
    }

    /// As a client of a proxy writes it where there is more than one API.
    private func name(_ example: Example) -> String {
        let head = example.request.head
        let base = settings.upstream == nil ? example.variables.hidingSecrets(in: example.recordedFrom) : ""
        return "\(head.method) \(base.hasSuffix("/") ? String(base.dropLast()) : base)\(head.targetText)"
    }
}
