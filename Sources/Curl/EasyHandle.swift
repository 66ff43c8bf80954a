import CCurl

/// libcurl's *easy handle*, recycled: what never changes is set once, the rest only when it differs from the last
/// request's. That makes `curl_easy_reset`, and a `strdup` per option, needless for the next request to the same place.
///
/// Confined to its engine's thread. libcurl's callbacks get an unretained pointer to it: the engine's list of active
/// transfers keeps it alive while libcurl can call.
final class EasyHandle {
    let handle: UnsafeMutableRawPointer
    unowned let loop: EngineLoop
    var transfer: TransferState?

    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var header = HeaderList()

    private var options: CurlOptions?
    private var resolve: UnsafeMutablePointer<curl_slist>?
    private var connectTo: UnsafeMutablePointer<curl_slist>?
    private var origin = ""
    private var method = ""
    private var shape = Shape.get
    private var uploadSize: Int64 = -1
    /// Under a plain HTTP proxy the target is sent in absolute-form, behind this.
    private var targetPrefix: [UInt8] = []
    private(set) var usesProxy = false

    /// How libcurl must be told the combination of body and method; the method's text is CUSTOMREQUEST's alone.
    private enum Shape { case get, head, upload }

    /// Received bytes above which the receive buffer's pages count: such a handle is dropped rather than kept.
    static let lightweight: Int64 = 64 << 10

    init(loop: EngineLoop) throws(CurlError) {
        guard let handle = curl_easy_init() else { throw CurlError(CURLE_FAILED_INIT) }
        self.handle = handle
        self.loop = loop
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        try setConstants()
    }

    deinit {
        curl_easy_cleanup(handle)
        curl_slist_free_all(resolve)
        curl_slist_free_all(connectTo)
        header.deallocate()
        errorText.deallocate()
    }

    var text: String { String(cString: errorText) }

    /// Makes the handle send `transfer`'s request.
    func prepare(_ transfer: TransferState, _ request: borrowing CurlRequest) throws(CurlError) {
        if options !== request.options {
            if options != nil {
                curl_easy_reset(handle)
                try setConstants()
            }
            try set(request.options)
        }
        if origin != request.origin {
            try set(CURLOPT_URL, request.origin)
            try setProxy(request.options, origin: request.origin)
            origin = request.origin
        }
        try setShape(request)
        if method != request.method {
            try set(CURLOPT_CUSTOMREQUEST, request.method)
            method = request.method
        }
        var target = request.target
        // RFC 9112 §3.2.4: `*` has no form for a proxy but the bare origin.
        if !targetPrefix.isEmpty { target = target == [0x2A] ? targetPrefix : targetPrefix + target }
        try header.withText(target) { text throws(CurlError) in
            try ccurl_setopt_string(handle, CURLOPT_REQUEST_TARGET, text).check()
        }
        try ccurl_setopt_list(handle, CURLOPT_HTTPHEADER, header.fill(with: request.headers)).check()
        if transfer.stream != nil { try setConnectOnly() }
        errorText[0] = 0
        self.transfer = transfer
        transfer.easy = self
    }

    /// Resolve, connect, ask a proxy for a tunnel, shake hands: and then leave the connection to us.
    /// Source: CURLOPT_CONNECT_ONLY(3). Such a handle is not kept.
    private func setConnectOnly() throws(CurlError) {
        try set(CURLOPT_CONNECT_ONLY, 1)
        try set(CURLOPT_HTTPPROXYTUNNEL, 1)
        try set(CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1)
    }

    /// Whether the connection's bytes are the socket's bytes: TLS is spoken neither with upstream nor with a proxy.
    var isPlain: Bool {
        let proxy = options?.proxy.lowercased() ?? ""
        return origin.lowercased().hasPrefix("http://") && !(usesProxy && proxy.hasPrefix("https://"))
    }

    /// Ends the use for one transfer. libcurl must not know the handle any more: its header list is reused next.
    func release() { transfer = nil }

    /// Whether it is worth keeping.
    func isLightweight(after bytesReceived: Int64) -> Bool {
        bytesReceived <= Self.lightweight && header.isLightweight
    }

    private func setShape(_ request: borrowing CurlRequest) throws(CurlError) {
        var size: Int64 = -1
        let wanted: Shape
        switch request.bodyLength {
        case .none: wanted = request.method == "HEAD" ? .head : .get
        // A HEAD with a body cannot be NOBODY as well: libcurl would never finish it. The engine does, see `header`.
        case .known(let length): (wanted, size) = (.upload, length)
        case .chunked: wanted = .upload
        }
        if wanted != shape {
            switch wanted {
            case .get: try set(CURLOPT_HTTPGET, 1)  // undoes UPLOAD and NOBODY
            case .head:
                try set(CURLOPT_HTTPGET, 1)
                try set(CURLOPT_NOBODY, 1)
            case .upload: try set(CURLOPT_UPLOAD, 1)  // undoes NOBODY
            }
            shape = wanted
        }
        if size != uploadSize {
            try ccurl_setopt_offset(handle, CURLOPT_INFILESIZE_LARGE, curl_off_t(size)).check()
            uploadSize = size
        }
    }

    private func set(_ options: CurlOptions) throws(CurlError) {
        try set(CURLOPT_HTTP_VERSION, options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
        try set(CURLOPT_CONNECTTIMEOUT_MS, Int(max(1, options.connectTimeout.milliseconds)))
        if options.insecure {
            try set(CURLOPT_SSL_VERIFYPEER, 0)
            try set(CURLOPT_SSL_VERIFYHOST, 0)
        }
        if let file = options.caFile { try set(CURLOPT_CAINFO, file) }
        if let folder = options.caPath { try set(CURLOPT_CAPATH, folder) }
        if let file = options.certificate {
            try set(CURLOPT_SSLCERTTYPE, "PEM")
            try set(CURLOPT_SSLCERT, file)
        }
        if let file = options.key {
            try set(CURLOPT_SSLKEYTYPE, "PEM")
            try set(CURLOPT_SSLKEY, file)
        }
        try replace(&resolve, CURLOPT_RESOLVE, options.resolve)
        try replace(&connectTo, CURLOPT_CONNECT_TO, options.connectTo)
        self.options = options
    }

    /// libcurl keeps the pointer, so the old list is freed only once the new one is set.
    private func replace(
        _ list: inout UnsafeMutablePointer<curl_slist>?, _ option: CURLoption, _ entries: [String]
    ) throws(CurlError) {
        var fresh: UnsafeMutablePointer<curl_slist>?
        for entry in entries {
            guard let longer = curl_slist_append(fresh, entry) else {
                curl_slist_free_all(fresh)
                throw CurlError(CURLE_OUT_OF_MEMORY)
            }
            fresh = longer
        }
        let code = ccurl_setopt_list(handle, option, fresh)
        curl_slist_free_all(list)
        list = fresh
        try code.check()
    }

    private func setProxy(_ options: CurlOptions, origin: String) throws(CurlError) {
        let isUsed = !options.proxy.isEmpty && !NoProxy.matches(origin: origin, list: options.noProxy)
        try set(CURLOPT_PROXY, isUsed ? options.proxy : "")
        usesProxy = isUsed
        let scheme = options.proxy.firstRange(of: "://").map { options.proxy[..<$0.lowerBound].lowercased() } ?? "http"
        let isAbsolute = isUsed && scheme.hasPrefix("http") && origin.lowercased().hasPrefix("http://")
        targetPrefix = isAbsolute ? Array((origin.hasSuffix("/") ? origin.dropLast() : Substring(origin)).utf8) : []
    }

    /// What every transfer of every engine sets alike.
    private func setConstants() throws(CurlError) {
        (options, origin, method, shape, uploadSize) = (nil, "", "", .get, -1)
        try set(CURLOPT_NOSIGNAL, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_QUICK_EXIT, 1)
        try ccurl_setopt_pointer(handle, CURLOPT_ERRORBUFFER, errorText).check()
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_HTTP_CONTENT_DECODING, 0)
        try set(CURLOPT_HTTP_TRANSFER_DECODING, 1)
        try set(CURLOPT_HTTP09_ALLOWED, 0)
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        // Both always set, if empty: otherwise libcurl reads http_proxy and no_proxy, and the proxy may be us.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "")
        // Half the CPU on large bodies; only the pages that received bytes become resident.
        try set(CURLOPT_BUFFERSIZE, 256 << 10)
        try setCallbacks()
    }

    func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        try ccurl_setopt_long(handle, option, value).check()
    }

    /// Sets a text option; libcurl copies `value` before this returns.
    func set(_ option: CURLoption, _ value: String) throws(CurlError) {
        try value.withCString { ccurl_setopt_string(handle, option, $0) }.check()
    }
}
