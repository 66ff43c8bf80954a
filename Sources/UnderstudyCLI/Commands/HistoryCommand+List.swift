import ArgumentParser
import UnderstudyCore
import UnderstudyStore

/// A page of the history, a line per exchange.
struct HistoryList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "List exchanges, newest first.",
        discussion: """
            understudy history ls --since 10m --status '>=400'
            understudy history ls --json --limit 0 | jq -r 'select(.method == "POST") | .path'

            Times are 2026-05-31, '2026-05-31 14:00', 2026-05-31T14:00:00Z, or a span back: 30s, 10m, 2h, 7d. Without a zone
            they are local. With --json each line is one object (JSON Lines; 'jq -s' makes an array of them).
            """)

    @OptionGroup var filter: HistoryFilterOptions
    @Option(help: "The most to list; 0 for all. Default: 50.") var limit: Int?
    @Option(help: "Only exchanges before this one: the next page.") var before: Int64?
    @Option(help: "Only exchanges after this one: the next page with --oldest-first.") var after: Int64?
    @Flag(help: "Begin with the oldest.") var oldestFirst = false
    @OptionGroup var options: LookingOptions

    /// Rows read at a time, so that a long list neither fills memory nor holds up a writer.
    static let chunk = 500

    func run() throws {
        let limit = self.limit ?? 50
        guard limit >= 0 else { throw CommandFailure.usage("--limit: '\(limit)' is not a number from 0") }
        var query = try query()
        let access = try options.access()
        let history = try access.history(.reading)
        var listed = 0
        while limit == 0 || listed < limit {
            let wanted = min(Self.chunk, limit == 0 ? Self.chunk : limit - listed)
            // One more tells whether there is another page.
            query.limit = wanted + 1
            let entries = try CommandFailure.describing { try history.entries(query) }
            let page = Array(entries.prefix(wanted))
            guard let last = page.last else { break }
            Console.line(lines(page, access).joined(separator: "\n"))
            listed += page.count
            if entries.count <= wanted { break }
            if oldestFirst { query.after = last.id } else { query.before = last.id }
            if limit > 0, listed >= limit, !access.json {
                Console.errorLine(
                    "more: add \(oldestFirst ? "--after" : "--before") \(last.id) for the next page, or --limit 0 for all"
                )
            }
        }
        if listed == 0, !access.json { Console.errorLine("\(history.path) has no such exchange") }
    }

    private func lines(_ entries: [HistoryEntry], _ access: WorkspaceAccess) -> [String] {
        if access.json { return entries.map { JSONWriter.text(EntryText.json($0)) } }
        var table = Table([.right, .left, .left, .left, .right, .right])
        for entry in entries { table.add(EntryText.row(entry, access.paint)) }
        return table.lines
    }

    private func query() throws(CommandFailure) -> HistoryQuery {
        var query = try filter.query()
        query.before = before
        query.after = after
        query.order = oldestFirst ? .oldestFirst : .newestFirst
        return query
    }
}

/// An exchange as one line, for people and for programs.
enum EntryText {
    static func row(_ entry: HistoryEntry, _ paint: Paint) -> [Table.Cell] {
        let status = entry.failure?.rawValue ?? entry.status.map(String.init) ?? "-"
        let authority = entry.upstream.isEmpty ? entry.host : String(entry.upstream.split(separator: "/").last ?? "")
        return [
            Table.Cell(String(entry.id)), paint.faint(Clock.local(entry.startedAt)),
            Table.Cell(TrafficPrinter.printable(entry.method)),
            paint.status(status, code: entry.failure == nil ? entry.status : nil),
            Table.Cell(Clock.span(microseconds: entry.timings.total)), Table.Cell(Size.text(entry.responseSize)),
            Table.Cell(TrafficPrinter.printable(authority + entry.target)),
            paint.faint(words(entry).joined(separator: ", ")),
        ]
    }

    /// What is not as usual.
    static func words(_ entry: HistoryEntry) -> [String] {
        var words: [String] = []
        switch entry.result {
        case .hit: words.append("replayed")
        case .miss: words.append("no example")
        case .refused: words.append("refused")
        case .recorded, .passthrough: break
        }
        // A hit's content is its example's and not kept again.
        if entry.flags.contains(.requestCut) { words.append("request cut") }
        if entry.flags.contains(.responseCut), entry.result != .hit { words.append("response cut") }
        if entry.failure != nil, entry.status != nil { words.append("incomplete, \(entry.status ?? 0)") }
        if !entry.session.isEmpty { words.append("session \(TrafficPrinter.printable(entry.session))") }
        if entry.exampleState == .pending { words.append("example pending") }
        return words
    }

    static func json(_ entry: HistoryEntry) -> JSONValue {
        let state =
            switch entry.exampleState {
            case .none: "none"
            case .pending: "pending"
            case .written: "written"
            }
        return [
            "id": .integer(entry.id), "time": .string(Clock.text(entry.startedAt)),
            "mode": .string(entry.mode.rawValue),
            "result": .string(entry.result.rawValue), "method": .string(entry.method),
            "upstream": .string(entry.upstream), "host": .string(entry.host), "path": .string(entry.path),
            "query": entry.query.map(JSONValue.string) ?? .null, "status": entry.status.map { .integer($0) } ?? .null,
            "failure": entry.failure.map { .string($0.rawValue) } ?? .null,
            "requestCut": .bool(entry.flags.contains(.requestCut)),
            "responseCut": .bool(entry.flags.contains(.responseCut) && entry.result != .hit),
            "requestBytes": .integer(entry.requestSize), "responseBytes": .integer(entry.responseSize),
            "firstByteMs": Milliseconds.json(entry.timings.firstByte),
            "totalMs": Milliseconds.json(entry.timings.total),
            "example": entry.exampleID.map(JSONValue.string) ?? .null, "exampleState": .string(state),
            "session": entry.session.isEmpty ? .null : .string(entry.session),
        ]
    }
}

/// Microseconds as milliseconds with their fraction.
enum Milliseconds {
    static func json(_ microseconds: Int64) -> JSONValue {
        let fraction = String(microseconds.magnitude % 1000)
        return .number("\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction)
    }

    /// `0.4 ms`, `1203.1 ms`.
    static func text(_ microseconds: Int64) -> String { "\(microseconds / 1000).\(microseconds % 1000 / 100) ms" }
}
