import ArgumentParser
import Curl
import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyServer
import UnderstudyStore

/// One request to a real API: shown, recorded, and perhaps the beginning of a mock server.
struct CallCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "call", abstract: "Send one request to an API, show the answer, save it as an example.",
        discussion: """
            understudy call https://api.example.com/users/1
            understudy call https://api.example.com/users -d '{"name":"Ada"}' -H 'Content-Type: application/json' -i
            understudy call https://api.example.com/users/1 --save shop --name 'one user'
            understudy call https://api.example.com/users/1 --mock shop      and a mock server that answers with it

            Options are curl's, and libcurl sends it. The exchange goes into the history, and with --save into a collection, \
            redacted as recordings are. Where requests may go is what --allow-target and --deny-target say, as for a server.
            """)

    @Argument(help: "Where to; http:// may be left out.") var url: String
    @OptionGroup(title: "Request") var call: CallOptions
    @Flag(name: [.short, .long], help: "Show the head of the answer, too.") var include = false
    @Flag(name: [.customShort("L"), .long], help: "Follow redirects, ten at the most.") var location = false
    @Flag(name: [.short, .long], help: "Accepted for curl's sake.") var silent = false
    @Flag(name: [.customShort("S"), .long], help: "Accepted for curl's sake.") var showError = false
    @Option(help: "Save the answer as an example in this collection, which is made if need be.") var save: String?
    @Option(help: "The example's name.") var name: String?
    @Option(help: "Make a mock server of this name for the collection.") var mock: String?
    @Flag(help: "Keep secrets as they are.") var noRedact = false
    @Option(help: "Redact this field, query parameter or JSON member as well. May be repeated.") var redact: [String] =
        []
    @OptionGroup(title: "Reaching the API") var upstream: UpstreamOptions
    @OptionGroup(title: "Targets") var targets: TargetOptions
    @OptionGroup var workspace: WorkspaceOptions

    /// Redirects followed; curl's own default is 50.
    private static let redirectLimit = 10

    func run() async throws {
        let settings = try Settings(workspace)
        let (requests, problems) = call.request(to: url)
        if let problem = problems.first { throw CommandFailure.usage(problem) }
        guard let request = requests.first else { throw CommandFailure.usage("there is no URL") }
        guard name == nil || save != nil || mock != nil else {
            throw CommandFailure.usage("--name names an example: say with --save where it goes")
        }
        let limits = Limits()
        let options = try CurlOptions(upstream, settings, limits)
        let policy = try TargetPolicy(targets, settings)
        let folder = try CommandFailure.describing {
            try Workspace(settings.text("dir", workspace.dir) ?? "recordings", opening: .editing)
        }
        if let mock, MockFolder(folder).all().mocks.contains(where: { $0.mock.name.lowercased() == mock.lowercased() })
        {
            throw CommandFailure.usage("\(ItemError.exists(.mock, mock))")
        }
        let exchanges = try await send(request, options, policy)
        let redaction =
            try settings.isOn("no-redact", noRedact)
            ? Redaction.none
            : Redaction(
                key: try CommandFailure.describing { try folder.redactionKey() },
                rules: Redaction.Rules(adding: settings.list("redact", redact)))
        let history = try CommandFailure.describing { try History.adding(to: folder) }
        let keeper = CallKeeper(workspace: folder, history: history, redaction: redaction)
        let stored = try CommandFailure.describing { try keeper.record(exchanges) }
        show(exchanges)
        guard let last = exchanges.last, let kept = stored.last else { return }
        if let failure = last.failure {
            throw CommandFailure.usage(
                "\(failure.detail) (\(failure.kind.rawValue)); it is exchange \(kept.id) of the history")
        }
        try saveAndMock(kept, folder, keeper, settings)
    }

    // MARK: Sending

    private func send(
        _ request: CurlRequestValue, _ options: CurlOptions, _ policy: TargetPolicy
    ) async throws -> [Exchange] {
        var request = request
        var exchanges: [Exchange] = []
        while true {
            let current = request
            let (upstream, message) = try CommandFailure.describing {
                try CallKeeper.message(current, agent: "understudy/\(Version.current)")
            }
            let exchange = await UpstreamCall.perform(message, to: upstream, options: options, policy: policy)
            exchanges.append(exchange)
            guard location, exchange.failure == nil, let response = exchange.response,
                [301, 302, 303, 307, 308].contains(response.head.status),
                let target = response.head.fields.text("Location"),
                let url = URL(string: target, relativeTo: URL(string: request.url))?.absoluteString
            else { return exchanges }
            guard exchanges.count <= Self.redirectLimit else {
                throw CommandFailure.usage("more than \(Self.redirectLimit) redirects")
            }
            if response.head.status < 307, request.method != "HEAD" {
                if request.method == "POST" || response.head.status == 303 { request.method = "GET" }
                if request.method == "GET" {
                    request.body = .none
                    request.fields.removeAll { $0.name.lowercased().hasPrefix("content-") }
                }
            }
            // Credentials are for whom they were given.
            if Self.origin(url) != Self.origin(request.url) {
                request.fields.removeAll { ["authorization", "cookie"].contains($0.name.lowercased()) }
            }
            request.url = url
        }
    }

    private static func origin(_ url: String) -> String { url.split(separator: "/").prefix(2).joined(separator: "/") }

    // MARK: Showing

    private func show(_ exchanges: [Exchange]) {
        for (index, exchange) in exchanges.enumerated() {
            guard let response = exchange.response else { continue }
            if include || call.head {
                for head in response.interim + [response.head] {
                    var bytes = ByteBuffer()
                    head.write(into: &bytes)
                    Console.bytes(bytes.readableBytesView)
                }
            }
            guard index == exchanges.count - 1, let body = response.body.bytesInMemory else { continue }
            let shown = call.compressed ? PlainContent.decoded(body, response.head.fields) : body
            Console.bytes(shown.readableBytesView)
            if isatty(STDOUT_FILENO) == 1, let last = shown.readableBytesView.last, last != 0x0A { Console.line() }
        }
    }

    // MARK: Saving

    private func saveAndMock(
        _ exchange: Exchange, _ folder: Workspace, _ keeper: CallKeeper, _ settings: Settings
    ) throws {
        guard let collection = save ?? mock else { return }
        try CommandFailure.describing {
            let saved = try keeper.save(exchange, in: collection, name: name)
            let entry = saved.collection
            Console.errorLine(
                TrafficPrinter.printable(
                    "\(saved.isNew ? "saved as" : "is already") example \(saved.example) in \(entry.name) (\(entry.path))"
                ))
            guard let mock else { return }
            let stored = try MockFolder(folder).create(
                MockServer(
                    id: ItemID.make(), name: mock, collection: entry.id, createdAt: .now(), owner: KeyRing.firstOwner))
            let access = MockAccess(folder, settings)
            Console.errorLine("created mock server \(TrafficPrinter.printable(mock))")
            for address in try access.addresses(of: stored.mock) { Console.errorLine("  \(address)") }
            if !access.isServing { Console.errorLine("start it with: understudy serve\(access.directoryFlag)") }
        }
    }
}
