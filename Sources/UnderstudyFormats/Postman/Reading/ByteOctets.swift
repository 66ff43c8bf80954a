public import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A text looked for in octets with what the system is fast at.
public struct ByteOctets: Sendable {
    private let octets: [UInt8]

    public init(_ text: String) { octets = Array(text.utf8) }

    public func isIn(_ bytes: ByteBuffer) -> Bool {
        guard let first = octets.first else { return true }
        return bytes.withUnsafeReadableBytes { hay in
            var start = 0
            while hay.count - start >= octets.count, let base = hay.baseAddress {
                let room = hay.count - start - octets.count + 1
                guard let found = memchr(base + start, Int32(first), room) else { return false }
                start = UnsafeRawPointer(found) - base
                if memcmp(found, octets, octets.count) == 0 { return true }
                start += 1
            }
            return false
        }
    }
}
