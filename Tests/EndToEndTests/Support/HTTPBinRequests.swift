import TestSupport

/// One request as a client writes it.
struct PlainRequest {
    var method: String
    var target: String
    var fields: [String]
    var body: String?

    init(_ method: String, _ target: String, _ fields: [String] = [], body: String? = nil) {
        self.method = method
        self.target = target
        self.fields = fields
        self.body = body
    }

    var name: String { "\(method) \(target)" }
    var text: String { Understudy.request(method, target, fields, body: body) }
    func send(to port: Int) throws -> RawMessage { try RawClient.exchange(port: port, text) }
}

/// httpbin's endpoints, <https://httpbin.org>: whatever one answers twice the same or not.
enum HTTPBinRequests {
    static let all: [PlainRequest] =
        methods + statuses + encodings + streams + redirects + cookies + contents + authentication + fields

    static let methods: [PlainRequest] = [
        PlainRequest("GET", "/get"),
        PlainRequest("GET", "/get?a=1&b=two&b=three&empty=&flag"),
        PlainRequest("GET", "/get?text=%C3%A9%20%2F+x&odd=%zz"),
        PlainRequest("HEAD", "/get"),
        PlainRequest("OPTIONS", "/get"),
        PlainRequest("TRACE", "/anything/trace"),
        PlainRequest(
            "POST", "/post", ["Content-Type: application/json"], body: #"{"name":"Ada","n":1.0,"list":[1,2]}"#),
        PlainRequest("POST", "/post", ["Content-Type: application/x-www-form-urlencoded"], body: "a=1&b=x+y&c=%26"),
        PlainRequest("POST", "/post", ["Content-Type: text/plain; charset=utf-8"], body: "grüße\r\nzweite Zeile"),
        PlainRequest(
            "POST", "/post", ["Content-Type: multipart/form-data; boundary=cut"],
            body: "--cut\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n\r\nfile\r\n--cut--\r\n"),
        PlainRequest(
            "POST", "/post", ["Content-Type: application/octet-stream"], body: String(repeating: "x", count: 100_000)),
        PlainRequest("PUT", "/put", ["Content-Type: application/json"], body: "[]"),
        PlainRequest("PATCH", "/patch", ["Content-Type: application/merge-patch+json"], body: #"{"a":null}"#),
        PlainRequest("DELETE", "/delete"),
        PlainRequest("DELETE", "/delete", ["Content-Type: application/json"], body: #"{"id":7}"#),
        PlainRequest("GET", "/anything/a/b;c=1/%2Fd//e?x=1"),
        PlainRequest("GET", "/"),
        PlainRequest("GET", "/nothing/here"),
    ]

    static let statuses =
        [200, 201, 202, 203, 204, 205, 206, 300, 304, 400, 402, 404, 405, 406, 409, 418, 422, 429, 500, 503]
        .map { PlainRequest("GET", "/status/\($0)") } + [
            PlainRequest("POST", "/status/201", body: "new"), PlainRequest("DELETE", "/status/204"),
            PlainRequest("HEAD", "/status/404"),
        ]

    static let encodings = ["/gzip", "/deflate", "/brotli", "/encoding/utf8", "/robots.txt", "/deny"]
        .map { PlainRequest("GET", $0, ["Accept-Encoding: gzip, deflate, br"]) }

    static let streams =
        [
            "/stream/3", "/stream/20", "/stream-bytes/4096?seed=7&chunk_size=500",
            "/drip?duration=0.3&numbytes=12&code=200",
            "/range/1024", "/bytes/2048?seed=3", "/bytes/0", "/delay/0", "/uuid", "/links/5/0",
        ].map { PlainRequest("GET", $0) } + [PlainRequest("GET", "/range/100", ["Range: bytes=10-19"])]

    static let redirects = [
        "/redirect/2", "/relative-redirect/1", "/absolute-redirect/3", "/redirect-to?url=https%3A%2F%2Fexample.com%2F",
        "/redirect-to?url=%2Fget&status_code=308", "/status/301", "/status/302", "/status/303", "/status/307",
    ].map { PlainRequest("GET", $0) }

    static let cookies = [
        PlainRequest("GET", "/cookies", ["Cookie: flavour=oat; size=large"]),
        PlainRequest("GET", "/cookies/set?session=abc123&theme=dark"),
        PlainRequest("GET", "/cookies/set/one/1"),
        PlainRequest("GET", "/cookies/delete?session"),
    ]

    static let contents =
        [
            "/image/png", "/image/jpeg", "/image/webp", "/image/svg", "/html", "/xml", "/json", "/forms/post",
            "/base64/SGVsbG8=",
            "/ip", "/user-agent", "/headers",
        ].map { PlainRequest("GET", $0) } + [PlainRequest("GET", "/image", ["Accept: image/jpeg"])]

    static let authentication = [
        PlainRequest("GET", "/basic-auth/ada/secret", ["Authorization: Basic YWRhOnNlY3JldA=="]),
        PlainRequest("GET", "/basic-auth/ada/other"),
        PlainRequest("GET", "/hidden-basic-auth/ada/secret"),
        PlainRequest("GET", "/bearer", ["Authorization: Bearer 0123456789abcdef"]),
        PlainRequest("GET", "/digest-auth/auth/ada/secret"),
    ]

    static let fields = [
        PlainRequest("GET", "/response-headers?X-One=1&X-Two=b&X-Two=a&Content-Type=text%2Fplain"),
        PlainRequest("GET", "/cache"),
        PlainRequest("GET", "/cache", ["If-None-Match: \"x\""]),
        PlainRequest("GET", "/cache/60"),
        PlainRequest("GET", "/etag/v1"),
        PlainRequest("GET", "/etag/v2", ["If-None-Match: v2"]),
        PlainRequest("GET", "/headers", ["X-Odd_Name.1: kept", "x-lower: 1", "X-Empty:"]),
        PlainRequest("GET", "/user-agent", ["User-Agent: tests/1.0 (understudy)"]),
    ]
}
