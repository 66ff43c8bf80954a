import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// One blocking request without an engine: what a command needs to talk to its own server.
public enum CurlOnce {
    /// Sends the request and waits for the whole response. Any status is a success; redirects are not followed and no
    /// proxy is used. Content coding is left as it is.
    ///
    /// - Parameters:
    ///   - url: `http` or `https`, parsed by libcurl.
    ///   - body: Sent with `Content-Length`; nil sends no body.
    ///   - timeout: For everything together.
    ///   - limit: Most bytes of response body.
    /// - Throws: `CurlError`; 28 for the timeout, 7 when nobody listens, 23 above `limit`.
    public static func perform(
        method: String, url: String, headers: [(name: String, value: String)] = [], body: [UInt8]? = nil,
        timeout: Duration, limit: Int = 64 << 20
    ) throws(CurlError) -> (status: Int, body: [UInt8]) {
        try CurlLibrary.started.check()
        guard let easy = curl_easy_init() else { throw CurlError(CURLE_FAILED_INIT) }
        var lines = CurlHeaderLines()
        for (name, value) in headers { lines.append(name: name, value: value) }
        guard lines.isValid else { throw CurlError(CURLE_BAD_FUNCTION_ARGUMENT) }
        var list = HeaderList()
        let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        let received = Received(limit: limit)
        defer {
            curl_easy_cleanup(easy)  // first: it may still look at the rest
            list.deallocate()
            errorText.deallocate()
        }
        func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
            try ccurl_setopt_long(easy, option, value).check()
        }
        func set(_ option: CURLoption, _ value: String) throws(CurlError) {
            try value.withCString { ccurl_setopt_string(easy, option, $0) }.check()
        }
        try set(CURLOPT_NOSIGNAL, 1)
        try ccurl_setopt_pointer(easy, CURLOPT_ERRORBUFFER, errorText).check()
        try set(CURLOPT_PROTOCOLS_STR, "http,https")
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NOPROXY, "")
        try set(CURLOPT_URL, url)
        try set(CURLOPT_TIMEOUT_MS, Int(max(1, timeout.milliseconds)))
        if let body {
            // Copied by libcurl, unlike POSTFIELDS; the size must be known before.
            try ccurl_setopt_offset(easy, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count)).check()
            let code = (body + [0]).withUnsafeBytes {
                ccurl_setopt_string(easy, CURLOPT_COPYPOSTFIELDS, $0.baseAddress)
            }
            try code.check()
        } else if method == "HEAD" {
            try set(CURLOPT_NOBODY, 1)
        }
        try set(CURLOPT_CUSTOMREQUEST, method)
        try ccurl_setopt_list(easy, CURLOPT_HTTPHEADER, list.fill(with: lines)).check()
        try ccurl_setopt_receiver(
            easy, CURLOPT_WRITEFUNCTION,
            { bytes, size, count, received in
                // Never nil: set on the next line, and alive until `perform` returns.
                let received = Unmanaged<Received>.fromOpaque(received!).takeUnretainedValue()
                return received.append(UnsafeRawBufferPointer(start: bytes, count: size * count))
            }, CURLOPT_WRITEDATA, Unmanaged.passUnretained(received).toOpaque()
        ).check()

        let code = withExtendedLifetime(received) { curl_easy_perform(easy) }
        guard code == CURLE_OK else {
            let text = String(cString: errorText)
            throw text.isEmpty ? CurlError(code) : CurlError(code: Int32(code.rawValue), text: text)
        }
        var status = 0
        try ccurl_getinfo_long(easy, CURLINFO_RESPONSE_CODE, &status).check()
        return (status, received.bytes)
    }

    private final class Received {
        var bytes: [UInt8] = []
        let limit: Int
        init(limit: Int) { self.limit = limit }

        func append(_ more: UnsafeRawBufferPointer) -> Int {
            guard bytes.count + more.count <= limit else { return -1 }
            bytes.append(contentsOf: more)
            return more.count
        }
    }
}
