import Foundation

/// The user's editor, on a file.
enum Editor {
    /// `VISUAL`, else `EDITOR`, else vi where there is a terminal.
    static func command(environment: [String: String], hasTerminal: Bool) -> String? {
        for name in ["VISUAL", "EDITOR"] {
            if let text = environment[name], !text.isEmpty { return text }
        }
        return hasTerminal ? "vi" : nil
    }

    /// Runs it in the foreground and waits. The command may have arguments of its own, so a shell runs it, and one
    /// that leaves the editor the terminal and its Ctrl-C: system(3).
    ///
    /// - Returns: whether it ended well.
    static func run(_ command: String, on path: String) -> Bool {
        let quoted = "'" + path.replacing("'", with: "'\\''") + "'"
        return system("\(command) \(quoted)") == 0
    }

    static var hasTerminal: Bool { isatty(STDIN_FILENO) == 1 && isatty(STDOUT_FILENO) == 1 }
}
