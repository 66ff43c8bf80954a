import ArgumentParser
import NIOCore
import UnderstudyCore
import UnderstudyStore

/// Both messages of one exchange.
struct HistoryShow: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show both messages of one exchange.",
        discussion: """
            understudy history show 12                    for reading
            understudy history show 12 --body > photo     the response's content, byte for byte
            understudy history show 12 --raw --request    the request as it came, head and content

            --raw prints heads and contents as they are kept and adds nothing: transfer coding is taken off, content coding
            (gzip) is not. --request and --response choose one side; for --body the response is meant unless told otherwise.
            For a replayed exchange the response's content is its example's, as that is now.
            """)

    @Argument(help: "The exchange's number, the first column of 'history ls'.") var id: Int64
    @Flag(help: "Print the exact bytes of head and content.") var raw = false
    @Flag(help: "Print the exact bytes of the content only.") var body = false
    @Flag(help: "Only the request.") var request = false
    @Flag(help: "Only the response.") var response = false
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        guard !(request && response) else {
            throw CommandFailure.usage("--request and --response: choose one, or none for both")
        }
        guard [raw, body, access.json].count(where: { $0 }) < 2 else {
            throw CommandFailure.usage("--raw, --body and --json: choose one")
        }
        let history = try access.history(.reading)
        try CommandFailure.describing {
            guard let exchange = try history.exchange(id: id) else {
                throw CommandFailure.usage("there is no exchange \(id)")
            }
            let shown = ShownExchange(exchange, history, access)
            if raw {
                if !response { Console.bytes(try shown.rawRequest().readableBytesView) }
                if !request { Console.bytes(try shown.rawResponse().readableBytesView) }
            } else if body {
                Console.bytes(try (request ? shown.requestContent() : shown.responseContent()).readableBytesView)
            } else if access.json {
                Console.line(JSONWriter.text(try shown.json(), style: .twoSpaces).dropLastNewline())
            } else {
                Console.line(try shown.lines(request: !response, response: !request).joined(separator: "\n"))
            }
        }
    }
}

extension String {
    fileprivate func dropLastNewline() -> String { hasSuffix("\n") ? String(dropLast()) : self }
}

/// An exchange with its contents at hand.
struct ShownExchange {
    private let exchange: Exchange
    private let access: WorkspaceAccess
    private let bodies: BodyStore
    /// The example that answered, if it is still there.
    private let example: Example?

    init(_ exchange: Exchange, _ history: History, _ access: WorkspaceAccess) {
        self.exchange = exchange
        self.access = access
        bodies = history.bodies
        // A stream that was replayed has a transcript of its own.
        if exchange.result == .hit, exchange.response?.head.status != 101, let id = exchange.exampleID {
            let examples = CollectionLibrary([.workspace(access.workspace.folder)]).load().examples
            example = examples.first { $0.id == id }
        } else {
            example = nil
        }
    }

    func requestContent() throws -> ByteBuffer { try bodies.contents(of: exchange.request.body) }

    func responseContent() throws -> ByteBuffer {
        guard let response = exchange.response else { return ByteBuffer() }
        return try bodies.contents(of: example?.response.body ?? response.body)
    }

    func rawRequest() throws -> ByteBuffer {
        var bytes = ByteBuffer()
        exchange.request.head.write(into: &bytes)
        bytes.writeImmutableBuffer(try requestContent())
        return bytes
    }

    func rawResponse() throws -> ByteBuffer {
        var bytes = ByteBuffer()
        for head in exchange.response?.interim ?? [] { head.write(into: &bytes) }
        exchange.response?.head.write(into: &bytes)
        bytes.writeImmutableBuffer(try responseContent())
        return bytes
    }

    // MARK: For people

    func lines(request: Bool, response: Bool) throws -> [String] {
        var lines: [String] = []
        if request && response { lines += summary + [""] }
        let paint = access.paint
        if request {
            let head = exchange.request.head
            lines.append(
                "> "
                    + paint.bold(TrafficPrinter.printable("\(head.method) \(head.targetText) \(head.version.rawValue)"))
            )
            lines += fields(head.fields, "> ") + [">"]
            lines += try content(exchange.request.body, head.fields, "--body --request") { try requestContent() }
            lines += fields(exchange.request.trailers, "> (trailer) ")
        }
        if request && response { lines.append("") }
        if response, let answer = exchange.response {
            for head in answer.interim + [answer.head] {
                let line = "HTTP/1.1 \(head.status) \(head.reasonText)"
                lines.append("< " + paint.bold(TrafficPrinter.printable(line)))
                lines += fields(head.fields, "< ") + ["<"]
            }
            if answer.head.status == 101 {
                lines += TranscriptText.lines(try responseContent(), isCut: answer.body.isCut)
            } else if exchange.result == .hit, answer.body.byteCount > 0 {
                let note =
                    example == nil
                    ? "the content was its example's, which is gone" : "content of the example as it is now"
                lines.append("(\(note))")
            }
            if answer.head.status != 101, exchange.result != .hit || example != nil {
                let body = example?.response.body ?? answer.body
                lines += try content(body, answer.head.fields, "--body") { try responseContent() }
            }
            lines += fields(answer.trailers, "< (trailer) ")
            if !answer.pace.isEmpty {
                lines.append("(came in \(answer.pace.pieces.count) pieces over \(answer.pace.duration) ms)")
            }
        }
        return lines
    }

    private var summary: [String] {
        var table = Table()
        func add(_ name: String, _ text: String) {
            table.add([access.paint.faint(name), Table.Cell(TrafficPrinter.printable(text))])
        }
        add("exchange", "\(exchange.id), \(Clock.local(exchange.startedAt))")
        add("result", "\(exchange.result.rawValue), in \(exchange.mode.rawValue) mode")
        if let failure = exchange.failure { add("failure", "\(failure.kind.rawValue): \(failure.detail)") }
        if !exchange.upstream.isEmpty { add("upstream", exchange.upstream) }
        if !exchange.session.isEmpty { add("session", exchange.session) }
        if let id = exchange.exampleID { add("example", id) }
        add(
            "content",
            "\(size(exchange.request.body)) sent, \(exchange.response.map { size($0.body) } ?? "nothing") received")
        return table.lines + timings
    }

    /// Time from the start of the call until each part was done; a part that did not happen has a dash.
    private var timings: [String] {
        let timings = exchange.timings
        let parts = [
            ("DNS", timings.nameLookup), ("connect", timings.connect), ("TLS", timings.tls),
            ("first byte", timings.firstByte), ("total", timings.total),
        ]
        var table = Table([.left] + parts.map { _ in .right })
        table.add([access.paint.faint("time until")] + parts.map { access.paint.faint($0.0) })
        table.add([""] + parts.map { Table.Cell($0.1 > 0 ? Milliseconds.text($0.1) : "-") })
        return table.lines
    }

    private func size(_ body: Body) -> String {
        let isCut = body.isCut && exchange.result != .hit
        return Size.text(body.byteCount) + (isCut ? " (\(Size.text(body.keptByteCount)) kept)" : "")
    }

    private func fields(_ fields: Fields, _ mark: String) -> [String] {
        fields.map { mark + TrafficPrinter.printable("\($0.nameText): \($0.valueText)") }
    }

    /// A large body in a file is not read for a note.
    private func content(
        _ body: Body, _ fields: Fields, _ flag: String, _ bytes: () throws -> ByteBuffer
    ) throws -> [String] {
        guard body.byteCount > 0 else { return [] }
        let command = "'understudy history show \(exchange.id) \(flag)\(access.directoryFlag)'"
        var lines = ContentText.lines(try bytes(), fields: fields, command: command)
        if body.isCut { lines.append("(cut: \(Size.text(body.byteCount - body.keptByteCount)) more were not kept)") }
        return lines
    }

    // MARK: For programs

    func json() throws -> JSONValue {
        let timings = exchange.timings
        return [
            "id": .integer(exchange.id), "time": .string(Clock.text(exchange.startedAt)),
            "mode": .string(exchange.mode.rawValue), "result": .string(exchange.result.rawValue),
            "upstream": .string(exchange.upstream),
            "session": exchange.session.isEmpty ? .null : .string(exchange.session),
            "example": exchange.exampleID.map(JSONValue.string) ?? .null,
            "failure": exchange.failure.map { ["kind": .string($0.kind.rawValue), "detail": .string($0.detail)] }
                ?? .null,
            "timings": [
                "nameLookupMs": Milliseconds.json(timings.nameLookup), "connectMs": Milliseconds.json(timings.connect),
                "tlsMs": Milliseconds.json(timings.tls), "firstByteMs": Milliseconds.json(timings.firstByte),
                "totalMs": Milliseconds.json(timings.total),
            ],
            "request": try requestJSON(), "response": try responseJSON(),
        ]
    }

    private func requestJSON() throws -> JSONValue {
        let request = exchange.request
        return [
            "method": .string(request.head.method), "target": .string(request.head.targetText),
            "version": .string(request.head.version.rawValue), "fields": json(request.head.fields),
            "trailers": json(request.trailers), "body": json(request.body, try requestContent()),
        ]
    }

    private func responseJSON() throws -> JSONValue {
        guard let response = exchange.response else { return .null }
        var object: JSONObject = [
            "interim": .array(
                response.interim.map {
                    ["status": .integer($0.status), "reason": .string($0.reasonText), "fields": json($0.fields)]
                }),
            "status": .integer(response.head.status), "reason": .string(response.head.reasonText),
            "fields": json(response.head.fields), "trailers": json(response.trailers),
            "body": json(example?.response.body ?? response.body, try responseContent()),
        ]
        if !response.pace.isEmpty { object["chunks"] = response.pace.json }
        if response.head.status == 101, let entries = try? Transcript.entries(responseContent()) {
            object["frames"] = .array(entries.map(\.json))
        }
        return .object(object)
    }

    private func json(_ fields: Fields) -> JSONValue {
        .array(fields.map { ["name": .string($0.nameText), "value": .string($0.valueText)] })
    }

    private func json(_ body: Body, _ bytes: ByteBuffer) -> JSONValue {
        var object = JSONObject([
            ("byteCount", .integer(body.byteCount)), ("keptByteCount", .integer(body.keptByteCount)),
        ])
        object.members.append(ContentText.json(bytes))
        return .object(object)
    }
}
