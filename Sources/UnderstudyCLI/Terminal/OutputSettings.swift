import Foundation
import Logging

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// How this run speaks to people and programs.
struct OutputSettings {
    enum LogFormat: String, CaseIterable { case text, json }

    var json: Bool
    var colour: Bool
    var verbose: Bool
    var quiet: Bool
    var logFormat: LogFormat

    init(_ options: OutputOptions, _ settings: Settings) throws(CommandFailure) {
        json = try settings.isOn("json", options.json)
        let noColour = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        colour = try !settings.isOn("no-color", options.noColor) && !noColour && isatty(STDOUT_FILENO) == 1
        verbose = try settings.isOn("verbose", options.verbose)
        quiet = try settings.isOn("quiet", options.quiet)
        logFormat = try settings.choice("log-format", options.logFormat, LogFormat.self) ?? .text
    }

    /// A line per exchange: on a terminal, or when asked for more.
    var showsTraffic: Bool { !quiet && !json && (verbose || isatty(STDOUT_FILENO) == 1) }

    /// The program's logger: warnings always, what happens with `--verbose`, on the standard error.
    func logger() -> Logger {
        let format = logFormat
        var logger = Logger(label: "understudy") { _ in LineLogHandler(format: format) }
        logger.logLevel = verbose ? .debug : quiet ? .error : .warning
        return logger
    }
}
