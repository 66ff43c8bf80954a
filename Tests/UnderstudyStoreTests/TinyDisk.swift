#if os(Linux)
    import Foundation

    /// A file system in memory, of a given size: what a full or read-only disk is tried on. Needs root.
    struct TinyDisk {
        let path: String

        init(at path: String, size: String, readOnly: Bool = false) throws {
            self.path = path
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            let flags = readOnly ? UInt(MS_RDONLY) : 0
            guard mount("tmpfs", path, "tmpfs", flags, "size=\(size)") == 0 else {
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
            }
        }

        func grow(to size: String) throws {
            guard mount("tmpfs", path, "tmpfs", UInt(MS_REMOUNT), "size=\(size)") == 0 else {
                throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
            }
        }

        func unmount() { umount2(path, Int32(MNT_DETACH)) }

        static let isPossible: Bool = {
            let path = NSTemporaryDirectory() + "understudy-mount-" + UUID().uuidString
            defer { try? FileManager.default.removeItem(atPath: path) }
            guard let disk = try? TinyDisk(at: path, size: "64k") else { return false }
            disk.unmount()
            return true
        }()
    }
#endif
