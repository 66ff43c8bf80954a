import TestSupport
import Testing

@testable import UnderstudyTrust

/// The table is the promise: which program finds its way and its trust by which variable.
@Suite struct `A client's environment` {
    private static let trust = TrustBundle(
        bundle: "/ca/bundle.pem", javaTrustStore: "/ca/truststore.jks", certificate: "/ca/ca.pem", systemRoots: "/etc/x"
    )
    private static let client = ClientEnvironment(host: "127.0.0.1", port: 9000, trust: trust)

    private func values(_ client: ClientEnvironment, _ inherited: [String: String] = [:]) -> [String: String] {
        Dictionary(client.variables(inheriting: inherited)) { _, last in last }
    }

    @Test func `leads every kind of program through the proxy`() {
        let values = values(Self.client)
        let names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
        for name in names + names.map({ $0.lowercased() }) { #expect(values[name] == "http://127.0.0.1:9000") }
        #expect(values["NODE_USE_ENV_PROXY"] == "1")
        #expect(values["UNDERSTUDY_URL"] == "http://127.0.0.1:9000")
        for name in [
            "SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "GIT_SSL_CAINFO", "PIP_CERT", "AWS_CA_BUNDLE",
            "CARGO_HTTP_CAINFO", "DENO_CERT", "npm_config_cafile",
        ] {
            #expect(values[name] == "/ca/bundle.pem", "\(name)")
        }
        #expect(values["NODE_EXTRA_CA_CERTS"] == "/ca/ca.pem")
        #expect(
            values["JAVA_TOOL_OPTIONS"]
                == "-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=9000 -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=9000 "
                + "-Dhttp.nonProxyHosts= -Djavax.net.ssl.trustStore=/ca/truststore.jks "
                + "-Djavax.net.ssl.trustStorePassword=changeit -Djavax.net.ssl.trustStoreType=JKS")
        #expect(values.count == 6 + 1 + 9 + 3)
    }

    @Test func `keeps what is the user's`() {
        let inherited = ["NO_PROXY": "localhost,.corp", "no_proxy": "x", "JAVA_TOOL_OPTIONS": "-Xmx1g", "HOME": "/h"]
        let values = values(Self.client, inherited)
        for name in ["NO_PROXY", "no_proxy", "HOME", "PATH"] { #expect(values[name] == nil) }
        #expect(values["JAVA_TOOL_OPTIONS"]?.hasPrefix("-Xmx1g -Dhttp.proxyHost=") == true)
        #expect(values["JAVA_TOOL_OPTIONS"]?.contains("-Dhttp.nonProxyHosts=localhost|*.localhost|*.corp ") == true)
    }

    @Test func `names the session as the proxy's user`() {
        var client = Self.client
        client.session = "check out/ü:1@x"
        let values = values(client)
        #expect(values["https_proxy"] == "http://check%20out%2F%C3%BC%3A1%40x:x@127.0.0.1:9000")
        #expect(values["UNDERSTUDY_URL"] == "http://127.0.0.1:9000")
        #expect(values["JAVA_TOOL_OPTIONS"]?.contains(" -Djdk.http.auth.tunneling.disabledSchemes= ") == true)
    }

    @Test(arguments: [
        ("0.0.0.0", "http://127.0.0.1:9000"), ("::", "http://[::1]:9000"), ("::1", "http://[::1]:9000"),
        ("localhost", "http://localhost:9000"),
    ])
    func `names a host that can be reached`(host: String, url: String) {
        let client = ClientEnvironment(host: host, port: 9000, trust: Self.trust)
        #expect(client.proxyURL == url)
    }

    @Test func `quotes for the JVM`() {
        var client = Self.client
        client.trust = TrustBundle(
            bundle: "/c a/b", javaTrustStore: "/c a/truststore.jks", certificate: "/c a/c", systemRoots: nil)
        #expect(
            values(client)["JAVA_TOOL_OPTIONS"]?.contains(" \"-Djavax.net.ssl.trustStore=/c a/truststore.jks\" ")
                == true)
    }

    @Test(arguments: [
        ("", ""), ("*", "*"), ("a.example", "a.example|*.a.example"), (".a.example", "*.a.example"),
        ("*.a.example , b.example:8443", "*.a.example|b.example|*.b.example"), ("127.0.0.1,::1", "127.0.0.1|[::1]"),
        ("[::1]", "[::1]"), ("10.0.0.0/8,192.168.1.0/24,172.16.0.0/12", "10.*|192.168.1.*"), ("a b|c", "a|*.a"),
    ])
    func `says NO_PROXY to Java`(noProxy: String, patterns: String) {
        #expect(JavaProxyExceptions.text(noProxy: noProxy) == patterns)
    }
}
