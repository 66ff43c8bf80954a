import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// What `match` looks through: the examples that `replay` would load. Creates nothing on disk.
struct MatchSource {
    let library: CollectionLibrary
    /// Where 'understudy examples edit' finds these examples.
    let place: EditPlace
    private let folder: String

    /// - Parameters:
    ///   - folder: the recording's, when it was named.
    ///   - places: folders and collection files to look in instead of all of `folder`.
    ///   - environment: its variables win over those of the collections.
    init(folder: String?, places: [String], environment: PostmanEnvironment?) throws(CommandFailure) {
        for place in places where !FilePath.exists(place) { throw .usage("there is no file or folder \(place)") }
        self.folder = folder ?? places.first(where: FilePath.isFolder) ?? "recordings"
        guard !places.isEmpty else {
            guard FilePath.isFolder(self.folder) else {
                throw .usage(
                    "there is no recording in \(self.folder): make one with 'understudy record URL', or name its folder with --dir"
                )
            }
            library = CollectionLibrary([.workspace(self.folder)], environment: environment)
            place = EditPlace(folder: self.folder)
            return
        }
        library = CollectionLibrary(
            places.map { FilePath.isFolder($0) ? .workspace($0) : .file($0) }, environment: environment)
        let folders = Set(places.map { Self.recording(of: $0) })
        place = folders.count == 1 ? folders.first.flatMap { $0 }.map { EditPlace(folder: $0) } ?? .none : .none
    }

    /// The folder of which a collection file is a part: `X` for `X/collections/a.json`.
    private static func recording(of place: String) -> String? {
        if FilePath.isFolder(place) { return place }
        var parts = place.split(separator: "/", omittingEmptySubsequences: false)
        parts.removeLast()
        guard parts.popLast() == "collections" else { return nil }
        return parts.isEmpty ? "." : parts.joined(separator: "/")
    }

    /// What a server on this folder would redact requests with. Where there is no key yet no placeholder of the
    /// recording can be made again, whatever the key: all secrets are other ones.
    func redaction(adding names: [String]) throws(CommandFailure) -> Redaction {
        let rules = Redaction.Rules(adding: names)
        guard FilePath.exists("\(folder)/redaction.key") else {
            return Redaction(key: [UInt8](repeating: 0, count: 32), rules: rules)
        }
        return try CommandFailure.describing {
            Redaction(key: try Workspace(folder, opening: .reading).redactionKey(), rules: rules)
        }
    }
}
