import Foundation

/// Runs the commands of a `SystemTrust`.
public struct TrustCommands: Sendable {
    /// Where programs are looked for, in this order.
    let folders: [String]

    /// - Parameter root: what stands for `/`; only its programs are run then.
    public init(root: String = "", environment: [String: String]) {
        let path = root.isEmpty ? (environment["PATH"] ?? "").split(separator: ":").map(String.init) : []
        // Administrators' programs are not on everybody's path.
        folders = path + ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map { root + $0 }
    }

    public func find(_ program: String) -> String? {
        folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// - Returns: `nil` when it went well, else what it said, or why it could not be run; one line.
    public func run(_ command: SystemTrust.Command) -> String? {
        guard let program = command.words.first, let path = find(program) else {
            return "there is no program \(command.words.first ?? "")"
        }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = Array(command.words.dropFirst())
        process.standardInput = FileHandle.nullDevice
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        do { try process.run() } catch { return "\(path): \(error.localizedDescription)" }
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus != 0 else { return nil }
        let lines = String(decoding: output, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.last.map(String.init) ?? "\(program) ended with \(process.terminationStatus)"
    }
}
