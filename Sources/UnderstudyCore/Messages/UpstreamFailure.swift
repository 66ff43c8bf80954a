/// Why no whole response came from upstream. Kinds are RFC 9209's, so the `Proxy-Status` field, the history's
/// `failure` column and the log use one word. <https://www.rfc-editor.org/rfc/rfc9209#section-2.3>
public struct UpstreamFailure: Error, Hashable, Sendable {
    public enum Kind: String, CaseIterable, Sendable {
        case dnsError = "dns_error"
        case connectionRefused = "connection_refused"
        case connectionTerminated = "connection_terminated"
        case connectionTimeout = "connection_timeout"
        case destinationUnavailable = "destination_unavailable"
        /// The target's address is one that may not be called.
        case destinationIPProhibited = "destination_ip_prohibited"
        case protocolError = "http_protocol_error"
        case responseIncomplete = "http_response_incomplete"
        case responseTimeout = "http_response_timeout"
        case tlsCertificateError = "tls_certificate_error"
        case tlsProtocolError = "tls_protocol_error"
        case responseHeaderSectionSize = "http_response_header_section_size"
        case internalError = "proxy_internal_error"
        case loopDetected = "proxy_loop_detected"
        /// Ours: the client went away before the response was whole. Not in RFC 9209's registry.
        case clientAborted = "client_aborted"
        /// Ours: the server was stopped during the exchange.
        case shutdown = "shutdown"
    }

    public let kind: Kind
    /// What was tried, on which host. No field values: they may hold secrets.
    public let detail: String

    public init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// The status sent to the client, as RFC 9209 recommends for the kind.
    public var status: Int {
        switch kind {
        case .connectionTimeout, .responseTimeout: 504
        case .loopDetected: 508
        case .internalError: 500
        // RFC 9209 recommends 502, which clients try again; this is a decision of ours that stays.
        case .destinationIPProhibited: 403
        default: 502
        }
    }
}
