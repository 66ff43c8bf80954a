import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// libcurl's callbacks, in the order of a transfer's life. All run inside `curl_multi_socket_action`, or inside
/// `curl_easy_pause` when held bytes come again.
extension EasyHandle {
    /// How long a body waits for `100 Continue` before it goes out without. RFC 9110 §10.1.1 forbids to wait for ever;
    /// the length is libcurl's own, CURLOPT_EXPECT_100_TIMEOUT_MS(3).
    static let continueWait: Int64 = 1000

    func setCallbacks() throws(CurlError) {
        // Unretained: see the type's comment.
        let this = Unmanaged.passUnretained(self).toOpaque()
        try ccurl_setopt_pointer(handle, CURLOPT_PRIVATE, this).check()
        try ccurl_setopt_prerequest(
            handle,
            { easy, _, _, _, localPort in
                EasyHandle.at(easy).requestBegins(localPort: localPort) ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT
            }, this
        ).check()
        try ccurl_setopt_read(
            handle,
            { buffer, size, count, easy in
                EasyHandle.at(easy).read(into: UnsafeMutableRawBufferPointer(start: buffer, count: size * count))
            }, this
        ).check()
        try ccurl_setopt_seek(
            handle,
            { easy, offset, origin in
                guard offset == 0, origin == SEEK_SET else { return CURL_SEEKFUNC_FAIL }
                return EasyHandle.at(easy).rewind() ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL
            }, this
        ).check()
        try ccurl_setopt_receiver(
            handle, CURLOPT_HEADERFUNCTION,
            { bytes, size, count, easy in
                EasyHandle.at(easy).header(UnsafeRawBufferPointer(start: bytes, count: size * count))
            }, CURLOPT_HEADERDATA, this
        ).check()
        try ccurl_setopt_receiver(
            handle, CURLOPT_WRITEFUNCTION,
            { bytes, size, count, easy in
                EasyHandle.at(easy).body(UnsafeRawBufferPointer(start: bytes, count: size * count))
            }, CURLOPT_WRITEDATA, this
        ).check()
        try ccurl_setopt_open_socket(
            handle,
            { easy, _, address in
                guard let address else { return CURL_SOCKET_BAD }
                return EasyHandle.at(easy).open(&address.pointee)
            }, this
        ).check()
        // Outlives the handle with the connection, so it gets the loop, which outlives the connections.
        try ccurl_setopt_close_socket(
            handle, { loop, descriptor in EngineLoop.at(loop).closeSocket(descriptor) },
            Unmanaged.passUnretained(loop).toOpaque()
        ).check()
    }

    /// The handle behind a callback's pointer: never nil, `setCallbacks` gave it.
    static func at(_ pointer: UnsafeMutableRawPointer?) -> EasyHandle {
        Unmanaged<EasyHandle>.fromOpaque(pointer!).takeUnretainedValue()
    }

    /// A connection attempt begins: CURLOPT_OPENSOCKETFUNCTION(3), once per address, with what the name resolved to.
    private func open(_ address: inout curl_sockaddr) -> curl_socket_t {
        // A proxy's address is its owner's choice; what it connects to cannot be seen from here.
        if let transfer, !usesProxy, let request = transfer.request, let refusal = request.options.refusal,
            let place = CurlAddress(&address), let reason = refusal(place, request.origin)
        {
            transfer.refusedAddress = reason
            return CURL_SOCKET_BAD
        }
        return loop.openSocket(address)
    }

    /// The connection is ready and the request goes out next: CURLOPT_PREREQFUNCTION(3), once per attempt.
    private func requestBegins(localPort: Int32) -> Bool {
        guard let transfer, let request = transfer.request else { return false }
        transfer.attempts += 1
        // A second attempt. libcurl rewinds only what it wrote to the socket, not what it has read and not yet written.
        if transfer.attempts > 1, !request.isRepeatable || !rewind() {
            transfer.verdict = .notRepeatable
            return false
        }
        transfer.localPort = localPort
        transfer.phase = .waiting
        transfer.lastActivity = loop.now
        transfer.isBodyEnded = request.bodyLength == .none
        if !transfer.isBodyEnded, request.headers.expectsContinue {
            transfer.continueDeadline = loop.now + Self.continueWait
            loop.scan(noLaterThan: transfer.continueDeadline)
        }
        loop.scan(for: transfer)
        return true
    }

    private func rewind() -> Bool {
        guard let transfer else { return false }
        guard transfer.bodyBytesRead > 0 || transfer.isBodyEnded, let source = transfer.source else { return true }
        loop.wasSinkCalled = true
        guard source.rewind() else {
            transfer.verdict = .notRepeatable
            return false
        }
        transfer.bodyBytesRead = 0
        transfer.isBodyEnded = false
        return true
    }

    private func read(into buffer: UnsafeMutableRawBufferPointer) -> Int {
        guard let transfer, let request = transfer.request, let source = transfer.source else { return 0 }
        if transfer.continueDeadline > 0 {
            transfer.isSendingPaused = true
            return Int(CURL_READFUNC_PAUSE)
        }
        var room = buffer
        if case .known(let length) = request.bodyLength {
            room = .init(rebasing: buffer.prefix(Int(min(Int64(buffer.count), length - transfer.bodyBytesRead))))
        }
        transfer.lastActivity = loop.now
        guard !room.isEmpty else { return bodyEnds(transfer) }
        switch source.read(into: room) {
        case .bytes(let count):
            transfer.bodyBytesRead += Int64(count)
            transfer.wasBodyRead = true
            if case .known(let length) = request.bodyLength, transfer.bodyBytesRead == length { _ = bodyEnds(transfer) }
            return count
        case .pause:
            transfer.isSendingPaused = true
            return Int(CURL_READFUNC_PAUSE)
        case .end:
            guard case .known(let length) = request.bodyLength, transfer.bodyBytesRead < length else {
                return bodyEnds(transfer)
            }
            transfer.verdict = .abortedBySource
            return Int(CURL_READFUNC_ABORT)
        case .abort:
            transfer.verdict = .abortedBySource
            return Int(CURL_READFUNC_ABORT)
        }
    }

    private func bodyEnds(_ transfer: TransferState) -> Int {
        transfer.isBodyEnded = true
        loop.scan(for: transfer)
        return 0
    }

    private func header(_ line: UnsafeRawBufferPointer) -> Int {
        guard let transfer, let sink = transfer.sink else { return 0 }
        transfer.lastActivity = loop.now
        transfer.headBytesReceived += Int64(line.count)
        if transfer.phase != .receiving {
            transfer.phase = .receiving
            loop.scan(for: transfer)
        }
        if transfer.isAtStatusLine {
            statusLine(line, transfer)
        } else if line.count <= 2, line.first == 0x0D || line.first == 0x0A {
            // After an interim head comes another; after the final one only trailers can.
            if transfer.status >= 200 || transfer.status == 101 {
                headEnds(transfer)
            } else {
                transfer.isAtStatusLine = true
            }
        }
        loop.wasSinkCalled = true
        guard sink.headerLine(line) else {
            transfer.verdict = .abortedBySink
            return -1
        }
        return line.count
    }

    private func statusLine(_ line: UnsafeRawBufferPointer, _ transfer: TransferState) {
        transfer.isAtStatusLine = false
        transfer.status = 0
        guard let space = line.firstIndex(of: 0x20) else { return }
        for byte in line[(space + 1)...].prefix(3) where byte >= 0x30 && byte <= 0x39 {
            transfer.status = transfer.status * 10 + Int(byte - 0x30)
        }
        // 100 lets a waiting body go, and so does a final answer. One that refuses (300 and above) makes libcurl send no
        // more, but it would still wait for a paused source.
        let isReleasing = transfer.status == 100 || transfer.status >= 200
        if isReleasing, transfer.continueDeadline > 0 || transfer.status >= 300 && transfer.isSendingPaused {
            transfer.continueDeadline = 0
            if transfer.isSendingPaused { loop.releases.append(transfer) }
        }
    }

    private func headEnds(_ transfer: TransferState) {
        transfer.isHeadComplete = true
        guard let request = transfer.request, request.bodyLength != .none, request.method == "HEAD" else { return }
        loop.completions.append(transfer)  // see `setShape`
    }

    private func body(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard let transfer, let sink = transfer.sink else { return 0 }
        guard !bytes.isEmpty else { return 0 }
        transfer.lastActivity = loop.now
        loop.wasSinkCalled = true
        switch sink.body(bytes) {
        case .taken:
            transfer.bodyBytesReceived += Int64(bytes.count)
            return bytes.count
        case .pause:
            transfer.isReceivingPaused = true
            return Int(CURL_WRITEFUNC_PAUSE)
        case .abort:
            transfer.verdict = .abortedBySink
            return 0
        }
    }

    /// Tells libcurl which directions are held. Held bytes come again from inside this call.
    func applyPauses(_ transfer: TransferState) {
        let receiving = transfer.isReceivingPaused ? CURLPAUSE_RECV : 0
        let sending = transfer.isSendingPaused ? CURLPAUSE_SEND : 0
        // Fails only when delivering held bytes does, and that ends the transfer by itself.
        _ = curl_easy_pause(handle, receiving | sending)
    }
}
