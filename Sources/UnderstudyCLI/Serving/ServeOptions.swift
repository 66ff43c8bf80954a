import ArgumentParser

/// What `record`, `replay`, `auto`, `spy` and `proxy` have in common. Everything is optional here, so that a default
/// never hides what the environment or the file says; `ServeSettings` brings them together.
struct ServeOptions: ParsableArguments {
    @OptionGroup var workspace: WorkspaceOptions
    @OptionGroup(title: "Matching") var matching: MatchingOptions
    @OptionGroup(title: "Answers from examples") var answers: AnswerOptions
    @OptionGroup(title: "What becomes an example") var recording: RecordingOptions
    @OptionGroup(title: "Upstream (curl's names)") var upstream: UpstreamOptions
    @OptionGroup(title: "Forward proxy") var forward: ForwardOptions
    @OptionGroup(title: "Targets") var targets: TargetOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    @Option(name: .shortAndLong, help: "Port to listen on; 0 picks a free one and prints it. Default: 8080.")
    var port: Int?

    @Option(name: [.customShort("H"), .long], help: "Address to listen on. Default: 127.0.0.1.")
    var host: String?

    @Option(help: "Port of the management API. Default: 8081, or a free one when that is taken.")
    var adminPort: Int?

    @OptionGroup(title: "Management API") var admin: AdminOptions

    @Option(help: "Write the port to this file once it is open.")
    var portFile: String?

    @Option(help: "What happens to examples that exist: append, replace or fresh. Default: append.")
    var write: String?

    @Option(help: "Longest time that a session nobody uses is kept: 90s, 30m, 2h. Default: 1h.")
    var sessionIdle: String?

    @Option(help: "How long a replayed answer waits: none, recorded, or a time such as 300ms. Default: none.")
    var latency: String?

    @Option(help: "How much faster than recorded, with --latency recorded: 2x, 0.5. Default: 1.")
    var speed: String?

    @Flag(help: "Keep secrets in examples and history as they are.")
    var noRedact = false

    @Flag(help: "Keep secrets in the history (examples stay redacted).")
    var keepSecrets = false

    @Option(help: "Redact this field, query parameter or JSON member as well. May be repeated.")
    var redact: [String] = []

    @Flag(help: "Point Location and Content-Location that name the upstream at this proxy.")
    var rewriteLocation = false

    @Flag(help: "Leave Understudy-Result and its companions out of answers.")
    var noAnnotate = false

    @Flag(help: "Send no Via field upstream. Loops are then not recognised.")
    var noVia = false

    @Option(
        help: "An exchange is stored when it survives: normal kill -9, full power loss, async neither. Default: normal."
    )
    var durability: String?

    @Option(help: "Largest body kept in a recording; longer ones pass but are not replayed. Default: 64MB.")
    var maxBody: String?
}

/// Where the recording is, and where settings come from.
struct WorkspaceOptions: ParsableArguments {
    @Option(help: "Folder of the recording. Default: ./recordings.", completion: .directory)
    var dir: String?

    @Option(
        help: "Settings file. Default: understudy.yaml in this folder, if there is one.",
        completion: .file(extensions: ["yaml", "json"]))
    var config: String?
}

/// How upstream is reached. Names and meanings are curl's, because it is libcurl that does it.
struct UpstreamOptions: ParsableArguments {
    @Flag(name: [.customShort("k"), .long], help: "Accept any certificate of the upstream.")
    var insecure = false

    @Option(help: "PEM file of certificates to trust.", completion: .file())
    var cacert: String?

    @Option(help: "PEM file with a client certificate.", completion: .file())
    var cert: String?

    @Option(help: "PEM file with the client certificate's key.", completion: .file())
    var key: String?

    @Option(help: "Proxy to reach the upstream through. The environment's proxy variables are not read.")
    var proxy: String?

    @Option(help: "Hosts that --proxy is not used for.")
    var noproxy: String?

    @Option(help: "HOST:PORT:ADDRESS: use this address for that host. May be repeated.")
    var resolve: [String] = []

    @Option(help: "HOST1:PORT1:HOST2:PORT2: connect to the second for the first. May be repeated.")
    var connectTo: [String] = []

    @Option(help: "Longest time until a connection is made, in seconds. Default: 10.")
    var connectTimeout: String?

    @Option(help: "Longest time for a whole exchange with the upstream, in seconds. Default: no limit.")
    var maxTime: String?

    @Flag(help: "Offer HTTP/2 to an https upstream.")
    var http2 = false
}

/// What is printed, and how.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print machine-readable JSON.")
    var json = false

    @Flag(help: "No colours. NO_COLOR in the environment does the same.")
    var noColor = false

    @Flag(name: .shortAndLong, help: "Say more.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Say only what went wrong.")
    var quiet = false

    @Option(help: "Form of log lines: text or json. Default: text.")
    var logFormat: String?
}
