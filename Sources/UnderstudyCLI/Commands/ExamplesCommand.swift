import ArgumentParser

/// The examples on the command line: what is in the collection files. Each verb is a file.
struct ExamplesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "examples", abstract: "List, show, edit, rename and remove examples.",
        discussion: """
            understudy examples                              all of them
            understudy examples edit 3f2a                    in your editor
            understudy examples edit 3f2a --status 503       without one

            An id may be shortened to four characters or more. The files in collections/ may be edited by hand just as well; a
            running server sees every change on the next request.
            """,
        subcommands: [
            ExamplesList.self, ExamplesShow.self, ExamplesEdit.self, ExamplesRename.self, ExamplesRemove.self,
        ],
        defaultSubcommand: ExamplesList.self)
}
