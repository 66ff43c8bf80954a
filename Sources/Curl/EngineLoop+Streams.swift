import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Connections that libcurl made and handed over. The easy handle stays in the multi handle, which owns the connection,
/// but libcurl does not watch the socket any more: we do, and read and write through `curl_easy_recv`, or past libcurl
/// when no TLS is in between, which saves a search through all connections per call.
extension EngineLoop {
    static let streamReadSize = 64 << 10
    /// What one stream may read before others get their turn.
    static let streamTurn = 256 << 10

    private enum Moved {
        case bytes(Int)
        case blocked
        case ended
        case failed(String, Int32)
    }

    /// libcurl is done with connecting.
    func beginStream(_ transfer: TransferState) {
        guard let stream = transfer.stream, let easy = transfer.easy else { return }
        var descriptor = CURL_SOCKET_BAD
        guard ccurl_getinfo_socket(easy.handle, CURLINFO_ACTIVESOCKET, &descriptor) == CURLE_OK, descriptor >= 0 else {
            return fail(transfer, "the connection ended as it began", 0)
        }
        if streamBuffer.count == 0 {
            streamBuffer = .allocate(byteCount: Self.streamReadSize, alignment: 16)
        }
        stream.descriptor = descriptor
        stream.isPlain = easy.isPlain
        streams[descriptor] = transfer
        watches[Int(descriptor)].isStream = true
        watches[Int(descriptor)].wanted = []
        transfer.attempts = max(1, transfer.attempts)
        transfer.phase = .streaming
        transfer.lastActivity = now
        wasSinkCalled = true
        scan(for: transfer)
        stream.sink.connected()
        // The first read goes through libcurl in any case: it marks the connection as used, so that libcurl does not
        // close it as one that has been idle for long.
        receive(transfer)
        sendStream(transfer)
    }

    /// The socket is ready.
    func moveStream(_ event: SocketEvent) {
        guard let transfer = streams[event.descriptor] else { return }
        let failed = event.happened.contains(.failure)
        if failed || event.happened.contains(.write) {
            transfer.stream?.isWriteBlocked = false
            sendStream(transfer)
        }
        if failed || event.happened.contains(.read) { receive(transfer) }
    }

    func resumeStream(_ transfer: TransferState) {
        guard let stream = transfer.stream, stream.isPaused else { return }
        stream.isPaused = false
        if transfer.phase == .streaming { receive(transfer) }
    }

    /// TLS takes whole records from the socket and may hold what a turn had no room for.
    func readUnread() {
        guard !unread.isEmpty else { return }
        let waiting = unread
        unread = []
        for transfer in waiting { receive(transfer) }
    }

    /// The connection is about to be closed.
    func endStream(_ transfer: TransferState, _ kind: CurlResult.Kind) {
        guard let descriptor = transfer.stream?.descriptor, descriptor >= 0, kind != .complete else { return }
        var abruptly = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &abruptly, socklen_t(MemoryLayout<linger>.size))
    }

    // MARK: In

    private func receive(_ transfer: TransferState) {
        guard transfer.phase == .streaming, let stream = transfer.stream, let easy = transfer.easy else { return }
        var left = Self.streamTurn
        reading: while !stream.isPaused, !stream.isInputEnded {
            if left <= 0 {
                if !stream.isDirect { unread.append(transfer) }
                break
            }
            switch read(stream, easy) {
            case .bytes(let count):
                left -= count
                transfer.lastActivity = now
                transfer.bodyBytesReceived += Int64(count)
                wasSinkCalled = true
                switch stream.sink.bytes(UnsafeRawBufferPointer(rebasing: streamBuffer.prefix(count))) {
                case .more: break
                case .pause: stream.isPaused = true
                case .abort: return end(transfer, easy.result(of: transfer, ended: .abortedBySink))
                }
                // The socket is empty; if not, it says so again.
                if stream.isDirect, count < streamBuffer.count { break reading }
            case .blocked: break reading
            case .ended:
                stream.isInputEnded = true
                wasSinkCalled = true
                stream.sink.inputEnded()
                if stream.isOutputEnded { return complete(transfer) }
            case .failed(let text, let code): return fail(transfer, text, code)
            }
        }
        watchStream(stream)
    }

    private func read(_ stream: StreamState, _ easy: EasyHandle) -> Moved {
        guard !stream.isDirect else {
            let count = recv(stream.descriptor, streamBuffer.baseAddress, streamBuffer.count, 0)
            if count > 0 { return .bytes(count) }
            return count == 0 ? .ended : Self.systemFailure()
        }
        var count = 0
        let code = curl_easy_recv(easy.handle, streamBuffer.baseAddress, streamBuffer.count, &count)
        if stream.isPlain { stream.isDirect = true }
        switch code {
        case CURLE_OK: return count > 0 ? .bytes(count) : .ended
        case CURLE_AGAIN: return .blocked
        default: return .failed(easy.words(for: code), 0)
        }
    }

    // MARK: Out

    /// Writes what waits, as far as the socket takes it.
    func sendStream(_ transfer: TransferState) {
        guard transfer.phase == .streaming, let stream = transfer.stream, let easy = transfer.easy,
            !stream.isWriteBlocked, !stream.isOutputEnded
        else { return }
        writing: while true {
            if stream.sentCount == stream.sending.count {
                let isLast = stream.fetch()
                if stream.sending.isEmpty {
                    if isLast { return endOutput(transfer, stream) }
                    break
                }
            }
            switch write(stream, easy) {
            case .bytes(let count):
                transfer.lastActivity = now
                transfer.bytesSent += Int64(count)
                if stream.sent(count) {
                    wasSinkCalled = true
                    stream.sink.drained()
                }
            case .blocked, .ended:
                stream.isWriteBlocked = true
                break writing
            case .failed(let text, let code): return fail(transfer, text, code)
            }
        }
        watchStream(stream)
    }

    private func write(_ stream: StreamState, _ easy: EasyHandle) -> Moved {
        stream.sending.withUnsafeBytes { bytes in
            let rest = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(stream.sentCount))
            guard !stream.isDirect else {
                #if os(Linux)
                    let count = send(stream.descriptor, rest.baseAddress, rest.count, Int32(MSG_NOSIGNAL))
                #else
                    let count = send(stream.descriptor, rest.baseAddress, rest.count, 0)
                #endif
                return count >= 0 ? .bytes(count) : Self.systemFailure()
            }
            var count = 0
            switch curl_easy_send(easy.handle, rest.baseAddress, rest.count, &count) {
            case CURLE_OK: return .bytes(count)
            case CURLE_AGAIN: return .blocked
            case let code: return .failed(easy.words(for: code), 0)
            }
        }
    }

    private func endOutput(_ transfer: TransferState, _ stream: StreamState) {
        stream.isOutputEnded = true
        if stream.isInputEnded { return complete(transfer) }
        transfer.lastActivity = now
        if stream.isPlain { _ = shutdown(stream.descriptor, Int32(SHUT_WR)) } else { stream.isLingering = true }
        scan(for: transfer)
        watchStream(stream)
    }

    // MARK: Both

    private func watchStream(_ stream: StreamState) {
        guard stream.descriptor >= 0, watches[Int(stream.descriptor)].isStream else { return }
        var interest: SocketInterest = []
        if !stream.isPaused, !stream.isInputEnded { interest.insert(.read) }
        if stream.isWriteBlocked { interest.insert(.write) }
        if watches[Int(stream.descriptor)].watched != interest { set(stream.descriptor, to: interest) }
    }

    private func complete(_ transfer: TransferState) {
        guard let easy = transfer.easy else { return }
        end(transfer, easy.result(of: transfer, ended: .complete))
    }

    private func fail(_ transfer: TransferState, _ text: String, _ code: Int32) {
        guard let easy = transfer.easy else { return }
        var result = easy.result(of: transfer, ended: .connectionClosed)
        (result.text, result.systemError) = (text, code)
        end(transfer, result)
    }

    private static func systemFailure() -> Moved {
        let code = errno
        switch code {
        case EAGAIN, EINTR: return .blocked
        default: return .failed(String(cString: strerror(code)), code)
        }
    }
}
