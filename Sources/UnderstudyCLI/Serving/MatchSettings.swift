import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyServer
import UnderstudyStore

extension MatchOptions {
    /// The profile, and what flags, environment and file change about it.
    init(_ options: MatchingOptions, _ settings: Settings) throws(CommandFailure) {
        self.init(profile: try settings.choice("profile", options.profile, Profile.self) ?? .strict)
        if let isOn = try settings.toggle("match-body", options.matchBody) { matchBody = isOn }
        matchHeaders = try settings.elements(
            "match-headers", options.matchHeaders, expected: "the name of a field"
        ) { name in name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3A } ? name : nil }
        matchQueryParams = try !settings.isOn("no-match-query", options.noMatchQuery)
        if let isOn = try settings.toggle("wildcards", options.wildcards) { matchWildcards = isOn }
        if try settings.isOn("no-fuzzy", options.noFuzzy) { (matchIDs, matchDistance) = (false, false) }
        matchJSONSubset = try settings.isOn("json-subset", options.jsonSubset)
        ignore = try settings.ignoreRules(options.ignore)
        if let repeats = try settings.choice("repeats", options.repeats, Repeats.self) { self.repeats = repeats }
    }
}

extension Settings {
    /// Each text is a list of its own: a rule may hold commas in quotes and brackets.
    func ignoreRules(_ flags: [String]) throws(CommandFailure) -> [IgnoreRule] {
        var rules: [IgnoreRule] = []
        for given in givenList("ignore", flags) {
            do throws(RuleError) { rules += try IgnoreRule.list(given.text) } catch {
                throw .usage("\(given.source): \(error)")
            }
        }
        return rules
    }
}

extension Settings {
    /// Read once: a running server keeps the values it began with.
    func environment(_ flag: String?) throws(CommandFailure) -> PostmanEnvironment? {
        guard let path = try readableFile("environment", flag) else { return nil }
        return try CommandFailure.describing {
            try PostmanEnvironment(parsing: ByteBuffer(bytes: FileBytes.read(path)), file: path)
        }
    }
}

extension Answering {
    /// The profile's, and what flags, environment and file change about it.
    init(_ options: AnswerOptions, _ settings: Settings, profile: MatchOptions.Profile) throws(CommandFailure) {
        self.init(profile: profile)
        if let isOn = try settings.toggle("templates", options.templates) { fillsTemplates = isOn }
        seed = try settings.value("seed", options.seed, expected: "a whole number from 0") { UInt64($0) }
        if let isOn = try settings.toggle("cors", options.cors) { cors = isOn ? .all : .none }
        derived = try DerivedOptions(options, settings)
        let keys = settings.list("require-key", options.requireKey)
        let status = try settings.value(
            "server-response", options.serverResponse.map { String($0) }, expected: "a status from 500 to 599"
        ) { text in Int(text).flatMap { (500...599).contains($0) ? $0 : nil } }
        gate = MockGate(keys: keys.isEmpty ? nil : keys, serverResponse: status)
    }
}

extension DerivedOptions {
    /// All but what `--no-derive` names.
    init(_ options: AnswerOptions, _ settings: Settings) throws(CommandFailure) {
        let parts: [String: WritableKeyPath<DerivedOptions, Bool>] = [
            "head": \.head, "range": \.range, "conditional": \.conditional, "encoding": \.encoding,
        ]
        self.init()
        let off = try settings.elements(
            "no-derive", options.noDerive, expected: "one of head, range, conditional, encoding, all"
        ) { name in name == "all" ? Array(parts.values) : parts[name].map { [$0] } }
        for part in off.joined() { self[keyPath: part] = false }
    }
}
