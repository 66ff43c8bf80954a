import Foundation

/// A folder that nobody else can change meanwhile: work that wants to waits.
final class HeldFolder {
    private let descriptor: Int32

    init(_ path: String) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        descriptor = open(path, O_RDONLY | O_DIRECTORY)
        guard descriptor >= 0, flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw POSIXError(.init(rawValue: errno) ?? .EIO)
        }
    }

    func release() { close(descriptor) }
}
