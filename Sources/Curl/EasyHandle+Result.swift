import CCurl

/// What a finished, but not yet removed, handle tells.
extension EasyHandle {
    /// The end libcurl reported.
    func result(of transfer: TransferState, _ code: CURLcode) -> CurlResult {
        var result = measured(transfer, CurlResult(kind: transfer.verdict ?? .init(code, transfer)))
        if let reason = transfer.refusedAddress, code == CURLE_COULDNT_CONNECT {
            result.kind = .addressRefused
            result.text = reason
            return result
        }
        guard code != CURLE_OK else {
            // libcurl takes a head that a FIN cuts off between two lines, or inside one, for a whole one.
            if !transfer.isHeadComplete {
                result.kind = .connectionClosed
                result.code = Int32(CURLE_PARTIAL_FILE.rawValue)
                result.text = "the connection ended inside the response's head"
            }
            return result
        }
        result.code = Int32(code.rawValue)
        result.text = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
        // One code for four things; only the text tells (`http.c`, `http_chunks.c`).
        if transfer.verdict == nil, code == CURLE_RECV_ERROR {
            if result.text.hasPrefix("Too large response headers") { result.kind = .headTooLarge }
            if result.text.hasSuffix("chunked-encoding") { result.kind = .protocolError }
        }
        result.systemError = Int32(truncatingIfNeeded: long(CURLINFO_OS_ERRNO))
        return result
    }

    /// An end the engine decided.
    func result(of transfer: TransferState, ended kind: CurlResult.Kind) -> CurlResult {
        var result = measured(transfer, CurlResult(kind: kind))
        let options = transfer.request?.options
        result.text =
            switch kind {
            case .cancelled: "cancelled"
            case .connectTimeout: "no connection within \(options?.connectTimeout ?? .zero)"
            case .firstByteTimeout: "no response byte within \(options?.firstByteTimeout ?? .zero)"
            case .idleTimeout where transfer.stream != nil: "no byte for \(transfer.stream?.idleTimeout ?? .zero)"
            case .idleTimeout: "no byte for \(options?.idleTimeout ?? .zero)"
            case .maxTime: "not finished within \(options?.maxTime ?? .zero)"
            default: ""
            }
        return result
    }

    private func measured(_ transfer: TransferState, _ start: CurlResult) -> CurlResult {
        var result = start
        result.attempts = transfer.attempts
        result.wasConnected = transfer.attempts > 0
        result.wasAnswered = transfer.headBytesReceived > 0
        result.wasBodyRead = transfer.wasBodyRead
        result.headBytesReceived = transfer.headBytesReceived
        result.bodyBytesReceived = transfer.bodyBytesReceived
        result.newConnects = long(CURLINFO_NUM_CONNECTS)
        result.wasReused = result.wasConnected && result.newConnects == 0
        result.bodyBytesSent = offset(CURLINFO_SIZE_UPLOAD_T)
        result.headBytesSent = Int64(long(CURLINFO_REQUEST_SIZE))
        if transfer.stream != nil { result.bodyBytesSent = transfer.bytesSent }
        result.timings.nameLookup = offset(CURLINFO_NAMELOOKUP_TIME_T)
        result.timings.connect = offset(CURLINFO_CONNECT_TIME_T)
        result.timings.appConnect = offset(CURLINFO_APPCONNECT_TIME_T)
        result.timings.preTransfer = offset(CURLINFO_PRETRANSFER_TIME_T)
        result.timings.startTransfer = offset(CURLINFO_STARTTRANSFER_TIME_T)
        result.timings.total = offset(CURLINFO_TOTAL_TIME_T)
        guard result.wasConnected else { return result }
        result.httpVersion =
            switch long(CURLINFO_HTTP_VERSION) {
            case Int(CURL_HTTP_VERSION_1_0): 10
            case Int(CURL_HTTP_VERSION_1_1): 11
            case Int(CURL_HTTP_VERSION_2_0): 20
            default: 0
            }
        var address: UnsafePointer<CChar>?
        if ccurl_getinfo_string(handle, CURLINFO_PRIMARY_IP, &address) == CURLE_OK, let address {
            result.primaryAddress = String(cString: address)
        }
        result.primaryPort = long(CURLINFO_PRIMARY_PORT)
        return result
    }

    /// libcurl's words for what a call on the connection answered.
    func words(for code: CURLcode) -> String {
        text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    }

    private func long(_ info: CURLINFO) -> Int {
        var value = 0
        return ccurl_getinfo_long(handle, info, &value) == CURLE_OK ? value : 0
    }

    private func offset(_ info: CURLINFO) -> Int64 {
        var value: curl_off_t = 0
        return ccurl_getinfo_offset(handle, info, &value) == CURLE_OK ? Int64(value) : 0
    }
}

extension CurlResult.Kind {
    /// libcurl-errors(3), grouped by who has to act.
    init(_ code: CURLcode, _ transfer: TransferState) {
        self =
            switch code {
            case CURLE_OK: .complete
            // What libcurl's list of response fields says of a line it cannot file, such as a folded first one.
            case CURLE_BAD_FUNCTION_ARGUMENT where transfer.headBytesReceived > 0: .protocolError
            case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_LOGIN_DENIED: .invalidRequest
            case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .cannotResolve
            case CURLE_COULDNT_CONNECT, CURLE_INTERFACE_FAILED: .cannotConnect
            // The only limit libcurl keeps is the one to connect; the others are the engine's.
            case CURLE_OPERATION_TIMEDOUT: .connectTimeout
            case CURLE_SSL_CONNECT_ERROR: .tlsHandshake
            case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_INVALIDCERTSTATUS,
                CURLE_SSL_PINNEDPUBKEYNOTMATCH:
                .tlsCertificate
            case CURLE_SSL_CERTPROBLEM, CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CRL_BADFILE,
                CURLE_SSL_ENGINE_NOTFOUND, CURLE_SSL_ENGINE_SETFAILED, CURLE_SSL_ENGINE_INITFAILED:
                .tlsConfiguration
            case CURLE_PROXY: .proxy
            case CURLE_GOT_NOTHING, CURLE_SEND_ERROR: .connectionClosed
            // Reset; inside a body it is the same to a client as a FIN there.
            case CURLE_RECV_ERROR: transfer.isHeadComplete ? .incomplete : .connectionClosed
            case CURLE_PARTIAL_FILE: .incomplete
            case CURLE_SEND_FAIL_REWIND: .notRepeatable
            case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM,
                CURLE_BAD_CONTENT_ENCODING:
                .protocolError
            // What libcurl says of a header line above its limit: its growing buffer refuses.
            case CURLE_OUT_OF_MEMORY where transfer.attempts > 0: .headTooLarge
            default: .other
            }
    }
}
