import Foundation
import NIOCore

/// The system calls of this module, each checked once. Paths are plain strings; permissions do not depend on umask.
enum FileSystem {
    /// What `stat` said, as far as anyone here asks.
    struct Status {
        var isFolder: Bool
        var byteCount: Int64
        /// Nanoseconds since 1970.
        var modifiedAt: Int64
    }

    /// `nil` when nothing is there, or it cannot be seen.
    static func status(of path: String) -> Status? {
        var info = stat()
        guard stat(path, &info) == 0 else { return nil }
        #if canImport(Darwin)
            let time = info.st_mtimespec
        #else
            let time = info.st_mtim
        #endif
        return Status(
            isFolder: info.st_mode & S_IFMT == S_IFDIR, byteCount: Int64(info.st_size),
            modifiedAt: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    static func exists(_ path: String) -> Bool { status(of: path) != nil }

    /// Whether this process may write there: permissions and a file system mounted read-only, both.
    static func checkWritable(_ path: String) throws(FileError) {
        guard access(path, W_OK) == 0 else { throw FileError("write to", path, code: errno) }
    }

    /// Makes one folder with exactly these permissions. Not an error when it is there.
    static func makeFolder(_ path: String, mode: mode_t = 0o700) throws(FileError) {
        if mkdir(path, mode) == 0 {
            guard chmod(path, mode) == 0 else { throw FileError("set the permissions of", path, code: errno) }
        } else if errno != EEXIST {
            throw FileError("create folder", path, code: errno)
        }
    }

    static func setMode(_ mode: mode_t, of path: String) throws(FileError) {
        guard chmod(path, mode) == 0 else { throw FileError("set the permissions of", path, code: errno) }
    }

    /// Opens with `O_CLOEXEC`; a file that is created gets exactly `mode`.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o600) throws(FileError) -> Int32 {
        let descriptor = Foundation.open(path, flags | O_CLOEXEC, mode)
        guard descriptor >= 0 else { throw FileError("open", path, code: errno) }
        if flags & O_CREAT != 0, flags & O_EXCL != 0, fchmod(descriptor, mode) != 0 {
            let code = errno
            Foundation.close(descriptor)
            throw FileError("set the permissions of", path, code: code)
        }
        return descriptor
    }

    static func close(_ descriptor: Int32) { _ = Foundation.close(descriptor) }

    /// Writes all of it, going on after signals and short writes.
    static func write(_ bytes: ByteBuffer, to descriptor: Int32, path: String) throws(FileError) {
        let code = bytes.withUnsafeReadableBytes { all -> Int32 in
            var written = 0
            while written < all.count {
                guard let start = all.baseAddress else { return 0 }
                let count = Foundation.write(descriptor, start + written, all.count - written)
                if count < 0 {
                    if errno == EINTR { continue }
                    return errno
                }
                written += count
            }
            return 0
        }
        guard code == 0 else { throw FileError("write", path, code: code) }
    }

    static func sync(_ descriptor: Int32, path: String) throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError("sync", path, code: errno) }
    }

    /// Makes a rename or a new name in `folder` survive power loss.
    static func syncFolder(_ folder: String) throws(FileError) {
        let descriptor = try open(folder, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        try sync(descriptor, path: folder)
    }

    static func rename(_ old: String, to new: String) throws(FileError) {
        guard Foundation.rename(old, new) == 0 else { throw FileError("rename to", new, code: errno) }
    }

    /// Not an error when there is nothing.
    static func remove(_ path: String) throws(FileError) {
        guard unlink(path) == 0 || errno == ENOENT else { throw FileError("remove", path, code: errno) }
    }

    /// The whole of a file. A folder, a device or a link out of the workspace is refused: only regular files are read.
    ///
    /// - Parameter limit: about how many bytes are enough.
    static func contents(of path: String, limit: Int = .max) throws(FileError) -> ByteBuffer {
        let descriptor = try open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw FileError("read", path, code: errno) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw FileError("read", path, code: EINVAL) }
        var bytes = ByteBufferAllocator().buffer(capacity: min(Int(info.st_size) + 1, limit))
        while true {
            let room = max(bytes.writableBytes, 4096)
            var code: Int32 = 0
            let count = bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { space in
                while true {
                    let count = read(descriptor, space.baseAddress, space.count)
                    if count >= 0 { return count }
                    if errno != EINTR {
                        code = errno
                        return 0
                    }
                }
            }
            guard code == 0 else { throw FileError("read", path, code: code) }
            if count == 0 || bytes.readableBytes >= limit { return bytes }
        }
    }

    /// The names in a folder, without `.` and `..`; empty when it cannot be read.
    static func names(in folder: String) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    }
}
