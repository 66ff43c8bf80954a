import Foundation

/// Everything in a folder, to tell whether something changed.
struct Snapshot: Equatable {
    private let entries: [String: Data]

    init(_ folder: String) throws {
        var entries: [String: Data] = [:]
        for case let name as String in FileManager.default.enumerator(atPath: folder) ?? .init() {
            let path = "\(folder)/\(name)"
            var isFolder: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
            entries[name] = !exists || isFolder.boolValue ? Data() : try Data(contentsOf: URL(fileURLWithPath: path))
        }
        self.entries = entries
    }

    var files: [String: Data] { entries }
    var names: [String] { entries.keys.sorted() }

    /// What differs, by name.
    func changes(to other: Snapshot) -> [String] {
        Set(entries.keys).union(other.entries.keys).filter { entries[$0] != other.entries[$0] }.sorted()
    }
}
