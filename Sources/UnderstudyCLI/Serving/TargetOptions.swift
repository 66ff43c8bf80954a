import ArgumentParser
import UnderstudyServer

/// Where requests may go. How rules are weighed is in `TargetPolicy`.
struct TargetOptions: ParsableArguments {
    @Option(
        help:
            "Let requests go there: address, CIDR block, private, loopback, link-local, metadata, or host glob, each with :PORT or without. May be repeated."
    )
    var allowTarget: [String] = []

    @Option(help: "Let no request go there; written as --allow-target. Default: link-local, metadata. May be repeated.")
    var denyTarget: [String] = []
}

extension TargetPolicy {
    init(_ options: TargetOptions, _ settings: Settings) throws(CommandFailure) {
        self.init(
            allowed: try settings.elements(
                "allow-target", options.allowTarget, expected: TargetRule.expected, TargetRule.init),
            denied: try settings.elements(
                "deny-target", options.denyTarget, expected: TargetRule.expected, TargetRule.init))
    }
}
