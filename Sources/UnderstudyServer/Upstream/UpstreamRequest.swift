import Curl
import NIOCore
import UnderstudyCore

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// What goes upstream for a client's request: the same lines but for those that belong to the connection.
enum UpstreamRequest {
    /// - Parameters:
    ///   - keepsHost: whether Host goes as the client wrote it.
    ///   - target: with the upstream's base path already in front.
    ///   - via: our name in `Via`, added as RFC 9110 §7.6.3 demands of a proxy; `nil` adds none.
    static func make(
        _ head: RequestHead, framing: BodyFraming, upstream: Upstream, keepsHost: Bool, target: ByteBuffer,
        via: Via?, options: CurlOptions
    ) -> CurlRequest {
        var fields = head.fields
        fields.removeHopByHop()
        var lines = CurlHeaderLines()
        lines.reserve(byteCount: 512)
        lines.append(name: "Host", value: (keepsHost ? fields.text("host") : nil) ?? upstream.authority)
        fields.remove("host")
        if case .left(let count) = MaxForwards(head) {
            fields.replace("max-forwards", with: String(max(0, count - 1)))
        }
        fields.forEachLine { name, value in lines.append(name: name, value: value) }
        if let via { lines.append(name: "Via", value: via.value(receivedAs: head.version)) }
        let length: CurlRequest.BodyLength =
            switch framing {
            case .none: .none
            case .counted(let length): .known(Int64(length))
            case .chunked: .chunked
            }
        return CurlRequest(
            method: head.method, origin: upstream.root, target: Array(target.readableBytesView), headers: lines,
            bodyLength: length, options: options, isRepeatable: isIdempotent(head.method))
    }

    /// The head of a request that asks to switch protocols, as `make` has it, but with the fields that ask.
    static func upgrade(
        _ head: RequestHead, upstream: Upstream, keepsHost: Bool, target: ByteBuffer, via: Via?
    ) -> ByteBuffer {
        var kept = head.fields
        kept.removeHopByHop()
        var fields = Fields()
        fields.append("Host", (keepsHost ? head.fields.text("host") : nil) ?? upstream.authority)
        // What is kept has the order of all, so that the fields that ask find their places.
        var next = kept.startIndex
        for field in head.fields {
            if next < kept.endIndex, kept[next] == field {
                next += 1
                if !field.isNamed("host") { fields.append(field.name, field.value) }
            } else if field.isNamed("upgrade") {
                fields.append(field.name, field.value)
            } else if field.isNamed("connection"), !fields.contains("connection") {
                fields.append(field.name, "Upgrade".utf8)
            }
        }
        if case .left(let count) = MaxForwards(head) {
            fields.replace("max-forwards", with: String(max(0, count - 1)))
        }
        if let via { fields.append("Via", via.value(receivedAs: head.version)) }
        var bytes = ByteBuffer()
        RequestHead(method: head.method, target: target, fields: fields).write(into: &bytes)
        return bytes
    }

    /// RFC 9110 §9.2.2. Unknown methods are not.
    static func isIdempotent(_ method: String) -> Bool {
        ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND", "SEARCH", "QUERY", "REPORT"].contains(method)
    }
}

extension UpstreamFailure {
    /// libcurl's end of a transfer in RFC 9209's words; `nil` when the response is whole.
    init?(_ result: CurlResult, refusal: String?, upstream: Upstream) {
        let whom = upstream.origin
        if case .headTooLarge = result.kind {
            // libcurl's own words for it are "Out of memory".
            self.init(.responseHeaderSectionSize, "\(whom): a header line over 100 KiB, or over 300 KiB in all")
            return
        }
        if let refusal {
            self.init(.protocolError, "\(whom): \(refusal)")
            return
        }
        let kind: Kind? =
            switch result.kind {
            case .complete: nil
            case .cancelled: .clientAborted
            case .abortedBySource: .clientAborted
            case .abortedBySink, .protocolError: .protocolError
            case .invalidRequest, .other, .tlsConfiguration: .internalError
            case .notRepeatable, .connectionClosed: .connectionTerminated
            case .cannotResolve: .dnsError
            case .cannotConnect: result.systemError == ECONNREFUSED ? .connectionRefused : .destinationUnavailable
            case .addressRefused: .destinationIPProhibited
            case .tlsHandshake: .tlsProtocolError
            case .tlsCertificate: .tlsCertificateError
            case .proxy: .destinationUnavailable
            case .connectTimeout: .connectionTimeout
            case .firstByteTimeout, .idleTimeout, .maxTime: .responseTimeout
            case .incomplete: .responseIncomplete
            case .headTooLarge: .responseHeaderSectionSize
            }
        guard let kind else { return nil }
        self.init(kind, "\(whom): \(result.text)")
    }
}
