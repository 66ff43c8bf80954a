import ArgumentParser
import Curl
import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyServer
import UnderstudyStore

/// A call that nothing answered becomes an example: with the answer that is given here, or that the real API gives once.
struct MockLearn: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "learn", abstract: "Make an example of a call that no example answered.",
        discussion: """
            understudy mock learn shop --status 404 --body '{"error": "gone"}'     the last call that missed
            understudy mock learn shop 17 --fetch                                  call 17, as the real API answers it

            The example goes into the mock server's collection and answers from the next request on. --fetch asks the address in the \
            collection's variable baseUrl, or --upstream. Secrets are not in the log: give them again with -H.
            """)

    @Argument(help: "A mock server's name or id.") var name: String
    @Argument(help: "A number from 'mock log'. Default: the last call that missed.") var call: Int64?
    @Option(help: "The answer's status.") var status: Int?
    @Option(
        name: [.customShort("H"), .long], parsing: .unconditionalSingleValue,
        help: "'Name: value': a field of the answer, or with --fetch one of the request. May be repeated.")
    var header: [String] = []
    @Option(help: "The answer's content.") var body: String?
    @Option(help: "The answer's content; - reads the standard input.", completion: .file()) var bodyFile: String?
    @Flag(help: "Ask the real API, once.") var fetch = false
    @Option(help: "With --fetch: the real API's address.") var upstream: String?
    @OptionGroup(title: "Reaching the API") var reaching: UpstreamOptions
    @OptionGroup(title: "Targets") var targets: TargetOptions
    @OptionGroup var options: LookingOptions

    func run() async throws {
        let access = try MockAccess(options)
        guard !fetch || (status == nil && body == nil && bodyFile == nil) else {
            throw CommandFailure.usage("--fetch takes the real API's answer: leave out --status and the content")
        }
        guard body == nil || bodyFile == nil else { throw CommandFailure.usage("give --body or --body-file, not both") }
        let (mock, missed) = try CommandFailure.describing { try found(access) }
        if let tag = mock.versionTag {
            throw CommandFailure.usage(
                "\(mock.name) serves version \(tag) of its collection, which stays as it is: 'understudy mock set \(ShellText.word(mock.name)) --tag CURRENT' first"
            )
        }
        let entry = try CommandFailure.describing { try CollectionCatalog(access.workspace).find(id: mock.collection) }
        let exchange =
            fetch
            ? try await fetched(missed.exchange.request, mock, entry, access)
            : try CommandFailure.describing { try answered(missed.exchange) }
        try CommandFailure.describing {
            let learned = try learner(access).learn(exchange, in: entry.slug, isFetched: fetch)
            let example = learned.example
            if access.json {
                return Console.line(JSONWriter.text(["example": .string(example), "collection": .string(entry.id)]))
            }
            let head = exchange.request.head
            Console.line(
                TrafficPrinter.printable(
                    "\(head.method) \(head.targetText) is answered with \(exchange.response?.head.status ?? 0) now: example \(example) in \(entry.name)"
                ))
        }
    }

    private func learner(_ access: MockAccess) throws -> CallLearner {
        CallLearner(
            CallKeeper(
                workspace: access.workspace, history: try History(access.workspace, opening: .editing),
                redaction: Redaction(key: try access.workspace.redactionKey(), rules: Redaction.Rules())))
    }

    private func found(_ access: MockAccess) throws -> (MockServer, CallLogEntry) {
        let mock = try access.mocks.find(name).mock
        guard let history = try? History(access.workspace, opening: .reading) else {
            throw CommandFailure.usage("\(mock.name) was not called yet")
        }
        if let call {
            guard let entry = try history.call(id: call, ofMock: mock.id) else {
                throw CommandFailure.usage("\(mock.name) has no call \(call): 'understudy mock log' lists them")
            }
            return (mock, entry)
        }
        var query = CallLogQuery(mock: mock.id)
        query.responseType = .error
        while true {
            let page = try history.callLog(query)
            if let entry = page.entries.first(where: { $0.result == .miss }) { return (mock, entry) }
            guard let next = page.nextCursor else {
                throw CommandFailure.usage("no call of \(mock.name) missed: there is nothing to learn")
            }
            query.cursor = next
        }
    }

    // MARK: The answer

    private func answered(_ missed: Exchange) throws -> Exchange {
        let status = status ?? 200
        guard (200...999).contains(status) else {
            throw CommandFailure.usage("--status: '\(status)' is not a status from 200 to 999")
        }
        guard !missed.request.body.isCut else {
            throw CommandFailure.usage("the call's content was not kept whole (see --max-body)")
        }
        let content = try bodyFile.map { ByteBuffer(bytes: try FileBytes.read($0)) } ?? ByteBuffer(string: body ?? "")
        return LearnedCall.exchange(missed, status: status, fields: try HeaderLines.fields(header), body: content)
    }

    private func fetched(
        _ request: Exchange.Request, _ mock: MockServer, _ entry: CollectionCatalog.Entry, _ access: MockAccess
    ) async throws -> Exchange {
        let question = try CommandFailure.describing {
            guard let address = try upstream ?? learner(access).address(of: entry, for: mock) else {
                throw CommandFailure.usage(
                    "collection '\(entry.name)' does not say where the real API is (its variable baseUrl is empty): add --upstream URL"
                )
            }
            return try CallLearner.question(request, to: address, adding: HeaderLines.fields(header))
        }
        let settings = try Settings(options.workspace)
        let exchange = await UpstreamCall.perform(
            question.request, to: question.upstream, options: try CurlOptions(reaching, settings, Limits()),
            policy: try TargetPolicy(targets, settings))
        if let failure = exchange.failure {
            throw CommandFailure.usage("\(failure.detail) (\(failure.kind.rawValue)); nothing was saved")
        }
        return question.answered(exchange)
    }
}
