import Foundation
import TestSupport

/// A file system of a few megabytes in memory, mounted in a test's folder. Needs root.
final class SmallDisk {
    /// Whether this process may mount, found out by trying.
    static let isAvailable: Bool = {
        guard let folder = try? TemporaryFolder() else { return false }
        return (try? SmallDisk(in: folder)) != nil
    }()
    static let advice: String = "needs Linux and the right to mount a tmpfs: run the tests as root"

    let path: String

    init(megabytes: Int = 10, in folder: TemporaryFolder) throws {
        path = folder.file("disk")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Self.run("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path])
    }

    deinit { try? Self.run("umount", ["-l", path]) }

    func remount(readOnly: Bool) throws { try Self.run("mount", ["-o", "remount,\(readOnly ? "ro" : "rw")", path]) }

    /// Writes until nothing fits any more.
    func fill() throws {
        let descriptor = open(path + "/filler", O_WRONLY | O_CREAT, 0o600)
        defer { close(descriptor) }
        for size in [65536, 4096, 512, 1] {
            let zeros = [UInt8](repeating: 0, count: size)
            while write(descriptor, zeros, size) > 0 {}
        }
    }

    func makeRoom() throws { try FileManager.default.removeItem(atPath: path + "/filler") }

    private static func run(_ name: String, _ arguments: [String]) throws {
        let child = try ChildProcess("/usr/bin/env", [name] + arguments)
        let status = try child.waitForExit()
        guard status == 0 else { throw RawFailure.malformed("\(name): \(child.lines)") }
    }
}
