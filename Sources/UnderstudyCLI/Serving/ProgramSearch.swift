import Foundation

/// Finds a program as shells do. POSIX XCU 2.9.1.1
enum ProgramSearch {
    enum Outcome: Equatable {
        case found(String)
        /// It is there, but no program; the status is 126.
        case notExecutable(String)
        /// The status is 127.
        case missing
    }

    /// - Parameter path: the value of `PATH`.
    static func find(_ name: String, path: String) -> Outcome {
        if name.contains("/") { return judge(name) }
        guard !name.isEmpty else { return .missing }
        var refused: Outcome?
        for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
            // An empty element is the current folder.
            switch judge(folder.isEmpty ? "./\(name)" : "\(folder)/\(name)") {
            case .found(let program): return .found(program)
            case .notExecutable(let file): refused = refused ?? .notExecutable(file)
            case .missing: continue
            }
        }
        return refused ?? .missing
    }

    private static func judge(_ file: String) -> Outcome {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder) else { return .missing }
        return !isFolder.boolValue && access(file, X_OK) == 0 ? .found(file) : .notExecutable(file)
    }
}
