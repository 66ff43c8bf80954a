import Foundation
import UnderstudyCore

/// One value's way into the program: flag, then environment, then file, then default.
///
/// The three share one name: `--connect-timeout`, `UNDERSTUDY_CONNECT_TIMEOUT`, `connect-timeout:`.
struct Settings {
    /// All names that the file may hold; the environment's twins follow from them.
    static let names: Set<String> = [
        "upstream", "dir", "port", "host", "admin-port", "admin-host", "admin-rate-limit", "write", "latency", "speed",
        "no-redact", "keep-secrets",
        "redact",
        "rewrite-location", "no-annotate", "no-via", "durability", "max-body", "insecure", "cacert", "cert", "key",
        "proxy", "noproxy", "resolve", "connect-to", "connect-timeout", "max-time", "http2", "json", "no-color",
        "verbose", "quiet", "log-format", "port-file", "profile", "match-body", "no-match-body", "match-headers",
        "no-match-query", "wildcards", "no-wildcards", "no-fuzzy", "json-subset", "ignore", "repeats", "environment",
        "templates", "no-templates", "seed", "cors", "no-cors", "no-derive",
        "require-key", "server-response", "explain-auth", "history-max-age",
        "max-size", "max-head", "max-field", "max-fields", "max-target", "max-connections", "max-upstream-per-host",
        "max-upstream",
        "head-timeout", "body-timeout", "idle-timeout", "first-byte-timeout", "upstream-idle-timeout", "stop-timeout",
        "history-limit", "intercept", "tunnel", "insecure-host", "proxy-auth", "no-forward", "ca-dir", "session-idle",
        "allow-target",
        "deny-target", "mode", "session", "allow-misses", "include", "exclude", "record-if", "record-preflights",
    ]

    /// Those that may be given more than once; in the file, as a list.
    static let repeated: Set<String> = [
        "redact", "resolve", "connect-to", "match-headers", "ignore", "no-derive", "require-key", "intercept",
        "tunnel", "insecure-host", "allow-target", "deny-target", "include", "exclude", "record-if",
    ]

    private let environment: [String: String]
    private let file: ConfigurationFile

    init(environment: [String: String], file: ConfigurationFile) {
        self.environment = environment
        self.file = file
    }

    /// A value and who gave it, for the error message.
    struct Given {
        let text: String
        let source: String
    }

    private func given(_ name: String, _ flag: String?) -> Given? {
        if let flag { return Given(text: flag, source: "--\(name)") }
        return inEnvironment(name) ?? inFile(name)
    }

    private func inEnvironment(_ name: String) -> Given? {
        let variable = Self.variable(name)
        guard let text = environment[variable], !text.isEmpty else { return nil }
        return Given(text: text, source: variable)
    }

    private func inFile(_ name: String) -> Given? {
        file.scalar(name).map { Given(text: $0, source: "\(file.path): \(name)") }
    }

    static func variable(_ name: String) -> String {
        "UNDERSTUDY_" + name.uppercased().replacing("-", with: "_")
    }

    func text(_ name: String, _ flag: String?) -> String? { given(name, flag)?.text }

    /// Parses with `parse`, whose `nil` means that the text is not `expected`.
    func value<Value>(
        _ name: String, _ flag: String?, expected: String, _ parse: (String) -> Value?
    ) throws(CommandFailure) -> Value? {
        guard let given = given(name, flag) else { return nil }
        return try Self.parsed(given, expected, parse)
    }

    private static func parsed<Value>(
        _ given: Given, _ expected: String, _ parse: (String) -> Value?
    ) throws(CommandFailure) -> Value {
        guard let value = parse(given.text) else {
            throw .usage("\(given.source): '\(given.text)' is not \(expected)")
        }
        return value
    }

    func port(_ name: String, _ flag: Int?) throws(CommandFailure) -> Int? {
        try value(name, flag.map(String.init), expected: "a port (0 to 65535)") { text in
            Int(text).flatMap { (0...65535).contains($0) ? $0 : nil }
        }
    }

    func duration(_ name: String, _ flag: String?) throws(CommandFailure) -> Duration? {
        try value(name, flag, expected: "a time such as 5, 2.5 or 300ms", Duration.init(text:))
    }

    func bytes(_ name: String, _ flag: String?) throws(CommandFailure) -> Int? {
        try value(name, flag, expected: "a size such as 500KB or 10MB", ByteSize.init).map(\.count)
    }

    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ flag: String?, _ type: Choice.Type
    ) throws(CommandFailure) -> Choice? {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try value(name, flag, expected: "one of \(names)", Choice.init(rawValue:))
    }

    func readableFile(_ name: String, _ flag: String?) throws(CommandFailure) -> String? {
        try value(name, flag, expected: "a file that can be read") { path in
            FileManager.default.isReadableFile(atPath: path) ? path : nil
        }
    }

    /// A switch is on when its flag is given, or when environment or file say so.
    func isOn(_ name: String, _ flag: Bool) throws(CommandFailure) -> Bool {
        if flag { return true }
        return try value(name, nil, expected: "true or false", Self.bool) ?? false
    }

    private static func bool(_ text: String) -> Bool? {
        switch text.lowercased() {
        case "true", "1", "yes", "on": true
        case "false", "0", "no", "off": false
        default: nil
        }
    }

    /// A switch with a flag for either side, `--cors` and `--no-cors`, whose names environment and file take too. `nil`
    /// when nobody says.
    func toggle(_ name: String, _ flag: Bool?) throws(CommandFailure) -> Bool? {
        if let flag { return flag }
        for place in [inEnvironment, inFile] {
            if let on = place(name) { return try Self.parsed(on, "true or false", Self.bool) }
            if let off = place("no-\(name)") { return try !Self.parsed(off, "true or false", Self.bool) }
        }
        return nil
    }

    /// What separates the elements of a list in the environment, where it is not a space.
    private static let separators: [String: Character] = ["include": ",", "exclude": ",", "record-if": "\n"]

    /// Flags that may be repeated; the environment separates with spaces, the file has a list.
    func list(_ name: String, _ flags: [String]) -> [String] {
        givenList(name, flags).map(\.text)
    }

    /// The same with who gave it.
    func givenList(_ name: String, _ flags: [String]) -> [Given] {
        if !flags.isEmpty { return flags.map { Given(text: $0, source: "--\(name)") } }
        if let given = inEnvironment(name) {
            let separator = Self.separators[name] ?? " "
            return given.text.split(separator: separator).map { Given(text: String($0), source: given.source) }
        }
        return file.list(name).map { Given(text: $0, source: "\(file.path): \(name)") }
    }

    /// The elements of lists separated by commas, each parsed with `parse`, whose `nil` means that it is not `expected`.
    func elements<Value>(
        _ name: String, _ flags: [String], expected: String, _ parse: (String) -> Value?
    ) throws(CommandFailure) -> [Value] {
        var values: [Value] = []
        for given in givenList(name, flags) {
            for element in given.text.split(separator: ",") {
                let element = Given(text: element.trimmingBlanks, source: given.source)
                if !element.text.isEmpty { values.append(try Self.parsed(element, expected, parse)) }
            }
        }
        return values
    }
}

extension Substring {
    /// Without blanks at both ends.
    fileprivate var trimmingBlanks: String {
        var rest = self
        while rest.first == " " { rest.removeFirst() }
        while rest.last == " " { rest.removeLast() }
        return String(rest)
    }
}

extension Duration {
    /// Seconds as curl writes them (`5`, `2.5`), or with a unit (`300ms`, `2s`, `1m`, `2h`).
    init?(text: String) {
        let units: [(String, Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]
        let (suffix, factor) = units.first { text.hasSuffix($0.0) } ?? ("", 1)
        guard let number = Double(text.dropLast(suffix.count)), number >= 0, number < 1e9 else { return nil }
        self = .milliseconds(Int64(number * factor * 1000))
    }
}
