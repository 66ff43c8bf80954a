import ArgumentParser
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// The collections of a workspace as wholes: their examples are `examples`' business.
struct CollectionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collection", abstract: "List, name, tag and delete collections.",
        discussion: """
            understudy collection tag 'Shop API' v1      keep it as it is now
            understudy mock set shop --tag v1            and serve that

            NAME is a collection's name, the name of its file, or its id.
            """,
        subcommands: [
            CollectionList.self, CollectionTag.self, CollectionTags.self, CollectionUntag.self, CollectionRename.self,
            CollectionRemove.self,
        ],
        defaultSubcommand: CollectionList.self)
}

struct CollectionList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ls", abstract: "List collections.")
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        let catalog = CollectionCatalog(access.workspace)
        let entries = catalog.all()
        if access.json {
            let list = entries.map { entry -> JSONValue in
                [
                    "id": .string(entry.id), "name": .string(entry.name), "file": .string(entry.path),
                    "tags": .array(catalog.tags(of: entry).map { .string($0) }),
                    "updatedAt": .string(entry.updatedAt.isoText),
                ]
            }
            return Console.line(JSONWriter.text(["collections": .array(list)]))
        }
        guard !entries.isEmpty else {
            return Console.errorLine(
                "there are no collections in \(access.workspace.folder): 'understudy import' brings them in")
        }
        var table = Table([.left, .left, .left])
        table.add(["name", "tags", "file"])
        for entry in entries {
            table.add([
                Table.Cell(TrafficPrinter.printable(entry.name)),
                Table.Cell(catalog.tags(of: entry).joined(separator: ", ")), Table.Cell(entry.path),
            ])
        }
        Console.line(table.lines.joined(separator: "\n"))
    }
}

struct CollectionTag: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Keep a collection as it is now under a tag; mock servers can serve that.")
    @Argument(help: "A name or an id.") var name: String
    @Argument(help: "The tag: letters, digits, '.', '_' and '-'.") var tag: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let catalog = CollectionCatalog(access.workspace)
            let entry = try catalog.find(name)
            try catalog.tag(entry, tag)
            if access.json { return Console.line(JSONWriter.text(["id": .string(entry.id), "tag": .string(tag)])) }
            Console.line("tagged collection \(TrafficPrinter.printable(entry.name)) as \(tag)")
        }
    }
}

struct CollectionTags: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "tags", abstract: "List the tags of a collection.")
    @Argument(help: "A name or an id.") var name: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let catalog = CollectionCatalog(access.workspace)
            let tags = catalog.tags(of: try catalog.find(name))
            if access.json { return Console.line(JSONWriter.text(["tags": .array(tags.map { .string($0) })])) }
            for tag in [CollectionCatalog.current] + tags { Console.line(tag) }
        }
    }
}

struct CollectionUntag: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "untag", abstract: "Forget a tag; mock servers that serve it are deactivated by that.")
    @Argument(help: "A name or an id.") var name: String
    @Argument(help: "The tag.") var tag: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let catalog = CollectionCatalog(access.workspace)
            let entry = try catalog.find(name)
            try catalog.removeTag(entry, tag)
            if access.json { return Console.line(JSONWriter.text(["id": .string(entry.id), "removed": .string(tag)])) }
            Console.line("forgot tag \(tag) of \(TrafficPrinter.printable(entry.name))")
        }
    }
}

struct CollectionRename: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rename", abstract: "Give a collection another name; its file and id stay.")
    @Argument(help: "A name or an id.") var name: String
    @Argument(help: "The new name.") var newName: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let catalog = CollectionCatalog(access.workspace)
            let entry = try catalog.find(name)
            try CollectionFolder(access.workspace).change(catalog.file(entry)) { $0.rename(to: newName) }
            if access.json {
                return Console.line(JSONWriter.text(["id": .string(entry.id), "name": .string(newName)]))
            }
            Console.line(
                "renamed collection \(TrafficPrinter.printable(entry.name)) to \(TrafficPrinter.printable(newName))")
        }
    }
}

struct CollectionRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Delete a collection with its tags; mock servers of it are deactivated by that.")
    @Argument(help: "A name or an id.") var name: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let catalog = CollectionCatalog(access.workspace)
            let entry = try catalog.find(name)
            let mocks = MockFolder(access.workspace).all().mocks.filter { $0.mock.collection == entry.id }.map(
                \.mock.name)
            try catalog.delete(entry)
            if access.json {
                return Console.line(
                    JSONWriter.text([
                        "id": .string(entry.id), "deleted": true, "deactivated": .array(mocks.map { .string($0) }),
                    ]))
            }
            Console.line("deleted collection \(TrafficPrinter.printable(entry.name))")
            if !mocks.isEmpty {
                Console.line("deactivated by that: \(TrafficPrinter.printable(mocks.joined(separator: ", ")))")
            }
        }
    }
}
