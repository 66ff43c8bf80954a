import ArgumentParser
import UnderstudyServer
import UnderstudyTrust

/// What a forward proxy needs to know.
struct ForwardOptions: ParsableArguments {
    @Option(help: "Look only into the tunnels of these hosts: api.example.com, '*.example.com:8443'. May be repeated.")
    var intercept: [String] = []

    @Option(help: "Let the tunnels of these hosts pass as they are: nothing of them is recorded. May be repeated.")
    var tunnel: [String] = []

    @Option(help: "Accept any certificate of these hosts, as --insecure does of all. May be repeated.")
    var insecureHost: [String] = []

    @Option(help: "USER:PASS that clients must give to use this as their proxy.")
    var proxyAuth: String?

    @Flag(help: "Be a reverse proxy only: no whole addresses, no CONNECT.")
    var noForward = false

    @Option(help: "Folder of the certificate authority. Default: ~/.local/share/understudy.", completion: .directory)
    var caDir: String?
}

/// The same, checked.
struct ForwardSettings {
    var forwards: Bool
    var intercepting: InterceptRules
    var credentials: ProxyCredentials?
    var insecureHosts: [InterceptRules.HostGlob]
    /// Where the certificate authority is; `nil` for the user's own place.
    var authorityFolder: AuthorityFolder?

    init(_ options: ForwardOptions, _ settings: Settings) throws(CommandFailure) {
        forwards = try !settings.isOn("no-forward", options.noForward)
        intercepting = InterceptRules(
            intercept: try Self.globs("intercept", settings.list("intercept", options.intercept)),
            tunnel: try Self.globs("tunnel", settings.list("tunnel", options.tunnel)))
        authorityFolder = settings.text("ca-dir", options.caDir).map { AuthorityFolder($0) }
        insecureHosts = try Self.globs("insecure-host", settings.list("insecure-host", options.insecureHost))
        credentials = try settings.value("proxy-auth", options.proxyAuth, expected: "USER:PASS") { text in
            guard let colon = text.firstIndex(of: ":"), colon > text.startIndex else { return nil }
            return ProxyCredentials(
                user: String(text[..<colon]), password: String(text[text.index(after: colon)...]))
        }
    }

    private static func globs(
        _ name: String, _ texts: [String]
    ) throws(CommandFailure) -> [InterceptRules.HostGlob] {
        var globs: [InterceptRules.HostGlob] = []
        for text in texts {
            guard let glob = InterceptRules.HostGlob(text) else {
                throw .usage("--\(name): '\(text)' is not a host such as api.example.com or '*.example.com:8443'")
            }
            globs.append(glob)
        }
        return globs
    }
}
