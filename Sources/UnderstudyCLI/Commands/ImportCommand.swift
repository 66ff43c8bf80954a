import ArgumentParser
import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// What people have elsewhere becomes part of the workspace.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in Postman's files, HAR, curl command lines and OpenAPI.",
        discussion: """
            understudy import 'Shop API.postman_collection.json' dev.postman_environment.json
            understudy import site.har --group domain-path --into site
            understudy import openapi.yaml
            pbpaste | understudy import -                    curl commands, as browsers copy them

            What a file is, its content says: a Postman collection (v1, v2.0, v2.1), environment, globals, dump or zip export, \
            HAR 1.2, curl command lines (POSIX shells' and Windows'), OpenAPI 3.0 or 3.1 in JSON or YAML. Collections are kept \
            as v2.1. What could not be taken over is listed with its place. Nothing is fetched or run, and no other file is \
            read, because a file says so. Exchanges of a HAR file and curl command lines are redacted as \
            recordings are; Postman's files stay as they are.

            --group: hosts (a collection for each; the default for HAR), domain, path, domain-path, tags (OpenAPI's default), none.
            """)

    @Argument(help: "Files; - reads the standard input.", completion: .file()) var files: [String]
    @Option(help: "Name it so; with several collections a number goes behind.") var into: String?
    @Option(help: "How requests are put into folders.") var group: String?
    @Flag(help: "Replace what has the same name. Otherwise that stays, and the new one gets a number behind its name.")
    var replace =
        false
    @Option(help: "The largest file. Default: 50MB.") var maxSize: String?
    @Flag(help: "Keep secrets of HAR files and curl command lines as they are.") var noRedact = false
    @Option(help: "Redact this field, query parameter or JSON member as well. May be repeated.") var redact: [String] =
        []
    @OptionGroup var options: LookingOptions

    func run() throws {
        let settings = try Settings(options.workspace)
        let json = try settings.isOn("json", options.json)
        let limit = try settings.bytes("max-size", maxSize) ?? ImportOptions.defaultByteLimit
        let grouping = try grouping()
        let folder = settings.text("dir", options.workspace.dir) ?? "recordings"
        // Read before anything is made.
        let sources = try files.map { ($0, try Self.contents(of: $0, limit: limit)) }
        try CommandFailure.describing {
            let workspace = try Workspace(folder, opening: .editing)
            let importer = Importer(workspace)
            let redacts = try !settings.isOn("no-redact", noRedact)
            var reading = importer.options(
                redaction: redacts
                    ? Redaction(
                        key: try workspace.redactionKey(),
                        rules: Redaction.Rules(adding: settings.list("redact", redact)))
                    : .none)
            reading.byteLimit = limit
            reading.grouping = grouping
            var failures: [String] = []
            var done = 0
            for (name, bytes) in sources {
                do {
                    let result = try Import.read(bytes, name: name, options: reading)
                    let stored = try importer.store(result.items, name: into, replaces: replace)
                    done += stored.count
                    json ? report(json: name, result, stored) : report(name, result, stored)
                } catch {
                    failures.append("\(error)")
                }
            }
            for failure in failures { Console.error(failure) }
            guard done > 0 else { throw CommandFailure.usage("nothing was imported") }
        }
    }

    private func grouping() throws(CommandFailure) -> ImportGrouping? {
        guard let group else { return nil }
        guard let grouping = ImportGrouping(rawValue: group == "domain,path" ? "domain-path" : group) else {
            let names = ImportGrouping.allCases.map(\.rawValue).joined(separator: ", ")
            throw .usage("--group: '\(group)' is not one of \(names)")
        }
        return grouping
    }

    /// One octet more than is allowed is enough to say that it is too large.
    private static func contents(of path: String, limit: Int) throws(CommandFailure) -> ByteBuffer {
        if path == "-" {
            var bytes = ByteBuffer()
            while bytes.readableBytes <= limit {
                let data = FileHandle.standardInput.availableData
                if data.isEmpty { break }
                bytes.writeBytes(data)
            }
            guard bytes.readableBytes <= limit else { throw tooLarge("the standard input", limit) }
            return bytes
        }
        if let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int, size > limit {
            throw tooLarge(path, limit)
        }
        guard !FilePath.isFolder(path) else { throw .usage("\(path) is a folder: name the files in it") }
        do { return ByteBuffer(bytes: try FileBytes.read(path)) } catch { throw .usage("\(error)") }
    }

    private static func tooLarge(_ path: String, _ limit: Int) -> CommandFailure {
        .usage("\(path) is larger than \(Size.text(limit)): --max-size allows more")
    }

    // MARK: What is said

    private func report(_ name: String, _ result: Import, _ stored: [Importer.Stored]) {
        for item in stored {
            let count = Count.text(item.count, item.kind == .collection ? "request" : "variable")
            let examples = item.kind == .collection ? ", \(Count.text(item.exampleCount, "example"))" : ""
            let verb = item.isReplacement ? "replaced" : "imported"
            Console.line(
                TrafficPrinter.printable(
                    "\(verb) \(item.kind.rawValue) \(item.name) (\(count)\(examples)) from \(result.kind.rawValue) as \(item.path)"
                ))
        }
        if !result.withoutContent.isEmpty {
            Console.errorLine("\(Count.text(result.withoutContent.count, "exchange")) without content:")
            Self.list(result.withoutContent)
        }
        if !result.problems.isEmpty {
            Console.errorLine("\(name): \(Count.text(result.problems.count, "place")) not taken over as it is:")
            Self.list(result.problems)
        }
    }

    /// More lines than this are counted only; --json has all.
    private static let lineLimit = 50

    private static func list(_ problems: [ImportProblem]) {
        for problem in problems.prefix(lineLimit) { Console.errorLine("  " + TrafficPrinter.printable("\(problem)")) }
        if problems.count > lineLimit {
            Console.errorLine("  and \(problems.count - lineLimit) more: --json lists them")
        }
    }

    private func report(json name: String, _ result: Import, _ stored: [Importer.Stored]) {
        func list(_ problems: [ImportProblem]) -> JSONValue {
            .array(problems.map { ["place": .string($0.place), "message": .string($0.message)] })
        }
        let items = stored.map { item -> JSONValue in
            [
                "kind": .string(item.kind.rawValue), "id": .string(item.id), "name": .string(item.name),
                "file": .string(item.path), item.kind == .collection ? "requests" : "variables": .integer(item.count),
                "examples": .integer(item.exampleCount), "replaced": .bool(item.isReplacement),
            ]
        }
        Console.line(
            JSONWriter.text([
                "source": .string(name), "kind": .string(result.kind.rawValue), "items": .array(items),
                "withoutContent": list(result.withoutContent), "problems": list(result.problems),
            ]))
    }
}
