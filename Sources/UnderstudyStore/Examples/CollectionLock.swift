import Foundation

/// Makes reading, changing and writing a collection one step among all processes: the folder is locked with `flock`
/// meanwhile, so a command line and a recording server never undo each other's work. flock(2)
enum CollectionLock {
    /// How long to wait for another process. Folding a large recording takes seconds.
    static let patience = Duration.seconds(60)
    private static let pause: UInt32 = 5_000

    /// Runs `body` alone on `folder`.
    ///
    /// - Throws: `FileError` when the lock cannot be had, and what `body` throws.
    static func hold<Value>(_ folder: String, _ body: () throws -> Value) throws -> Value {
        let descriptor = try FileSystem.open(folder, O_RDONLY | O_DIRECTORY)
        defer { FileSystem.close(descriptor) }
        let deadline = ContinuousClock.now + patience
        while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            guard errno == EWOULDBLOCK || errno == EINTR else { throw FileError("lock", folder, code: errno) }
            guard ContinuousClock.now < deadline else { throw FileError("lock", folder, code: EWOULDBLOCK) }
            usleep(pause)
        }
        return try body()
    }
}
