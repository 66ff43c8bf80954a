import Foundation
import NIOCore

/// The file that says who serves a workspace: locked with `flock` as long as the process lives, so that a killed
/// process never leaves a lock behind. The file itself stays. Source: flock(2)
final class WorkspaceLock: Sendable {
    private let path: String
    private let descriptor: Int32

    /// - Throws: `WorkspaceError.locked` when another process holds it.
    init(folder: String) throws(WorkspaceError) {
        path = Self.path(in: folder)
        do throws(FileError) {
            descriptor = try FileSystem.open(path, O_RDWR | O_CREAT | O_NOFOLLOW)
        } catch {
            throw error.code == EACCES || error.code == EROFS || error.code == EPERM
                ? .notWritable(path: error.path, reason: error.reason) : .file(error)
        }
        // `runningInstance` holds a shared lock for an instant: a few tries tell that from a server.
        for attempt in 1... {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { break }
            guard attempt < 5 else {
                let holder = Self.read(path)
                FileSystem.close(descriptor)
                throw .locked(folder: folder, pid: holder?.pid)
            }
            usleep(10_000)
        }
        fchmod(descriptor, 0o600)
    }

    /// Replaces what the file says. In place, because the lock hangs on the file, not on its name.
    func announce(_ instance: RunningInstance) throws(FileError) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = ByteBuffer()
        if let data = try? encoder.encode(instance) { bytes.writeBytes(data) }
        bytes.writeStaticString("\n")
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
            throw FileError("write", path, code: errno)
        }
        try FileSystem.write(bytes, to: descriptor, path: path)
    }

    deinit {
        ftruncate(descriptor, 0)
        FileSystem.close(descriptor)
    }

    static func path(in folder: String) -> String { "\(folder)/.lock" }

    /// Who holds the lock of `folder` now; `nil` when nobody does.
    static func holder(in folder: String) -> RunningInstance? {
        let path = path(in: folder)
        guard let descriptor = try? FileSystem.open(path, O_RDONLY | O_NOFOLLOW) else { return nil }
        defer { FileSystem.close(descriptor) }
        guard flock(descriptor, LOCK_SH | LOCK_NB) != 0 else { return nil }
        return read(path)
    }

    private static func read(_ path: String) -> RunningInstance? {
        guard let bytes = try? FileSystem.contents(of: path) else { return nil }
        return try? JSONDecoder().decode(RunningInstance.self, from: Data(bytes.readableBytesView))
    }
}
