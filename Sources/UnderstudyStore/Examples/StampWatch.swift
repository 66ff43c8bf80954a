import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Notices changes by comparing the files' stamps: where the kernel tells nobody, or has told too many already.
final class StampWatch: Sendable {
    private struct State {
        var stamps: [String: FileStamp] = [:]
        /// `nil` when the next comparison is not to wait.
        var checked: ContinuousClock.Instant? = .now
        /// Until it begins anew: who was told once is told again.
        var isDirty = false
    }

    /// Between two comparisons, at least.
    private static let interval = Duration.milliseconds(50)
    private let namesOfInterest: [String: Set<String>]
    private let folders: Mutex<Set<String>>
    private let state = Mutex(State())

    init(_ folders: Set<String>, names: [String: Set<String>]) {
        namesOfInterest = names
        self.folders = Mutex(folders)
        clear()
    }

    func watch(_ folder: String) { folders.withLock { _ = $0.insert(folder) } }

    private func stamps() -> [String: FileStamp] {
        var stamps: [String: FileStamp] = [:]
        for (folder, names) in namesOfInterest {
            for name in names { stamps["\(folder)/\(name)"] = FileStamp("\(folder)/\(name)") }
        }
        for folder in folders.withLock({ $0 }) {
            for path in FileSystem.names(in: folder).map({ "\(folder)/\($0)" }) { stamps[path] = FileStamp(path) }
        }
        return stamps
    }

    func hasChanged() -> Bool {
        state.withLock { state in
            if state.isDirty { return true }
            if let checked = state.checked, ContinuousClock.now - checked <= Self.interval { return false }
            state.checked = .now
            state.isDirty = stamps() != state.stamps
            return state.isDirty
        }
    }

    func expectChange() { state.withLock { $0.checked = nil } }

    func clear() {
        state.withLock {
            $0.stamps = stamps()
            $0.isDirty = false
        }
    }

    /// Any of them may have, where one has.
    func takeChangedFolders() -> Set<String> {
        guard hasChanged() else { return [] }
        clear()
        return folders.withLock { $0 }.union(namesOfInterest.keys)
    }
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
