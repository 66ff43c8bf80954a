import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Notices that files in some folders were written, replaced or removed.
///
/// Asking costs one system call that finds nothing to read, so it can be done before every request: what an editor has
/// saved is then seen by the next one, without a delay and without a thread. inotify(7); elsewhere, and where a user has all
/// the instances that the kernel allows (128, unless told otherwise), the files' stamps are compared, at most every 50 ms
/// and after `expectChange`.
public final class FolderWatch: Sendable {
    #if canImport(Glibc)
        /// What happened to a folder counts only when it is about one of these names; `nil` for all.
        private let namesOfInterest: [String: Set<String>]
        private let descriptor: Int32
        /// In place of the descriptor that there is not.
        private let stamps: StampWatch?
        private let isDirty = Atomic<Bool>(false)
        /// By watch descriptor.
        private let watched = Mutex<[Int32: String]>([:])

        /// - Parameters:
        ///   - folders: those that do not exist are not watched.
        ///   - names: of folders in which only some names are of interest.
        ///   - isNotified: whether the kernel is asked.
        init(_ folders: Set<String>, names: [String: Set<String>] = [:], isNotified: Bool = true) {
            namesOfInterest = names
            descriptor = isNotified ? inotify_init1(Int32(IN_NONBLOCK) | Int32(IN_CLOEXEC)) : -1
            stamps = descriptor < 0 ? StampWatch(folders, names: names) : nil
            guard descriptor >= 0 else { return }
            for folder in folders.union(names.keys) { watch(folder) }
        }

        /// Watches another folder, once however often it is said.
        func watch(_ folder: String) {
            if let stamps { return stamps.watch(folder) }
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
            if let stamps { return stamps.takeChangedFolders() }
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

        deinit { if descriptor >= 0 { close(descriptor) } }

        /// Whether something happened since `clear`.
        public func hasChanged() -> Bool {
            if let stamps { return stamps.hasChanged() }
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

        /// Whoever changed a file says so, so that the next one who asks is not told what was before.
        public func expectChange() { stamps?.expectChange() }

        /// Begins anew. Call it before reading the files, so that a change meanwhile is not missed.
        public func clear() {
            if let stamps { return stamps.clear() }
            isDirty.store(false, ordering: .relaxed)
            while hasChanged() { isDirty.store(false, ordering: .relaxed) }
        }
    #else
        private let stamps: StampWatch

        init(_ folders: Set<String>, names: [String: Set<String>] = [:]) {
            stamps = StampWatch(folders, names: names)
        }

        func watch(_ folder: String) { stamps.watch(folder) }
        public func hasChanged() -> Bool { stamps.hasChanged() }
        public func expectChange() { stamps.expectChange() }
        public func clear() { stamps.clear() }
        func takeChangedFolders() -> Set<String> { stamps.takeChangedFolders() }
    #endif
}
