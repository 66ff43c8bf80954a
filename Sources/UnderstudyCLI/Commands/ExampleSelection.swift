import UnderstudyFormats
import UnderstudyStore

/// Finds examples by id, or by the beginning of one.
struct ExampleSelection {
    /// Fewer characters of an id are more likely a mistake than a choice.
    static let shortestPrefix = 4

    /// One example and the file it is in.
    struct Found {
        let id: String
        let file: CollectionFolder.File
        let collection: PostmanCollection
    }

    private let files: [(file: CollectionFolder.File, collection: PostmanCollection, ids: [String])]
    /// Files that cannot be read, a line each.
    let problems: [String]

    init(_ folder: CollectionFolder) {
        var files: [(CollectionFolder.File, PostmanCollection, [String])] = []
        var problems: [String] = []
        for file in folder.files() {
            do {
                let collection = try folder.read(file)
                files.append((file, collection, collection.listing().map(\.id)))
            } catch {
                problems.append("\(error)")
            }
        }
        self.files = files
        self.problems = problems
    }

    /// The one example whose id begins so.
    func find(_ prefix: String) throws(CommandFailure) -> Found {
        var found: [Found] = []
        for (file, collection, ids) in files {
            for id in ids {
                if id == prefix { return Found(id: id, file: file, collection: collection) }
                if id.hasPrefix(prefix) { found.append(Found(id: id, file: file, collection: collection)) }
            }
        }
        guard prefix.count >= Self.shortestPrefix else {
            throw .usage(
                "'\(prefix)' is too short: give at least \(Self.shortestPrefix) characters of an id from 'examples ls'")
        }
        guard let first = found.first else {
            let unread = problems.isEmpty ? "" : " (and could not read \(problems.joined(separator: "; ")))"
            throw .usage("there is no example '\(prefix)'\(unread): 'examples ls' lists them")
        }
        guard found.count == 1 else {
            throw .usage(
                "'\(prefix)' fits \(found.count) examples, such as \(found[0].id) and \(found[1].id): give more of the id"
            )
        }
        return first
    }
}
