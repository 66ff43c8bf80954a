import ArgumentParser
import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// The calls of a mock server, and what answered each.
struct MockLog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "log", abstract: "Show the calls of a mock server: what answered, or why nothing did.",
        discussion: """
            understudy mock log shop -f                     as they come
            understudy mock log shop --type error           calls that no example answered
            understudy mock log shop --json --messages      with both messages

            Newest first, with -f oldest first. A number in front names a call for 'mock learn' and 'history show'.
            """)

    @Argument(help: "A name or an id.") var name: String
    @Flag(name: [.customShort("f"), .long], help: "Go on with what comes, until Ctrl-C.") var follow = false
    @Option(help: "The most to show; 0 for all. Default: 50.") var limit: Int?
    @Option(help: "Only from this time on.") var since: String?
    @Option(help: "Only before this time.") var until: String?
    @Option(help: "Only answers with this status.") var status: Int?
    @Option(help: "Only calls that an example answered (success), or not (error).") var type: String?
    @Option(help: "Only this method.") var method: String?
    @Option(help: "Only this path; with ? also its query.") var path: String?
    @Flag(help: "Both messages as well.") var messages = false
    @Flag(help: "Print an HTTP Archive (HAR 1.2), oldest first.") var har = false
    @OptionGroup var options: LookingOptions

    /// How often the history is looked at for what comes.
    private static let pause: UInt32 = 100_000

    func run() throws {
        let access = try MockAccess(options)
        let limit = limit ?? 50
        guard limit >= 0 else { throw CommandFailure.usage("--limit: '\(limit)' is not a number from 0") }
        guard !har || !(follow || access.json || messages) else {
            throw CommandFailure.usage("--har is a format of its own: leave out --follow, --json and --messages")
        }
        try CommandFailure.describing {
            let mock = try access.mocks.find(name).mock
            let query = try query(mock)
            guard let history = try? History(access.workspace, opening: .reading) else {
                return Console.errorLine("\(mock.name) was not called yet")
            }
            let printer = CallPrinter(json: access.json, messages: messages, history: history)
            guard !har else { return try archive(query, limit: limit, history) }
            if follow { return try tail(query, printer) }
            let count = try list(query, limit: limit, printer)
            if count == 0, !access.json { Console.errorLine("\(mock.name) has no such call") }
        }
    }

    private func list(_ query: CallLogQuery, limit: Int, _ printer: CallPrinter) throws -> Int {
        var query = query
        var count = 0
        while limit == 0 || count < limit {
            query.limit = limit == 0 ? CallLogQuery.maximum : min(CallLogQuery.maximum, limit - count)
            let page = try printer.history.callLog(query)
            for call in page.entries { printer.print(call) }
            count += page.entries.count
            guard let next = page.nextCursor, !page.entries.isEmpty else { break }
            query.cursor = next
        }
        return count
    }

    private func archive(_ query: CallLogQuery, limit: Int, _ history: History) throws {
        var writer = HARWriter(version: Version.current)
        var query = query
        query.order = .oldestFirst
        var count = 0
        while limit == 0 || count < limit {
            query.limit = limit == 0 ? CallLogQuery.maximum : min(CallLogQuery.maximum, limit - count)
            let page = try history.callLog(query)
            for call in page.entries {
                writer.add(
                    call.exchange, requestBody: try history.bodies.contents(of: call.exchange.request.body),
                    responseBody: try call.exchange.response.map { try history.bodies.contents(of: $0.body) }
                        ?? ByteBuffer())
            }
            count += page.entries.count
            guard let next = page.nextCursor, !page.entries.isEmpty else { break }
            query.cursor = next
        }
        Console.bytes(writer.finish().readableBytesView)
    }

    private func tail(_ query: CallLogQuery, _ printer: CallPrinter) throws {
        var query = query
        query.order = .oldestFirst
        query.cursor = CallLogCursor(behind: try printer.history.lastCall(ofMock: query.mock))
        while true {
            let page = try printer.history.callLog(query)
            for call in page.entries { printer.print(call) }
            if let last = page.entries.last { query.cursor = CallLogCursor(behind: last) }
            if page.nextCursor == nil { usleep(Self.pause) }
        }
    }

    private func query(_ mock: MockServer) throws(CommandFailure) -> CallLogQuery {
        var query = CallLogQuery(mock: mock.id)
        (query.since, query.until) = try TimeInput.range(since: since, until: until)
        query.responseStatusCode = status
        query.requestMethod = method
        query.requestPath = path
        if let type {
            guard let value = CallLogQuery.ResponseType(rawValue: type) else {
                throw .usage("--type: '\(type)' is not success or error")
            }
            query.responseType = value
        }
        return query
    }
}

/// One call as a line, with its messages below if they are wanted; or as a JSON object a line.
struct CallPrinter {
    let json: Bool
    let messages: Bool
    let history: History

    func print(_ call: CallLogEntry) {
        if json { return Console.line(JSONWriter.text(value(call))) }
        let head = call.exchange.request.head
        var line =
            "\(call.id)  \(Clock.local(call.servedAt))  \(call.status.map(String.init) ?? "-")  "
            + "\(Clock.span(microseconds: call.exchange.timings.total))  \(head.method) \(head.targetText)  →  \(call.responseName)"
        if let score = call.exchange.call?.score { line += " (\(Self.text(score)))" }
        Console.line(TrafficPrinter.printable(line))
        guard messages else { return }
        for field in head.fields { show("> ", field) }
        show("> ", content(call.exchange.request.body))
        guard let response = call.exchange.response else { return }
        for field in response.head.fields { show("< ", field) }
        show("< ", content(response.body))
    }

    private func show(_ mark: String, _ field: Fields.Element) {
        Console.line(
            mark + TrafficPrinter.printable("\(TextBytes.text(of: field.name)): \(TextBytes.text(of: field.value))"))
    }

    private func show(_ mark: String, _ content: ByteBuffer) {
        guard content.readableBytes > 0 else { return }
        for line in ContentText.lines(String(buffer: content)) { Console.line(mark + TrafficPrinter.printable(line)) }
    }

    private func content(_ body: Body) -> ByteBuffer { (try? history.bodies.contents(of: body)) ?? ByteBuffer() }

    private static func text(_ score: Double) -> String {
        score == score.rounded() ? String(Int(score)) : String((score * 100).rounded() / 100)
    }

    private func value(_ call: CallLogEntry) -> JSONValue {
        let exchange = call.exchange
        var object: JSONObject = [
            "id": .integer(call.id), "servedAt": .string(call.servedAt.isoText),
            "method": .string(exchange.request.head.method), "path": .string(exchange.request.head.targetText),
            "status": call.status.map { .integer($0) } ?? .null, "type": .string(call.responseType.rawValue),
            "result": .string(call.result.rawValue), "responseName": .string(call.responseName),
            "example": exchange.exampleID.map { .string($0) } ?? .null,
            "score": exchange.call?.score.map { .number(Self.text($0)) } ?? .null,
            "totalMs": Milliseconds.json(exchange.timings.total),
        ]
        if messages {
            object["request"] = message(exchange.request.head.fields, exchange.request.body)
            object["response"] = exchange.response.map { message($0.head.fields, $0.body) } ?? .null
        }
        return .object(object)
    }

    private func message(_ fields: Fields, _ body: Body) -> JSONValue {
        let bytes = content(body)
        let text = String(validating: bytes.readableBytesView, as: UTF8.self)
        return [
            "fields": .array(
                fields.map {
                    ["name": .string(TextBytes.text(of: $0.name)), "value": .string(TextBytes.text(of: $0.value))]
                }),
            "body": text.map { .string($0) } ?? .null,
            "base64": text == nil ? .string(Data(bytes.readableBytesView).base64EncodedString()) : .null,
            "cut": .bool(body.isCut),
        ]
    }
}

/// How often it was called.
struct MockUsage: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "usage", abstract: "Count calls by day and month (UTC): of one mock server, or of all.")

    @Argument(help: "A name or an id. Default: all together.") var name: String?
    @OptionGroup var options: LookingOptions

    /// Days that are shown.
    private static let shownDays = 31

    func run() throws {
        let access = try MockAccess(options)
        try CommandFailure.describing {
            let mock = try name.map { try access.mocks.find($0).mock }
            let history = try? History(access.workspace, opening: .reading)
            let usage = try history?.usage(ofMock: mock?.id) ?? CallUsage()
            if access.json {
                return Console.line(
                    JSONWriter.text([
                        "days": .array(usage.days.map(Self.json)), "months": .array(usage.months.map(Self.json)),
                        "total": Self.json(usage.total),
                    ]))
            }
            var table = Table([.left, .right, .right, .right, .right])
            table.add(["", "calls", "hits", "misses", "refused"])
            for period in Array(usage.days.suffix(Self.shownDays)) + usage.months + [usage.total] {
                let numbers = [period.calls, period.hits, period.misses, period.refused]
                table.add(
                    [Table.Cell(period.name.isEmpty ? "total" : period.name)] + numbers.map { Table.Cell("\($0)") })
            }
            Console.line(table.lines.joined(separator: "\n"))
        }
    }

    private static func json(_ period: CallUsage.Period) -> JSONValue {
        [
            "period": .string(period.name), "calls": .integer(period.calls), "hits": .integer(period.hits),
            "misses": .integer(period.misses), "refused": .integer(period.refused),
        ]
    }
}
