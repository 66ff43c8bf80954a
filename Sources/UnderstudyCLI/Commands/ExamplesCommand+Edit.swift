import ArgumentParser
import Foundation
import NIOCore
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Changes an example: in an editor, from a file, or by flags.
struct ExamplesEdit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change an example, in your editor or by flags.",
        discussion: """
            understudy examples edit 3f2a
            understudy examples edit 3f2a --status 503 --header 'Retry-After: 1' --body-file busy.json
            understudy examples edit 3f2a --target '/users/{{any}}' --ignore query:ts

            Opens $VISUAL or $EDITOR on the example as JSON; JSON content is shown as JSON and need not be escaped. What \
            comes back is checked before anything is written. If it is wrong your text is kept, and --from takes it in \
            again. Content-Length follows the content. New content is plain: Content-Encoding goes unless --header gives \
            one.
            """)

    @Argument(help: "An id from 'examples ls', or its first characters.") var id: String
    @Option(help: "The new status.") var status: Int?
    @Option(help: "Set this response field ('Name: value'). May be repeated.") var header: [String] = []
    @Option(help: "Remove this response field. May be repeated.") var removeHeader: [String] = []
    @Option(help: "The new content of the response; - reads the standard input.", completion: .file()) var bodyFile:
        String?
    @Option(help: "Take the whole example from this file, as the editor would leave it.", completion: .file()) var from:
        String?
    @OptionGroup(title: "How it is matched") var matching: ExampleMatchingOptions
    @OptionGroup var options: LookingOptions

    func run() throws {
        let access = try options.access()
        let folder = try access.collections()
        let edit = try edit()
        guard from == nil || edit.isEmpty else {
            throw CommandFailure.usage(
                "--from replaces the whole example: leave out the flags that change parts of it")
        }
        let found = try ExampleSelection(folder).find(id)
        guard let before = found.collection.document(ofExample: found.id) else { throw CommandFailure.gone(found) }
        let changed: Bool
        if !edit.isEmpty {
            changed = try apply(edit, to: found, folder)
        } else if let from {
            let text = try CommandFailure.describing { ByteBuffer(bytes: try FileBytes.read(from)) }
            let new = try CommandFailure.describing {
                try ExampleDocument(before).example(from: text, file: from, files: folder.bodyFiles)
            }
            changed = try put(new, before: before, found, folder)
        } else {
            changed = try editByHand(before, found, folder)
        }
        if access.json {
            return Console.line(
                JSONWriter.text([
                    "id": .string(found.id), "collection": .string(found.file.slug), "changed": .bool(changed),
                ]))
        }
        Console.line(changed ? "changed example \(found.id) in \(found.file.path)" : "example \(found.id) is as it was")
    }

    // MARK: By flags

    private func edit() throws(CommandFailure) -> ExampleEdit {
        var edit = ExampleEdit()
        try matching.put(into: &edit)
        if let status {
            guard (200...999).contains(status) else {
                throw .usage("--status: '\(status)' is not a status from 200 to 999")
            }
            edit.status = status
        }
        for line in header {
            guard let colon = line.firstIndex(of: ":"), colon != line.startIndex else {
                throw .usage("--header: '\(line)' is not 'Name: value'")
            }
            let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
            edit.fields.append((name: String(line[..<colon]), value: String(value)))
        }
        edit.removedFields = removeHeader
        if let bodyFile {
            if bodyFile == "-" {
                edit.body = ByteBuffer(bytes: FileHandle.standardInput.readDataToEndOfFile())
            } else {
                do throws(FileError) { edit.body = ByteBuffer(bytes: try FileBytes.read(bodyFile)) } catch {
                    throw .usage("--body-file: \(error)")
                }
            }
        }
        return edit
    }

    private func apply(_ edit: ExampleEdit, to found: ExampleSelection.Found, _ folder: CollectionFolder) throws -> Bool
    {
        try CommandFailure.describing {
            try folder.change(found.file) { collection in
                guard let before = collection.document(ofExample: found.id) else { throw CommandFailure.gone(found) }
                let new = try edit.apply(to: before, variables: collection.variables, files: folder.bodyFiles)
                if let problem = ExampleDocument.problem(of: new, files: folder.bodyFiles) {
                    throw CommandFailure.usage("the example would be broken: \(problem.message); nothing was changed")
                }
                guard new != before else { return false }
                collection.replace(example: found.id, with: new)
                return true
            }
        }
    }

    // MARK: By hand

    private func editByHand(
        _ before: JSONValue, _ found: ExampleSelection.Found, _ folder: CollectionFolder
    ) throws -> Bool {
        let environment = ProcessInfo.processInfo.environment
        guard let editor = Editor.command(environment: environment, hasTerminal: Editor.hasTerminal) else {
            throw CommandFailure.usage(
                "there is no editor: set EDITOR, or use --from or a flag that changes a part, such as --status")
        }
        let document = ExampleDocument(before)
        let path =
            NSTemporaryDirectory().trimmedSlash
            + "/understudy-\(found.id.prefix(8))-\(UUID().uuidString.prefix(8)).json"
        try CommandFailure.describing { try AtomicFile.write(document.text, to: path) }
        func kept(_ message: String) -> CommandFailure {
            .usage(
                "\(message); your text is kept in \(path): mend it, then 'understudy examples edit \(found.id.prefix(8)) --from \(path)'"
            )
        }
        let isDone = Editor.run(editor, on: path)
        let text = try CommandFailure.describing { ByteBuffer(bytes: try FileBytes.read(path)) }
        guard isDone else {
            if text != document.text { throw kept("the editor (\(editor)) failed") }
            try? FileManager.default.removeItem(atPath: path)
            throw CommandFailure.usage("the editor (\(editor)) failed; the example is as it was")
        }
        guard text != document.text else {
            try? FileManager.default.removeItem(atPath: path)
            return false
        }
        let changed: Bool
        do {
            let new = try document.example(from: text, file: path, files: folder.bodyFiles)
            changed = try put(new, before: before, found, folder)
        } catch let error as CommandFailure {
            throw kept(error.message)
        } catch let error as CollectionError {
            throw kept("\(error.place): \(error.message)")
        } catch {
            throw kept("\(error)")
        }
        try? FileManager.default.removeItem(atPath: path)
        return changed
    }

    /// Puts an edited example in the place of the one that the user saw.
    private func put(
        _ new: JSONValue, before: JSONValue, _ found: ExampleSelection.Found, _ folder: CollectionFolder
    ) throws -> Bool {
        guard new != before else { return false }
        try CommandFailure.describing {
            try folder.change(found.file) { collection in
                guard let present = collection.document(ofExample: found.id) else { throw CommandFailure.gone(found) }
                guard present == before else {
                    throw CommandFailure.usage("example \(found.id) was changed by someone else meanwhile")
                }
                let count = collection.listing().count
                collection.replace(example: found.id, with: new)
                guard collection.listing().count == count else {
                    throw CommandFailure.usage("$.originalRequest: the example has no request")
                }
            }
        }
        return true
    }
}

extension String {
    fileprivate var trimmedSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}
