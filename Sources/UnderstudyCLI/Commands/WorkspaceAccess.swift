import ArgumentParser
import Foundation
import UnderstudyCore
import UnderstudyStore

/// What commands that look at a recording have in common.
struct LookingOptions: ParsableArguments {
    @OptionGroup var workspace: WorkspaceOptions
    @Flag(help: "Print JSON.") var json = false
    @Flag(help: "No colours. NO_COLOR in the environment does the same.") var noColor = false

    func access() throws(CommandFailure) -> WorkspaceAccess { try WorkspaceAccess(self) }
}

/// A recording's folder, opened for looking and changing, never created.
struct WorkspaceAccess {
    let settings: Settings
    let workspace: Workspace
    let json: Bool
    let paint: Paint

    init(_ options: LookingOptions) throws(CommandFailure) {
        settings = try Settings(options.workspace)
        json = try settings.isOn("json", options.json)
        let noColour = ProcessInfo.processInfo.environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        paint = Paint(
            isOn: try !settings.isOn("no-color", options.noColor) && !noColour && isatty(STDOUT_FILENO) == 1)
        let folder = settings.text("dir", options.workspace.dir) ?? "recordings"
        do {
            workspace = try Workspace(folder, opening: .reading)
        } catch .missing {
            throw .usage(
                "there is no recording in \(folder): make one with 'understudy record URL', or name its folder with --dir"
            )
        } catch {
            throw .usage("\(error)")
        }
    }

    func history(_ opening: History.Opening) throws(CommandFailure) -> History {
        do {
            return try History(workspace, opening: opening)
        } catch .missing {
            throw .usage("there is no history in \(workspace.folder): name the folder of a recording with --dir")
        } catch {
            throw .usage("\(error)")
        }
    }

    /// The folder of collections, which must be there.
    func collections() throws(CommandFailure) -> CollectionFolder {
        let collections = CollectionFolder(workspace)
        guard collections.exists else {
            throw .usage("there are no examples in \(workspace.folder): name the folder of a recording with --dir")
        }
        return collections
    }

    /// What examples are redacted with, as a server on this folder would do it.
    func redaction(_ names: [String], none: Bool) throws -> Redaction {
        guard try !settings.isOn("no-redact", none) else { return .none }
        return Redaction(
            key: try workspace.redactionKey(), rules: Redaction.Rules(adding: settings.list("redact", names)))
    }

    /// ` --dir X` where the user would have to type it.
    var directoryFlag: String { workspace.folder == "recordings" ? "" : " --dir \(workspace.folder)" }
}

extension CommandFailure {
    /// Runs `body`; whatever it throws becomes one line for the user.
    static func describing<Value>(_ body: () throws -> Value) throws(CommandFailure) -> Value {
        do {
            return try body()
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .usage("\(error)")
        }
    }
}
