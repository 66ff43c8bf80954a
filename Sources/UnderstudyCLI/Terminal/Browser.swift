import Dispatch
import Foundation

/// The user's browser.
enum Browser {
    /// What may open an address, in the order in which it is tried: `BROWSER`, as other programs read it (commands between
    /// colons, the address in place of `%s` or at the end), then the system's way, where there is a screen.
    static func commands(for address: String, environment: [String: String], isMac: Bool) -> [[String]] {
        var commands = (environment["BROWSER"] ?? "").split(separator: ":").compactMap { text -> [String]? in
            // The words of a command, not a shell's line. A background is where it goes anyway.
            var words = text.split(separator: " ").map(String.init)
            if words.last == "&" { words.removeLast() }
            guard !words.isEmpty else { return nil }
            let hasPlace = words.contains { $0.contains("%s") }
            return words.map { $0.replacing("%s", with: address) } + (hasPlace ? [] : [address])
        }
        if isMac {
            commands.append(["open", address])
        } else if ["DISPLAY", "WAYLAND_DISPLAY"].contains(where: { environment[$0]?.isEmpty == false }) {
            commands.append(["xdg-open", address])
        }
        return commands
    }

    /// A browser that is not over by then is there to stay.
    static let patience = DispatchTimeInterval.seconds(5)

    /// Starts the first that works, without a shell.
    ///
    /// - Returns: whether there was one.
    static func open(_ address: String, environment: [String: String]) -> Bool {
        #if os(macOS)
            let isMac = true
        #else
            let isMac = false
        #endif
        return commands(for: address, environment: environment, isMac: isMac).contains { start($0, environment) }
    }

    private static func start(_ words: [String], _ environment: [String: String]) -> Bool {
        guard case .found(let program) = ProgramSearch.find(words[0], path: environment["PATH"] ?? "/usr/bin:/bin")
        else { return false }
        let process = Foundation.Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = Array(words.dropFirst())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        guard (try? process.run()) != nil else { return false }
        guard ended.wait(timeout: .now() + patience) == .success else { return true }
        return process.terminationStatus == 0
    }
}
