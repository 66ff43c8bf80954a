import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Notices that files in some folders were written, replaced or removed.
///
/// Asking costs one system call that finds nothing to read, so it can be done before every request: what an editor has
/// saved is then seen by the next one, without a delay and without a thread. inotify(7); elsewhere the files' stamps
/// are compared, at most every 50 ms.
final class FolderWatch: Sendable {
    #if canImport(Glibc)
        private let descriptor: Int32
        private let isDirty = Atomic<Bool>(false)

        /// - Parameter folders: those that do not exist are not watched.
        init(_ folders: Set<String>) {
            descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
            // Not IN_MODIFY: a file that is being written is not worth reading.
            let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE)
            for folder in folders { _ = inotify_add_watch(descriptor, folder, events) }
        }

        deinit { close(descriptor) }

        /// Whether something happened since `clear`.
        func hasChanged() -> Bool {
            if isDirty.load(ordering: .relaxed) { return true }
            let count = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
                Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            }
            guard count > 0 else { return false }
            isDirty.store(true, ordering: .relaxed)
            return true
        }

        /// Begins anew. Call it before reading the files, so that a change meanwhile is not missed.
        func clear() {
            isDirty.store(false, ordering: .relaxed)
            while hasChanged() { isDirty.store(false, ordering: .relaxed) }
        }
    #else
        private struct State {
            var stamps: [String: FileStamp] = [:]
            var checked = ContinuousClock.now
        }
        private static let interval = Duration.milliseconds(50)
        private let folders: Set<String>
        private let state = Mutex(State())

        init(_ folders: Set<String>) {
            self.folders = folders
            clear()
        }

        private func stamps() -> [String: FileStamp] {
            var stamps: [String: FileStamp] = [:]
            for folder in folders {
                for path in FileSystem.names(in: folder).map({ "\(folder)/\($0)" }) { stamps[path] = FileStamp(path) }
            }
            return stamps
        }

        func hasChanged() -> Bool {
            state.withLock { state in
                guard ContinuousClock.now - state.checked > Self.interval else { return false }
                state.checked = .now
                return stamps() != state.stamps
            }
        }

        func clear() { state.withLock { $0.stamps = stamps() } }
    #endif
}

/// What tells one version of a file from another without reading it.
struct FileStamp: Hashable, Sendable {
    private let inode: UInt64, size: Int64, seconds: Int, nanoseconds: Int

    /// `nil` when there is no such file.
    init?(_ path: String) {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        inode = UInt64(status.st_ino)
        size = Int64(status.st_size)
        #if canImport(Glibc)
            (seconds, nanoseconds) = (status.st_mtim.tv_sec, status.st_mtim.tv_nsec)
        #else
            (seconds, nanoseconds) = (status.st_mtimespec.tv_sec, status.st_mtimespec.tv_nsec)
        #endif
    }
}
