import Foundation
public import NIOCore
import Synchronization
public import UnderstudyCore

/// Large bodies as files named by the SHA-256 of their bytes, in two folders.
///
/// `history` holds what the history's rows refer to and goes with them; `examples` holds what collections refer to and
/// is committed with them. A body in both is one file with two names.
public struct BodyStore: Sendable {
    /// The folder of bodies that examples refer to.
    public let examples: String
    /// The folder of bodies that history rows refer to.
    public let history: String

    public init(examples: String, history: String) {
        self.examples = examples
        self.history = history
    }

    /// Where the bytes are, for a reader that opens the file itself. `nil` when neither folder has them.
    public func path(of digest: Digest) -> String? {
        for folder in [examples, history] {
            let path = "\(folder)/\(digest)"
            if let status = FileSystem.status(of: path), !status.isFolder { return path }
        }
        return nil
    }

    /// All bytes of a stored body, in memory. Blocks: not for an event loop.
    public func contents(of digest: Digest) throws(FileError) -> ByteBuffer {
        guard let path = path(of: digest) else { throw FileError("find body", "\(history)/\(digest)", code: ENOENT) }
        return try FileSystem.contents(of: path)
    }

    /// The first few bytes of a stored body: enough to tell what kind it is.
    func beginning(of digest: Digest) throws(FileError) -> ByteBuffer {
        guard let path = path(of: digest) else { throw FileError("find body", "\(history)/\(digest)", code: ENOENT) }
        return try FileSystem.contents(of: path, limit: 512)
    }

    /// All kept bytes of a body, wherever they are. Blocks when they are in a file.
    public func contents(of body: Body) throws(FileError) -> ByteBuffer {
        switch body.content {
        case .memory(let bytes): bytes
        case .stored(let digest, _): try contents(of: digest)
        }
    }

    /// Gives a body of the history a second name among those of the examples; a copy where links are not possible.
    public func keepForExamples(_ digest: Digest) throws(FileError) {
        let new = "\(examples)/\(digest)"
        if link("\(history)/\(digest)", new) == 0 || errno == EEXIST { return }
        try AtomicFile.write(contents(of: digest), to: new)
    }

    /// Stores bytes for an example and returns their name.
    @discardableResult
    public func saveForExamples(_ bytes: ByteBuffer) throws(FileError) -> Digest {
        let digest = Digest(of: bytes)
        let path = "\(examples)/\(digest)"
        if !FileSystem.exists(path) { try AtomicFile.write(bytes, to: path) }
        return digest
    }

    /// Removes a body that no row refers to, unless it is so young that its row may be on the way.
    ///
    /// Alone on the folder meanwhile: see `SpoolFile.giveName`.
    ///
    /// - Parameter isWanted: asked while alone.
    func removeFromHistory(
        _ digest: Digest, unlessYoungerThan grace: Duration, orWhere isWanted: () -> Bool = { false }
    ) -> Bool {
        guard let lock = try? FileSystem.open(history, O_RDONLY | O_DIRECTORY) else { return false }
        defer { FileSystem.close(lock) }
        guard flock(lock, LOCK_EX) == 0, !isWanted() else { return false }
        let path = "\(history)/\(digest)"
        guard let status = FileSystem.status(of: path) else { return false }
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let age = Duration.seconds(now.tv_sec) + .nanoseconds(now.tv_nsec) - .nanoseconds(status.modifiedAt)
        return age >= grace && unlink(path) == 0
    }

    /// Digests and sizes of the bodies in one folder; other files there are not ours and not listed.
    static func bodies(in folder: String) -> [(digest: Digest, byteCount: Int64)] {
        FileSystem.names(in: folder).compactMap { name in
            guard let digest = Digest(hex: name), let status = FileSystem.status(of: "\(folder)/\(name)") else {
                return nil
            }
            return (digest, status.byteCount)
        }
    }
}
