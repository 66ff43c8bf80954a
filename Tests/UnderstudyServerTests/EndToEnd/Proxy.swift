import Curl
import Logging
import NIOCore
import TestSupport
import Testing
import UnderstudyCore
import UnderstudyTrust

@testable import UnderstudyServer

/// A `ProxyServer` in this process, for one test.
struct Proxy: Sendable {
    let server: ProxyServer
    let recorder: TestRecorder
    var port: Int { server.address.port ?? 0 }

    /// What a test may ask for.
    struct Options {
        var mode = Mode.record
        var upstream: String?
        var examples: [Example] = []
        var matching = MatchOptions(profile: .strict)
        var answering: Answering?
        /// A test may wait for its turn longer than idle connections usually stay open.
        var limits = {
            var limits = Limits()
            limits.keepAliveTimeout = .seconds(1800)
            return limits
        }()
        var latency = Latency.none
        var annotates = false
        var rewritesLocation = false
        var filter = RecordingFilter()
        var via: String?
        var loopCount = 1
        var curl = CurlOptions(connectTimeout: .seconds(5), firstByteTimeout: .seconds(5), idleTimeout: .seconds(5))
        var targets = TargetPolicy()
        /// Instead of one with `targets`.
        var guarding: TargetGuard?
        var bodies: any StoredBodies = NoBodies()
        var monitor: (any ExamplesMonitor)?
        var logger: Logger?
        /// Where the certificate authority is; without one no tunnel is looked into.
        var authority: TemporaryFolder?
        var forwards = true
        var intercepting = InterceptRules()
        var insecureHosts: [InterceptRules.HostGlob] = []
        var credentials: ProxyCredentials?
        var redaction = Redaction.none
        var keyUses: KeyUses?
    }

    struct NoAuthority: Error {}

    static var noCertificates: TunnelCertificates { TunnelCertificates { throw NoAuthority() } }

    struct NoBodies: StoredBodies {
        func path(of digest: Digest) -> String? { nil }
    }

    /// Starts one, lends it, stops it.
    static func run(
        to origin: RawOrigin? = nil, _ change: (inout Options) -> Void = { _ in }, _ body: (Proxy) async throws -> Void
    ) async throws {
        var options = Options()
        options.upstream = origin.map { "http://127.0.0.1:\($0.port)" }
        if origin == nil { options.mode = .replay }
        change(&options)
        let recorder = TestRecorder()
        var logger = options.logger ?? Logger(label: "test")
        if options.logger == nil { logger.logLevel = .error }
        var configuration = ProxyServer.Configuration(
            recorder: recorder, storedBodies: options.bodies,
            certificates: TunnelCertificates { [path = options.authority?.path] in
                guard let path else { throw NoAuthority() }
                return try CertificateAuthority.open(AuthorityFolder(path))
            }, logger: logger)
        configuration.port = 0
        configuration.loopCount = options.loopCount
        configuration.limits = options.limits
        configuration.curlOptions = options.curl
        configuration.insecureHosts = options.insecureHosts
        configuration.targets = options.guarding ?? TargetGuard(options.targets)
        configuration.examplesMonitor = options.monitor
        configuration.keyUses = options.keyUses
        var serving = Serving(
            mode: options.mode, upstream: try options.upstream.map { try Upstream($0) }, examples: options.examples,
            matching: options.matching, answering: options.answering, redaction: options.redaction,
            latency: options.latency, annotates: options.annotates, rewritesLocation: options.rewritesLocation,
            via: options.via)
        serving.forwards = options.forwards
        serving.intercepting = options.intercepting
        serving.proxyCredentials = options.credentials
        serving.recordingFilter = options.filter
        let proxy = Proxy(server: try await ProxyServer(configuration, serving: serving), recorder: recorder)
        do {
            try await body(proxy)
        } catch {
            try? await proxy.server.stop(grace: .zero)
            throw error
        }
        recorder.drain()
        recorder.commit()
        // A test that stops the server itself has had it stopped.
        try? await proxy.server.stop(grace: .zero)
    }

    /// Goes over to replay, with everything recorded so far that may become an example.
    func replayWhatWasRecorded() async throws { try await replay(recorder.entries.indices) }

    /// Goes over to replay, with what of these entries may become an example.
    func replay(_ numbers: some Sequence<Int>) async throws {
        let entries = recorder.entries
        let examples = numbers.filter { entries[$0].savesExample }.compactMap { number in
            entries[number].exchange.response.map {
                Example(
                    id: "\(number)", name: "\(number)", collection: "test", request: entries[number].exchange.request,
                    response: $0, baseURL: entries[number].exchange.upstream)
            }
        }
        try await server.update { serving in
            serving.mode = .replay
            serving.setExamples(examples)
        }
    }

    func client() throws -> RawClient { try RawClient(port: port) }

    /// One request and its response on a connection of their own.
    func exchange(_ request: String) throws -> RawMessage { try RawClient.exchange(port: port, request) }

    /// A GET on a connection of its own.
    func get(_ target: String = "/", _ fields: String = "") throws -> RawMessage {
        try exchange("GET \(target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n")
    }
}

extension RawClient {
    func roundTrip(_ request: String) throws -> RawMessage {
        try send(request)
        return try readResponse()
    }
}

extension RawMessage {
    var text: String { body.latin1 }
}

extension RawOrigin {
    /// Request lines, in order.
    var requestLines: [String] { requestTexts.map { String($0.prefix { $0 != "\r\n" }) } }
}

extension RawConnection {
    /// Whether the peer ends the connection within `seconds`, having sent nothing more.
    func isClosed(within seconds: Double = 5) -> Bool {
        patience = seconds
        do {
            return try readToEnd().isEmpty
        } catch RawFailure.system {
            return true
        } catch {
            return false
        }
    }
}

extension String {
    static func get(_ target: String = "/", _ fields: String = "") -> String {
        "GET \(target) HTTP/1.1\r\nHost: h\r\n\(fields)\r\n"
    }

    static func post(_ body: String, _ fields: String = "") -> String {
        "POST / HTTP/1.1\r\nHost: h\r\n\(fields)Content-Length: \(body.unicodeScalars.count)\r\n\r\n\(body)"
    }

    static func ok(_ body: String, _ fields: String = "") -> String {
        "HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.unicodeScalars.count)\r\n\r\n\(body)"
    }
}
