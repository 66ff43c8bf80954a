/// One request as it shall appear on the wire.
///
/// The engine adds nothing to it but framing that is missing (`Host`, `Content-Length`, `Transfer-Encoding`) and repairs
/// nothing: libcurl's URL parser sees only `origin`. A request that cannot be one line per field (a control character in
/// `method` or `target`, CR or LF in a field) ends at once with `CurlResult.Kind.invalidRequest`.
public struct CurlRequest: Sendable {
    /// How the body is framed.
    public enum BodyLength: Sendable, Hashable {
        /// No body, and no field that says so unless `headers` carries one.
        case none
        /// Exactly this many bytes; sent as `Content-Length` unless `headers` carries that line already.
        case known(Int64)
        /// Unknown: sent with `Transfer-Encoding: chunked`, once, whether `headers` carries that line or not.
        case chunked
    }

    /// Sent as is, in any case: `GET`, `get`, `PROPFIND`. `HEAD` alone means a response without a body.
    public var method: String
    /// `scheme://authority/`, without user or password. Source: CURLOPT_URL(3).
    public var origin: String
    /// The request-target's bytes, sent as they are; under a plain HTTP proxy the origin is put in front.
    /// Source: CURLOPT_REQUEST_TARGET(3).
    public var target: [UInt8]
    /// The field lines in order, hop-by-hop fields already removed.
    public var headers: CurlHeaderLines
    public var bodyLength: BodyLength
    /// Shared between requests: the engine compares by identity and reconfigures a handle only when it changes.
    public var options: CurlOptions
    /// Whether the request may go out a second time when a pooled connection dies before a byte of response came.
    /// libcurl repeats any method then; with `false` the transfer fails instead, `CurlResult.Kind.notRepeatable`.
    /// A body already read must be rewound as well, see `CurlBodySource.rewind`.
    public var isRepeatable: Bool

    public init(
        method: String, origin: String, target: [UInt8], headers: CurlHeaderLines = CurlHeaderLines(),
        bodyLength: BodyLength = .none, options: CurlOptions, isRepeatable: Bool = true
    ) {
        self.method = method
        self.origin = origin
        self.target = target
        self.headers = headers
        self.bodyLength = bodyLength
        self.options = options
        self.isRepeatable = isRepeatable
    }

    /// What would break the request line or a field line out of its line.
    var isValid: Bool {
        headers.isValid && !method.isEmpty && method.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
            && !target.isEmpty && target.allSatisfy { $0 > 0x20 && $0 != 0x7F }
            && origin.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}
