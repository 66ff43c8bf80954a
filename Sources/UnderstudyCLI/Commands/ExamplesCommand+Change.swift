import ArgumentParser
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Another name for an example.
struct ExamplesRename: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give an example another name.")

    @Argument(help: "An id from 'examples ls', or its first characters.") var id: String
    @Argument(help: "The new name.") var name: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        let folder = try access.collections()
        let found = try ExampleSelection(folder).find(id)
        try CommandFailure.describing {
            try folder.change(found.file) { collection in
                guard collection.rename(example: found.id, to: name) else { throw CommandFailure.gone(found) }
            }
        }
        if access.json {
            return Console.line(JSONWriter.text(["id": .string(found.id), "name": .string(name)]))
        }
        Console.line("renamed example \(found.id) to \(TrafficPrinter.printable(name))")
    }
}

/// Removes examples.
struct ExamplesRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove examples; the history keeps what they were made of.",
        discussion: "When one of the ids is unknown, nothing is removed. Files in bodies/ stay.")

    @Argument(help: "Ids from 'examples ls', or their first characters.") var ids: [String]
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        let folder = try access.collections()
        let selection = ExampleSelection(folder)
        var chosen: [ExampleSelection.Found] = []
        for id in ids {
            let found = try selection.find(id)
            if !chosen.contains(where: { $0.id == found.id && $0.file == found.file }) { chosen.append(found) }
        }
        for file in folder.files() {
            let examples = chosen.filter { $0.file == file }
            guard let first = examples.first else { continue }
            let listing = first.collection.listing()
            try CommandFailure.describing {
                try folder.change(file) { collection in
                    for example in examples where !collection.remove(example: example.id) {
                        throw CommandFailure.gone(example)
                    }
                }
            }
            for example in examples {
                let entry = listing.first { $0.id == example.id }
                report(example.id, file, entry, access)
            }
        }
    }

    private func report(
        _ id: String, _ file: CollectionFolder.File, _ entry: ExampleListing?, _ access: WorkspaceAccess
    ) {
        if access.json {
            return Console.line(
                JSONWriter.text(["id": .string(id), "collection": .string(file.slug), "removed": true]))
        }
        let what = entry.map { TrafficPrinter.printable("\($0.method) \($0.path), \($0.name)") } ?? ""
        Console.line("removed example \(id): \(what)")
    }
}

extension CommandFailure {
    /// Found a moment ago, and then another process took it away.
    static func gone(_ found: ExampleSelection.Found) -> CommandFailure {
        .usage("example \(found.id) has just been removed from \(found.file.path); nothing was changed there")
    }
}
