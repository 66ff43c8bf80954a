import ArgumentParser
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Variables that fill in the examples of mock servers.
struct EnvironmentCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "env", abstract: "Look at and change environments: variables for examples, in Postman's format.",
        discussion: """
            understudy env set staging url http://localhost:3000
            understudy env set staging token 'hush' --secret
            understudy mock set shop --environment staging

            NAME is an environment's name, the name of its file, or its id. Values of secret variables are never shown.
            """,
        subcommands: [
            EnvironmentList.self, EnvironmentShow.self, EnvironmentSet.self, EnvironmentUnset.self,
            EnvironmentImport.self, EnvironmentExport.self, EnvironmentRemove.self,
        ],
        defaultSubcommand: EnvironmentList.self)
}

struct EnvironmentList: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "ls", abstract: "List environments.")
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        let (environments, problems) = EnvironmentFolder(access.workspace).all()
        for problem in problems { Console.error(problem) }
        if access.json {
            let list = environments.map { stored -> JSONValue in
                [
                    "id": .string(stored.id), "name": .string(stored.name),
                    "variables": .integer(stored.environment.variables.count), "file": .string(stored.path),
                    "updatedAt": .string(stored.updatedAt.isoText),
                ]
            }
            return Console.line(JSONWriter.text(["environments": .array(list)]))
        }
        guard !environments.isEmpty else {
            return Console.errorLine(
                "there are no environments in \(access.workspace.folder): 'understudy env set NAME VARIABLE VALUE' makes one"
            )
        }
        var table = Table([.left, .right, .left])
        table.add(["name", "variables", "file"])
        for stored in environments {
            table.add([
                Table.Cell(TrafficPrinter.printable(stored.name)), Table.Cell("\(stored.environment.variables.count)"),
                Table.Cell(stored.path),
            ])
        }
        Console.line(table.lines.joined(separator: "\n"))
    }
}

struct EnvironmentShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the variables of an environment, secret values aside.")
    @Argument(help: "A name or an id.") var name: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let stored = try EnvironmentFolder(access.workspace).find(name)
            let variables = stored.environment.variables
            if access.json {
                let list = variables.map { variable -> JSONValue in
                    [
                        "name": .string(variable.name), "value": variable.value.map { .string($0) } ?? .null,
                        "secret": .bool(variable.isSecret), "enabled": .bool(variable.isEnabled),
                    ]
                }
                return Console.line(
                    JSONWriter.text([
                        "id": .string(stored.id), "name": .string(stored.name), "variables": .array(list),
                    ]))
            }
            guard !variables.isEmpty else { return Console.errorLine("\(stored.name) has no variables") }
            var table = Table([.left, .left, .left])
            for variable in variables {
                table.add([
                    Table.Cell(TrafficPrinter.printable(variable.name)),
                    Table.Cell(variable.isSecret ? "(secret)" : TrafficPrinter.printable(variable.value ?? "")),
                    Table.Cell(variable.isEnabled ? "" : "disabled"),
                ])
            }
            Console.line(table.lines.joined(separator: "\n"))
        }
    }
}

struct EnvironmentSet: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set", abstract: "Give a variable a value; an environment that is not there is made.",
        discussion: "A value of - is read from the standard input, so that a secret is in no shell's history.")
    @Argument(help: "A name or an id.") var name: String
    @Argument(help: "The variable.") var variable: String
    @Argument(help: "Its value.") var value: String
    @Flag(inversion: .prefixedNo, help: "Whether its value is never shown.") var secret: Bool?
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options, creates: true)
        try CommandFailure.describing {
            var value = value
            if value == "-" {
                value = String(decoding: try FileBytes.read("-"), as: UTF8.self)
                if value.hasSuffix("\n") { value.removeLast() }
            }
            let folder = EnvironmentFolder(access.workspace)
            do {
                _ = try folder.change(name) { $0.set(variable, to: value, isSecret: secret) }
            } catch ItemError.unknown {
                var environment = PostmanEnvironment(name: name, id: ItemID.make())
                environment.set(variable, to: value, isSecret: secret)
                _ = try folder.create(environment)
            }
            if access.json {
                return Console.line(JSONWriter.text(["environment": .string(name), "variable": .string(variable)]))
            }
            Console.line("set \(TrafficPrinter.printable(variable)) in \(TrafficPrinter.printable(name))")
        }
    }
}

struct EnvironmentUnset: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "unset", abstract: "Remove a variable.")
    @Argument(help: "A name or an id.") var name: String
    @Argument(help: "The variable.") var variable: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            _ = try EnvironmentFolder(access.workspace).change(name) { environment in
                guard environment.unset(variable) else {
                    throw ItemError.invalid("environment '\(name)' has no variable '\(variable)'")
                }
            }
            if access.json {
                return Console.line(JSONWriter.text(["environment": .string(name), "removed": .string(variable)]))
            }
            Console.line("removed \(TrafficPrinter.printable(variable)) from \(TrafficPrinter.printable(name))")
        }
    }
}

struct EnvironmentImport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Bring in an environment that Postman exported.")
    @Argument(help: "The file.", completion: .file()) var file: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options, creates: true)
        try CommandFailure.describing {
            let bytes = ByteBuffer(bytes: try FileBytes.read(file))
            let environment = try PostmanEnvironment(parsing: bytes, file: file)
            let stored = try EnvironmentFolder(access.workspace).create(environment)
            if access.json {
                return Console.line(JSONWriter.text(["id": .string(stored.id), "name": .string(stored.name)]))
            }
            Console.line("imported environment \(TrafficPrinter.printable(stored.name)) as \(stored.path)")
        }
    }
}

struct EnvironmentExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Print an environment as a file for Postman; without the values of secrets.")
    @Argument(help: "A name or an id.") var name: String
    @Flag(help: "Secret values too.") var withSecrets = false
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let environment = try EnvironmentFolder(access.workspace).find(name).environment
            Console.bytes((withSecrets ? environment : environment.withoutSecrets).bytes().readableBytesView)
        }
    }
}

struct EnvironmentRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Delete an environment; mock servers with it are deactivated by that.")
    @Argument(help: "A name or an id.") var name: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let stored = try EnvironmentFolder(access.workspace).delete(name)
            let mocks = MockFolder(access.workspace).all().mocks.filter { $0.mock.environment == stored.id }.map(
                \.mock.name)
            if access.json {
                return Console.line(
                    JSONWriter.text([
                        "id": .string(stored.id), "deleted": true, "deactivated": .array(mocks.map { .string($0) }),
                    ]))
            }
            Console.line("deleted environment \(TrafficPrinter.printable(stored.name))")
            if !mocks.isEmpty {
                Console.line("deactivated by that: \(TrafficPrinter.printable(mocks.joined(separator: ", ")))")
            }
        }
    }
}
