import ArgumentParser

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// The command `understudy`. Each verb is a file in `Commands/`; what the serving verbs have in common is in `Serving/`.
@main
struct Understudy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "understudy",
        abstract: "Records a real API through a proxy, then plays its part offline.",
        discussion: """
            understudy record https://api.example.com    forward to the API and record what passes
            understudy replay                            answer from the recording, without the network
            understudy run -- PROGRAM                    run a program behind the proxy: replay what is known, record the rest

            Every long flag has a twin in the environment (--connect-timeout: UNDERSTUDY_CONNECT_TIMEOUT) and in \
            understudy.yaml (connect-timeout). The flag wins over the environment, that over the file.

            Exit status: 0 fine, 1 usage or configuration, 2 could not start, 3 no example matches (match, run), \
            70 a fault in this program.
            """,
        version: Version.current,
        subcommands: [
            RunCommand.self, Serve.self, Record.self, Replay.self, Auto.self, Spy.self, Proxy.self, OpenCommand.self,
            ModeCommand.self, StatusCommand.self, SessionsCommand.self, MatchCommand.self, HistoryCommand.self,
            ExamplesCommand.self,
            MockCommand.self, CollectionCommand.self, EnvironmentCommand.self, KeyCommand.self, PolicyCommand.self,
            CallCommand.self, ImportCommand.self, ExportCommand.self, CACommand.self,
            CompletionCommand.self,
        ])

    /// Parses, runs, and turns every error into one line and a documented exit code.
    static func main() async {
        // A reader that goes away must not end the server: writes then fail with EPIPE, which is handled.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let error as CommandFailure {
            Console.error(error.message)
            Process.end(error.code)
        } catch {
            let code = exitCode(for: error)
            guard code != .success else { exit(withError: error) }
            Console.error(message(for: error))
            if code == .validationFailure { Console.error("'understudy --help' lists commands and flags") }
            Process.end(code == .validationFailure ? .usage : .fault)
        }
    }
}

enum Process {
    /// Ends the program. Here, because inside a command `exit` is ArgumentParser's.
    static func end(_ status: ExitStatus) -> Never { end(status.rawValue) }
    /// With the status of a program that was run.
    static func end(_ status: Int32) -> Never { exit(status) }
}

enum Version {
    static let current = "0.1.0"
}

/// What the process returns. Documented in the README.
enum ExitStatus: Int32 {
    case usage = 1
    case startUp = 2
    /// `match` found no example; under `run` a request had none.
    case noMatch = 3
    case fault = 70
}

/// An end of the program with one line for the user.
struct CommandFailure: Error {
    let code: ExitStatus
    let message: String

    static func usage(_ message: String) -> CommandFailure { CommandFailure(code: .usage, message: message) }
    static func startUp(_ message: String) -> CommandFailure { CommandFailure(code: .startUp, message: message) }
}
