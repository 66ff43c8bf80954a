import ArgumentParser
import UnderstudyCore
import UnderstudyStore

/// What can be set about a mock server, when it is made and at any time later.
struct MockConfigurationOptions: ParsableArguments {
    enum Access: String, EnumerableFlag {
        case `private`, `public`

        static func help(for value: Access) -> ArgumentHelp? {
            value == .private ? "Calls need a key in x-api-key ('understudy key create')." : "Anybody may call it."
        }
    }

    @Option(help: "The environment whose variables fill in its examples: a name, an id, or 'none'.")
    var environment: String?
    @Option(help: "A tagged version of the collection, or CURRENT.") var tag: String?
    @Option(help: "What it is for.") var description: String?
    @Option(
        help:
            "Wait before each answer: none, 2g (300 ms), 3g (100 ms), MS, MS..MS, normal:MEAN,DEVIATION or lognormal:MEDIAN,SIGMA."
    )
    var delay: String?
    @Flag var access: Access?
    @Option(help: "How requests are compared: postman or strict.") var profile: String?
    @Flag(inversion: .prefixedNo, help: "Whether an example whose body differs is out.") var matchBody: Bool?
    @Option(
        help: "Request fields that must be the example's, separated by commas; '' for none.") var matchHeaders: String?
    @Flag(inversion: .prefixedNo, help: "Whether query parameters count.") var matchQuery: Bool?
    @Flag(inversion: .prefixedNo, help: "Whether {{name}} in a path stands for any segment.") var wildcards: Bool?
    @Option(help: "Which of equal examples answers: tie, sequence, cycle, once, first, last or causal.")
    var repeats: String?
    @Option(help: "A port of its own, 1 to 65535, or 'none'.") var port: String?
    @Option(help: "Answer so many calls a minute, then 429; 'none' for no limit.") var callsPerMinute: String?
    @Option(help: "Answer so many calls a month (UTC), then 429; 'none' for no limit.") var callsPerMonth: String?
    @Option(help: "Keep its address as variable 'url' of this new environment.") var saveURLAs: String?

    /// - Throws: `CommandFailure`, `ItemError`.
    func put(into mock: inout MockServer, _ workspace: Workspace) throws {
        if let environment {
            mock.environment = environment == "none" ? nil : try EnvironmentFolder(workspace).find(environment).id
        }
        if let tag { mock.versionTag = tag == CollectionCatalog.current ? nil : tag }
        if let description { mock.description = description }
        if let delay {
            mock.delay = try parsed(
                "delay", delay,
                "none, 2g, 3g, a number of milliseconds up to \(Delay.limit), MS..MS, normal:MEAN,DEVIATION or lognormal:MEDIAN,SIGMA",
                Delay.init(text:))
        }
        if let access { mock.isPrivate = access == .private }
        if let profile { mock.matching.profile = try choice("profile", profile) }
        if let matchBody { mock.matching.matchBody = matchBody }
        if let matchHeaders {
            let names = matchHeaders.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
            mock.matching.headers = names.map { String($0) }
            mock.matching.matchHeader = !names.isEmpty
        }
        if let matchQuery { mock.matching.matchQueryParams = matchQuery }
        if let wildcards { mock.matching.matchWildcards = wildcards }
        if let repeats { mock.matching.repeats = try choice("repeats", repeats) as Repeats }
        if let port { mock.port = try number("port", port, in: 1...65535) }
        if let callsPerMinute {
            mock.limits.perMinute = try number("calls-per-minute", callsPerMinute, in: 1...Int.max)
        }
        if let callsPerMonth { mock.limits.perMonth = try number("calls-per-month", callsPerMonth, in: 1...Int.max) }
    }

    private func number(_ name: String, _ text: String, in range: ClosedRange<Int>) throws(CommandFailure) -> Int? {
        if text == "none" { return nil }
        let end = range.upperBound == Int.max ? "on" : "to \(range.upperBound)"
        return try parsed(name, text, "'none' or a number from \(range.lowerBound) \(end)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    private func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ text: String
    ) throws(CommandFailure) -> Choice {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try parsed(name, text, "one of \(names)", Choice.init(rawValue:))
    }

    private func parsed<Value>(
        _ name: String, _ text: String, _ expected: String, _ parse: (String) -> Value?
    ) throws(CommandFailure) -> Value {
        guard let value = parse(text) else { throw .usage("--\(name): '\(text)' is not \(expected)") }
        return value
    }

    /// Finds out beforehand whether the new environment can be made.
    func checkNewEnvironment(_ workspace: Workspace) throws {
        guard let saveURLAs else { return }
        let name = saveURLAs.lowercased()
        if EnvironmentFolder(workspace).all().environments.contains(where: { $0.name.lowercased() == name }) {
            throw ItemError.exists(.environment, saveURLAs)
        }
    }
}
