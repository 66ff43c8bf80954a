import ArgumentParser
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Keys for private mock servers and the management API.
struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "Make, list and revoke keys for private mock servers and the management API.",
        discussion: """
            understudy key create ci --expires 90d
            curl -H "x-api-key: $KEY" "$(understudy mock url shop)/users/1"

            A key is shown once, when it is made; what is kept of it cannot be turned back into it. Whoever may write in the \
            workspace's folder is its super admin.
            """,
        subcommands: [KeyCreate.self, KeyList.self, KeyRevoke.self], defaultSubcommand: KeyList.self)
}

struct KeyCreate: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "create", abstract: "Make a key and show it, once.")
    @Argument(help: "What or whom it is for.") var name: String
    @Option(help: "caller (only calls mock servers), member, admin or super-admin.") var role = "member"
    @Option(help: "The owner's number, for a second key of somebody. Default: a new owner.") var owner: String?
    @Option(help: "When it ends: a span such as 90d, or a time. Default: never.") var expires: String?
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try MockAccess(options, creates: true)
        try CommandFailure.describing {
            guard let role = AccessKey.Role(rawValue: role) else {
                let names = AccessKey.Role.allCases.map(\.rawValue).joined(separator: ", ")
                throw CommandFailure.usage("--role: '\(role)' is not one of \(names)")
            }
            if let owner, owner.isEmpty || owner.count > 18 || !owner.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
                throw CommandFailure.usage("--owner: '\(owner)' is not a number")
            }
            let (key, made) = try KeyRing(access.workspace).create(
                name: name, role: role, owner: owner, expiresAt: try expires.map(Self.time))
            if access.json {
                return Console.line(
                    JSONWriter.text([
                        "id": .string(made.id), "key": .string(key), "name": .string(name),
                        "owner": .string(made.owner),
                        "role": .string(role.rawValue),
                        "expiresAt": made.expiresAt.map { .string($0.isoText) } ?? .null,
                    ]))
            }
            Console.line(key)
            Console.errorLine("keep it now: it cannot be shown again")
        }
    }

    private static func time(_ text: String) throws(CommandFailure) -> Timestamp {
        let now = Timestamp.now()
        let time =
            TimeInput.span(text).map { Timestamp(microseconds: now.microseconds + $0) } ?? TimeInput.timestamp(text)
        guard let time, time > now else {
            throw .usage("--expires: '\(text)' is not a time to come, such as 90d or 2027-05-31")
        }
        return time
    }
}

struct KeyList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List keys: whose they are, not what they are.")
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let keys = try KeyRing(access.workspace).contents().keys
            if access.json {
                let list = keys.map { key -> JSONValue in
                    [
                        "id": .string(key.id), "name": .string(key.name), "owner": .string(key.owner),
                        "role": .string(key.role.rawValue), "createdAt": .string(key.createdAt.isoText),
                        "expiresAt": key.expiresAt.map { .string($0.isoText) } ?? .null,
                        "lastUsedAt": key.lastUsedAt.map { .string($0.isoText) } ?? .null,
                    ]
                }
                return Console.line(JSONWriter.text(["keys": .array(list)]))
            }
            guard !keys.isEmpty else {
                return Console.errorLine("there are no keys: 'understudy key create NAME' makes one")
            }
            var table = Table([.left, .right, .left, .left, .left])
            table.add(["name", "owner", "role", "ends", "last use"])
            for key in keys {
                let isOver = !key.isValid(at: .now())
                table.add([
                    Table.Cell(TrafficPrinter.printable(key.name)), Table.Cell(key.owner),
                    Table.Cell(key.role.rawValue),
                    Table.Cell(isOver ? "expired" : key.expiresAt.map(Clock.local) ?? "never"),
                    Table.Cell(key.lastUsedAt.map(Clock.local) ?? "-"),
                ])
            }
            Console.line(table.lines.joined(separator: "\n"))
        }
    }
}

struct KeyRevoke: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "revoke", abstract: "End a key, at once.")
    @Argument(help: "A name or an id.") var name: String
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        try CommandFailure.describing {
            let key = try KeyRing(access.workspace).revoke(name)
            if access.json { return Console.line(JSONWriter.text(["id": .string(key.id), "revoked": true])) }
            Console.line("revoked key \(TrafficPrinter.printable(key.name))")
        }
    }
}
