import Foundation
import NIOCore
import Synchronization

/// The folder that holds everything Understudy keeps: `--dir`, by default `./recordings`.
///
/// ```
/// collections/  environments/   what people edit and commit
/// mocks/  tags/                 mock servers; versions of collections
/// bodies/<sha256>               large bodies of examples, committed too
/// history.sqlite                every exchange seen; with history.bodies/<sha256>, not committed
/// redaction.key  access.json  .lock   this machine's; not committed
/// .gitignore                    says so; written once
/// ```
/// Whoever serves a workspace holds its lock. Reading commands take none and create nothing.
public final class Workspace: Sendable {
    public enum Opening: Sendable {
        /// Takes the lock, creates what is missing and removes what killed processes left half-written.
        case serving
        /// Creates what is missing, beside a server that may run.
        case editing
        /// Changes nothing.
        case reading
    }

    /// As given, without a slash at the end.
    public let folder: String
    private let lock: Mutex<WorkspaceLock?>

    public var collections: String { folder + "/collections" }
    public var environments: String { folder + "/environments" }
    /// Mock servers, and versions of collections that were tagged.
    public var mocks: String { folder + "/mocks" }
    public var tags: String { folder + "/tags" }
    /// Keys and the team's policy.
    var access: String { folder + "/access.json" }
    public var history: String { folder + "/history.sqlite" }
    /// Bodies of examples and of the history.
    public var bodies: BodyStore { BodyStore(examples: folder + "/bodies", history: folder + "/history.bodies") }

    /// Opens `folder`.
    ///
    /// - Throws: `WorkspaceError`, before anything on disk has changed.
    public init(_ folder: String, opening: Opening) throws(WorkspaceError) {
        self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        switch opening {
        case .reading:
            guard let status = FileSystem.status(of: self.folder) else { throw .missing(folder: self.folder) }
            guard status.isFolder else { throw .notAFolder(path: self.folder) }
            lock = Mutex(nil)
        case .editing:
            try Self.checkParts(of: self.folder)
            try Self.create(self.folder)
            lock = Mutex(nil)
            do throws(FileError) { try createParts() } catch { throw .file(error) }
        case .serving:
            try Self.checkParts(of: self.folder)
            try Self.create(self.folder)
            lock = Mutex(try WorkspaceLock(folder: self.folder))
            do throws(FileError) {
                try announce(RunningInstance())
                try createParts()
            } catch {
                throw .file(error)
            }
        }
    }

    /// Says in the lock file where this server listens. Only for a workspace opened for serving.
    public func announce(_ instance: RunningInstance) throws(FileError) {
        try lock.withLock { lock throws(FileError) in try lock?.announce(instance) }
    }

    /// Gives the lock back. Harmless when there is none.
    public func close() {
        lock.withLock { $0 = nil }
    }

    /// The server that serves `folder` at this moment, if any. Changes nothing.
    public static func runningInstance(in folder: String) -> RunningInstance? { WorkspaceLock.holder(in: folder) }

    /// The 32 bytes that placeholders of redacted values are keyed with, made at first use.
    ///
    /// They must stay the same for a recording to match later, and stay here for placeholders to tell nothing.
    public func redactionKey() throws(WorkspaceError) -> [UInt8] {
        let path = folder + "/redaction.key"
        let key: ByteBuffer
        do throws(FileError) {
            if !FileSystem.exists(path) {
                var random = SystemRandomNumberGenerator()
                var new = ByteBuffer()
                for _ in 0..<4 { new.writeInteger(random.next() as UInt64) }
                try AtomicFile.write(new, to: path)
            }
            key = try FileSystem.contents(of: path)
        } catch {
            throw .file(error)
        }
        guard key.readableBytes == 32 else { throw .damagedKey(path: path) }
        return Array(key.readableBytesView)
    }
}

extension Workspace {
    private static let folders = ["collections", "environments", "mocks", "tags", "bodies", "history.bodies"]

    /// Finds out beforehand what would fail later, so that a refusal leaves everything as it was.
    private static func checkParts(of folder: String) throws(WorkspaceError) {
        guard let status = FileSystem.status(of: folder) else { return }
        guard status.isFolder else { throw .notAFolder(path: folder) }
        guard isEmptyOrOurs(folder) else { throw .foreign(folder: folder) }
        for path in [folder] + (folders + ["history.sqlite", ".lock"]).map({ "\(folder)/\($0)" })
        where FileSystem.exists(path) {
            do throws(FileError) { try FileSystem.checkWritable(path) } catch {
                throw .notWritable(path: path, reason: error.reason)
            }
        }
        for path in folders.map({ "\(folder)/\($0)" }) {
            if let status = FileSystem.status(of: path), !status.isFolder { throw .notAFolder(path: path) }
        }
    }

    /// A mistyped `--dir` must not scatter our files among somebody's sources. Hidden files, a README and the like say
    /// nothing about whose folder it is.
    private static func isEmptyOrOurs(_ folder: String) -> Bool {
        let names = FileSystem.names(in: folder)
        if !Set(names).isDisjoint(with: folders + ["history.sqlite", "redaction.key", ".lock"]) {
            return true
        }
        return names.allSatisfy { name in
            name.hasPrefix(".") || name.hasPrefix("README") || name.hasPrefix("LICENSE") || name == "lost+found"
        }
    }

    /// Makes the folder and those above it; when one cannot be made, those made before it go again.
    private static func create(_ folder: String) throws(WorkspaceError) {
        var missing: [String] = []
        var path = folder
        while !path.isEmpty, !FileSystem.exists(path) {
            missing.append(path)
            guard let slash = path.lastIndex(of: "/") else { break }
            path = String(path[..<slash])
        }
        var made: [String] = []
        for path in missing.reversed() {
            do throws(FileError) {
                try FileSystem.makeFolder(path)
                made.append(path)
            } catch {
                for path in made.reversed() { rmdir(path) }
                throw .cannotCreate(path: folder, reason: error.reason)
            }
        }
    }

    private func createParts() throws(FileError) {
        for name in Self.folders { try FileSystem.makeFolder("\(folder)/\(name)") }
        for path in [folder] + Self.folders.map({ "\(folder)/\($0)" }) { AtomicFile.removeLeftovers(in: path) }
        if !FileSystem.exists(folder + "/.gitignore") {
            try AtomicFile.write(ByteBuffer(string: Self.ignored), to: folder + "/.gitignore", mode: 0o644)
        }
    }

    /// Adds a name to `.gitignore` if it is not there: workspaces older than that file know nothing of it.
    func keepUncommitted(_ name: String) throws(FileError) {
        let path = folder + "/.gitignore"
        let text = FileSystem.exists(path) ? String(buffer: try FileSystem.contents(of: path)) : Self.ignored
        let isThere = text.split(whereSeparator: \.isNewline).contains { $0 == name }
        if isThere, FileSystem.exists(path) { return }
        let start = text.isEmpty || text.hasSuffix("\n") ? text : text + "\n"
        try AtomicFile.write(ByteBuffer(string: isThere ? start : start + name + "\n"), to: path, mode: 0o644)
    }

    private static let ignored = """
        # What stays on this machine. Collections, environments and bodies/ are meant to be committed.
        history.sqlite*
        history.bodies/
        redaction.key
        access.json
        .lock
        .understudy-*.tmp

        """
}
