import ArgumentParser
import Foundation
import UnderstudyCore

/// A program behind the proxy, and nothing to set up.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Run a program whose HTTP and HTTPS go through the proxy.",
        discussion: """
            understudy run -- pytest                      replay what is known, record the rest
            understudy run --mode replay -- npm test      no network; exit status 3 when an example was missing
            understudy run --mode record -- ./smoke.sh    record all of it anew

            The program gets a proxy on a free port and the certificate authority that it needs for https, by the variables \
            that 'understudy ca env' lists. Terminal, signals and exit status are the program's own. With CI set the \
            mode is replay unless --mode says otherwise.
            """)

    @Option(help: "auto, replay, record, spy or proxy. Default: auto; replay when CI is set.")
    var mode: String?

    @Option(help: "The API that stands behind UNDERSTUDY_URL, for programs that use no proxy.")
    var upstream: String?

    @Option(help: "Name of the program's session. Default: the common one.")
    var session: String?

    @Flag(help: "Requests without an example do not make the exit status 3.")
    var allowMisses = false

    @OptionGroup var options: ServeOptions

    @Argument(parsing: .captureForPassthrough, help: "The program and its arguments, best behind --.")
    var command: [String] = []

    func run() async throws {
        var command = command
        if command.first == "--" {
            command.removeFirst()
        } else if let first = command.first, first.hasPrefix("-") {
            throw CommandFailure.usage("unknown option '\(first)': a program's own options go behind --")
        }
        guard !command.isEmpty else {
            throw CommandFailure.usage("there is no program to run: understudy run -- PROGRAM")
        }
        let settings = try Settings(options.workspace)
        let given = try settings.choice("mode", mode, Mode.self)
        let mode = given ?? Self.defaultMode(ProcessInfo.processInfo.environment)
        // A free port: what a file says is for servers that one starts by name.
        var options = options
        options.port = options.port ?? 0
        options.adminPort = options.adminPort ?? 0
        let serving = try ServeSettings(options, mode: mode, upstream: upstream)
        if mode == .replay, !FilePath.isFolder(serving.folder) {
            let why = given == nil ? "CI is set, so the mode is replay, but there" : "there"
            throw CommandFailure.startUp(
                "\(why) is no recording in \(serving.folder): make one with 'understudy run --mode record -- …', or name its folder with --dir"
            )
        }
        let runner = ProgramRunner(
            settings: serving, command: command, session: settings.text("session", session),
            allowsMisses: try settings.isOn("allow-misses", allowMisses))
        Process.end(try await runner.run())
    }

    /// Nobody watches a recording that CI makes, and its network is not the one to depend on.
    static func defaultMode(_ environment: [String: String]) -> Mode {
        switch environment["CI"]?.lowercased() {
        case nil, "", "false", "0": .auto
        default: .replay
        }
    }
}
