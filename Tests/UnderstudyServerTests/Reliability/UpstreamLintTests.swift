import TestSupport
import Testing

/// The lint has to see what it is there for.
@Suite struct `The upstream lint` {
    @Test(arguments: [
        ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", ["GET / HTTP/1.1"]),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nhi", ["POST / HTTP/1.1 counted hi"]),
        ("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nhi", ["POST / HTTP/1.1 counted hi cut"]),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n",
            ["POST / HTTP/1.1 chunked hi", "GET / HTTP/1.1"]
        ),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n",
            ["POST / HTTP/1.1 chunked hi cut"]
        ),
        ("GET / HTTP/1.1\r\nHo", ["GET / HTTP/1.1 cut"]),
    ])
    func `reads what is well formed`(bytes: String, requests: [String]) {
        let lint = UpstreamLint(bytes.latin1Bytes)
        #expect(lint.requests == requests)
        #expect(lint.faults.isEmpty)
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "GET / HTTP/1.1\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nX: a\rb\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nX: a\0b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\n X: y\r\n\r\n", "GET / HTTP/1.1\r\nHost: h\r\nX : y\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: h\r\n\r\n", "GET / HTTP/1.0\r\nHost: h\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: +5\r\n\r\nhello",
        "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\nhi\r\n0\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nhi\r\n0\r\n\r\n", "garbage\r\n\r\n",
    ])
    func `finds what has two readings`(bytes: String) {
        #expect(!UpstreamLint(bytes.latin1Bytes).faults.isEmpty)
    }
}
