import ArgumentParser
import UnderstudyCore
import UnderstudyStore

/// The history in numbers.
struct HistoryStatisticsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "stats", abstract: "Show the history in numbers.")

    @OptionGroup var options: LookingOptions

    /// Hosts and days shown; --json has them all.
    static let shownGroups = 10

    func run() throws {
        let access = try options.access()
        let history = try access.history(.reading)
        let statistics = try CommandFailure.describing { try history.statistics() }
        if access.json { return Console.line(JSONWriter.text(Self.json(statistics))) }
        Console.line(Self.lines(statistics, access.paint).joined(separator: "\n"))
    }

    private static func lines(_ statistics: HistoryStatistics, _ paint: Paint) -> [String] {
        var table = Table()
        func add(_ name: String, _ text: String) { table.add([paint.faint(name), Table.Cell(text)]) }
        add("exchanges", String(statistics.exchanges))
        if statistics.incomplete > 0 { add("incomplete", String(statistics.incomplete)) }
        if statistics.pending > 0 { add("pending", "\(statistics.pending) to become examples") }
        if let oldest = statistics.oldest, let newest = statistics.newest {
            add("from", Clock.local(oldest))
            add("to", Clock.local(newest))
        }
        add("content", Size.text(Int(statistics.byteCount)))
        add("database", Size.text(Int(statistics.databaseSize)))
        if statistics.bodyFiles > 0 {
            add("body files", "\(statistics.bodyFiles), \(Size.text(Int(statistics.bodyFilesSize)))")
        }
        var lines = table.lines
        for (title, groups, isNewestLast) in [
            ("status", statistics.byStatus, false), ("host", statistics.byHost, false),
            ("day (UTC)", statistics.byDay, true),
        ] where !groups.isEmpty {
            lines += ["", paint.bold("by \(title)")]
            var table = Table([.left, .right, .right])
            for group in isNewestLast ? groups.suffix(shownGroups) : groups.prefix(shownGroups) {
                let name = group.name.isEmpty ? "(none)" : TrafficPrinter.printable(group.name)
                table.add([
                    Table.Cell("  " + name), Table.Cell(String(group.exchanges)),
                    Table.Cell(Size.text(Int(group.byteCount))),
                ])
            }
            lines += table.lines
            if groups.count > shownGroups { lines.append("  … \(groups.count - shownGroups) more with --json") }
        }
        return lines
    }

    private static func json(_ statistics: HistoryStatistics) -> JSONValue {
        func groups(_ groups: [HistoryStatistics.Group]) -> JSONValue {
            .array(
                groups.map {
                    ["name": .string($0.name), "exchanges": .integer($0.exchanges), "bytes": .integer($0.byteCount)]
                })
        }
        return [
            "exchanges": .integer(statistics.exchanges), "incomplete": .integer(statistics.incomplete),
            "pending": .integer(statistics.pending), "bytes": .integer(statistics.byteCount),
            "oldest": statistics.oldest.map { .string(Clock.text($0)) } ?? .null,
            "newest": statistics.newest.map { .string(Clock.text($0)) } ?? .null,
            "databaseBytes": .integer(statistics.databaseSize), "bodyFiles": .integer(statistics.bodyFiles),
            "bodyFilesBytes": .integer(statistics.bodyFilesSize), "byStatus": groups(statistics.byStatus),
            "byHost": groups(statistics.byHost), "byDay": groups(statistics.byDay),
        ]
    }
}
