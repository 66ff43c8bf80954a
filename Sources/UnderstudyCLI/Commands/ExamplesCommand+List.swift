import ArgumentParser
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// A line per example.
struct ExamplesList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List examples in the order of their files.",
        discussion: """
            understudy examples ls /users        those with '/users' in method, path, name or id
            understudy examples ls 'GET *.json'  * stands for anything

            With --json each line is one object (JSON Lines; 'jq -s' makes an array of them).
            """)

    @Argument(help: "Text to look for in 'METHOD /path', name and id; case does not matter.") var pattern: String?
    @Option(help: "Only this collection.") var collection: String?
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        let folder = try access.collections()
        let files = folder.files().filter { collection == nil || $0.slug == collection }
        if let collection, files.isEmpty {
            let names = folder.files().map(\.slug).joined(separator: ", ")
            throw CommandFailure.usage(
                "there is no collection '\(collection)'\(names.isEmpty ? "" : ": there are \(names)")")
        }
        var table = Table([.left, .left, .right])
        var lines: [String] = []
        var unreadable = 0
        let glob = pattern.map { Glob($0) }
        for file in files {
            do {
                let parsed = try folder.read(file)
                for problem in parsed.examples(files: folder.bodyFiles).problems {
                    Console.error("\(file.path): \(problem)")
                }
                for example in parsed.listing() where glob?.finds(example) ?? true {
                    if access.json {
                        lines.append(JSONWriter.text(Self.json(example, file)))
                    } else {
                        table.add(Self.row(example, file, access.paint, showsFile: files.count > 1))
                    }
                }
            } catch {
                Console.error("\(error)")
                unreadable += 1
            }
        }
        lines += table.lines
        if !lines.isEmpty { Console.line(lines.joined(separator: "\n")) }
        if unreadable > 0 {
            throw CommandFailure.usage("\(Count.text(unreadable, "collection")) could not be read")
        }
        if lines.isEmpty, !access.json {
            Console.errorLine("\(folder.path) has no \(pattern == nil ? "" : "such ")example")
        }
    }

    private static func row(
        _ example: ExampleListing, _ file: CollectionFolder.File, _ paint: Paint, showsFile: Bool
    ) -> [Table.Cell] {
        [
            Table.Cell(String(example.id.prefix(8))), paint.status(String(example.code), code: example.code),
            Table.Cell(Size.text(example.bodyByteCount)), Table.Cell(TrafficPrinter.printable(example.method)),
            Table.Cell(TrafficPrinter.printable(example.path)), paint.faint(TrafficPrinter.printable(example.name)),
            paint.faint(showsFile ? TrafficPrinter.printable(file.slug) : ""),
        ]
    }

    private static func json(_ example: ExampleListing, _ file: CollectionFolder.File) -> JSONValue {
        [
            "id": .string(example.id), "collection": .string(file.slug), "name": .string(example.name),
            "folders": .array(example.folders.map { .string($0) }), "item": .string(example.itemName),
            "method": .string(example.method), "path": .string(example.path), "status": .integer(example.code),
            "bytes": .integer(example.bodyByteCount),
        ]
    }
}

/// What a user looks for: a text anywhere, in which `*` stands for anything.
struct Glob {
    private let parts: [String]

    init(_ pattern: String) {
        parts = pattern.lowercased().split(separator: "*", omittingEmptySubsequences: true).map(String.init)
    }

    func finds(_ example: ExampleListing) -> Bool {
        finds("\(example.method) \(example.path)") || finds(example.name) || finds(example.id)
    }

    /// Whether the parts occur one behind the other.
    func finds(_ text: String) -> Bool {
        var rest = text.lowercased()[...]
        for part in parts {
            guard let range = rest.firstRange(of: part) else { return false }
            rest = rest[range.upperBound...]
        }
        return true
    }
}
