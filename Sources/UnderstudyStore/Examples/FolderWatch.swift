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
public final class FolderWatch: Sendable {
    /// What happened to a folder counts only when it is about one of these names; `nil` for all.
    private let namesOfInterest: [String: Set<String>]

    #if canImport(Glibc)
        private let descriptor: Int32
        private let isDirty = Atomic<Bool>(false)
        /// By watch descriptor.
        private let watched = Mutex<[Int32: String]>([:])

        /// - Parameters:
        ///   - folders: those that do not exist are not watched.
        ///   - names: of folders in which only some names are of interest.
        init(_ folders: Set<String>, names: [String: Set<String>] = [:]) {
            namesOfInterest = names
            descriptor = inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC))
            for folder in folders.union(names.keys) { watch(folder) }
        }

        /// Watches another folder, once however often it is said.
        func watch(_ folder: String) {
            // Not IN_MODIFY: a file that is being written is not worth reading. IN_CREATE: of a folder that is of interest.
            let events = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)
            let created = UInt32(IN_CREATE)
            let watch = inotify_add_watch(
                descriptor, folder, namesOfInterest[folder] == nil ? events : events | created)
            if watch >= 0 { watched.withLock { $0[watch] = folder } }
        }

        /// Whether one of the events is of interest. inotify(7)
        private func concerns(_ bytes: UnsafeRawBufferPointer) -> Bool {
            guard !namesOfInterest.isEmpty else { return true }
            var place = 0
            while place + 16 <= bytes.count {
                let watch = bytes.loadUnaligned(fromByteOffset: place, as: Int32.self)
                let length = Int(bytes.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
                let folder = watched.withLock { $0[watch] }
                guard let folder, let names = namesOfInterest[folder] else { return true }
                let end = min(place + 16 + length, bytes.count)
                let name = bytes[(place + 16)..<end].prefix { $0 != 0 }
                if names.contains(String(decoding: name, as: UTF8.self)) { return true }
                place += 16 + length
            }
            return false
        }

        /// The folders in which something happened since this was asked last. For those who ask nothing else.
        func takeChangedFolders() -> Set<String> {
            var changed: Set<String> = []
            withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
                while true {
                    let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                    guard count > 0 else { return }
                    let names = watched.withLock { $0 }
                    var place = 0
                    while place + 16 <= count {
                        let watch = buffer.loadUnaligned(fromByteOffset: place, as: Int32.self)
                        // Too much happened at once to be told one by one.
                        changed.formUnion(names[watch].map { [$0] } ?? Array(names.values))
                        place += 16 + Int(buffer.loadUnaligned(fromByteOffset: place + 12, as: UInt32.self))
                    }
                }
            }
            return changed
        }

        deinit { close(descriptor) }

        /// Whether something happened since `clear`.
        public func hasChanged() -> Bool {
            if isDirty.load(ordering: .relaxed) { return true }
            let isOfInterest = withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
                while true {
                    let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
                    guard count > 0 else { return false }
                    if concerns(UnsafeRawBufferPointer(rebasing: buffer[..<count])) { return true }
                }
            }
            guard isOfInterest else { return false }
            isDirty.store(true, ordering: .relaxed)
            return true
        }

        /// Begins anew. Call it before reading the files, so that a change meanwhile is not missed.
        public func clear() {
            isDirty.store(false, ordering: .relaxed)
            while hasChanged() { isDirty.store(false, ordering: .relaxed) }
        }
    #else
        private struct State {
            var stamps: [String: FileStamp] = [:]
            var checked = ContinuousClock.now
        }
        private static let interval = Duration.milliseconds(50)
        private let folders: Mutex<Set<String>>
        private let state = Mutex(State())

        init(_ folders: Set<String>, names: [String: Set<String>] = [:]) {
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

        public func hasChanged() -> Bool {
            state.withLock { state in
                guard ContinuousClock.now - state.checked > Self.interval else { return false }
                state.checked = .now
                return stamps() != state.stamps
            }
        }

        public func clear() { state.withLock { $0.stamps = stamps() } }

        /// Here any of them may have.
        func takeChangedFolders() -> Set<String> {
            guard hasChanged() else { return [] }
            clear()
            return folders.withLock { $0 }
        }
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
