import ArgumentParser
import UnderstudyCore
import UnderstudyStore

/// What holds for the whole team.
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Show or change the team's policy: whether mock servers may be public.",
        discussion: """
            understudy policy --forbid-public-mocks

            Mock servers that are public already stay so and are listed: make them private, or delete them.
            """)

    enum Change: EnumerableFlag {
        case allowPublicMocks, forbidPublicMocks

        static func help(for value: Change) -> ArgumentHelp? {
            value == .allowPublicMocks ? "Mock servers may be public." : "New mock servers must be private."
        }
    }

    @Flag var change: Change?
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = change == nil ? try MockAccess(options) : try MockAccess(options, creates: true)
        try CommandFailure.describing {
            let ring = KeyRing(access.workspace)
            if let change { try ring.change { $0.policy.allowsPublicMocks = change == .allowPublicMocks } }
            let policy = try ring.policy()
            let existing = policy.allowsPublicMocks ? [] : access.mocks.all().mocks.map(\.mock).filter { !$0.isPrivate }
            if access.json {
                let mocks = existing.map { mock -> JSONValue in ["id": .string(mock.id), "name": .string(mock.name)] }
                return Console.line(
                    JSONWriter.text(["publicMocks": .bool(policy.allowsPublicMocks), "existing": .array(mocks)]))
            }
            Console.line("public mock servers are \(policy.allowsPublicMocks ? "allowed" : "forbidden")")
            guard !existing.isEmpty else { return }
            Console.line("public all the same, because they were before:")
            for mock in existing { Console.line("  \(TrafficPrinter.printable(mock.name))  \(mock.id)") }
        }
    }
}
