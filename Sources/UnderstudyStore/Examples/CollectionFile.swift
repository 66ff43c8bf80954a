import Dispatch
import Foundation
import NIOCore
import Synchronization
import UnderstudyCore
import UnderstudyFormats

/// One collection file, read with as many threads as there are cores: what a start waits for when it is large.
enum CollectionFile {
    /// Files above this are read in pieces of this size at the same time.
    static let pieceByteCount = 8 << 20

    /// The examples of a file, in its order.
    ///
    /// - Throws: `FileError` or `CollectionError`.
    static func examples(
        at path: String, slug: String, files: any BodyFiles, environment: PostmanEnvironment?, bodyInMemory: Int
    ) throws -> (examples: [Example], problems: [CollectionProblem]) {
        let outline = try CollectionOutline(parsing: contents(of: path), slug: slug, file: path)
        let scope = environment?.scope(over: outline.variables) ?? VariableScope(outline.variables)
        let parts = Mutex([CollectionOutline.Part?](repeating: nil, count: outline.partCount))
        DispatchQueue.concurrentPerform(iterations: outline.partCount) { index in
            let part = outline.read(part: index, variables: scope, files: files, bodyInMemory: bodyInMemory)
            parts.withLock { $0[index] = part }
        }
        return try outline.assemble(parts.withLock { $0.compactMap { $0 } })
    }

    /// All bytes of a file; most of the time goes into getting memory for them, which threads do side by side.
    private static func contents(of path: String) throws(FileError) -> ByteBuffer {
        let size = Int(FileSystem.status(of: path)?.byteCount ?? 0)
        guard size > pieceByteCount, let bytes = try pieces(of: path, size: size) else {
            return try FileSystem.contents(of: path)
        }
        return bytes
    }

    /// `nil` when the file did not have that size any more.
    private static func pieces(of path: String, size: Int) throws(FileError) -> ByteBuffer? {
        let descriptor = try FileSystem.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        defer { FileSystem.close(descriptor) }
        let missing = Atomic<Int>(size)
        var bytes = ByteBuffer()
        bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: size) { space in
            // Each thread writes a piece of its own, and all have ended when `concurrentPerform` returns.
            nonisolated(unsafe) let space = space
            DispatchQueue.concurrentPerform(iterations: (size + pieceByteCount - 1) / pieceByteCount) { piece in
                var position = piece * pieceByteCount
                let end = min(position + pieceByteCount, size)
                while position < end, let start = space.baseAddress {
                    let count = pread(descriptor, start + position, end - position, off_t(position))
                    if count < 0, errno == EINTR { continue }
                    guard count > 0 else { return }
                    position += count
                    missing.subtract(count, ordering: .relaxed)
                }
            }
            return size
        }
        var next: UInt8 = 0
        guard missing.load(ordering: .relaxed) == 0, pread(descriptor, &next, 1, off_t(size)) == 0 else { return nil }
        return bytes
    }
}
