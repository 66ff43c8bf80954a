import Foundation
public import NIOCore
import Synchronization

/// Replaces a file as a whole: a temporary name in the same folder, sync, rename, sync of the folder.
///
/// Whoever reads sees the old content or the new one, never half, also after kill -9 or power loss. A temporary file
/// that a killed process left behind is recognised by its name and removed at the next start.
public enum AtomicFile {
    /// Writes `bytes` to `path`. A file that is there keeps its permissions; a new one gets `mode`, whatever the umask.
    ///
    /// - Throws: `FileError`; then the old file is untouched and nothing is left behind.
    public static func write(_ bytes: ByteBuffer, to path: String, mode: UInt32 = 0o600) throws(FileError) {
        let folder = Self.folder(of: path)
        let temporary = temporaryPath(in: folder)
        do throws(FileError) {
            let descriptor = try FileSystem.open(
                temporary, O_WRONLY | O_CREAT | O_EXCL, mode: permissions(of: path) ?? mode)
            defer { FileSystem.close(descriptor) }
            try FileSystem.write(bytes, to: descriptor, path: path)
            try FileSystem.sync(descriptor, path: path)
            try FileSystem.rename(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
        try FileSystem.syncFolder(folder)
    }

    private static let counter = Atomic<UInt64>(0)

    /// A new name of ours in that folder: hidden, and saying whose it is.
    static func temporaryPath(in folder: String) -> String {
        let number = counter.wrappingAdd(1, ordering: .relaxed).newValue
        return "\(folder)/.understudy-\(getpid())-\(number).tmp"
    }

    /// Removes what killed processes left in `folder`; files of living processes stay.
    static func removeLeftovers(in folder: String) {
        for name in FileSystem.names(in: folder) where name.hasPrefix(".understudy-") && name.hasSuffix(".tmp") {
            let parts = name.dropFirst(".understudy-".count).dropLast(".tmp".count).split(separator: "-")
            guard parts.count == 2, let owner = pid_t(parts[0]), owner > 0 else { continue }
            // Our own pid in a file we have not made yet is an earlier process' (pid 1 in a container, every time).
            if owner == getpid() ? counter.load(ordering: .relaxed) == 0 : kill(owner, 0) != 0 && errno == ESRCH {
                unlink("\(folder)/\(name)")
            }
        }
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func permissions(of path: String) -> UInt32? {
        var info = stat()
        return stat(path, &info) == 0 ? UInt32(info.st_mode & 0o777) : nil
    }
}
