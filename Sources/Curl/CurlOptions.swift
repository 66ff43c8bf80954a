/// Trust, identity, proxy and time limits: what many requests have in common.
///
/// Immutable, and compared by identity: make one per upstream configuration and share it. Defaults are the limits of
/// the design's table: 10 s to connect, 60 s to the first byte, 60 s of silence.
public final class CurlOptions: Sendable {
    /// Offer HTTP/2 in the TLS handshake; plain connections stay HTTP/1.1. Source: CURLOPT_HTTP_VERSION(3).
    public let http2: Bool
    /// Accept any certificate for any name. Source: CURLOPT_SSL_VERIFYPEER(3), CURLOPT_SSL_VERIFYHOST(3).
    public let insecure: Bool
    /// PEM file of trusted certificates; nil keeps libcurl's own. Source: CURLOPT_CAINFO(3).
    public let caFile: String?
    /// Folder of trusted certificates prepared with `openssl rehash`. Source: CURLOPT_CAPATH(3).
    public let caPath: String?
    /// PEM file with the client certificate. Source: CURLOPT_SSLCERT(3).
    public let certificate: String?
    /// PEM file with its private key. Source: CURLOPT_SSLKEY(3).
    public let key: String?
    /// `scheme://host:port` of an upstream proxy; empty for none. The environment is never consulted.
    /// Source: CURLOPT_PROXY(3).
    public let proxy: String
    /// Hosts that are reached directly: names (with their subdomains), addresses, CIDR blocks, or `*`; separated by
    /// commas or blanks. Source: CURLOPT_NOPROXY(3).
    public let noProxy: String
    /// `host:port:address[,address]…` entries. Source: CURLOPT_RESOLVE(3).
    public let resolve: [String]
    /// `host:port:connect-host:connect-port` entries. Source: CURLOPT_CONNECT_TO(3).
    public let connectTo: [String]
    /// From `start` until the connection, TLS included, is ready; waiting for a free connection counts.
    public let connectTimeout: Duration
    /// From the last request byte until the first response byte.
    public let firstByteTimeout: Duration
    /// Longest silence inside a response, or inside a request body the upstream does not take. Time in which our own
    /// side is paused does not count.
    public let idleTimeout: Duration
    /// Longest whole transfer; nil for no limit.
    public let maxTime: Duration?
    /// Asked on the engine's thread before each attempt to connect, with the address that the name resolved to and the
    /// request's origin: why nobody may go there, or nil. Not asked about an upstream proxy.
    /// Source: CURLOPT_OPENSOCKETFUNCTION(3).
    public let refusal: (@Sendable (CurlAddress, _ origin: String) -> String?)?

    public init(
        http2: Bool = false, insecure: Bool = false, caFile: String? = nil, caPath: String? = nil,
        certificate: String? = nil, key: String? = nil, proxy: String = "", noProxy: String = "",
        resolve: [String] = [], connectTo: [String] = [], connectTimeout: Duration = .seconds(10),
        firstByteTimeout: Duration = .seconds(60), idleTimeout: Duration = .seconds(60), maxTime: Duration? = nil,
        refusal: (@Sendable (CurlAddress, _ origin: String) -> String?)? = nil
    ) {
        self.http2 = http2
        self.insecure = insecure
        self.caFile = caFile
        self.caPath = caPath
        self.certificate = certificate
        self.key = key
        self.proxy = proxy
        self.noProxy = noProxy
        self.resolve = resolve
        self.connectTo = connectTo
        self.connectTimeout = connectTimeout
        self.firstByteTimeout = firstByteTimeout
        self.idleTimeout = idleTimeout
        self.maxTime = maxTime
        self.refusal = refusal
    }

    /// The same with `refusal`.
    public func refusing(_ refusal: @escaping @Sendable (CurlAddress, _ origin: String) -> String?) -> CurlOptions {
        copy(insecure: insecure, refusal: refusal)
    }

    /// The same for servers whose certificate may be anything.
    public var acceptingAnyCertificate: CurlOptions { copy(insecure: true, refusal: refusal) }

    /// The same for transfers that end after that time, whole or not.
    public func ending(after time: Duration) -> CurlOptions {
        copy(insecure: insecure, refusal: refusal, maxTime: min(maxTime ?? time, time))
    }

    private func copy(
        insecure: Bool, refusal: (@Sendable (CurlAddress, _ origin: String) -> String?)?, maxTime: Duration? = nil
    ) -> CurlOptions {
        CurlOptions(
            http2: http2, insecure: insecure, caFile: caFile, caPath: caPath, certificate: certificate, key: key,
            proxy: proxy, noProxy: noProxy, resolve: resolve, connectTo: connectTo, connectTimeout: connectTimeout,
            firstByteTimeout: firstByteTimeout, idleTimeout: idleTimeout, maxTime: maxTime ?? self.maxTime,
            refusal: refusal)
    }

    /// The trust the environment asks for, with the curl tool's precedence: `CURL_CA_BUNDLE` alone if set, else
    /// `SSL_CERT_DIR` and `SSL_CERT_FILE`, both. Empty means unset. libcurl itself reads none of them.
    /// Source: curl(1), ENVIRONMENT.
    public static func trustFromEnvironment(_ environment: [String: String]) -> (caFile: String?, caPath: String?) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        if let bundle = value("CURL_CA_BUNDLE") { return (bundle, nil) }
        return (value("SSL_CERT_FILE"), value("SSL_CERT_DIR"))
    }
}

extension Duration {
    /// Whole milliseconds, at least 1 for any positive duration.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        let value = seconds.multipliedReportingOverflow(by: 1000)
        guard !value.overflow, value.partialValue < Int64.max / 4 else { return Int64.max / 4 }
        return max(value.partialValue + attoseconds / 1_000_000_000_000_000, self > .zero ? 1 : 0)
    }
}
