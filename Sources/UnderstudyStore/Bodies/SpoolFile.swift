import Crypto
import Foundation
import NIOCore
import UnderstudyCore

/// A body on its way to disk: a temporary file and the hash that will name it.
///
/// `@unchecked Sendable` holds because only the spooler's thread touches its contents; other threads create it and
/// pass it on in jobs.
final class SpoolFile: @unchecked Sendable {
    private var path = ""
    private var descriptor: Int32 = -1
    private var hash = SHA256()
    private var keptByteCount = 0
    /// Whether it got a name that no file had.
    private(set) var isNew = false
    /// The first thing that went wrong; after it nothing more is written.
    private(set) var failure: FileError?

    func append(_ bytes: ByteBuffer, in store: BodyStore) {
        guard failure == nil else { return }
        do throws(FileError) {
            if descriptor < 0 {
                path = AtomicFile.temporaryPath(in: store.history)
                descriptor = try FileSystem.open(path, O_RDWR | O_CREAT | O_EXCL)
            }
            try FileSystem.write(bytes, to: descriptor, path: path)
            bytes.withUnsafeReadableBytes { hash.update(bufferPointer: $0) }
            keptByteCount += bytes.readableBytes
        } catch {
            fail(error)
        }
    }

    /// Gives the file its name, or removes it when that body is there already.
    ///
    /// - Parameter willName: told the name before the file has it.
    func finish(
        byteCount: Int, rewrite: BodySpool.Rewrite?, in store: BodyStore, isSynced: Bool,
        willName: (UnderstudyCore.Digest) -> Void = { _ in }
    ) -> Body {
        var byteCount = byteCount
        guard failure == nil else { return Body(.memory(ByteBuffer()), byteCount: byteCount) }
        do throws(FileError) {
            if let rewrite, let new = rewrite(try FileSystem.contents(of: path)) {
                byteCount = keptByteCount == byteCount ? new.readableBytes : max(byteCount, new.readableBytes + 1)
                try replaceContents(with: new, in: store)
            }
            guard let digest = Digest(bytes: Array(hash.finalize())) else {
                preconditionFailure("SHA-256 has 32 bytes")
            }
            if isSynced { try FileSystem.sync(descriptor, path: path) }
            willName(digest)
            try giveName("\(store.history)/\(digest)", in: store.history)
            if isSynced { try FileSystem.syncFolder(store.history) }
            close()
            return Body(.stored(digest, byteCount: keptByteCount), byteCount: byteCount)
        } catch {
            fail(error)
            return Body(.memory(ByteBuffer()), byteCount: byteCount)
        }
    }

    func remove() {
        close()
        if !path.isEmpty { unlink(path) }
        path = ""
    }

    private func replaceContents(with new: ByteBuffer, in store: BodyStore) throws(FileError) {
        remove()
        hash = SHA256()
        keptByteCount = 0
        append(new, in: store)
        if let failure { throw failure }
    }

    /// Under a shared lock on the folder: whoever removes unused bodies locks it alone, and spares fresh ones, so
    /// that a body cannot vanish between here and the row that refers to it.
    private func giveName(_ name: String, in folder: String) throws(FileError) {
        let lock = try FileSystem.open(folder, O_RDONLY | O_DIRECTORY)
        defer { FileSystem.close(lock) }
        flock(lock, LOCK_SH)
        if utimensat(AT_FDCWD, name, nil, 0) == 0 {
            try FileSystem.remove(path)
        } else {
            try FileSystem.rename(path, to: name)
            isNew = true
        }
    }

    private func fail(_ error: FileError) {
        failure = error
        remove()
    }

    private func close() {
        if descriptor >= 0 { FileSystem.close(descriptor) }
        descriptor = -1
    }
}
