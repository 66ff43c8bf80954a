/// curl's options as far as an import cares: whether one takes an argument, and whether it says anything about the request.
/// curl(1)
enum CurlOption {
    /// Says something about the request, with an argument.
    case value(Meaning)
    /// The same without one.
    case flag(Meaning)
    /// About the transfer, not the request: left out without a word.
    case ignoredFlag, ignoredValue
    /// Would change the request in a way that is not taken over.
    case refusedFlag, refusedValue

    enum Meaning {
        case request, header, data, dataRaw, dataBinary, dataURLEncode, json, form, formString, user, userAgent, referer
        case cookie, range, bearer, url, get, head, compressed, next, target
    }

    static func long(_ name: String) -> CurlOption? { table[name] ?? negated(name) }

    /// `--no-compressed` and the like switch something off that is off already.
    private static func negated(_ name: String) -> CurlOption? {
        guard name.hasPrefix("no-"), let option = table[String(name.dropFirst(3))] else { return nil }
        switch option {
        case .flag, .ignoredFlag, .refusedFlag: return .ignoredFlag
        default: return nil
        }
    }

    static func short(_ letter: UInt8) -> CurlOption? { letters[letter].flatMap { table[$0] } }

    private static let letters: [UInt8: String] = {
        var letters: [UInt8: String] = [:]
        for (letter, name) in [
            ("X", "request"), ("H", "header"), ("d", "data"), ("F", "form"), ("u", "user"), ("A", "user-agent"),
            ("e", "referer"), ("b", "cookie"), ("I", "head"), ("G", "get"), ("k", "insecure"), ("L", "location"),
            ("s", "silent"), ("S", "show-error"), ("v", "verbose"), ("i", "include"), ("f", "fail"), ("g", "globoff"),
            ("0", "http1.0"), ("1", "tlsv1"), ("2", "sslv2"), ("3", "sslv3"), ("4", "ipv4"), ("6", "ipv6"),
            ("#", "progress-bar"), ("N", "no-buffer"), ("n", "netrc"), ("o", "output"), ("O", "remote-name"),
            ("J", "remote-header-name"), ("R", "remote-time"), ("w", "write-out"), ("x", "proxy"), ("U", "proxy-user"),
            ("m", "max-time"), ("c", "cookie-jar"), ("D", "dump-header"), ("E", "cert"), ("K", "config"),
            ("T", "upload-file"), ("r", "range"), ("C", "continue-at"), ("y", "speed-time"), ("Y", "speed-limit"),
            ("z", "time-cond"), ("j", "junk-session-cookies"), ("q", "disable"), ("Z", "parallel"), (":", "next"),
            ("a", "append"), ("B", "use-ascii"), ("M", "manual"), ("p", "proxytunnel"), ("P", "ftp-port"),
            ("Q", "quote"), ("t", "telnet-option"), ("h", "help"), ("V", "version"), ("l", "list-only"),
        ] {
            letters[letter.utf8.first ?? 0] = name
        }
        return letters
    }()

    private static let table: [String: CurlOption] = {
        var table: [String: CurlOption] = [
            "request": .value(.request), "header": .value(.header), "data": .value(.data),
            "data-ascii": .value(.data), "data-raw": .value(.dataRaw), "data-binary": .value(.dataBinary),
            "data-urlencode": .value(.dataURLEncode), "json": .value(.json), "form": .value(.form),
            "form-string": .value(.formString), "user": .value(.user), "user-agent": .value(.userAgent),
            "referer": .value(.referer), "cookie": .value(.cookie), "range": .value(.range),
            "oauth2-bearer": .value(.bearer), "url": .value(.url), "request-target": .value(.target),
            "get": .flag(.get), "head": .flag(.head), "compressed": .flag(.compressed), "next": .flag(.next),
        ]
        for name in names(ignoredFlags) { table[name] = .ignoredFlag }
        for name in names(ignoredValues) { table[name] = .ignoredValue }
        for name in ["aws-sigv4", "delegation", "time-cond", "continue-at", "config", "upload-file", "variable"] {
            table[name] = .refusedValue
        }
        for name in ["expand-url", "expand-data"] { table[name] = .refusedValue }
        for name in ["crlf", "form-escape", "tr-encoding"] { table[name] = .refusedFlag }
        return table
    }()

    private static func names(_ text: String) -> [String] {
        text.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    private static let ignoredFlags = """
        insecure location silent show-error verbose include fail fail-with-body globoff http1.0 http1.1 http2 http3
        http2-prior-knowledge http3-only tlsv1 tlsv1.0 tlsv1.1 tlsv1.2 tlsv1.3 sslv2 sslv3 ssl ssl-reqd ipv4 ipv6
        progress-bar no-progress-meter buffer no-buffer netrc netrc-optional remote-name remote-name-all remote-
        header-name remote-time tcp-nodelay tcp-fastopen path-as-is basic anyauth digest ntlm negotiate create-dirs
        parallel parallel-immediate keepalive no-keepalive junk-session-cookies disable location-trusted post301
        post302 post303 raw styled-output compressed-ssh doh-insecure proxy-insecure proxytunnel trace-time retry-
        connrefused retry-all-errors no-sessionid no-alpn alpn sessionid cert-status ssl-no-revoke ca-native use-ascii
        append list-only help version manual http0.9 ignore-content-length fail-early clobber no-clobber
        """

    private static let ignoredValues = """
        output output-dir write-out proxy preproxy proxy-user proxy-header noproxy max-time connect-timeout cookie-jar
        dump-header cert cert-type key key-type cacert capath pass ciphers tls-max tls13-ciphers resolve connect-to
        interface local-port dns-servers doh-url retry retry-delay retry-max-time max-redirs limit-rate speed-time
        speed-limit keepalive-time max-filesize trace trace-ascii stderr socks5 socks5-hostname socks4 socks4a unix-
        socket abstract-unix-socket haproxy-clientip rate engine curves pinnedpubkey crlfile proto proto-default
        proto-redir netrc-file happy-eyeballs-timeout-ms expect100-timeout parallel-max hsts alt-svc libcurl ftp-port
        quote telnet-option
        """
}
