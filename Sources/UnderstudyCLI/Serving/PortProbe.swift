import NIOCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Finds out whether an address could be listened on, before anything is made on disk.
///
/// Binds without listening: a socket that listened for an instant would take connections and drop them, and whoever
/// waits for the server would believe that it is up. bind(2)
enum PortProbe {
    /// - Throws: `IOError` with bind's reason, or what resolving the host threw.
    static func check(host: String, port: Int) throws {
        let address = try SocketAddress.makeAddressResolvingHost(host, port: port)
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        let descriptor = socket(address.protocol == .inet6 ? AF_INET6 : AF_INET, stream, 0)
        guard descriptor >= 0 else { throw IOError(errnoCode: errno, reason: "socket") }
        defer { close(descriptor) }
        // As the server does; a port whose last connections linger is free, one that is listened on is not.
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        let result = address.withSockAddr { bind(descriptor, $0, socklen_t($1)) }
        guard result == 0 else { throw IOError(errnoCode: errno, reason: "bind") }
    }
}
