import ArgumentParser
import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Makes a mock server: of what is typed, of a collection, or of what the history saw.
struct MockCreate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a mock server.",
        discussion: """
            understudy mock create shop --request 'GET /users/{{id}}' --header 'Content-Type: application/json' --body '{"id": {{id}}}'
            understudy mock create shop --collection shop.postman_collection.json --private
            understudy mock create shop --collection 'Shop API' --tag v1
            understudy mock create monday --from-history --date 2026-11-16 --group domain,path
            understudy mock create pair --from-history --exchange 12 --exchange 15

            From scratch and from history a new collection of that name is made; a collection file from elsewhere is copied into \
            the workspace. Then: understudy serve
            """)

    @Argument(help: "What to call it; its address is made of that.") var name: String

    @Option(help: "An existing collection: a name or id in the workspace, or a file.", completion: .file())
    var collection: String?

    @Option(help: ArgumentHelp("From scratch: a request such as 'GET /users'.", valueName: "METHOD PATH")) var request:
        String?
    @Option(help: "From scratch: the answer's status.") var status: Int?
    @Option(help: "From scratch: a field of the answer, 'Name: value'. May be repeated.") var header: [String] = []
    @Option(help: "From scratch: the answer's content.") var body: String?
    @Option(help: "From scratch: the answer's content; - reads the standard input.", completion: .file())
    var bodyFile: String?

    @Flag(help: "From what the history saw: all of it, or what these say:") var fromHistory = false
    @Option(help: "From history: this exchange. May be repeated.") var exchange: [Int64] = []
    @Option(help: "From history: this local day, YYYY-MM-DD.") var date: String?
    @Option(help: "From history: from this time on.") var since: String?
    @Option(help: "From history: before this time.") var until: String?
    @Option(help: "From history: this host; * stands for anything.") var host: String?
    @Option(help: "From history: folders by domain, path, or domain,path.") var group: String?

    @OptionGroup(title: "Configuration") var configuration: MockConfigurationOptions
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options, creates: true)
        try CommandFailure.describing {
            let ways = [collection != nil, request != nil, fromHistory].count { $0 }
            guard ways == 1 else {
                throw CommandFailure.usage(
                    "say what it is made of: --collection NAME, --request 'GET /path', or --from-history (one of them)")
            }
            try check(access)
            let made = try makeCollection(access)
            do {
                let stored = try create(made.entry, access)
                try MockSaving.saveAddress(stored.mock, configuration, access)
                try report(stored.mock, made.notes, access)
            } catch {
                // What was made for it alone goes with it.
                if made.isNew { try? CollectionCatalog(access.workspace).delete(made.entry) }
                throw error
            }
        }
    }

    /// What would fail later, before anything is made.
    private func check(_ access: MockAccess) throws {
        if access.mocks.all().mocks.contains(where: { $0.mock.name.lowercased() == name.lowercased() }) {
            throw ItemError.exists(.mock, name)
        }
        var probe = MockServer(id: "", name: name, collection: "", createdAt: .now(), owner: "")
        try configuration.put(into: &probe, access.workspace)
        try configuration.checkNewEnvironment(access.workspace)
    }

    private func create(_ collection: CollectionCatalog.Entry, _ access: MockAccess) throws -> MockFolder.Stored {
        var mock = MockServer(
            id: ItemID.make(), name: name, collection: collection.id, createdAt: .now(), owner: KeyRing.firstOwner)
        try configuration.put(into: &mock, access.workspace)
        return try access.mocks.create(mock)
    }

    // MARK: What it is made of

    private struct MadeCollection {
        let entry: CollectionCatalog.Entry
        let isNew: Bool
        var notes: [String] = []
    }

    private func makeCollection(_ access: MockAccess) throws -> MadeCollection {
        let catalog = CollectionCatalog(access.workspace)
        if let collection {
            guard FilePath.exists(collection), !FilePath.isFolder(collection) else {
                return MadeCollection(entry: try catalog.find(collection), isNew: false)
            }
            return try importedCollection(collection, access)
        }
        let maker = MockMaker(access.workspace, redaction: try redaction(access))
        if let request {
            return MadeCollection(entry: try maker.collection(name, of: [try handmade(request)]), isNew: true)
        }
        let made = try maker.collection(name, of: try exchanges(access), grouping: try grouping())
        var notes = ["\(Count.text(made.exampleCount, "example")) from the history"]
        if !made.leftOut.isEmpty {
            let numbers = made.leftOut.prefix(10).map(String.init).joined(separator: ", ")
            notes.append(
                "left out, because they are no whole answers of an API: \(numbers)\(made.leftOut.count > 10 ? ", …" : "")"
            )
        }
        return MadeCollection(entry: made.collection, isNew: true, notes: notes)
    }

    /// Of a file of any kind that `import` takes, if one collection comes of it.
    private func importedCollection(_ file: String, _ access: MockAccess) throws -> MadeCollection {
        let importer = Importer(access.workspace)
        let bytes = ByteBuffer(bytes: try FileBytes.read(file))
        let result = try Import.read(bytes, name: file, options: importer.options(redaction: try redaction(access)))
        guard result.items.count == 1, case .collection? = result.items.first else {
            throw CommandFailure.usage(
                "\(file) holds \(Count.text(result.items.count, "item")), not one collection: 'understudy import' takes them in"
            )
        }
        let stored = try importer.store(result.items)
        let entry = try CollectionCatalog(access.workspace).find(id: stored[0].id)
        let problems = result.problems + result.withoutContent
        return MadeCollection(
            entry: entry, isNew: true, notes: problems.prefix(20).map { "not taken over as it is: \($0)" })
    }

    private func redaction(_ access: MockAccess) throws -> Redaction {
        Redaction(key: try access.workspace.redactionKey(), rules: Redaction.Rules())
    }

    private func handmade(_ request: String) throws -> MockMaker.Handmade {
        let parts = request.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: true)
        let target = parts.count == 2 ? parts[1].drop { $0 == " " } : ""
        guard target.hasPrefix("/"), let method = parts.first,
            method.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x22 })
        else { throw CommandFailure.usage("--request: '\(request)' is not a method and a path, such as 'GET /users'") }
        let status = status ?? 200
        guard (200...999).contains(status) else {
            throw CommandFailure.usage("--status: '\(status)' is not a status from 200 to 999")
        }
        guard body == nil || bodyFile == nil else { throw CommandFailure.usage("give --body or --body-file, not both") }
        var content = ByteBuffer(string: body ?? "")
        if let bodyFile { content = ByteBuffer(bytes: try FileBytes.read(bodyFile)) }
        return MockMaker.Handmade(
            method: String(method), target: String(target), status: status, fields: try HeaderLines.fields(header),
            body: content)
    }

    // MARK: From history

    /// How many exchanges one collection is made of at most.
    static let exchangeLimit = 100_000
    /// And of how much content.
    static let byteLimit = 256 << 20

    private func exchanges(_ access: MockAccess) throws -> [Exchange] {
        let history: History
        do { history = try History(access.workspace, opening: .reading) } catch {
            throw CommandFailure.usage("there is no history in \(access.workspace.folder): record something first")
        }
        if !exchange.isEmpty {
            return try exchange.map { id in
                guard let found = try history.exchange(id: id) else {
                    throw CommandFailure.usage("there is no exchange \(id): 'understudy history ls' lists them")
                }
                return found
            }
        }
        let query = try query()
        let count = try history.count(query)
        guard count > 0 else {
            throw CommandFailure.usage("the history has no such exchange: 'understudy history ls' lists them")
        }
        guard count <= Self.exchangeLimit else {
            throw CommandFailure.usage(
                "these are \(count) exchanges, more than the \(Self.exchangeLimit) that one collection is made of: say fewer with --date, --since, --until or --host"
            )
        }
        let entries = try history.entries(query)
        guard entries.reduce(0, { $0 + $1.requestSize + $1.responseSize }) <= Self.byteLimit else {
            throw CommandFailure.usage(
                "these exchanges have more than \(Self.byteLimit >> 20) MB of content, more than one collection is made of: say fewer with --date, --since, --until or --host"
            )
        }
        return try entries.compactMap { try history.exchange(id: $0.id) }
    }

    private func query() throws(CommandFailure) -> HistoryQuery {
        var query = HistoryQuery()
        query.order = .oldestFirst
        query.limit = Self.exchangeLimit
        query.host = host
        (query.since, query.until) = try TimeInput.range(since: since, until: until, date: date)
        return query
    }

    private func grouping() throws(CommandFailure) -> CollectionMaker.Grouping {
        var grouping: CollectionMaker.Grouping = []
        for part in (group ?? "").split(separator: ",") {
            switch part {
            case "domain": grouping.insert(.domain)
            case "path": grouping.insert(.path)
            default: throw .usage("--group: '\(group ?? "")' is not domain, path or domain,path")
            }
        }
        return grouping
    }

    // MARK: What is said

    private func report(_ mock: MockServer, _ notes: [String], _ access: MockAccess) throws {
        let addresses = try access.addresses(of: mock)
        if access.json {
            return Console.line(JSONWriter.text(MockText.json(mock, addresses: addresses, access)))
        }
        Console.line("created mock server \(TrafficPrinter.printable(mock.name))\(mock.isPrivate ? ", private" : "")")
        for note in notes { Console.line("  \(note)") }
        for address in addresses { Console.line("  \(address)") }
        if !access.isServing { Console.line("start it with: understudy serve\(access.directoryFlag)") }
    }
}
