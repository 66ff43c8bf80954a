import ArgumentParser

/// Scripts that teach a shell the commands and flags.
struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion", abstract: "Print a completion script for bash, zsh or fish.",
        discussion: "bash: understudy completion bash > /etc/bash_completion.d/understudy")

    @Argument(help: "bash, zsh or fish.")
    var shell: String

    func run() throws {
        guard let shell = CompletionShell(rawValue: shell) else {
            throw CommandFailure.usage("'\(shell)' is no shell known here: choose bash, zsh or fish")
        }
        Console.line(Understudy.completionScript(for: shell))
    }
}
