import Foundation
import NIOCore
public import UnderstudyCore
import UnderstudyFormats

/// The mock servers of a workspace: `mocks/*.json`, a file each.
///
/// Commands and the management API use this alike; a running server notices the files. Changes are one step among all
/// processes, and a file is always whole.
public struct MockFolder: Sendable {
    private let folder: DocumentFolder
    private let workspace: Workspace

    /// How many there may be.
    public static let limit = 10_000
    /// Octets of a name.
    static let nameLimit = 255

    public init(_ workspace: Workspace) {
        self.workspace = workspace
        folder = DocumentFolder(path: workspace.mocks, ending: ".json")
    }

    /// A mock server with where it stands.
    public struct Stored: Sendable {
        public let mock: MockServer
        public let path: String
        /// Of its file.
        public let revision: Revision
        fileprivate let file: DocumentFolder.File
        fileprivate let document: MockDocument
    }

    /// All of them, oldest first, and one line for each file that cannot be read.
    public func all() -> (mocks: [Stored], problems: [String]) {
        var mocks: [Stored] = []
        var problems: [String] = []
        for file in folder.files() {
            do { mocks.append(try read(file)) } catch { problems.append("\(error)") }
        }
        mocks.sort { ($0.mock.createdAt, $0.mock.id) < ($1.mock.createdAt, $1.mock.id) }
        return (mocks, problems)
    }

    private func read(_ file: DocumentFolder.File) throws -> Stored {
        let bytes = try FileSystem.contents(of: file.path, limit: Self.fileLimit)
        let document = try MockDocument(parsing: bytes, file: file.path)
        return Stored(
            mock: document.mock, path: file.path, revision: Revision(of: bytes), file: file, document: document)
    }

    /// Larger files are not read to their end.
    private static let fileLimit = 64 << 20

    /// - Parameter reference: an id, an id with its owner before it, or a name, whose case does not matter.
    /// - Throws: `ItemError`.
    public func find(_ reference: String) throws(ItemError) -> Stored { try Self.find(reference, in: all().mocks) }

    static func find(_ reference: String, in mocks: [Stored]) throws(ItemError) -> Stored {
        if let stored = mocks.first(where: { ItemID.matches(reference, $0.mock.id) }) {
            return stored
        }
        let named = mocks.filter { $0.mock.name == reference }
        let similar = named.isEmpty ? mocks.filter { $0.mock.name.lowercased() == reference.lowercased() } : named
        guard let first = similar.first else { throw .unknown(.mock, reference) }
        guard similar.count == 1 else { throw .ambiguous(.mock, reference, similar.map(\.mock.id)) }
        return first
    }

    // MARK: Changes

    /// Adds a mock server.
    ///
    /// - Parameter isOnly: whether another of that name is an error. Postman's API takes it.
    /// - Throws: `ItemError`, `FileError`.
    public func create(_ mock: MockServer, isOnly: Bool = true) throws -> Stored {
        try folder.alone {
            let others = all().mocks
            try checkRoom(for: mock, isOnly, among: others)
            try check(mock, before: nil, among: others)
            let file = folder.newFile(for: mock.name)
            try folder.write(MockDocument(mock).bytes(), to: file)
            return try read(file)
        }
    }

    /// Changes a mock server; `updatedAt` follows. Nothing is written when `change` throws or changes nothing.
    ///
    /// - Parameter revision: what the caller has seen; `nil` when it does not matter.
    /// - Throws: `ItemError`, `FileError`, and what `change` throws.
    public func change(
        _ reference: String, ifRevision revision: Revision? = nil, _ change: (inout MockServer) throws -> Void
    ) throws -> Stored {
        try folder.alone {
            let others = all().mocks
            let stored = try Self.find(reference, in: others)
            if let revision, revision != stored.revision { throw ItemError.changed(.mock, stored.mock.name) }
            var mock = stored.mock
            try change(&mock)
            guard mock != stored.mock else { return stored }
            try check(mock, before: stored.mock, among: others.filter { $0.mock.id != mock.id })
            // Later than before, even when the clock is not.
            mock.updatedAt = max(.now(), Timestamp(microseconds: stored.mock.updatedAt.microseconds + 1000))
            var document = stored.document
            document.mock = mock
            try folder.write(document.bytes(), to: stored.file)
            return try read(stored.file)
        }
    }

    /// - Throws: `ItemError`, `FileError`.
    public func delete(_ reference: String, ifRevision revision: Revision? = nil) throws -> MockServer {
        try folder.alone {
            let stored = try find(reference)
            if let revision, revision != stored.revision { throw ItemError.changed(.mock, stored.mock.name) }
            try folder.remove(stored.file)
            return stored.mock
        }
    }

    // MARK: What must hold

    /// Whether a mock server could be made now, for those who have something to do before that cannot be taken back.
    ///
    /// - Parameter hasCollection: whether its collection is there; if not, it is made meanwhile.
    /// - Throws: what `create` would.
    public func checkNew(_ mock: MockServer, hasCollection: Bool) throws {
        let others = all().mocks
        try checkRoom(for: mock, true, among: others)
        try check(mock, before: nil, among: others, hasCollection: hasCollection)
    }

    private func checkRoom(for mock: MockServer, _ isOnly: Bool, among others: [Stored]) throws {
        guard others.count < Self.limit else {
            throw ItemError.invalid("there are \(Self.limit) mock servers already, and no more are kept")
        }
        if isOnly, others.contains(where: { $0.mock.name.lowercased() == mock.name.lowercased() }) {
            throw ItemError.exists(.mock, mock.name)
        }
    }

    private func check(
        _ mock: MockServer, before: MockServer?, among others: [Stored], hasCollection: Bool = true
    ) throws {
        guard !mock.name.allSatisfy(\.isWhitespace), mock.name.utf8.count <= Self.nameLimit,
            !mock.name.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            throw ItemError.invalid("a mock server's name is 1 to \(Self.nameLimit) bytes of text on one line")
        }
        if let port = mock.port, let other = others.first(where: { $0.mock.port == port }) {
            throw ItemError.invalid("port \(port) is mock server \(other.mock.name)'s already: choose another")
        }
        if let active = mock.activeServerResponse, mock.forcedResponse == nil {
            throw ItemError.unknown(.serverResponse, active)
        }
        let becomesPublic = !mock.isPrivate && (before?.isPrivate ?? true)
        if becomesPublic, try !KeyRing(workspace).policy().allowsPublicMocks {
            throw ItemError.forbidden(
                "the team's policy forbids public mock servers: make it private, or have an admin change the policy")
        }
        let catalog = CollectionCatalog(workspace)
        if hasCollection, before == nil || before?.versionTag != mock.versionTag {
            let collection = try catalog.find(id: mock.collection)
            let path = try catalog.path(of: collection, tag: mock.versionTag)
            let foreign = try catalog.read(path, slug: collection.slug).itemsOfOtherProtocols
            guard foreign.isEmpty else {
                let names = foreign.prefix(10).joined(separator: ", ") + (foreign.count > 10 ? ", …" : "")
                throw ItemError.invalid(
                    "collection '\(collection.name)' is not purely HTTP, which is all that can be mocked: \(names)")
            }
        }
        if let environment = mock.environment, environment != before?.environment {
            _ = try EnvironmentFolder(workspace).find(environment)
        }
    }
}

/// How things are named beside their names.
public enum ItemID {
    /// A new one: a random UUID in lower case.
    public static func make() -> String { UUID().uuidString.lowercased() }

    /// Whether a reference is this id, alone or with its owner before it.
    public static func matches(_ reference: String, _ id: String) -> Bool {
        let reference = reference.lowercased(), id = id.lowercased()
        if reference == id { return true }
        guard reference.hasSuffix("-" + id) else { return false }
        let prefix = reference.dropLast(id.count + 1)
        return !prefix.isEmpty && prefix.allSatisfy(\.isNumber)
    }
}
