import ArgumentParser
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Exchanges that were only seen become examples.
struct HistorySave: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "save", abstract: "Make examples of exchanges, such as those that spy or proxy mode let pass.",
        discussion: """
            understudy history save 12 13

            Added to the collection of the API that answered (--collection names another), redacted as when recording. A
            server that replays from this folder serves them from the next request on. Saving again changes nothing.
            All or none: when one of the exchanges cannot be saved, none is.
            """)

    @Argument(help: "Numbers of exchanges, the first column of 'history ls'.") var ids: [Int64]
    @Option(help: "Name of the collection, without folder and ending.") var collection: String?
    @Flag(help: "Keep secrets as they are.") var noRedact = false
    @Option(help: "Redact this field, query parameter or JSON member as well. May be repeated.") var redact: [String] =
        []
    @OptionGroup var options: LookingOptions

    /// Exchanges that go into one collection.
    private struct Group {
        let collection: String
        let home: CollectionHome
        var exchanges: [Exchange] = []
    }

    func run() throws {
        if let collection, !CollectionName.isValid(collection) {
            throw CommandFailure.usage(
                "--collection: '\(collection)' is not a name of letters, digits, '.', '-' and '_'")
        }
        let access = try options.access()
        let history = try access.history(.editing)
        try CommandFailure.describing {
            let exchanges = try self.exchanges(history)
            let waiting = try waiting(exchanges, history, access)
            let saver = ExampleSaver(
                workspace: access.workspace, history: history, redaction: try access.redaction(redact, none: noRedact))
            for id in waiting { report(id, "pending", nil, nil, access) }
            for group in try groups(exchanges.filter { !waiting.contains($0.id) }, history, saver) {
                for saved in try saver.save(group.exchanges, in: group.collection, home: group.home) {
                    let outcome = saved.example == nil ? "unsuitable" : saved.isNew ? "saved" : "known"
                    report(saved.exchange, outcome, saved.example, group.collection, access)
                }
            }
        }
    }

    /// All of them, or an error that names the first that cannot be an example.
    private func exchanges(_ history: History) throws -> [Exchange] {
        var seen: Set<Int64> = []
        return try ids.filter { seen.insert($0).inserted }.map { id in
            guard let exchange = try history.exchange(id: id) else {
                throw CommandFailure.usage("there is no exchange \(id); nothing was saved")
            }
            if let reason = Self.obstacle(exchange) {
                throw CommandFailure.usage("exchange \(id) cannot become an example: \(reason); nothing was saved")
            }
            return exchange
        }
    }

    /// Why an exchange is not fit to be replayed.
    static func obstacle(_ exchange: Exchange) -> String? {
        switch exchange.result {
        case .hit: return "it was answered from example \(exchange.exampleID ?? "") already"
        case .miss: return "no example answered it and it did not go upstream"
        case .refused: return "it was refused and did not go upstream"
        case .recorded, .passthrough: break
        }
        if let failure = exchange.failure { return "it failed (\(failure.kind.rawValue))" }
        guard let response = exchange.response else { return "it has no response" }
        if exchange.request.body.isCut { return "its request was not kept whole (see --max-body)" }
        if response.body.isCut { return "its response was not kept whole (see --max-body)" }
        return nil
    }

    /// Those that a running server is about to write anyway.
    private func waiting(_ exchanges: [Exchange], _ history: History, _ access: WorkspaceAccess) throws -> Set<Int64> {
        guard collection == nil, Workspace.runningInstance(in: access.workspace.folder) != nil else { return [] }
        var query = HistoryQuery()
        query.limit = 1
        var waiting: Set<Int64> = []
        for exchange in exchanges {
            query.before = exchange.id + 1
            guard let entry = try history.entries(query).first, entry.id == exchange.id else { continue }
            if entry.exampleState == .pending { waiting.insert(exchange.id) }
        }
        return waiting
    }

    private func groups(_ exchanges: [Exchange], _ history: History, _ saver: ExampleSaver) throws -> [Group] {
        var groups: [Group] = []
        for exchange in exchanges {
            let run = try history.run(ofExchange: exchange.id)
            let home =
                run?.home(upstream: exchange.upstream, session: exchange.session)
                ?? CollectionHome(upstream: exchange.upstream, session: exchange.session, collection: "", baseURL: "")
            let name = try collection ?? saver.collection(home)
            if !groups.contains(where: { $0.collection == name }) {
                groups.append(Group(collection: name, home: home))
            }
            for index in groups.indices where groups[index].collection == name {
                groups[index].exchanges.append(exchange)
            }
        }
        return groups
    }

    private func report(
        _ id: Int64, _ outcome: String, _ example: String?, _ collection: String?, _ access: WorkspaceAccess
    ) {
        if access.json {
            let line: JSONValue = [
                "id": .integer(id), "outcome": .string(outcome), "example": example.map(JSONValue.string) ?? .null,
                "collection": collection.map(JSONValue.string) ?? .null,
            ]
            return Console.line(JSONWriter.text(line))
        }
        switch outcome {
        case "saved": Console.line("saved exchange \(id) as example \(example ?? "") in \(collection ?? "")")
        case "known": Console.line("exchange \(id) is example \(example ?? "") in \(collection ?? "") already")
        case "pending": Console.line("exchange \(id) is being written as an example by the running server")
        default: Console.line("exchange \(id) is a tunnel or an upgrade, which cannot be replayed")
        }
    }
}

/// Names of collections that users may give: they become file names.
enum CollectionName {
    static func isValid(_ name: String) -> Bool {
        guard let first = name.utf8.first, first != UInt8(ascii: "."), first != UInt8(ascii: "-"),
            name.utf8.count <= 100
        else { return false }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
            default: false
            }
        }
    }
}
