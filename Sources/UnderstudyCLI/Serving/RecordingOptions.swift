import ArgumentParser
import UnderstudyCore

/// Which exchanges become examples.
struct RecordingOptions: ParsableArguments {
    @Option(help: "Make examples of these requests only: '[METHOD ]host/path' with * and **. May be repeated.")
    var include: [String] = []

    @Option(
        help: "Make no examples of these: '/health', '*.tracker.com', 'POST api.example.com/v1/**'. May be repeated.")
    var exclude: [String] = []

    @Option(
        help: """
            Make examples only where this holds: 'status<500 && type!=image/* && size<1MB'. Of status, type, size, method, \
            host and path, with && || ! and parentheses. May be repeated.
            """)
    var recordIf: [String] = []

    @Flag(help: "Make examples of browsers' CORS preflights too.")
    var recordPreflights = false
}

extension RecordingFilter {
    /// What flags, environment and file say; all exchanges but preflights else.
    init(_ options: RecordingOptions, _ settings: Settings) throws(CommandFailure) {
        self.init()
        includes = try settings.rules("include", options.include, RequestGlob.init)
        excludes = try settings.rules("exclude", options.exclude, RequestGlob.init)
        conditions = try settings.rules("record-if", options.recordIf, RecordingCondition.init)
        keepsPreflights = try settings.isOn("record-preflights", options.recordPreflights)
    }
}

extension Settings {
    fileprivate func rules<Rule>(
        _ name: String, _ flags: [String], _ parse: (String) throws(RuleError) -> Rule
    ) throws(CommandFailure) -> [Rule] {
        var rules: [Rule] = []
        for given in givenList(name, flags) {
            do throws(RuleError) { rules.append(try parse(given.text)) } catch {
                throw .usage("\(given.source): '\(given.text)': \(error)")
            }
        }
        return rules
    }
}
