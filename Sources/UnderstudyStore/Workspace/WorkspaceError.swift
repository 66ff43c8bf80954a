/// Why a workspace cannot be used. Nothing on disk has changed when one of these is thrown.
public enum WorkspaceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// There is no such folder, and reading does not create one.
    case missing(folder: String)
    /// The path, or a part of the workspace that must be a folder, is something else.
    case notAFolder(path: String)
    /// Holds files, and none that a workspace has.
    case foreign(folder: String)
    /// Belongs to someone else, or the file system is mounted read-only.
    case notWritable(path: String, reason: String)
    case cannotCreate(path: String, reason: String)
    /// Another Understudy serves this workspace. `pid` is `nil` when it has not said yet.
    case locked(folder: String, pid: Int32?)
    /// `redaction.key` is not the 32 bytes it must be.
    case damagedKey(path: String)
    case file(FileError)

    /// One line for a person.
    public var description: String {
        switch self {
        case .missing(let folder): "there is no workspace at \(folder)"
        case .notAFolder(let path): "\(path) is not a folder"
        case .foreign(let folder): "\(folder) holds other files and no recording: name an empty or a new folder"
        case .notWritable(let path, let reason): "cannot write to \(path): \(reason)"
        case .cannotCreate(let path, let reason): "cannot create \(path): \(reason)"
        case .locked(let folder, let pid?): "\(folder) is in use by another Understudy (pid \(pid))"
        case .locked(let folder, nil): "\(folder) is in use by another Understudy"
        case .damagedKey(let path): "\(path) must hold exactly 32 bytes; restore it, or remove it to begin a new one"
        case .file(let error): error.description
        }
    }
}
