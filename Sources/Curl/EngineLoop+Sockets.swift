import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// What is known about one descriptor.
struct Watch {
    /// What libcurl wants to hear about.
    var wanted: SocketInterest = []
    /// What the socket set reports.
    var watched: SocketInterest = []
    /// Opened by `openSocket`, so that `closeSocket` will tell its end.
    var isOurs = false
    /// libcurl has handed the connection over: `EngineLoop.streams` has its owner.
    var isStream = false
}

/// libcurl asks for two changes per request even on a kept connection (watch, do not watch). Sockets of our own
/// therefore stay watched for reading when libcurl loses interest, which saves both system calls; one that speaks
/// while nobody listens is dropped. That needs to know when a descriptor's number changes its meaning: hence the
/// open and close callbacks. Descriptors that libcurl opens by itself (a resolver thread's pipe) get no such favour.
extension EngineLoop {
    func openSocket(_ address: curl_sockaddr) -> curl_socket_t {
        #if os(Linux)
            let descriptor = socket(address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
        #else
            let descriptor = socket(address.family, address.socktype, address.protocol)
            if descriptor >= 0 { _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC) }
        #endif
        guard descriptor >= 0 else { return CURL_SOCKET_BAD }
        makeRoom(for: descriptor)
        watches[Int(descriptor)] = Watch(isOurs: true)
        return descriptor
    }

    func closeSocket(_ descriptor: curl_socket_t) -> Int32 {
        if descriptor >= 0, Int(descriptor) < watches.count {
            // Before the close: poll(2) would report a closed number, and epoll one that lives on in a forked child.
            if !watches[Int(descriptor)].watched.isEmpty { set(descriptor, to: []) }
            if watches[Int(descriptor)].isStream { streams[descriptor] = nil }
            watches[Int(descriptor)] = Watch()
        }
        return closeDescriptor(descriptor)
    }

    /// CURLMOPT_SOCKETFUNCTION(3).
    func watch(_ descriptor: curl_socket_t, _ what: Int32) {
        guard descriptor >= 0 else { return }
        makeRoom(for: descriptor)
        guard !watches[Int(descriptor)].isStream else { return }
        let wanted: SocketInterest =
            switch what {
            case CURL_POLL_IN: .read
            case CURL_POLL_OUT: .write
            case CURL_POLL_INOUT: [.read, .write]
            default: []
            }
        let watch = watches[Int(descriptor)]
        watches[Int(descriptor)].wanted = wanted
        var goal = wanted
        // Being watched for reading costs nothing until something arrives; for writing it would fire at once.
        if watch.isOurs, watch.watched.contains(.read) { goal.insert(.read) }
        if goal != watch.watched { set(descriptor, to: goal) }
    }

    func handle(_ event: SocketEvent) {
        // Closed earlier in this turn, or reopened: libcurl then finds nothing to read, which does no harm.
        guard Int(event.descriptor) < watches.count else { return }
        let watch = watches[Int(event.descriptor)]
        if watch.isStream { return moveStream(event) }
        let wanted = event.happened.contains(.failure) ? watch.wanted : event.happened.intersection(watch.wanted)
        guard !wanted.isEmpty else {
            if watch.watched != watch.wanted { set(event.descriptor, to: watch.wanted) }
            if watch.wanted.isEmpty, watch.isOurs { spoke(event.descriptor) }
            return
        }
        // A failure is passed on as readiness: libcurl's next read or write finds the system's own error.
        var bits: Int32 = 0
        if wanted.contains(.read) { bits |= CURL_CSELECT_IN }
        if wanted.contains(.write) { bits |= CURL_CSELECT_OUT }
        act(on: event.descriptor, bits)
    }

    /// A kept connection has something to read while nobody asked anything. If that is a FIN, libcurl will see it before
    /// it uses the connection again. Bytes, however, it would take for the next request's answer: then the connection
    /// becomes a dead one on the spot, which libcurl notices and replaces.
    private func spoke(_ descriptor: curl_socket_t) {
        var byte: UInt8 = 0
        guard !isHeldBack(localPort: localPort(of: descriptor)),
            recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
        else {
            return
        }
        _ = dup2(deadEnd, descriptor)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    private func localPort(of descriptor: curl_socket_t) -> Int32 {
        var address = sockaddr_in6()  // large enough for both families, which keep the port in the same place
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        let code = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
        }
        return code == 0 ? Int32(in_port_t(bigEndian: address.sin6_port)) : -1
    }

    /// One end of a pair whose other end is closed: reads as ended, for ever. Made beforehand, so that a poisoned
    /// connection can be replaced even when the process has no descriptor left.
    static func makeDeadEnd() throws(CurlError) -> Int32 {
        #if canImport(Glibc)
            let stream = Int32(SOCK_STREAM.rawValue)
        #else
            let stream = SOCK_STREAM
        #endif
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, stream, 0, &pair) == 0 else { throw .system("socketpair") }
        closeDescriptor(pair[1])
        _ = fcntl(pair[0], F_SETFD, FD_CLOEXEC)
        _ = fcntl(pair[0], F_SETFL, O_NONBLOCK)
        return pair[0]
    }

    func set(_ descriptor: curl_socket_t, to interest: SocketInterest) {
        let accepted = sockets.update(descriptor, from: watches[Int(descriptor)].watched, to: interest)
        watches[Int(descriptor)].watched = accepted ? interest : []
    }

    private func makeRoom(for descriptor: curl_socket_t) {
        let missing = Int(descriptor) + 1 - watches.count
        if missing > 0 { watches.append(contentsOf: repeatElement(Watch(), count: missing + 32)) }
    }
}

/// `close(2)`, under a name that `EngineLoop.close` does not hide.
@discardableResult func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }
