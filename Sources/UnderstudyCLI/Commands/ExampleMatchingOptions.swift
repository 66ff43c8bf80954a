import ArgumentParser
import UnderstudyCore
import UnderstudyFormats

/// What `examples edit` changes about when an example answers; see `ExampleRules`.
struct ExampleMatchingOptions: ParsableArguments {
    enum Switch: String, EnumerableFlag {
        case enable, disable

        static func help(for value: Switch) -> ArgumentHelp? {
            value == .enable ? "It answers again." : "It is as if it were not there."
        }
    }

    @Option(
        help: "The request's new path and query; {{any}}, {{number}}, {{regex:…}}, *, … stand for what is sent.")
    var target: String?

    @Option(help: "Leave these parts out as well: header:NAME,query:NAME,form:NAME,json:$.path. May be repeated.")
    var ignore: [String] = []

    @Option(help: "Whether its request's body must be sent: on, off, or subset (JSON may hold more).")
    var matchBody: String?

    @Option(help: "How it takes turns with equal ones: sequence, cycle, once, first, last, causal or tie.")
    var repeats: String?

    @Flag var state: Switch?

    @Flag(help: "Remove all its rules.")
    var dropRules = false

    func put(into edit: inout ExampleEdit) throws(CommandFailure) {
        if let target {
            guard target.hasPrefix("/") else { throw .usage("--target: '\(target)' does not begin with /") }
            edit.target = target
        }
        for text in ignore {
            do throws(RuleError) { edit.ignore += try IgnoreRule.list(text) } catch {
                throw .usage("--ignore: \(error)")
            }
        }
        edit.bodyRule = try Self.choice("--match-body", matchBody)
        edit.repeats = try Self.choice("--repeats", repeats)
        edit.isEnabled = state.map { $0 == .enable }
        edit.dropsRules = dropRules
    }

    private static func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ flag: String, _ text: String?
    ) throws(CommandFailure) -> Choice? {
        guard let text else { return nil }
        guard let choice = Choice(rawValue: text) else {
            let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
            throw .usage("\(flag): '\(text)' is not one of \(names)")
        }
        return choice
    }
}
