import UnderstudyStore
import Yams

/// `understudy.yaml`: the same names as the flags, one level deep. Unknown names are errors, with a suggestion, so that
/// a misspelt setting is never silently without effect.
struct ConfigurationFile {
    /// Looked for in the current folder when `--config` is not given.
    static let defaultName = "understudy.yaml"

    let path: String
    private let members: [String: Yams.Node]

    static var none: ConfigurationFile { ConfigurationFile(path: "", members: [:]) }

    private init(path: String, members: [String: Yams.Node]) {
        self.path = path
        self.members = members
    }

    /// Reads a file that must exist.
    init(path: String) throws(CommandFailure) {
        self.path = path
        let root: Yams.Node?
        do {
            root = try Yams.compose(yaml: String(decoding: FileBytes.read(path), as: UTF8.self))
        } catch let error as FileError {
            throw .usage("\(error)")
        } catch {
            throw .usage("\(path): not YAML: \(String(describing: error).prefix { $0 != "\n" })")
        }
        var members: [String: Yams.Node] = [:]
        guard let root else {
            self.members = members
            return
        }
        guard let mapping = root.mapping else { throw .usage("\(path): not a list of 'name: value' lines") }
        for (key, value) in mapping {
            let name = key.string ?? ""
            let line = key.mark?.line ?? 0
            guard Settings.names.contains(name) else {
                throw .usage("\(path):\(line): unknown key '\(name)'\(Self.suggestion(for: name))")
            }
            guard value.mapping == nil else {
                throw .usage("\(path):\(line): '\(name)' takes a value, not a group of them")
            }
            guard value.sequence == nil || Settings.repeated.contains(name) else {
                throw .usage("\(path):\(line): '\(name)' takes one value, not a list")
            }
            // `- header: X` is a group of its own; what is meant is `- header:X`.
            guard value.sequence?.allSatisfy({ $0.scalar != nil }) ?? true else {
                throw .usage(
                    "\(path):\(line): '\(name)' takes a list of values, not of groups (is a blank behind a colon?)")
            }
            members[name] = value
        }
        self.members = members
    }

    func scalar(_ name: String) -> String? { members[name]?.scalar?.string }

    func list(_ name: String) -> [String] {
        guard let node = members[name] else { return [] }
        return node.sequence.map { $0.compactMap { $0.scalar?.string } } ?? node.scalar.map { [$0.string] } ?? []
    }

    private static func suggestion(for name: String) -> String {
        let wanted = Array(name.lowercased().replacing("_", with: "-"))
        let near = Settings.names.map { ($0, distance(wanted, Array($0))) }.min { ($0.1, $0.0) < ($1.1, $1.0) }
        guard let near, near.1 <= 3 else { return "" }
        return ": did you mean '\(near.0)'?"
    }

    /// Levenshtein's, for names of a few letters.
    private static func distance(_ left: [Character], _ right: [Character]) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (a == b ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
