/// What would make an example answer a request that it does not answer.
public enum Mend: Sendable, Hashable {
    /// `understudy examples edit ID` with these flags.
    case edit(id: String, flags: String)
    /// Every example of a group was given once.
    case resetSessions

    /// A command that can be run as it stands; `nil` when these examples cannot be edited.
    public func command(_ place: EditPlace) -> String? {
        switch self {
        case .edit(let id, let flags): place.flag.map { "understudy examples edit \(id) \(flags)\($0)" }
        case .resetSessions: place.flag.map { "understudy sessions reset\($0)" }
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
