import ArgumentParser
import NIOCore
import UnderstudyCore
import UnderstudyServer
import UnderstudyStore

/// Finds the example for a request as a server would, without one.
struct MatchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "match", abstract: "Show which example answers a request, and why.",
        discussion: """
            understudy match '/get?page=2'
            understudy match -X POST /orders -H 'Content-Type: application/json' -d '{"id": 1}' --explain

            What describes the request has curl's names. No server is needed, nothing is sent or written, and equal \
            examples are looked at as a new client would find them.

            Exit status: 0 an example answers, 3 none does, 1 usage.
            """)

    @Argument(help: "A path with its query, or a URL, of which path and query count.") var url: String
    @OptionGroup(title: "Request (curl's names)") var request: RequestOptions
    @Flag(help: "Say of every example what it scores, or where it fell out.") var explain = false
    @Flag(help: "Print JSON.") var json = false
    @Option(
        help: "Look in this recording's folder or collection file instead. May be repeated.", completion: .file())
    var from: [String] = []
    @Option(help: "Redact this name as well, as when it was recorded. May be repeated.") var redact: [String] = []
    @Flag(help: "Keep secrets as they are, as when it was recorded.") var noRedact = false
    @OptionGroup(title: "Matching") var matching: MatchingOptions
    @OptionGroup var workspace: WorkspaceOptions

    func run() throws {
        let settings = try Settings(workspace)
        let options = try MatchOptions(matching, settings)
        let (head, body) = try request.message(to: url)
        let source = try MatchSource(
            folder: settings.text("dir", workspace.dir), places: from,
            environment: settings.environment(matching.environment))
        let redaction =
            try settings.isOn("no-redact", noRedact)
            ? Redaction.none : try source.redaction(adding: settings.list("redact", redact))
        let contents = source.library.load()
        for problem in contents.problems { Console.error(problem) }
        let index = ExampleIndex(
            contents.examples.map { redaction.apply(to: $0) }, options: options, decoder: Serving.decoder)
        let contentType = head.fields.text("content-type")
        let redacted = Redaction.isCoded(head.fields) ? nil : redaction.apply(toBody: body, contentType: contentType)
        let content = Serving.decoder.content(
            redacted ?? body, of: head.fields, mediaType: contentType.flatMap { MediaType($0) })
        let hidden = redaction.apply(to: head)
        var asked = index.request(hidden, hasBody: !content.isEmpty, content: content)
        var explanation = Explanation(of: asked, in: index, sessions: MatchSessions(), place: source.place)
        if head.method == "HEAD", case .miss = explanation.outcome {
            // As a server does: what answers a GET answers this.
            var get = hidden
            get.method = "GET"
            asked = index.request(get, hasBody: !content.isEmpty, content: content)
            explanation = Explanation(of: asked, in: index, sessions: MatchSessions(), place: source.place)
        }
        let report = MatchReport(explanation: explanation)
        if try settings.isOn("json", json) {
            Console.bytes(JSONWriter.bytes(explanation.json, style: .twoSpaces).readableBytesView)
        } else if explain {
            Console.line(ContentText.lines(explanation.text).map(TrafficPrinter.printable).joined(separator: "\n"))
        } else {
            Console.line(report.summary(miss: Miss(of: asked, in: index, place: source.place)).joined(separator: "\n"))
        }
        guard case .hit = explanation.outcome else { Process.end(.noMatch) }
    }
}
