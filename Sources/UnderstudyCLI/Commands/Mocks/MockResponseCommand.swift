import ArgumentParser
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Answers that take the place of all examples, to see what a client does when the server has a fault.
struct MockResponseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "response", abstract: "Server responses: 5xx answers for every call to a mock server.",
        discussion: """
            understudy mock response add shop outage --status 503 --header 'Retry-After: 5' --body 'down' --activate
            understudy mock set shop --server-response none
            """,
        subcommands: [MockResponseAdd.self, MockResponseList.self, MockResponseRemove.self],
        defaultSubcommand: MockResponseList.self)
}

struct MockResponseAdd: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "add", abstract: "Add a server response.")

    @Argument(help: "A mock server's name or id.") var mock: String
    @Argument(help: "What to call the response.") var name: String
    @Option(help: "Its status, 500 to 599.") var status: Int
    @Option(help: "A field, 'Name: value'. May be repeated.") var header: [String] = []
    @Option(help: "text, javascript, json, html or xml: says the Content-Type where no field does.") var language:
        String?
    @Option(help: "Its content.") var body = ""
    @Flag(help: "Answer every call with it from now on.") var activate = false
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options)
        try CommandFailure.describing {
            guard ServerResponse.statuses.contains(status) else {
                throw CommandFailure.usage("--status: '\(status)' is not a status from 500 to 599")
            }
            let language = try language.map { text in
                guard let language = ServerResponse.Language(rawValue: text) else {
                    let names = ServerResponse.Language.allCases.map(\.rawValue).joined(separator: ", ")
                    throw CommandFailure.usage("--language: '\(text)' is not one of \(names)")
                }
                return language
            }
            guard body.utf8.count <= ServerResponse.bodyLimit else {
                throw CommandFailure.usage("--body: it is longer than \(ServerResponse.bodyLimit) bytes")
            }
            let fields = try HeaderLines.fields(header).map { field in
                ServerResponse.Field(
                    name: TextBytes.text(of: field.name), value: TextBytes.text(of: field.value))
            }
            let response = ServerResponse(
                id: ItemID.make(), name: name, status: status, fields: fields, language: language, body: body,
                createdAt: .now(), createdBy: KeyRing.firstOwner)
            let stored = try access.mocks.change(mock) { mock in
                if mock.serverResponses.contains(where: { $0.name.lowercased() == name.lowercased() }) {
                    throw ItemError.exists(.serverResponse, name)
                }
                mock.serverResponses.append(response)
                if activate { mock.activeServerResponse = response.id }
            }
            if access.json {
                return Console.line(JSONWriter.text(["id": .string(response.id), "mock": .string(stored.mock.id)]))
            }
            Console.line(
                "added server response \(name) to \(TrafficPrinter.printable(stored.mock.name))\(activate ? ": it answers every call" : "")"
            )
        }
    }
}

struct MockResponseList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ls", abstract: "List server responses.")

    @Argument(help: "A mock server's name or id.") var mock: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options)
        try CommandFailure.describing {
            let mock = try access.mocks.find(mock).mock
            if access.json {
                return Console.line(JSONWriter.text(["serverResponses": .array(mock.serverResponses.map(\.json))]))
            }
            guard !mock.serverResponses.isEmpty else {
                return Console.errorLine("\(mock.name) has no server responses")
            }
            var table = Table([.left, .right, .left])
            for response in mock.serverResponses {
                let isActive = response.id == mock.activeServerResponse
                table.add([
                    Table.Cell(TrafficPrinter.printable(response.name)), Table.Cell("\(response.status)"),
                    Table.Cell(isActive ? "active" : ""),
                ])
            }
            Console.line(table.lines.joined(separator: "\n"))
        }
    }
}

struct MockResponseRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove a server response; if it is active, examples answer again.")

    @Argument(help: "A mock server's name or id.") var mock: String
    @Argument(help: "The response's name or id.") var name: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options)
        try CommandFailure.describing {
            let stored = try access.mocks.change(mock) { mock in
                guard let response = try MockSet.response(name, of: mock) else {
                    throw ItemError.unknown(.serverResponse, name)
                }
                mock.serverResponses.removeAll { $0.id == response.id }
                if mock.activeServerResponse == response.id { mock.activeServerResponse = nil }
            }
            if access.json { return Console.line(JSONWriter.text(["mock": .string(stored.mock.id), "removed": true])) }
            Console.line("removed server response \(name) of \(TrafficPrinter.printable(stored.mock.name))")
        }
    }
}
