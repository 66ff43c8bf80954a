import ArgumentParser
import UnderstudyCore

/// The bounds of `Limits` that people have reasons to change, under the names that the README's table has.
struct LimitOptions: ParsableArguments {
    @Option(help: "Largest request head: 431 above. Default: 128KB.")
    var maxHead: String?

    @Option(help: "Largest field line of a request: 431 above. Default: 80KB.")
    var maxField: String?

    @Option(help: "Most field lines of a request: 431 above. Default: 1000.")
    var maxFields: Int?

    @Option(help: "Longest request target: 414 above. Default: 64KB.")
    var maxTarget: String?

    @Option(help: "Most client connections; others wait to be accepted. Default: 10000.")
    var maxConnections: Int?

    @Option(help: "Most upstream connections to one host, per event loop; others wait. Default: 256.")
    var maxUpstreamPerHost: Int?

    @Option(help: "Most upstream connections in all, per event loop; others wait. Default: 512.")
    var maxUpstream: Int?

    @Option(help: "Longest time for a request's head to arrive, in seconds: 408 then. Default: 10.")
    var headTimeout: String?

    @Option(help: "Longest time without a byte of a request's content, or of an answer taken. Default: 60.")
    var bodyTimeout: String?

    @Option(help: "Longest time a client's connection stays open without a request. Default: 60.")
    var idleTimeout: String?

    @Option(help: "Longest time for upstream to begin its answer: 504 then. Default: 60.")
    var firstByteTimeout: String?

    @Option(help: "Longest time without a byte from upstream, once it answers. Default: 60.")
    var upstreamIdleTimeout: String?

    @Option(help: "Time that running exchanges get at the end. Default: 10.")
    var stopTimeout: String?

    @Option(help: "Size of the history, from 1MB, above which its oldest exchanges go. Default: no limit.")
    var historyLimit: String?

    @Option(help: "How long an exchange stays in the history: 12h, 30d. Default: no limit.")
    var historyMaxAge: String?
}

extension Limits {
    /// What flags, environment and file say; the defaults else.
    init(_ options: ServeOptions, _ settings: Settings) throws(CommandFailure) {
        self.init()
        let given = options.limits
        func time(_ name: String, _ flag: String?, _ limit: inout Duration) throws(CommandFailure) {
            limit =
                try settings.value(name, flag, expected: "a time above 0 such as 5, 2.5 or 300ms") { text in
                    Duration(text: text).flatMap { $0 > .zero ? $0 : nil }
                } ?? limit
        }
        func size(_ name: String, _ flag: String?, _ limit: inout Int) throws(CommandFailure) {
            limit = try settings.value(name, flag, expected: "a size above 0 such as 64KB", Self.size(from: 1)) ?? limit
        }
        func count(_ name: String, _ flag: Int?, _ limit: inout Int) throws(CommandFailure) {
            limit =
                try settings.value(name, flag.map { String($0) }, expected: "a number above 0") { text in
                    Int(text).flatMap { $0 > 0 ? $0 : nil }
                } ?? limit
        }
        if let size = try settings.bytes("max-body", options.maxBody) { recordedBody = size }
        try size("max-head", given.maxHead, &head)
        try size("max-field", given.maxField, &field)
        try count("max-fields", given.maxFields, &fieldCount)
        try size("max-target", given.maxTarget, &target)
        try count("max-connections", given.maxConnections, &clientConnections)
        try count("max-upstream-per-host", given.maxUpstreamPerHost, &upstreamConnectionsPerHost)
        try count("max-upstream", given.maxUpstream, &upstreamConnections)
        try time("head-timeout", given.headTimeout, &headTimeout)
        try time("body-timeout", given.bodyTimeout, &bodyIdleTimeout)
        try time("idle-timeout", given.idleTimeout, &keepAliveTimeout)
        if let time = try settings.duration("connect-timeout", options.upstream.connectTimeout) {
            connectTimeout = time
        }
        try time("first-byte-timeout", given.firstByteTimeout, &firstByteTimeout)
        try time("upstream-idle-timeout", given.upstreamIdleTimeout, &upstreamIdleTimeout)
        try time("stop-timeout", given.stopTimeout, &gracefulShutdown)
        history = try settings.value(
            "history-limit", given.historyLimit, expected: "a size from 1MB such as 10GB", Self.size(from: 1 << 20))
        historyAge = try settings.value(
            "history-max-age", given.historyMaxAge, expected: "a time from 1s such as 12h or 30d"
        ) { text in Duration(text: text).flatMap { $0 >= .seconds(1) ? $0 : nil } }
    }

    private static func size(from least: Int) -> (String) -> Int? {
        { text in ByteSize(text).flatMap { $0.count >= least ? $0.count : nil } }
    }
}
