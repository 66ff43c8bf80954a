import Curl
import Foundation
import Logging
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyServer
import UnderstudyStore

/// What a serving command was asked to do: every value resolved and checked, nothing opened yet.
struct ServeSettings {
    var mode: Mode
    /// Whether the collections are served at the front door as well, and not only by mock servers.
    var servesCollections = true
    var upstream: Upstream?
    var folder: String
    var host: String
    var port: Int
    var adminPort: Int
    /// Whether another admin port may be taken when that one is in use.
    var mayMoveAdmin: Bool
    var admin: AdminSettings
    var portFile: String?
    var writePolicy: WritePolicy
    var latency: Latency
    var speed: Double
    /// How long a session nobody uses is kept.
    var sessionIdle: Duration
    var redacts: Bool
    var keepsSecrets: Bool
    var redactedNames: [String]
    var rewritesLocation: Bool
    var annotates: Bool
    var sendsVia: Bool
    var durability: Durability
    var limits: Limits
    var curl: CurlOptions
    var targets: TargetPolicy
    var output: OutputSettings
    var matching: MatchOptions
    /// Its variables win over those of the collections.
    var environment: PostmanEnvironment?
    var answering: Answering
    /// Whether callers without a key learn that a mock server is private.
    var explainsAuth: Bool
    var forward: ForwardSettings
    /// Whether other machines reach the front door.
    let isOpenToOthers: Bool
    /// Which exchanges become examples.
    var filter: RecordingFilter

    init(_ options: ServeOptions, mode: Mode, upstream: String?) throws(CommandFailure) {
        let settings = try Settings(options.workspace)
        self.mode = mode
        folder = settings.text("dir", options.workspace.dir) ?? "recordings"
        host = settings.text("host", options.host) ?? "127.0.0.1"
        port = try settings.port("port", options.port) ?? 8080
        let adminPort = try settings.port("admin-port", options.adminPort)
        self.adminPort = adminPort ?? 8081
        mayMoveAdmin = adminPort == nil
        admin = try AdminSettings(options.admin, settings)
        portFile = settings.text("port-file", options.portFile)
        writePolicy = try settings.choice("write", options.write, WritePolicy.self) ?? .append
        latency =
            try settings.value("latency", options.latency, expected: "none, recorded or a time", Latency.init(text:))
            ?? .none
        speed =
            try settings.value("speed", options.speed, expected: "a factor from 0.01 to 1000 such as 2x") { text in
                Double(text.hasSuffix("x") ? text.dropLast() : text[...]).flatMap {
                    (0.01...1000).contains($0) ? $0 : nil
                }
            } ?? 1
        sessionIdle =
            try settings.value(
                "session-idle", options.sessionIdle, expected: "a time above 0 such as 90s, 30m or 2h"
            ) { text in Duration(text: text).flatMap { $0 > .zero ? $0 : nil } } ?? MatchSessions.idleLimit
        redacts = try !settings.isOn("no-redact", options.noRedact)
        keepsSecrets = try settings.isOn("keep-secrets", options.keepSecrets)
        redactedNames = settings.list("redact", options.redact)
        rewritesLocation = try settings.isOn("rewrite-location", options.rewriteLocation)
        annotates = try !settings.isOn("no-annotate", options.noAnnotate)
        sendsVia = try !settings.isOn("no-via", options.noVia)
        durability = try settings.choice("durability", options.durability, Durability.self) ?? .normal
        output = try OutputSettings(options.output, settings)
        matching = try MatchOptions(options.matching, settings)
        environment = try settings.environment(options.matching.environment)
        answering = try Answering(options.answers, settings, profile: matching.profile)
        explainsAuth = try settings.isOn("explain-auth", options.answers.explainAuth)
        answering.gate.explainsAuth = explainsAuth
        limits = try Limits(options, settings)
        curl = try CurlOptions(options.upstream, settings, limits)
        filter = try RecordingFilter(options.recording, settings)
        forward = try ForwardSettings(options.forward, settings)
        isOpenToOthers = !["127.0.0.1", "localhost", "::1"].contains(host)
        targets = try TargetPolicy(options.targets, settings)
        self.upstream = nil
        if let text = settings.text("upstream", upstream) {
            do throws(UpstreamError) { self.upstream = try Upstream(text) } catch { throw .usage(error.description) }
        }
        // Who wants an API to be reached from elsewhere does not want this machine's own services to be.
        if isOpenToOthers, self.upstream != nil, forward.credentials == nil { forward.forwards = false }
        guard self.upstream != nil || mode == .replay || forward.forwards else {
            throw .usage(
                "\(mode.rawValue) with --no-forward needs the API's address: understudy \(mode.rawValue) https://api.example.com"
            )
        }
    }
}

extension Settings {
    /// Reads the file that was named, or the one that lies here.
    init(_ options: WorkspaceOptions) throws(CommandFailure) {
        let environment = ProcessInfo.processInfo.environment
        let named = options.config ?? environment["UNDERSTUDY_CONFIG"]
        if let named {
            self.init(environment: environment, file: try ConfigurationFile(path: named))
        } else if FileManager.default.fileExists(atPath: ConfigurationFile.defaultName) {
            self.init(environment: environment, file: try ConfigurationFile(path: ConfigurationFile.defaultName))
        } else {
            self.init(environment: environment, file: .none)
        }
    }

    /// The workspace's folder, for commands that need nothing else.
    static func folder(_ options: WorkspaceOptions) throws(CommandFailure) -> String {
        try Settings(options).text("dir", options.dir) ?? "recordings"
    }
}

extension Latency {
    init?(text: String) {
        switch text {
        case "none": self = .none
        case "recorded": self = .recorded
        default:
            guard let duration = Duration(text: text) else { return nil }
            let (seconds, attoseconds) = duration.components
            self = .fixed(.nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000))
        }
    }
}

extension CurlOptions {
    convenience init(_ options: UpstreamOptions, _ settings: Settings, _ limits: Limits) throws(CommandFailure) {
        let trust = Self.trustFromEnvironment(ProcessInfo.processInfo.environment)
        let caFile = try settings.readableFile("cacert", options.cacert)
        self.init(
            http2: try settings.isOn("http2", options.http2),
            insecure: try settings.isOn("insecure", options.insecure),
            caFile: caFile ?? trust.caFile, caPath: caFile == nil ? trust.caPath : nil,
            certificate: try settings.readableFile("cert", options.cert),
            key: try settings.readableFile("key", options.key),
            proxy: settings.text("proxy", options.proxy) ?? "",
            noProxy: settings.text("noproxy", options.noproxy) ?? "",
            resolve: settings.list("resolve", options.resolve),
            connectTo: settings.list("connect-to", options.connectTo),
            connectTimeout: limits.connectTimeout, firstByteTimeout: limits.firstByteTimeout,
            idleTimeout: limits.upstreamIdleTimeout, maxTime: try settings.duration("max-time", options.maxTime))
    }
}
