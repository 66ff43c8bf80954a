import ArgumentParser
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// One example, as its request and response.
struct ExamplesShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one example.",
        discussion: "With --json: the example as it stands in its collection.")

    @Argument(help: "An id from 'examples ls', or its first characters.") var id: String
    @Flag(help: "Print the exact bytes of the response's content only.") var body = false
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        guard !(body && access.json) else { throw CommandFailure.usage("--body and --json: choose one") }
        let folder = try access.collections()
        let found = try ExampleSelection(folder).find(id)
        if access.json {
            let document = found.collection.document(ofExample: found.id) ?? .null
            return Console.bytes(JSONWriter.bytes(document, style: .twoSpaces).readableBytesView)
        }
        let examples = found.collection.examples(files: folder.bodyFiles)
        guard let example = examples.examples.first(where: { $0.id == found.id }) else {
            let problem = found.collection.document(ofExample: found.id)
                .flatMap { ExampleDocument.problem(of: $0, files: folder.bodyFiles) }
            throw CommandFailure.usage(
                "example \(found.id) in \(found.file.path) cannot be served: \(problem?.message ?? "it is broken")")
        }
        try CommandFailure.describing {
            let bodies = access.workspace.bodies
            if body { return Console.bytes(try bodies.contents(of: example.response.body).readableBytesView) }
            var lines: [String] = []
            var table = Table()
            for (name, value) in [("example", example.id), ("name", example.name), ("file", found.file.path)] {
                table.add([access.paint.faint(name), Table.Cell(TrafficPrinter.printable(value))])
            }
            if let rules = found.collection.document(ofExample: found.id)?["_understudy"]?["match"] {
                let text = TrafficPrinter.printable(JSONWriter.text(rules, style: .compact))
                table.add([access.paint.faint("rules"), Table.Cell(text)])
            }
            lines += table.lines + [""]
            let request = example.request
            lines.append(
                "> " + access.paint.bold(TrafficPrinter.printable("\(request.head.method) \(request.head.targetText)")))
            lines +=
                request.head.fields.map { "> " + TrafficPrinter.printable("\($0.nameText): \($0.valueText)") } + [">"]
            let command = "'understudy examples show \(found.id.prefix(8)) --body\(access.directoryFlag)'"
            lines += ContentText.lines(
                try bodies.contents(of: request.body), fields: request.head.fields,
                command: "--json and the file it names")
            let response = example.response
            for head in response.interim + [response.head] {
                lines.append("< " + access.paint.bold(TrafficPrinter.printable("\(head.status) \(head.reasonText)")))
                lines += head.fields.map { "< " + TrafficPrinter.printable("\($0.nameText): \($0.valueText)") } + ["<"]
            }
            lines += ContentText.lines(
                try bodies.contents(of: response.body), fields: response.head.fields, command: command)
            Console.line(lines.joined(separator: "\n"))
        }
    }
}
