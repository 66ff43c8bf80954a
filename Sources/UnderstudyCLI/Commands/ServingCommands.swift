import ArgumentParser
import UnderstudyCore
import UnderstudyStore

/// Always upstream; what passes is recorded.
struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forward to an API and record what passes.",
        discussion: """
            understudy record https://api.example.com

            Point your program at http://127.0.0.1:8080 instead of the API and use it as always. Every exchange goes \
            into the history and becomes an example in recordings/collections. Stop with Ctrl-C, then: understudy replay
            """)

    @Argument(help: "The API's address, with scheme.")
    var upstream: String?

    @OptionGroup var options: ServeOptions

    func run() async throws {
        try await ServeRunner(settings: ServeSettings(options, mode: .record, upstream: upstream)).run()
    }
}

/// Examples only.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Answer from the recording. Nothing leaves this machine.",
        discussion: """
            understudy replay                             the recording in ./recordings
            understudy replay DIR                         another one
            understudy replay a.postman_collection.json   one collection file

            A request without an example gets 404 with the nearest examples and why they do not match.
            """)

    @Argument(help: "Recording folders or collection files.", completion: .file())
    var sources: [String] = []

    @OptionGroup var options: ServeOptions

    func run() async throws {
        var options = options
        let folders = sources.filter(FilePath.isFolder)
        if let folder = folders.first, options.workspace.dir == nil { options.workspace.dir = folder }
        let settings = try ServeSettings(options, mode: .replay, upstream: nil)
        if sources.isEmpty, !FilePath.isFolder(settings.folder) {
            throw CommandFailure.startUp(
                "there is no recording in \(settings.folder): make one with 'understudy record URL', or name its folder"
            )
        }
        for source in sources where !FilePath.exists(source) {
            throw CommandFailure.startUp("there is no file or folder \(source)")
        }
        let places = sources.map { FilePath.isFolder($0) ? CollectionLibrary.Source.workspace($0) : .file($0) }
        try await ServeRunner(settings: settings, sources: places).run()
    }
}

/// All mock servers of the workspace, and its collections at the plain front door.
struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serve every mock server of the workspace.",
        discussion: """
            understudy mock create --collection NAME orders    make one
            understudy serve                                   http://orders.localhost:8080/

            A mock server is reached as http://NAME.localhost:PORT/, http://127.0.0.1:PORT/__mock/ID/, and at a port of its \
            own where it has one. What is edited counts from the next call on. Any other path is a 404; --mode, with an \
            address where one is needed, makes the front door do what the other commands do, for all collections, those \
            of private mock servers among them.
            """)

    @Argument(help: "The API's address, with scheme, for modes that call one.")
    var upstream: String?

    @Option(help: "What the plain front door does: record, replay, auto, spy or proxy. Default: nothing.")
    var mode: String?

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let settings = try Settings(options.workspace)
        let mode = try settings.choice("mode", mode, Mode.self)
        var serving = try ServeSettings(options, mode: mode ?? .replay, upstream: upstream)
        serving.servesCollections = mode != nil
        try await ServeRunner(settings: serving, listsMocks: true).run()
    }
}

/// Examples where there are any, else upstream, recorded.
struct Auto: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Replay what is known, record what is missing.")

    @Argument(help: "The API's address, with scheme.")
    var upstream: String?

    @OptionGroup var options: ServeOptions

    func run() async throws {
        try await ServeRunner(settings: ServeSettings(options, mode: .auto, upstream: upstream)).run()
    }
}

/// Examples where there are any, else upstream, kept in the history only.
struct Spy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Replay what is known, pass the rest through, save no examples.")

    @Argument(help: "The API's address, with scheme.")
    var upstream: String?

    @OptionGroup var options: ServeOptions

    func run() async throws {
        try await ServeRunner(settings: ServeSettings(options, mode: .spy, upstream: upstream)).run()
    }
}

/// Always upstream, kept in the history only.
struct Proxy: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Pass everything through; keep the history.")

    @Argument(help: "The API's address, with scheme.")
    var upstream: String?

    @OptionGroup var options: ServeOptions

    func run() async throws {
        try await ServeRunner(settings: ServeSettings(options, mode: .proxy, upstream: upstream)).run()
    }
}
