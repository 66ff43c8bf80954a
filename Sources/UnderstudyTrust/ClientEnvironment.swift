/// The variables that lead a program through the proxy and make it trust the authority, for whatever it is written in.
///
/// Pure: what is in the environment goes in, what has to be set comes out. Each variable's source is beside it.
public struct ClientEnvironment: Sendable, Hashable {
    /// The front door as the program reaches it.
    public var host: String
    public var port: Int
    /// Sent as the proxy's user name; programs that share one front door are told apart by it.
    public var session: String?
    /// Says nothing unless the proxy asks for one; some programs send a user only with a password.
    public var password = "x"
    public var trust: TrustBundle

    public init(host: String, port: Int, session: String? = nil, trust: TrustBundle) {
        (self.host, self.port, self.session, self.trust) = (host, port, session, trust)
    }

    /// `127.0.0.1:8080`, an IPv6 address in brackets. Where we listen on all addresses, the program takes loopback.
    private var place: String { "\(reachableHost.contains(":") ? "[\(reachableHost)]" : reachableHost):\(port)" }

    private var reachableHost: String {
        switch host {
        case "0.0.0.0", "": "127.0.0.1"
        case "::": "::1"
        default: host
        }
    }

    /// The front door without a user: what stands in for the API when nothing goes through a proxy.
    public var url: String { "http://\(place)" }

    /// The proxy with the session as its user.
    public var proxyURL: String {
        guard let session, !session.isEmpty else { return url }
        return "http://\(Self.percentEncoded(session)):\(Self.percentEncoded(password))@\(place)"
    }

    /// What to set, in an order for people. All else stays, `NO_PROXY` among it: it is the user's word that some hosts are not
    /// for a proxy.
    ///
    /// - Parameter inherited: what the program would have otherwise.
    public func variables(inheriting inherited: [String: String]) -> [(name: String, value: String)] {
        var variables: [(name: String, value: String)] = []
        // Both cases: curl takes only the lower one of http_proxy, others only the upper one.
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
            variables += [(name, proxyURL), (name.lowercased(), proxyURL)]
        }
        // Node 24 and later takes no notice of proxies without it. nodejs.org/api/cli.html
        variables.append(("NODE_USE_ENV_PROXY", "1"))
        for name in [
            "SSL_CERT_FILE",  // OpenSSL, Go, Ruby, Rust's rustls-native-certs, Python's ssl
            "CURL_CA_BUNDLE",  // curl
            "REQUESTS_CA_BUNDLE",  // Python's requests
            "GIT_SSL_CAINFO",  // git
            "PIP_CERT",  // pip
            "AWS_CA_BUNDLE",  // the AWS CLI and boto3
            "CARGO_HTTP_CAINFO",  // cargo
            "DENO_CERT",  // Deno
            "npm_config_cafile",  // npm
        ] {
            variables.append((name, trust.bundle))
        }
        // Node adds to its own roots.
        variables.append(("NODE_EXTRA_CA_CERTS", trust.certificate))
        variables.append(("JAVA_TOOL_OPTIONS", javaOptions(inherited)))
        variables.append(("UNDERSTUDY_URL", url))
        return variables
    }

    /// The JVM's system properties, behind those that are there: the last of a name wins. Java reads no proxy variables.
    ///
    /// Source: the JDK's `net.properties` and "Java Networking and Proxies".
    private func javaOptions(_ inherited: [String: String]) -> String {
        var options = ["http", "https"].flatMap {
            ["-D\($0).proxyHost=\(reachableHost)", "-D\($0).proxyPort=\(port)"]
        }
        // An empty list, or Java would keep loopback hosts from the proxy, which is where tests run. To a list that is not
        // empty it adds them itself.
        let exceptions = JavaProxyExceptions.text(noProxy: inherited["NO_PROXY"] ?? inherited["no_proxy"] ?? "")
        options.append("-Dhttp.nonProxyHosts=\(exceptions)")
        // Java refuses Basic for CONNECT, which is how a session's name comes.
        if session != nil { options.append("-Djdk.http.auth.tunneling.disabledSchemes=") }
        options += [
            "-Djavax.net.ssl.trustStore=\(trust.javaTrustStore)",
            "-Djavax.net.ssl.trustStorePassword=\(JavaTrustStore.password)", "-Djavax.net.ssl.trustStoreType=JKS",
        ]
        // The JVM splits at white space outside quotes.
        let quoted = options.map { $0.contains(where: \.isWhitespace) ? "\"\($0)\"" : $0 }
        return ([inherited["JAVA_TOOL_OPTIONS"] ?? ""].filter { !$0.isEmpty } + quoted).joined(separator: " ")
    }

    /// All but the unreserved characters of RFC 3986.
    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                return String(UnicodeScalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                return digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }.joined()
    }
}
