import ArgumentParser
struct ExamplesCommand: ParsableCommand { static let configuration = CommandConfiguration(commandName: "examples") }
