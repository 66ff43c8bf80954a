import NIOCore

/// Where a decoder writes: grows as bytes come, and gives room for one octet more than its limit, never for more, so
/// that a decoder that would exceed it is caught by its first octet too many.
struct BoundedOutput {
    /// Room offered at a time. As much as any of the libraries likes to fill in one step (zstd: 128 KiB).
    static let step = 128 << 10
    /// A `ByteBuffer` holds less than 4 GiB and doubles as it grows.
    static let largestLimit = 1 << 30

    private(set) var bytes = ByteBuffer()
    let limit: Int

    init(limit: Int) { self.limit = min(max(0, limit), Self.largestLimit) }

    /// Calls `body` with writable room, which returns how much of it was filled.
    mutating func write(
        _ body: (UnsafeMutableRawBufferPointer) throws(CodingError) -> Int
    ) throws(CodingError) {
        let room = min(Self.step, limit - bytes.readableBytes + 1)
        try bytes.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { free throws(CodingError) in
            try body(UnsafeMutableRawBufferPointer(rebasing: free.prefix(room)))
        }
        guard bytes.readableBytes <= limit else { throw .tooLarge(limit: limit) }
    }
}
