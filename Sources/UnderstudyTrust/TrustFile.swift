import CoreFoundation
import Foundation

/// Small files, read and written whole.
enum TrustFile {
    /// More than any file of ours and any bundle of roots has.
    static let limit = 16 << 20
    /// What temporary names begin with.
    private static let prefix = ".new-"

    struct Content {
        var bytes: [UInt8]
        var owner: uid_t
        var mode: mode_t
    }

    /// `nil` when there is no such file. A folder or a device is an error.
    static func read(_ path: String) throws(AuthorityError) -> Content? {
        // Not waiting: a pipe of that name must not hang a start.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw .last("read", path)
        }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0 else { throw .last("read", path) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw .malformed(path: path, reason: "it is not a file") }
        guard info.st_size <= limit else { throw .malformed(path: path, reason: "it is too large") }
        var bytes: [UInt8] = []
        var part = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= limit {
            let count = systemRead(descriptor, &part, part.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw .last("read", path)
            }
            if count == 0 { break }
            bytes += part[..<count]
        }
        return Content(bytes: bytes, owner: info.st_uid, mode: info.st_mode)
    }

    /// Replaces the file: whoever reads it meanwhile, and whoever starts after a power loss, finds the old or the new one.
    static func write(_ bytes: [UInt8], to path: String, mode: mode_t) throws(AuthorityError) {
        let (folder, name) = split(path)
        let temporary = "\(folder)/\(prefix)\(name)-\(UInt64.random(in: 0 ... .max))"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw .last("create", temporary) }
        do throws(AuthorityError) {
            defer { close(descriptor) }
            guard fchmod(descriptor, mode) == 0 else { throw .last("set the permissions of", temporary) }
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno != EINTR { throw .last("write", path) }
                rest = rest.dropFirst(max(count, 0))
            }
            guard fsync(descriptor) == 0 else { throw .last("sync", path) }
            guard rename(temporary, path) == 0 else { throw .last("rename to", path) }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncFolder(folder)
    }

    /// What killed processes left. Only for who holds the folder's lock.
    static func removeLeftovers(in folder: String) {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        for name in names where name.hasPrefix(prefix) { unlink("\(folder)/\(name)") }
    }

    private static func syncFolder(_ folder: String) throws(AuthorityError) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .last("open folder", folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw .last("sync folder", folder) }
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        return (String(path[..<slash]), String(path[path.index(after: slash)...]))
    }
}

// The system's calls, which have the names of ours.
private let systemRead: @Sendable (Int32, UnsafeMutableRawPointer?, Int) -> Int = { read($0, $1, $2) }
private let systemWrite: @Sendable (Int32, UnsafeRawPointer?, Int) -> Int = { write($0, $1, $2) }
