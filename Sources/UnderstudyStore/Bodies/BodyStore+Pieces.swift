import Foundation
public import NIOCore
public import UnderstudyCore

extension BodyStore {
    /// A body to be read piece by piece, wherever it is. Its file stays readable while this is held, even when the exchange is
    /// removed meanwhile.
    public func reader(of body: Body) throws(FileError) -> BodyReader {
        switch body.content {
        case .memory(let bytes): return BodyReader(bytes)
        case .stored(let digest, let byteCount):
            guard let path = path(of: digest) else {
                throw FileError("find body", "\(history)/\(digest)", code: ENOENT)
            }
            return try BodyReader(path: path, byteCount: byteCount)
        }
    }
}

/// The kept octets of a body: a buffer, or an open file.
public final class BodyReader: Sendable {
    private enum Source {
        case memory(ByteBuffer)
        case file(descriptor: Int32, path: String)
    }
    private let source: Source
    /// Octets there are.
    public let byteCount: Int

    public init(_ bytes: ByteBuffer) {
        source = .memory(bytes)
        byteCount = bytes.readableBytes
    }

    /// Only regular files are read, and no more of them than was kept of the body.
    fileprivate init(path: String, byteCount: Int) throws(FileError) {
        let descriptor = try FileSystem.open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            FileSystem.close(descriptor)
            throw FileError("read", path, code: EINVAL)
        }
        source = .file(descriptor: descriptor, path: path)
        self.byteCount = min(byteCount, Int(info.st_size))
    }

    deinit { if case .file(let descriptor, _) = source { FileSystem.close(descriptor) } }

    /// Octets from `offset` on: as many as asked for, unless the end comes first. Blocks.
    public func piece(at offset: Int, count: Int) throws(FileError) -> ByteBuffer {
        let count = max(0, min(count, byteCount - offset))
        guard offset >= 0, count > 0 else { return ByteBuffer() }
        switch source {
        case .memory(let bytes): return bytes.getSlice(at: bytes.readerIndex + offset, length: count) ?? ByteBuffer()
        case .file(let descriptor, let path):
            var piece = ByteBufferAllocator().buffer(capacity: count)
            while piece.readableBytes < count {
                var code: Int32 = 0
                let position = off_t(offset + piece.readableBytes)
                let got = piece.writeWithUnsafeMutableBytes(minimumWritableBytes: count - piece.readableBytes) { room in
                    let got = pread(descriptor, room.baseAddress, min(room.count, count), position)
                    if got < 0 { code = errno }
                    return max(0, got)
                }
                if code == EINTR { continue }
                guard code == 0 else { throw FileError("read", path, code: code) }
                // Somebody has cut the file meanwhile.
                guard got > 0 else { break }
            }
            return piece
        }
    }
}
