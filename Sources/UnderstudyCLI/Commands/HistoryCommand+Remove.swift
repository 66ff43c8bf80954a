import ArgumentParser
import UnderstudyCore
import UnderstudyStore

/// Removes exchanges by number.
struct HistoryRemove: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm", abstract: "Remove exchanges; examples made of them stay.",
        discussion: "When one of the numbers is unknown, nothing is removed.")

    @Argument(help: "Numbers of exchanges, the first column of 'history ls'.") var ids: [Int64]
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        let history = try access.history(.editing)
        try CommandFailure.describing {
            var entries: [HistoryEntry] = []
            for id in ids where !entries.contains(where: { $0.id == id }) {
                var query = HistoryQuery()
                (query.before, query.limit) = (id.addingReportingOverflow(1).partialValue, 1)
                guard let entry = try history.entries(query).first, entry.id == id else {
                    throw CommandFailure.usage("there is no exchange \(id); nothing was removed")
                }
                entries.append(entry)
            }
            let removal = try history.remove(entries.map(\.id))
            if access.json {
                return RemovalText.print(removal, ids: entries.map(\.id), json: true)
            }
            var table = Table([.left, .right, .left, .left, .left, .right, .right])
            for entry in entries { table.add([Table.Cell("removed")] + EntryText.row(entry, access.paint)) }
            for line in table.lines { Console.line(line) }
            RemovalText.print(removal, json: false)
        }
    }
}

/// Removes the oldest exchanges.
struct HistoryPrune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune", abstract: "Remove old exchanges; examples stay.",
        discussion: """
            understudy history prune --older-than 30d
            understudy history prune --keep 1000
            understudy history prune --max-size 1GB

            One condition at a time. What waits to become an example stays, and so do body files of the last ten minutes.
            """)

    @Option(help: "Remove what is older than a span (30d, 12h) or a time (2026-05-31).") var olderThan: String?
    @Option(help: "Keep the newest so many.") var keep: Int?
    @Option(help: "Keep the newest that fit into this size.") var maxSize: String?
    @Flag(help: "Remove everything.") var all = false
    @OptionGroup var options: LookingOptions

    func run() throws {
        let retention = try retention()
        let access = try options.access()
        let history = try access.history(.editing)
        let removal = try CommandFailure.describing { try history.prune(keeping: retention) }
        RemovalText.print(removal, json: access.json)
    }

    private func retention() throws(CommandFailure) -> Retention {
        let given = [olderThan != nil, keep != nil, maxSize != nil, all].count { $0 }
        guard given == 1 else {
            let problem = given == 0 ? "prune needs to know what may go" : "prune takes one condition at a time"
            throw .usage("\(problem): give --older-than 30d, --keep 1000, --max-size 1GB or --all")
        }
        if let olderThan {
            guard let time = TimeInput.timestamp(olderThan) else {
                throw .usage(
                    "--older-than: '\(olderThan)' is not a span such as 30d or 12h, or a time such as 2026-05-31")
            }
            return .since(time)
        }
        if let keep {
            guard keep >= 0 else { throw .usage("--keep: '\(keep)' is not a number from 0") }
            return .newest(keep)
        }
        if let maxSize {
            guard let size = ByteSize(maxSize) else {
                throw .usage("--max-size: '\(maxSize)' is not a size such as 500MB or 1GB")
            }
            return .bytes(Int64(size.count))
        }
        return .nothing
    }
}

/// What a removal did.
enum RemovalText {
    static func print(_ removal: Removal, ids: [Int64]? = nil, json: Bool) {
        if json {
            var object = JSONObject()
            if let ids { object["ids"] = .array(ids.map { .integer($0) }) }
            object["exchanges"] = .integer(removal.exchanges)
            object["files"] = .integer(removal.files)
            object["bytes"] = .integer(removal.byteCount)
            return Console.line(JSONWriter.text(.object(object)))
        }
        var line = "removed \(Count.text(removal.exchanges, "exchange"))"
        if removal.files > 0 { line += " and \(Count.text(removal.files, "body file"))" }
        if removal.byteCount > 0 { line += ", \(Size.text(Int(removal.byteCount))) freed" }
        Console.line(line)
    }
}
