import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A handle's `curl_slist`, built in storage of our own: two copies per request instead of two allocations per field.
/// libcurl only follows the pointers, as long as the transfer lasts; it neither copies nor frees the list.
struct HeaderList {
    private var text: UnsafeMutablePointer<CChar>
    private var textCapacity: Int
    private var nodes: UnsafeMutablePointer<curl_slist>
    private var nodeCapacity: Int

    /// Field names in front of the client's lines, each without a value. libcurl then believes that it was told about
    /// the field, adds none of its own, and still sends a later line of that name where it stands: so even the client's
    /// `Host` keeps its place and its spelling, and an `Expect` does not switch on libcurl's own waiting and its repeat
    /// after a 417, which the engine replaces.
    private static let silencers = Silencers()

    /// `@unchecked Sendable`: immutable, and libcurl does not write into a list it was given.
    private struct Silencers: @unchecked Sendable {
        let host = strdup("Host:")
        let others = ["Accept:", "Expect:", "Proxy-Connection:"].map { (name: String) in strdup(name) }
    }

    init() {
        (textCapacity, nodeCapacity) = (2048, 32)
        text = .allocate(capacity: textCapacity)
        nodes = .allocate(capacity: nodeCapacity)
    }

    func deallocate() {
        text.deallocate()
        nodes.deallocate()
    }

    var isLightweight: Bool { textCapacity <= 16 << 10 && nodeCapacity <= 256 }

    /// Lends `bytes` as a C string, in the text's storage: so before `fill`.
    mutating func withText<T>(
        _ bytes: [UInt8], _ body: (UnsafePointer<CChar>) throws(CurlError) -> T
    ) throws(CurlError) -> T {
        reserve(text: bytes.count + 1)
        copy(bytes)
        text[bytes.count] = 0
        return try body(text)
    }

    /// The list for `lines`, valid until the next call.
    mutating func fill(with lines: CurlHeaderLines) -> UnsafeMutablePointer<curl_slist> {
        reserve(text: lines.bytes.count)
        reserve(nodes: lines.count + 1 + Self.silencers.others.count)
        copy(lines.bytes)
        var count = 0
        func add(_ data: UnsafeMutablePointer<CChar>?) {
            nodes[count] = curl_slist(data: data, next: nodes + count + 1)
            count += 1
        }
        if lines.hasHost { add(Self.silencers.host) }
        for other in Self.silencers.others { add(other) }
        var next = text
        for _ in 0..<lines.count {
            add(next)
            next += strlen(next) + 1
        }
        nodes[count - 1].next = nil
        return nodes
    }

    private func copy(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { source in
            guard let base = source.baseAddress else { return }
            memcpy(text, base, source.count)
        }
    }

    private mutating func reserve(text count: Int) {
        guard count > textCapacity else { return }
        text.deallocate()
        textCapacity = max(count, 2 * textCapacity)
        text = .allocate(capacity: textCapacity)
    }

    private mutating func reserve(nodes count: Int) {
        guard count > nodeCapacity else { return }
        nodes.deallocate()
        nodeCapacity = max(count, 2 * nodeCapacity)
        nodes = .allocate(capacity: nodeCapacity)
    }
}
