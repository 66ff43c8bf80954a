import Foundation
import UnderstudyStore

/// Questions about paths that users give.
enum FilePath {
    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func isFolder(_ path: String) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder.boolValue
    }
}

/// Whole files that users name.
enum FileBytes {
    static func read(_ path: String) throws(FileError) -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileError("read", path, code: errno == 0 ? ENOENT : errno)
        }
        return Array(data)
    }
}
