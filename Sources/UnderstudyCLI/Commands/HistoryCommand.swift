import ArgumentParser

/// The history on the command line. Each verb is a file; `HistoryList` is what `understudy history` alone does.
struct HistoryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history", abstract: "Look at every exchange that passed, save, remove.",
        discussion: """
            understudy history                     the newest exchanges
            understudy history show 12             both messages of one
            understudy history save 12             make it an example
            understudy history prune --keep 1000   forget the oldest

            All of these work while a server runs on the same folder.
            """,
        subcommands: [
            HistoryList.self, HistoryShow.self, HistorySave.self, HistoryRemove.self, HistoryPrune.self,
            HistoryStatisticsCommand.self,
        ],
        defaultSubcommand: HistoryList.self)
}
