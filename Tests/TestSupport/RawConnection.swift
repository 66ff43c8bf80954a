import Foundation

/// What a blocking helper throws instead of hanging or returning half of what was asked for.
public enum RawFailure: Error, CustomStringConvertible {
    /// The deadline passed; `received` is what had come by then.
    case timedOut(waitingFor: String, received: [UInt8])
    /// The peer ended the connection in the middle; `received` is what had come by then.
    case closed(waitingFor: String, received: [UInt8])
    /// The system said no.
    case system(call: String, errno: Int32)
    /// The bytes are not HTTP/1.
    case malformed(String)

    public var description: String {
        switch self {
        case .timedOut(let what, let received):
            "timed out waiting for \(what) after \(received.latin1.debugDescription)"
        case .closed(let what, let received):
            "closed while waiting for \(what) after \(received.latin1.debugDescription)"
        case .system(let call, let code): "\(call): \(String(cString: strerror(code)))"
        case .malformed(let text): "malformed: \(text)"
        }
    }
}

extension Sequence<UInt8> {
    /// Every byte as the character of the same number, so that nothing is lost.
    public var latin1: String { String(String.UnicodeScalarView(map { Unicode.Scalar($0) })) }
}

extension String {
    /// The way back from `latin1`: one byte per character below 256; others become `?`.
    public var latin1Bytes: [UInt8] { unicodeScalars.map { $0.value < 256 ? UInt8($0.value) : 0x3F } }
}

/// One TCP connection without any protocol: bytes in, bytes out, each wait with a deadline. For one thread at a time.
public final class RawConnection {
    private let descriptor: Int32
    private var buffer: [UInt8] = []
    private var isClosed = false
    /// `close` or `reset` was called.
    public var isClosedHere: Bool { isClosed }
    /// Told of everything that is handed out, and whether it is a message's head.
    private let onRead: (ArraySlice<UInt8>, Bool) -> Void
    /// Told of everything that arrives, handed out or not.
    private let onArrival: (ArraySlice<UInt8>) -> Void
    /// For every single wait.
    public var patience: Double = 10

    init(
        descriptor: Int32, onRead: @escaping (ArraySlice<UInt8>, Bool) -> Void = { _, _ in },
        onArrival: @escaping (ArraySlice<UInt8>) -> Void = { _ in }
    ) {
        self.descriptor = descriptor
        self.onRead = onRead
        self.onArrival = onArrival
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { close() }

    // MARK: Reading

    /// Everything up to and including the first `marker`.
    public func read(through marker: String) throws -> [UInt8] { try read(through: marker, isHead: false) }

    /// A message's head, raw, with its blank line.
    public func readHead() throws -> [UInt8] { try read(through: "\r\n\r\n", isHead: true) }

    private func read(through marker: String, isHead: Bool) throws -> [UInt8] {
        let marker = Array(marker.utf8)
        var searched = 0
        while true {
            if let end = buffer.end(of: marker, from: searched) { return take(end, isHead: isHead) }
            searched = max(0, buffer.count - marker.count)
            guard try fill() else {
                throw RawFailure.closed(waitingFor: marker.latin1.debugDescription, received: buffer)
            }
        }
    }

    public func read(exactly count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw RawFailure.closed(waitingFor: "\(count) bytes", received: buffer) }
        }
        return take(count)
    }

    /// Whatever comes until the peer's FIN.
    public func readToEnd() throws -> [UInt8] {
        while try fill() {}
        return take(buffer.count)
    }

    /// Waits for the peer's FIN or reset, and throws away what comes before it.
    public func waitForPeerToClose() throws {
        do {
            while try fill() { buffer.removeAll() }
        } catch RawFailure.system(_, let code) where code == ECONNRESET || code == EPIPE {}
    }

    /// True if the peer has sent something, or its FIN, within `seconds`.
    public func isReadable(within seconds: Double) -> Bool {
        if !buffer.isEmpty { return true }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, Int32(seconds * 1000)) > 0
    }

    // MARK: Writing

    public func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        let deadline = Date(timeIntervalSinceNow: patience)
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.send(descriptor, $0.baseAddress, $0.count, Self.sendFlags) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if count < 0, errno != EAGAIN, errno != EINTR {
                throw RawFailure.system(call: "send", errno: errno)
            } else if !wait(for: POLLOUT, until: deadline) {
                throw RawFailure.timedOut(waitingFor: "the peer to read", received: [])
            }
        }
    }

    /// Sends the characters as Latin-1 bytes, so that a literal can hold any byte.
    public func send(_ text: String) throws { try send(text.latin1Bytes) }

    /// One `send` per byte: the peer sees every possible cut.
    public func sendByteByByte(_ text: String) throws {
        for byte in text.latin1Bytes { try send([byte]) }
    }

    // MARK: Ending

    /// FIN: no more bytes from here, reading goes on.
    public func halfClose() { _ = shutdown(descriptor, Int32(Self.shutWrite)) }

    /// FIN, or a reset if the peer's bytes were not all read.
    public func close() {
        guard !isClosed else { return }
        isClosed = true
        _ = Foundation.close(descriptor)
    }

    /// RST.
    public func reset() {
        guard !isClosed else { return }
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        close()
    }

    // MARK: Inside

    private func take(_ count: Int, isHead: Bool = false) -> [UInt8] {
        let taken = buffer.prefix(count)
        onRead(taken, isHead)
        defer { buffer.removeFirst(count) }
        return Array(taken)
    }

    /// False at the peer's FIN.
    private func fill() throws -> Bool {
        guard !isClosed else { throw RawFailure.system(call: "recv", errno: EBADF) }
        let deadline = Date(timeIntervalSinceNow: patience)
        var chunk = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count > 0 {
                buffer += chunk.prefix(count)
                onArrival(chunk.prefix(count))
                return true
            }
            if count == 0 { return false }
            guard errno == EAGAIN || errno == EINTR else { throw RawFailure.system(call: "recv", errno: errno) }
            guard wait(for: POLLIN, until: deadline) else {
                throw RawFailure.timedOut(waitingFor: "bytes", received: buffer)
            }
        }
    }

    private func wait(for events: CInt, until deadline: Date) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        return poll(&entry, 1, Int32(max(0, deadline.timeIntervalSinceNow * 1000))) > 0
    }

    #if os(Linux)
        private static let sendFlags = Int32(MSG_NOSIGNAL)
        private static let shutWrite = SHUT_WR
        static let stream = Int32(SOCK_STREAM.rawValue)
    #else
        private static let sendFlags: Int32 = 0
        private static let shutWrite = SHUT_WR
        static let stream = SOCK_STREAM
    #endif
}

extension [UInt8] {
    /// The index behind the first `marker` at or after `start`.
    fileprivate func end(of marker: [UInt8], from start: Int) -> Int? {
        guard count >= marker.count, start <= count - marker.count else { return nil }
        return withUnsafeBufferPointer { bytes in
            for place in start...(bytes.count - marker.count) where bytes[place] == marker[0] {
                if bytes[place..<(place + marker.count)].elementsEqual(marker) { return place + marker.count }
            }
            return nil
        }
    }
}

extension sockaddr_in {
    /// 127.0.0.1.
    static func loopback(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        return address
    }

    /// Lends the address in the form the socket calls take.
    static func with<T>(_ address: inout sockaddr_in, _ body: (UnsafeMutablePointer<sockaddr>, socklen_t) -> T) -> T {
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
