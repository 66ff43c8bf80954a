import NIOCore
public import UnderstudyCore
public import UnderstudyFormats

/// The environments of a workspace: `environments/*.postman_environment.json`, as Postman exports them.
public struct EnvironmentFolder: Sendable {
    private let folder: DocumentFolder
    private let workspace: Workspace

    /// Octets of one that is read.
    private static let fileLimit = 64 << 20

    public init(_ workspace: Workspace) {
        self.workspace = workspace
        folder = DocumentFolder(path: workspace.environments, ending: PostmanEnvironment.fileEnding)
    }

    /// An environment with where it stands.
    public struct Stored: Sendable {
        /// Its own, or one made of its file's name.
        public let id: String
        public let environment: PostmanEnvironment
        public let path: String
        public let revision: Revision
        public let updatedAt: Timestamp
        fileprivate let file: DocumentFolder.File

        /// What people call it.
        public var name: String { environment.name.isEmpty ? file.slug : environment.name }
    }

    /// All of them in the order of their files' names, and one line for each file that cannot be read.
    public func all() -> (environments: [Stored], problems: [String]) {
        var environments: [Stored] = []
        var problems: [String] = []
        for file in folder.files() {
            do { environments.append(try read(file)) } catch { problems.append("\(error)") }
        }
        return (environments, problems)
    }

    private func read(_ file: DocumentFolder.File) throws -> Stored {
        let bytes = try FileSystem.contents(of: file.path, limit: Self.fileLimit)
        let environment = try PostmanEnvironment(parsing: bytes, file: file.path)
        let modified = FileSystem.status(of: file.path)?.modifiedAt ?? 0
        return Stored(
            id: environment.id.isEmpty ? Digest(of: "environment\n\(file.slug)").uuid : environment.id,
            environment: environment, path: file.path, revision: Revision(of: bytes),
            updatedAt: Timestamp(microseconds: modified / 1000), file: file)
    }

    /// - Parameter reference: an id, an id with its owner before it, a file's name, or a name, whose case does not matter.
    public func find(_ reference: String) throws(ItemError) -> Stored {
        let all = all().environments
        if let stored = all.first(where: { ItemID.matches(reference, $0.id) || $0.file.slug == reference }) {
            return stored
        }
        let named = all.filter { $0.name == reference }
        let similar = named.isEmpty ? all.filter { $0.name.lowercased() == reference.lowercased() } : named
        guard let first = similar.first else { throw .unknown(.environment, reference) }
        guard similar.count == 1 else { throw .ambiguous(.environment, reference, similar.map(\.id)) }
        return first
    }

    // MARK: Changes

    /// Adds an environment under a new id if its own is taken or missing.
    ///
    /// - Parameter isOnly: whether another of that name is an error.
    /// - Throws: `ItemError`, `FileError`.
    public func create(_ environment: PostmanEnvironment, isOnly: Bool = true) throws -> Stored {
        try folder.alone {
            let others = all().environments
            if isOnly, others.contains(where: { $0.name.lowercased() == environment.name.lowercased() }) {
                throw ItemError.exists(.environment, environment.name)
            }
            return try write(new: environment) { id in others.contains { ItemID.matches(id, $0.id) } }
        }
    }

    /// The same for one of many, without reading all the others each time.
    ///
    /// - Parameter isTaken: whether another has that id.
    func create(_ environment: PostmanEnvironment, isTaken: (String) -> Bool) throws -> Stored {
        try folder.alone { try write(new: environment, besides: isTaken) }
    }

    /// Call it while the folder is locked.
    private func write(new environment: PostmanEnvironment, besides isTaken: (String) -> Bool) throws -> Stored {
        var environment = environment
        if environment.id.isEmpty || isTaken(environment.id) {
            environment.setMember("id", to: .string(ItemID.make()))
        }
        let file = folder.newFile(for: environment.name)
        try write(environment, to: file)
        return try read(file)
    }

    /// Changes an environment. Nothing is written when `change` throws or changes nothing.
    ///
    /// - Parameter revision: what the caller has seen; `nil` when it does not matter.
    public func change(
        _ reference: String, ifRevision revision: Revision? = nil, _ change: (inout PostmanEnvironment) throws -> Void
    ) throws -> Stored {
        try folder.alone {
            let stored = try find(reference)
            if let revision, revision != stored.revision { throw ItemError.changed(.environment, stored.name) }
            var environment = stored.environment
            try change(&environment)
            let bytes = environment.bytes()
            guard Revision(of: bytes) != stored.revision else { return stored }
            try write(environment, to: stored.file)
            return try read(stored.file)
        }
    }

    /// A file that holds secrets is its owner's alone, and is not committed.
    private func write(_ environment: PostmanEnvironment, to file: DocumentFolder.File) throws(FileError) {
        guard environment.holdsSecrets else { return try folder.write(environment.bytes(), to: file) }
        let name = file.path.dropFirst(workspace.folder.count + 1)
        try workspace.keepUncommitted(String(name))
        try folder.write(environment.bytes(), to: file, mode: 0o600)
        try FileSystem.setMode(0o600, of: file.path)
    }

    /// Removes an environment. Mock servers with it are deactivated by that.
    @discardableResult
    public func delete(_ reference: String) throws -> Stored {
        try folder.alone {
            let stored = try find(reference)
            try folder.remove(stored.file)
            return stored
        }
    }
}
