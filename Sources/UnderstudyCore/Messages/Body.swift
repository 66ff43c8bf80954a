public import NIOCore

/// A message's content as it crossed the wire, bounded so that a recording stays bounded.
///
/// Transfer coding is removed; content coding (`gzip`, `br`) is not: these bytes are what `Content-Encoding`
/// describes. Small content is in memory, large content in a file of the body store.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-6.4>
public struct Body: Sendable, Hashable {
    /// Where the kept bytes are.
    public enum Content: Sendable, Hashable {
        case memory(ByteBuffer)
        /// Spilled: the digest names the file.
        case stored(Digest, byteCount: Int)
    }

    public var content: Content
    /// Octets seen on the wire, kept or not.
    public var byteCount: Int

    public init(_ content: Content, byteCount: Int) {
        self.content = content
        self.byteCount = byteCount
    }

    /// A whole body in memory.
    public init(_ bytes: ByteBuffer = ByteBuffer()) {
        self.init(.memory(bytes), byteCount: bytes.readableBytes)
    }

    public init(text: String) { self.init(ByteBuffer(string: text)) }

    /// Octets kept; fewer than `byteCount` means the body was cut.
    public var keptByteCount: Int {
        switch content {
        case .memory(let bytes): bytes.readableBytes
        case .stored(_, let byteCount): byteCount
        }
    }

    /// Whether bytes are missing, so that the body must never be served as if whole.
    public var isCut: Bool { keptByteCount < byteCount }

    /// The bytes when they are in memory.
    public var bytesInMemory: ByteBuffer? {
        if case .memory(let bytes) = content { bytes } else { nil }
    }

    public var isEmpty: Bool { byteCount == 0 }
}
