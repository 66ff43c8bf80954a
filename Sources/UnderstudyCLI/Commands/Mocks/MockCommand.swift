import ArgumentParser
import UnderstudyCore
import UnderstudyStore

/// Mock servers of a workspace: files in `mocks/`, which a running server notices at once.
struct MockCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mock", abstract: "Create, look at, change and delete mock servers.",
        discussion: """
            understudy mock create shop --request 'GET /users/{{id}}' --body '{"id": {{id}}}'
            understudy mock create shop --collection shop.postman_collection.json
            understudy mock create monday --from-history --date 2026-11-16
            understudy call https://api.example.com/users/1 --mock shop
            understudy serve

            A mock server answers with the examples of one collection. Changes count from the next request on, whether or not a \
            server runs. NAME is a name or an id.
            """,
        subcommands: [
            MockList.self, MockCreate.self, MockShow.self, MockURL.self, MockSet.self, MockRemove.self,
            MockLog.self, MockUsage.self, MockLearn.self, MockResponseCommand.self,
        ],
        defaultSubcommand: MockList.self)
}

/// What commands about mock servers have in common.
struct MockAccess {
    let workspace: Workspace
    let mocks: MockFolder
    let json: Bool
    let directoryFlag: String
    private let settings: Settings

    /// - Parameter creates: whether a folder that is not there is made.
    init(_ options: LookingOptions, creates: Bool = false) throws(CommandFailure) {
        if creates {
            settings = try Settings(options.workspace)
            json = try settings.isOn("json", options.json)
            let folder = settings.text("dir", options.workspace.dir) ?? "recordings"
            do { workspace = try Workspace(folder, opening: .editing) } catch { throw .usage("\(error)") }
            directoryFlag = folder == "recordings" ? "" : " --dir \(folder)"
        } else {
            let access = try options.access()
            (workspace, json, directoryFlag, settings) = (
                access.workspace, access.json, access.directoryFlag, access.settings
            )
        }
        mocks = MockFolder(workspace)
    }

    /// For a command that has its workspace already.
    init(_ workspace: Workspace, _ settings: Settings) {
        self.workspace = workspace
        self.settings = settings
        json = false
        directoryFlag = workspace.folder == "recordings" ? "" : " --dir \(workspace.folder)"
        mocks = MockFolder(workspace)
    }

    /// Where the front door is, or will be by default.
    func frontDoor() throws(CommandFailure) -> String {
        if let address = Workspace.runningInstance(in: workspace.folder)?.frontDoor { return address }
        return "\(settings.text("host", nil) ?? "127.0.0.1"):\(try settings.port("port", nil) ?? 8080)"
    }

    var isServing: Bool { Workspace.runningInstance(in: workspace.folder)?.frontDoor != nil }

    func addresses(of mock: MockServer) throws -> [String] {
        let owners = MockNames.owners(mocks.all().mocks.map(\.mock))
        return mock.addresses(frontDoor: try frontDoor(), hasLabel: owners[mock.hostLabel] == mock.id)
    }

    /// Why it answers nothing, if it does not.
    func deactivation(of mock: MockServer) -> String? {
        let catalog = CollectionCatalog(workspace)
        do {
            _ = try catalog.path(of: catalog.find(id: mock.collection), tag: mock.versionTag)
            if let environment = mock.environment { _ = try EnvironmentFolder(workspace).find(environment) }
        } catch {
            return "\(error)"
        }
        return nil
    }
}

/// A line per mock server.
struct MockList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ls", abstract: "List mock servers.")

    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options)
        let (mocks, problems) = access.mocks.all()
        for problem in problems { Console.error(problem) }
        let frontDoor = try access.frontDoor()
        let owners = MockNames.owners(mocks.map(\.mock))
        func addresses(_ mock: MockServer) -> [String] {
            mock.addresses(frontDoor: frontDoor, hasLabel: owners[mock.hostLabel] == mock.id)
        }
        if access.json {
            let list = mocks.map { MockText.json($0.mock, addresses: addresses($0.mock), access) }
            return Console.line(JSONWriter.text(["mocks": .array(list)]))
        }
        guard !mocks.isEmpty else {
            return Console.errorLine(
                "there are no mock servers in \(access.workspace.folder): 'understudy mock create' makes one")
        }
        let collections = CollectionCatalog(access.workspace).all()
        var table = Table([.left, .left, .left, .left])
        table.add(["name", "collection", "access", "address"])
        for stored in mocks {
            let mock = stored.mock
            let collection = collections.first { $0.id == mock.collection }?.name ?? "(gone)"
            let isOff = access.deactivation(of: mock) != nil
            table.add([
                Table.Cell(TrafficPrinter.printable(mock.name)), Table.Cell(TrafficPrinter.printable(collection)),
                Table.Cell(isOff ? "deactivated" : mock.isPrivate ? "private" : "public"),
                Table.Cell(addresses(mock).first ?? ""),
            ])
        }
        Console.line(table.lines.joined(separator: "\n"))
    }
}

/// Everything about one.
struct MockShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show everything about a mock server, with a curl line to try it.")

    @Argument(help: "A name or an id.") var name: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options)
        try CommandFailure.describing {
            let mock = try access.mocks.find(name).mock
            let addresses = try access.addresses(of: mock)
            if access.json { return Console.line(JSONWriter.text(MockText.json(mock, addresses: addresses, access))) }
            Console.line(MockText.lines(mock, addresses: addresses, access).joined(separator: "\n"))
        }
    }
}

/// Its address alone, for scripts.
struct MockURL: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "url", abstract: "Print the address of a mock server.",
        discussion: """
            curl "$(understudy mock url shop)/users/1"

            While a server runs its real port is in it, else the one that settings say.
            """)

    @Argument(help: "A name or an id.") var name: String
    @Flag(help: "All of its addresses, a line each.") var all = false
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options)
        try CommandFailure.describing {
            let addresses = try access.addresses(of: access.mocks.find(name).mock)
            if access.json {
                return Console.line(JSONWriter.text(["addresses": .array(addresses.map { .string($0) })]))
            }
            Console.line((all ? addresses : Array(addresses.prefix(1))).joined(separator: "\n"))
        }
    }
}

/// Gone, with its configuration; the collection stays.
struct MockRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Delete mock servers; their collections stay.", aliases: ["delete"])

    @Argument(help: "Names or ids.") var names: [String]
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options)
        try CommandFailure.describing {
            // All of them are there, or none is deleted.
            let found = try names.map { try access.mocks.find($0).mock }
            for mock in found {
                _ = try access.mocks.delete(mock.id)
                if access.json {
                    Console.line(JSONWriter.text(["id": .string(mock.id), "deleted": true]))
                } else {
                    Console.line("deleted mock server \(TrafficPrinter.printable(mock.name)) (\(mock.id))")
                }
            }
        }
    }
}
