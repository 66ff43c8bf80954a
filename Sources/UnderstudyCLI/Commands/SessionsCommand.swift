import ArgumentParser
import UnderstudyCore

/// Clients that take their own turns among equal examples.
struct SessionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Show sessions of a running server, or begin them anew.",
        discussion: """
            Equal examples are answered in turn, counted per session: requests that carry Understudy-Session: NAME are in \
            that one, all others in a common one. A reset makes the next request the first again.

            understudy sessions reset          all of them
            understudy sessions reset alice    this one
            """,
        subcommands: [SessionsList.self, SessionsReset.self], defaultSubcommand: SessionsList.self)
}

/// A key per line.
struct SessionsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List the names that requests have brought.")

    @OptionGroup var workspace: WorkspaceOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let client = try AdminClient(folder: Settings.folder(workspace))
        let answer = try client.call("GET", "/api/v1/sessions")
        if json { return Console.line(JSONWriter.text(answer)) }
        let keys = (answer["sessions"]?.elements ?? []).compactMap(\.text)
        if keys.isEmpty {
            return Console.errorLine("there is only the common session: no request has brought an Understudy-Session")
        }
        Console.line(keys.map(TrafficPrinter.printable).joined(separator: "\n"))
    }
}

/// The next request is the first again.
struct SessionsReset: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Begin a session anew, or all of them.")

    @Argument(help: "A name from 'sessions ls'. Default: all, also the common one.") var key: String?
    @OptionGroup var workspace: WorkspaceOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let client = try AdminClient(folder: Settings.folder(workspace))
        let answer = try client.call(
            "POST", "/api/v1/sessions/reset", body: key.map { ["session": .string($0)] } ?? [:])
        let count = answer["reset"]?.int ?? 0
        if let key, count == 0 {
            throw CommandFailure.usage("there is no session '\(key)': 'understudy sessions ls' lists them")
        }
        Console.line(json ? JSONWriter.text(answer) : "reset \(Count.text(count, "session"))")
    }
}
