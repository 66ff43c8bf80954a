import TestSupport

/// Bytes that are no request we take. A changed row is a changed promise: differences between two readings of the same
/// bytes are how requests are smuggled.
enum RefusedRequests {
    static let all: [WireRow] = lengths + codings + chunks + fields + hosts + lines + otherProtocols + limits

    static let lengths: [WireRow] =
        ["+5", "-5", "0x5", "5.0", "", "5 5", "five", "18446744073709551621"].map {
            .field("A1 Content-Length '\($0)'", "Content-Length: \($0)")
        } + [
            .field("A2 two different lengths", "Content-Length: 5\r\nContent-Length: 6"),
            .field("A2 a list of two", "Content-Length: 5, 6"),
            .field("A3 two equal lengths", "Content-Length: 5\r\nContent-Length: 5"),
            .field("A3 a list of equal ones", "Content-Length: 5, 5"),
            .field("A4 length, then coding", "Content-Length: 5\r\nTransfer-Encoding: chunked"),
            .field("A4 coding, then length", "Transfer-Encoding: chunked\r\nContent-Length: 5"),
        ]

    static let codings: [WireRow] =
        ["xchunked", "\"chunked\"", "chunked, chunked", "identity", "gzip", "gzip, chunked", "chunked;x", ""].map {
            .field("A5 Transfer-Encoding '\($0)'", "Transfer-Encoding: \($0)")
        } + [
            .field("A5 chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"),
            WireRow("A6 HTTP/1.0", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            .field("A7 space before the colon", "Transfer-Encoding : chunked"),
            .field("A7 tab before the colon", "Transfer-Encoding\t: chunked"),
        ]
        + [("vertical tab", "\u{0B}"), ("form feed", "\u{0C}"), ("NUL", "\0"), ("0xA0", "\u{A0}")].flatMap {
            name, byte in
            [
                .field("A7 \(name) before the coding", "Transfer-Encoding: \(byte)chunked"),
                .field("A7 \(name) behind the coding", "Transfer-Encoding: chunked\(byte)"),
            ]
        }

    static let chunks: [WireRow] =
        ["-5", "+5", "0x5", "g", "", "0_5", " 5", "\05", "5 ", "00000000000000005"].map {
            .chunked("A8 chunk size '\($0)'", "\($0)\r\nhello\r\n0\r\n\r\n")
        } + [
            .chunked("A8 chunk size of 17 digits", "10000000000000005\r\nhello\r\n0\r\n\r\n"),
            .chunked("A9 no CRLF behind the data", "5\r\nhelloXX0\r\n\r\n"),
            .chunked("A9 CR without LF behind the data", "5\r\nhello\rX0\r\n\r\n"),
            .chunked("A9 a size too small", "3\r\nhello\r\n0\r\n\r\n"),
            .chunked("A10 LF behind the size", "5\nhello\r\n0\r\n\r\n"),
            .chunked("A10 LF behind the data", "5\r\nhello\n0\r\n\r\n"),
            .chunked("A10 LF behind the last size", "5\r\nhello\r\n0\n\r\n"),
            .chunked("A10 LF for the last line", "5\r\nhello\r\n0\r\n\n"),
            .chunked("A11 CR in the extension", "5;a\rb\r\nhello\r\n0\r\n\r\n"),
            .chunked("A11 LF in the extension", "5;a\nb\r\nhello\r\n0\r\n\r\n"),
            .chunked("A11 100 KB extension", "5;" + String(repeating: "x", count: 100_000) + "\r\nhello\r\n0\r\n\r\n"),
            .chunked("A11 extension that is none", "5;=\r\nhello\r\n0\r\n\r\n"),
            .chunked("A11 quote that does not end", "5;a=\"b\r\nhello\r\n0\r\n\r\n"),
            .chunked("A12 20,000 trailers", "0\r\n" + String(repeating: "X: y\r\n", count: 20_000) + "\r\n", 431),
            .chunked("A12 endless trailers", "0\r\n" + String(repeating: "X: yyyyyyyyyyy\r\n", count: 9000), 431),
            .chunked("A13 a trailer with a space before its colon", "0\r\nX : y\r\n\r\n"),
            .chunked("A10 LF ends the trailers", "0\r\nX: y\n\r\n"),
        ]

    static let fields: [WireRow] = [
        .field("A13 space before the colon", "X : y"),
        .field("A13 tab before the colon", "X\t: y"),
        .field("A13 space before the colon of a length", "Content-Length : 5"),
        WireRow("A13 space before the colon of Host", "GET / HTTP/1.1\r\nHost : h\r\n\r\n"),
        WireRow("A13 tab before the colon of Host", "GET / HTTP/1.1\r\nHost\t: h\r\n\r\n"),
        .field("A13 no name", ": y"),
        .field("A13 bracket in the name", "X(: y"),
        .field("A13 8-bit name", "X\u{E9}: y"),
        .field("A13 no colon", "X"),
        .field("A14 NUL in the value", "X: a\0b"),
        .field("A14 NUL in the name", "X\0: b"),
        WireRow("A14 NUL in the target", "GET /\0 HTTP/1.1\r\nHost: h\r\n\r\n"),
        .field("A14 CR in the value", "X: a\rb"),
        .field("A14 CR in the name", "X\r: b"),
        .field("A14 CR in front of a line's end", "X: a\r"),
        .field("A14 CR for a line's end", "X: a\rContent-Length: 5"),
        WireRow("A14 CR in front of the request line", "\rGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        WireRow("A14 CR for the request line's end", "GET / HTTP/1.1\rHost: h\r\n\r\n"),
        WireRow("A14 CR in the request line", "GET /\r HTTP/1.1\r\nHost: h\r\n\r\n"),
        WireRow("A14 bare line feeds", "GET / HTTP/1.1\nHost: h\n\n"),
        WireRow("A14 one bare line feed", "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"),
        .field("A14 DEL in the value", "X: a\u{7F}b"),
        .field("A15 folded line", "X: a\r\n b"),
        .field("A15 folded with a tab", "X: a\r\n\tb"),
        WireRow("A15 first line folded", "GET / HTTP/1.1\r\n Host: h\r\n\r\n"),
    ]

    static let hosts: [WireRow] = [
        WireRow("A16 no Host", "GET / HTTP/1.1\r\n\r\n"),
        WireRow("A16 two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        WireRow("A16 two equal Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n"),
        WireRow("A16 two Hosts on 1.0", "GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"),
        WireRow("A16 space", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        WireRow("A16 slash", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"),
        WireRow("A16 userinfo", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
        WireRow("A16 userinfo with a secret", "GET / HTTP/1.1\r\nHost: u:p@a\r\n\r\n"),
        WireRow("A16 query", "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n"),
    ]

    static let lines: [WireRow] = [
        line("A17 two spaces", "GET  / HTTP/1.1"),
        line("A17 two spaces before the version", "GET /  HTTP/1.1"),
        line("A17 tab", "GET\t/ HTTP/1.1"),
        line("A17 trailing space", "GET / HTTP/1.1 "),
        line("A17 control byte in the target", "GET /\u{01} HTTP/1.1"),
        line("A17 HTTP/2.0", "GET / HTTP/2.0", 505),
        line("A17 HTTP/1.2", "GET / HTTP/1.2", 505),
        line("A17 HTTP/1.10", "GET / HTTP/1.10"),
        line("A17 lower-case version", "GET / http/1.1"),
        line("A17 no version", "GET /"),
        line("A17 bracket in the method", "GE(T / HTTP/1.1"),
        line("A17 no method", " / HTTP/1.1"),
        line("A17 target without a slash", "GET index.html HTTP/1.1"),
        line("A17 asterisk for GET", "GET * HTTP/1.1"),
        line("A17 another scheme", "GET ftp://h/ HTTP/1.1"),
    ]

    static func line(_ name: String, _ line: String, _ status: Int = 400) -> WireRow {
        WireRow(name, line + "\r\nHost: h\r\n\r\n", status)
    }

    /// None of these may wait for a head's end, which never comes.
    static let otherProtocols: [WireRow] =
        [
            WireRow("A18 TLS hello", "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\u{01}\u{FC}\u{03}\u{03}"),
            WireRow(
                "A18 TLS hello, whole",
                "\u{16}\u{03}\u{01}\u{02}\u{00}\u{01}\u{00}\u{01}\u{FC}\u{03}\u{03}" + noise(0, count: 506)),
            WireRow("A18 HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
            WireRow("A18 PROXY line", "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n"),
            WireRow(
                "A18 PROXY line in front of a request",
                "PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
            WireRow("A18 binary PROXY header", "\r\n\r\n\0\r\nQUIT\n\u{21}\u{11}\0\u{0C}"),
            WireRow("A18 SMTP", "EHLO example.com\r\n"),
            WireRow("A18 SSH", "SSH-2.0-OpenSSH_9.2\r\n"),
            WireRow("A18 noise that begins like a method", "GX\u{8F}\u{02}\u{C1}"),
            WireRow("A18 noise", "\u{FE}\u{00}\u{12}"),
            WireRow("A18 an empty line too many", "\r\n\r\n\r\n"),
        ] + (1...16).map { WireRow("A18 512 random bytes, \($0)", noise($0, count: 512)) }

    private static func noise(_ seed: UInt64, count: Int) -> String {
        var numbers = SeededNumbers(seed)
        return numbers.bytes(count).latin1
    }

    static let limits: [WireRow] = [
        WireRow("A19 9 MB without an end", "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 9_000_000), 431),
        WireRow(
            "A19 a long target", "GET /" + String(repeating: "x", count: 70_000) + " HTTP/1.1\r\nHost: h\r\n\r\n", 414),
        WireRow(
            "A19 a longer target", "GET /" + String(repeating: "x", count: 200_000) + " HTTP/1.1\r\nHost: h\r\n\r\n",
            414),
        WireRow("A19 an endless target", "GET /" + String(repeating: "x", count: 70_000), 414),
        .field("A20 20,000 fields", String(repeating: "X: y\r\n", count: 19_999) + "X: y", 431),
        WireRow("A20 a method of 20 kB", String(repeating: "M", count: 20_000) + " / HTTP/1.1\r\nHost: h\r\n\r\n", 501),
        WireRow("A20 an endless method", String(repeating: "M", count: 70_000), 501),
    ]
}
