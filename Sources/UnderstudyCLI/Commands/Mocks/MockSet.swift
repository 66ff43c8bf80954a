import ArgumentParser
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Changes a mock server; the next request sees it.
struct MockSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Change a mock server. It counts from the next request on.",
        discussion: """
            understudy mock set shop --delay 3g --private --match-headers Accept,X-Version
            understudy mock set shop --name 'Shop, staging' --environment staging
            """)

    @Argument(help: "A name or an id.") var name: String
    @Option(name: .customLong("name"), help: "Another name.") var newName: String?
    @Option(help: ArgumentHelp("Cannot be changed.", visibility: .hidden)) var collection: String?
    @Option(help: "Answer every call with this server response (see 'mock response'); 'none' ends that.")
    var serverResponse: String?
    @OptionGroup var configuration: MockConfigurationOptions
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options)
        try CommandFailure.describing {
            if let collection {
                throw ItemError.invalid(
                    "the collection of a mock server is fixed: create another with 'understudy mock create NAME --collection \(collection)'"
                )
            }
            try configuration.checkNewEnvironment(access.workspace)
            let before = try access.mocks.find(name)
            let after = try access.mocks.change(before.mock.id) { mock in
                if let newName {
                    let isTaken = access.mocks.all().mocks.contains {
                        $0.mock.id != mock.id && $0.mock.name.lowercased() == newName.lowercased()
                    }
                    if isTaken { throw ItemError.exists(.mock, newName) }
                    mock.name = newName
                }
                try configuration.put(into: &mock, access.workspace)
                if let serverResponse { mock.activeServerResponse = try Self.response(serverResponse, of: mock)?.id }
            }
            try MockSaving.saveAddress(after.mock, configuration, access)
            if access.json {
                let addresses = try access.addresses(of: after.mock)
                return Console.line(JSONWriter.text(MockText.json(after.mock, addresses: addresses, access)))
            }
            let name = TrafficPrinter.printable(after.mock.name)
            let isSame = after.revision == before.revision
            Console.line(isSame ? "mock server \(name) is as it was" : "changed mock server \(name)")
        }
    }

    /// `nil` for `none`.
    static func response(_ reference: String, of mock: MockServer) throws(ItemError) -> ServerResponse? {
        if reference == "none" { return nil }
        let found =
            mock.serverResponses.first { $0.id == reference.lowercased() }
            ?? mock.serverResponses.first { $0.name.lowercased() == reference.lowercased() }
        guard let found else { throw .unknown(.serverResponse, reference) }
        return found
    }
}

/// What making and changing a mock server have in common.
enum MockSaving {
    /// Makes the environment that keeps its address, if one was asked for.
    static func saveAddress(
        _ mock: MockServer, _ configuration: MockConfigurationOptions, _ access: MockAccess
    ) throws {
        guard let name = configuration.saveURLAs else { return }
        var environment = PostmanEnvironment(name: name, id: ItemID.make())
        environment.set("url", to: try access.addresses(of: mock).first ?? "")
        _ = try EnvironmentFolder(access.workspace).create(environment)
    }
}
