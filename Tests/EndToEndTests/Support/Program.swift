import Foundation
import TestSupport

/// The program under test, and how to run it once.
enum Program {
    /// What one run left behind.
    struct Outcome {
        var status: Int32
        var lines: [String]
        var seconds: Double
    }

    /// `UNDERSTUDY_BINARY` names another build, such as the release one.
    static let path = ProcessInfo.processInfo.environment["UNDERSTUDY_BINARY"] ?? BuiltProduct.understudy

    static let packageRoot = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    /// Nothing of the caller's settings: only what a program needs to start.
    static func environment(_ more: [String: String] = [:], home: String) -> [String: String] {
        let inherited = ProcessInfo.processInfo.environment
        var environment = ["HOME": home, "TMPDIR": home, "LC_ALL": "C.UTF-8"]
        for name in ["PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"] { environment[name] = inherited[name] }
        return environment.merging(more) { _, new in new }
    }

    /// Runs it to its end.
    static func run(
        _ arguments: [String], in folder: TemporaryFolder, environment: [String: String] = [:],
        within seconds: Double = 20
    ) throws -> Outcome {
        let start = ContinuousClock.now
        let child = try ChildProcess(
            path, arguments, environment: Self.environment(environment, home: folder.path), folder: folder.path)
        let status = try child.waitForExit(within: seconds)
        return Outcome(status: status, lines: child.lines, seconds: (ContinuousClock.now - start).seconds)
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
