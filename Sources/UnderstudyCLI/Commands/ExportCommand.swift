import ArgumentParser
import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// What is in the workspace, for other tools.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write collections, environments and history for other tools.",
        discussion: """
            understudy export collection 'Shop API' --format v2.0 -o shop.json
            understudy export collection 'Shop API' --format curl
            understudy export all -o backup.zip
            understudy export history --host '*.example.com' -o site.har

            Without -o it goes to the standard output.
            """,
        subcommands: [ExportCollection.self, ExportEnvironment.self, ExportAll.self, ExportHistory.self])
}

/// Where an export goes.
struct ExportOutput: ParsableArguments {
    @Option(name: .shortAndLong, help: "Write to this file.", completion: .file()) var output: String?

    func write(_ bytes: ByteBuffer) throws {
        guard let output, output != "-" else { return Console.bytes(bytes.readableBytesView) }
        try CommandFailure.describing { try AtomicFile.write(bytes, to: output) }
    }

    func write(_ lines: [String]) throws {
        try write(ByteBuffer(string: lines.map { $0 + "\n" }.joined()))
    }
}

struct ExportCollection: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collection", abstract: "Write a collection as v2.1, v2.0, curl command lines or zip.")
    @Argument(help: "A name, the name of its file, or an id.") var name: String
    @Option(help: "v2.1 (default), v2.0, curl, or zip.") var format = "v2.1"
    @Option(help: "For curl: fill in variables of this environment.") var environment: String?
    @OptionGroup var output: ExportOutput
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let catalog = CollectionCatalog(access.workspace)
            let entry = try catalog.find(name)
            let collection = try catalog.read(entry)
            switch format {
            case "v2.1": try output.write(try catalog.exported(entry))
            case "v2.0": try output.write(collection.bytes(as: .v20))
            case "zip": try output.write(try PostmanExport.bytes(collections: [collection], environments: []))
            case "curl":
                let variables = try environment.map { try EnvironmentFolder(access.workspace).find($0).environment }
                let (requests, problems) = collection.curlRequests(environment: variables)
                for problem in problems { Console.error("\(entry.path): \(problem); left out") }
                try output.write(
                    requests.flatMap { name, request in
                        ["# \(TrafficPrinter.printable(name))", CurlLine.text(request)]
                    })
            default: throw CommandFailure.usage("--format: '\(format)' is not one of v2.1, v2.0, curl, zip")
            }
        }
    }
}

struct ExportEnvironment: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "environment",
        abstract: "Write an environment as Postman exports it; without the values of secrets.")
    @Argument(help: "A name, the name of its file, or an id.") var name: String
    @Flag(help: "Secret values too.") var withSecrets = false
    @OptionGroup var output: ExportOutput
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let environment = try EnvironmentFolder(access.workspace).find(name).environment
            try output.write((withSecrets ? environment : environment.withoutSecrets).bytes())
        }
    }
}

struct ExportAll: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "all",
        abstract: "Write all collections and environments as a zip, as Postman exports data; secret values are in it.")
    @OptionGroup var output: ExportOutput
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let catalog = CollectionCatalog(access.workspace)
            let environments = EnvironmentFolder(access.workspace).all()
            for problem in environments.problems { Console.error("\(problem); left out") }
            let collections = catalog.all().compactMap { entry -> PostmanCollection? in
                do { return try catalog.read(entry) } catch {
                    Console.error("\(error); left out")
                    return nil
                }
            }
            try output.write(
                try PostmanExport.bytes(
                    collections: collections, environments: environments.environments.map(\.environment)))
        }
    }
}

struct ExportHistory: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Write exchanges as HAR, curl command lines or JSON, oldest first.",
        discussion: """
            understudy export history --since 1h -o hour.har
            understudy export history --status '>=400' --format curl
            """)
    @Option(help: "har (default), curl, or json: an object per line.") var format = "har"
    @Option(help: "Only this exchange. May be repeated.") var exchange: [Int64] = []
    @OptionGroup var filter: HistoryFilterOptions
    @OptionGroup var output: ExportOutput
    @OptionGroup var options: LookingOptions

    func run() throws {
        guard ["har", "curl", "json"].contains(format) else {
            throw CommandFailure.usage("--format: '\(format)' is not one of har, curl, json")
        }
        var query = try filter.query()
        query.order = .oldestFirst
        let access = try options.access()
        let history = try access.history(.reading)
        try CommandFailure.describing {
            var har = HARWriter(version: Version.current)
            var lines: [String] = []
            var count = 0
            try forEach(query, history) { exchange in
                count += 1
                let shown = ShownExchange(exchange, history, access)
                switch format {
                case "json": lines.append(JSONWriter.text(try shown.json()))
                case "curl":
                    let origin =
                        exchange.upstream.isEmpty
                        ? "http://" + (exchange.request.head.fields.text("Host") ?? "localhost") : exchange.upstream
                    lines.append(
                        CurlLine.text(
                            CurlLine.request(exchange.request, origin: origin, body: try shown.requestContent())))
                default:
                    har.add(
                        exchange, requestBody: try shown.requestContent(),
                        responseBody: exchange.response == nil ? ByteBuffer() : try shown.responseContent())
                }
            }
            guard count > 0 else { throw CommandFailure.usage("\(history.path) has no such exchange") }
            if format == "har" { try output.write(har.finish()) } else { try output.write(lines) }
        }
    }

    private func forEach(
        _ query: HistoryQuery, _ history: History, _ body: (Exchange) throws -> Void
    ) throws {
        if !exchange.isEmpty {
            for id in exchange {
                guard let found = try history.exchange(id: id) else {
                    throw CommandFailure.usage("there is no exchange \(id): 'understudy history ls' lists them")
                }
                try body(found)
            }
            return
        }
        var query = query
        query.limit = HistoryList.chunk
        while true {
            let entries = try history.entries(query)
            for entry in entries { if let exchange = try history.exchange(id: entry.id) { try body(exchange) } }
            guard let last = entries.last, entries.count == query.limit else { return }
            query.after = last.id
        }
    }
}
