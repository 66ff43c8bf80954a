import ArgumentParser
import UnderstudyAdmin

/// Where the management API listens, and how often a key may ask.
struct AdminOptions: ParsableArguments {
    @Option(help: "Address of the management API. Others than this machine's own need a key. Default: 127.0.0.1.")
    var adminHost: String?

    @Option(help: "Requests of a key to the management API in a minute; 0 for any number. Default: 300.")
    var adminRateLimit: String?
}

struct AdminSettings {
    var host: String
    var limits = AdminLimits()

    init(_ options: AdminOptions, _ settings: Settings) throws(CommandFailure) {
        host = settings.text("admin-host", options.adminHost) ?? "127.0.0.1"
        let rate = try settings.value(
            "admin-rate-limit", options.adminRateLimit, expected: "a number from 0 to 1000000"
        ) { text in Int(text).flatMap { (0...1_000_000).contains($0) ? $0 : nil } }
        if let rate { limits.requestsPerMinute = rate == 0 ? nil : rate }
    }

    /// Where commands of this machine reach it.
    func address(port: Int) -> String {
        switch host {
        case "0.0.0.0", "::", "[::]", "localhost": "127.0.0.1:\(port)"
        default: host.contains(":") && !host.hasPrefix("[") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}
