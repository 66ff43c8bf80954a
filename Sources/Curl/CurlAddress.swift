import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Where a connection attempt is about to go.
public struct CurlAddress: Sendable, Hashable {
    /// Four octets or sixteen, in network order.
    public let bytes: [UInt8]
    public let port: Int

    public init(bytes: [UInt8], port: Int) {
        self.bytes = bytes
        self.port = port
    }

    /// Nil for what is neither IPv4 nor IPv6.
    init?(_ address: inout curl_sockaddr) {
        let family = address.family
        let parts: ([UInt8], in_port_t)? = withUnsafePointer(to: &address.addr) { pointer in
            let raw = UnsafeRawPointer(pointer)  // libcurl keeps room for the longest kind behind it
            switch family {
            case AF_INET:
                let address = raw.loadUnaligned(as: sockaddr_in.self)
                return (withUnsafeBytes(of: address.sin_addr) { Array($0) }, address.sin_port)
            case AF_INET6:
                let address = raw.loadUnaligned(as: sockaddr_in6.self)
                return (withUnsafeBytes(of: address.sin6_addr) { Array($0) }, address.sin6_port)
            default: return nil
            }
        }
        guard let (bytes, port) = parts else { return nil }
        self.init(bytes: bytes, port: Int(in_port_t(bigEndian: port)))
    }
}
