import ArgumentParser
import UnderstudyCore

/// Asks or changes the mode of the server that serves a folder.
struct ModeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mode", abstract: "Show or switch the mode of a running server.",
        discussion: "understudy mode replay    from the next request on, answer from examples only")

    @Argument(help: "record, replay, auto, spy or proxy; nothing shows the present one.")
    var mode: String?

    @OptionGroup var workspace: WorkspaceOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        if let mode, Mode(rawValue: mode) == nil {
            throw CommandFailure.usage(
                "'\(mode)' is no mode: choose one of \(Mode.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let client = try AdminClient(folder: Settings.folder(workspace))
        let answer =
            try mode.map { try client.call("PUT", "/api/v1/mode", body: ["mode": .string($0)]) }
            ?? client.call("GET", "/api/v1/mode")
        Console.line(json ? JSONWriter.text(answer) : answer["mode"]?.text ?? "")
    }
}

/// What a running server says of itself.
struct StatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "status", abstract: "Show what a running server does.")

    @OptionGroup var workspace: WorkspaceOptions
    @Flag(help: "Print JSON.") var json = false

    func run() throws {
        let client = try AdminClient(folder: Settings.folder(workspace))
        let status = try client.call("GET", "/api/v1/status")
        if json { return Console.line(JSONWriter.text(status)) }
        for member in status.object?.members ?? [] where !member.value.isNull {
            let value = member.value.text ?? JSONWriter.text(member.value)
            Console.line(member.name.padding(to: 12) + " " + TrafficPrinter.printable(value))
        }
    }
}
