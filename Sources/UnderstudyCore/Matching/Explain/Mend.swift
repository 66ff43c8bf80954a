/// What would make an example answer a request that it does not answer.
public enum Mend: Sendable, Hashable {
    /// Of the example of that id.
    case edit(id: String, Change)
    /// Every example of a group was given once.
    case resetSessions

    /// What is changed of an example.
    public enum Change: Sendable, Hashable {
        case enable
        /// Leaves a part of requests out, as `IgnoreRule` spells it.
        case ignore(String)
        /// Takes all of its own rules away.
        case dropRules
        /// Compares no bodies.
        case matchBodyOff
        /// Another target, in which what differs is a placeholder.
        case wildcard(target: String)
        /// No flag does that: only who edits the example itself.
        case method(String)
    }

    /// A command that can be run as it stands; `nil` when these examples cannot be edited, or not so.
    public func command(_ place: EditPlace) -> String? {
        switch self {
        case .edit(let id, let change):
            if let flag = place.flag, let flags = change.flags {
                "understudy examples edit \(id) \(flags)\(flag)"
            } else {
                nil
            }
        case .resetSessions: place.flag.map { "understudy sessions reset\($0)" }
        }
    }

    /// `kind` with what it needs, and a `label` for people.
    public var json: JSONValue {
        switch self {
        case .edit(_, .enable): ["kind": "enable", "label": "Switch it on"]
        case .edit(_, .ignore(let rule)):
            ["kind": "ignore", "rule": .string(rule), "label": .string("Ignore \(rule)")]
        case .edit(_, .dropRules): ["kind": "drop-rules", "label": "Take its rules away"]
        case .edit(_, .matchBodyOff): ["kind": "match-body", "value": "off", "label": "Compare no bodies"]
        case .edit(_, .wildcard(let target)):
            ["kind": "wildcard", "target": .string(target), "label": .string("Change its target to \(target)")]
        case .edit(_, .method(let method)):
            ["kind": "method", "method": .string(method), "label": .string("Change its method to \(method)")]
        case .resetSessions: ["kind": "reset-sessions", "label": "Give its examples again from the first"]
        }
    }

    func hidingSecrets(of scope: VariableScope) -> Mend {
        switch self {
        case .edit(let id, .ignore(let rule)): .edit(id: id, .ignore(scope.hidingSecrets(in: rule)))
        case .edit(let id, .wildcard(let target)): .edit(id: id, .wildcard(target: scope.hidingSecrets(in: target)))
        default: self
        }
    }
}

extension Mend.Change {
    /// Of `understudy examples edit`.
    var flags: String? {
        switch self {
        case .enable: "--enable"
        case .ignore(let rule): "--ignore \(ShellText.word(rule))"
        case .dropRules: "--drop-rules"
        case .matchBodyOff: "--match-body off"
        case .wildcard(let target): "--target \(ShellText.word(target))"
        case .method: nil
        }
    }
}

/// How commands find the recording that examples are in.
public struct EditPlace: Sendable, Hashable {
    /// With a blank before it; empty for the default folder, `nil` when the examples are in no recording's folder.
    public let flag: String?

    /// The default folder.
    public static let here = EditPlace(flag: "")
    /// None: no command can change these examples.
    public static let none = EditPlace(flag: nil)

    /// - Parameter folder: of a recording.
    public init(folder: String) {
        flag = folder == "recordings" ? "" : " --dir \(ShellText.word(folder))"
    }

    private init(flag: String?) { self.flag = flag }
}

/// Texts in commands that are printed for people to run.
public enum ShellText {
    /// In single quotes unless it is a plain word.
    public static func word(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { byte in
            byte.isDigit || (byte.asciiLowercased >= 0x61 && byte.asciiLowercased <= 0x7A)
                || "-_./:=,@%+".utf8.contains(byte)
        }
        guard !isPlain || text.isEmpty else { return text }
        return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}
