import ArgumentParser
import UnderstudyCore

/// Clients that take their own turns among equal examples.
struct SessionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sessions", abstract: "Show sessions of a running server, begin them anew, or forget them.",
        discussion: """
            Equal examples are answered in turn, counted per session. A request names its own by the field \
            Understudy-Session, by a path that begins with /__session/NAME/, or as the proxy's user, http://NAME:x@HOST; \
            all others are in a common one. A reset makes the next request the first again.

            understudy sessions reset          all of them
            understudy sessions reset alice    this one
            understudy sessions rm alice       forget it, its counts too; what it recorded stays
            """,
        subcommands: [SessionsList.self, SessionsReset.self, SessionsRemove.self],
        defaultSubcommand: SessionsList.self)

    static func unknown(_ key: String) -> CommandFailure {
        .usage("there is no session '\(TrafficPrinter.printable(key))': 'understudy sessions ls' lists them")
    }
}

/// A line per session, the common one first.
struct SessionsList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List sessions: what became of their requests, and when they were used.")

    @OptionGroup var workspace: WorkspaceOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let client = try AdminClient(folder: Settings.folder(workspace))
        let sessions = try client.call("GET", "/api/v1/sessions")["sessions"]?.elements ?? []
        if json { return Console.line(JSONWriter.text(["sessions": .array(sessions.map(Self.json))])) }
        var table = Table([.left, .right, .right, .right, .right])
        table.add(["session", "requests", "hits", "misses", "recorded", "first use", "last use"])
        for session in sessions {
            let key = session["session"]?.text ?? ""
            let counts = ["requests", "hits", "misses", "recorded"].map { Table.Cell("\(session[$0]?.int ?? 0)") }
            let times = ["firstUse", "lastUse"].map { name in
                Table.Cell(Self.time(session, name).map(Clock.local) ?? "-")
            }
            table.add([Table.Cell(key.isEmpty ? "(common)" : TrafficPrinter.printable(key))] + counts + times)
        }
        Console.line(table.lines.joined(separator: "\n"))
    }

    private static func time(_ session: JSONValue, _ name: String) -> Timestamp? {
        session[name]?.int.map { Timestamp(microseconds: Int64($0)) }
    }

    private static func json(_ session: JSONValue) -> JSONValue {
        guard var object = session.object else { return session }
        for name in ["firstUse", "lastUse"] {
            object[name] = time(session, name).map { .string(Clock.text($0)) } ?? .null
        }
        return .object(object)
    }
}

/// The next request is the first again.
struct SessionsReset: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reset", abstract: "Begin a session anew, or all of them.")

    @Argument(help: "A name from 'sessions ls', or '' for the common one. Default: all.") var key: String?
    @OptionGroup var workspace: WorkspaceOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let client = try AdminClient(folder: Settings.folder(workspace))
        let answer = try client.call(
            "POST", "/api/v1/sessions/reset", body: key.map { ["session": .string($0)] } ?? [:])
        let count = answer["reset"]?.int ?? 0
        if let key, count == 0 { throw SessionsCommand.unknown(key) }
        Console.line(json ? JSONWriter.text(answer) : "reset \(Count.text(count, "session"))")
    }
}

/// As if it had never been used.
struct SessionsRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Forget a session.",
        discussion: "Its place among equal examples and its counts go; the examples that it recorded stay.")

    @Argument(help: "A name from 'sessions ls'.") var key: String
    @OptionGroup var workspace: WorkspaceOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        guard !key.isEmpty else {
            throw CommandFailure.usage("the common session is always there: 'understudy sessions reset' begins it anew")
        }
        let client = try AdminClient(folder: Settings.folder(workspace))
        let answer = try client.call("POST", "/api/v1/sessions/remove", body: ["session": .string(key)])
        guard answer["removed"]?.int == 1 else { throw SessionsCommand.unknown(key) }
        Console.line(json ? JSONWriter.text(answer) : "forgot session \(TrafficPrinter.printable(key))")
    }
}
