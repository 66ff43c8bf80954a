import NIOCore
import UnderstudyCore

/// The path prefix that names a mock server: `/__mock/ID/…`, with its id or its name.
enum MockPath {
    static let mark: StaticString = "/__mock"

    /// The name that a target begins with, percent-decoded, and what is left of the target: as it came, but that it begins
    /// with a slash. `nil` when it names none, an empty name when there is the mark and nothing behind it.
    static func take(_ target: ByteBuffer) -> (name: String, target: ByteBuffer)? {
        let bytes = target.readableBytesView
        guard bytes.starts(with: UnsafeBufferPointer(start: mark.utf8Start, count: mark.utf8CodeUnitCount)) else {
            return nil
        }
        let rest = bytes.dropFirst(mark.utf8CodeUnitCount)
        // `/__mocks` is any other path.
        guard rest.isEmpty || rest.first == UInt8(ascii: "/") || rest.first == UInt8(ascii: "?") else { return nil }
        let written = rest.dropFirst().prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        let isNamed = rest.first == UInt8(ascii: "/")
        var path = ByteBuffer()
        let behind = isNamed ? bytes[written.endIndex...] : rest
        if behind.first != UInt8(ascii: "/") { path.writeStaticString("/") }
        path.writeBytes(behind)
        return (isNamed ? Octets.percentDecoded(written) ?? "" : "", path)
    }
}
