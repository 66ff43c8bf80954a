import NIOCore
public import UnderstudyFormats

/// The collection files of a workspace, for commands that read or change them, also while a server runs.
public struct CollectionFolder: Sendable {
    /// How often a change begins anew because an editor wrote the file meanwhile.
    static let attempts = 5

    public let path: String
    private let bodies: BodyStore

    public init(_ workspace: Workspace) {
        path = workspace.collections
        bodies = workspace.bodies
    }

    /// One file of the folder, by its name.
    public struct File: Sendable, Hashable {
        public let slug: String
        public let path: String
    }

    /// Where large bodies go.
    public var bodyFiles: any BodyFiles { ExampleBodyFiles(bodies) }

    public var exists: Bool { FileSystem.status(of: path)?.isFolder == true }

    /// All collection files, by name.
    public func files() -> [File] {
        FileSystem.names(in: path).filter { $0.hasSuffix(".json") && !$0.hasPrefix(".") }.sorted()
            .map { File(slug: CollectionLibrary.slug(of: $0), path: "\(path)/\($0)") }
    }

    /// The file of that name, which need not be there yet.
    public func file(slug: String) -> File {
        files().first { $0.slug == slug } ?? File(slug: slug, path: "\(path)/\(slug)\(PostmanCollection.fileEnding)")
    }

    /// The file of an exchange's collection: of that name, or, when that is another's, the one beside it.
    public func file(_ home: CollectionHome) throws -> File {
        let own = file(slug: home.slug)
        guard FileSystem.exists(own.path), try !home.isHome(of: read(own)) else { return own }
        return file(slug: home.alternative.slug)
    }

    /// - Throws: `FileError` or `CollectionError`.
    public func read(_ file: File) throws -> PostmanCollection {
        try PostmanCollection(parsing: FileSystem.contents(of: file.path), slug: file.slug, file: file.path)
    }

    /// Reads a collection, changes it and writes it back, as one step among all processes of ours. When an editor
    /// writes the file in between, the change is made once more, on the new content. Nothing is written when `change`
    /// throws or changes nothing. A collection of format v1 cannot be changed: that is an error.
    ///
    /// - Parameters:
    ///   - empty: what to begin with when there is no such file; `nil` makes that an error.
    ///   - written: called when the file is safe, before others may change it.
    public func change<Value>(
        _ file: File, orBegin empty: PostmanCollection? = nil, _ change: (inout PostmanCollection) throws -> Value,
        written: (Value) throws -> Void = { _ in }
    ) throws -> Value {
        if empty != nil { try FileSystem.makeFolder(path) }
        return try CollectionLock.hold(path) {
            for attempt in 1... {
                let stamp = FileStamp(file.path)
                var collection: PostmanCollection
                var before: ByteBuffer?
                if stamp == nil, let empty {
                    collection = empty
                } else {
                    let bytes = try FileSystem.contents(of: file.path)
                    collection = try PostmanCollection(parsing: bytes, slug: file.slug, file: file.path)
                    try collection.checkEditable(file: file.path)
                    // What an editor laid out differently stays so when nothing changes.
                    before = collection.bytes()
                }
                let value = try change(&collection)
                let bytes = collection.bytes()
                guard FileStamp(file.path) == stamp || attempt == Self.attempts else { continue }
                if bytes != before { try AtomicFile.write(bytes, to: file.path, mode: 0o644) }
                try written(value)
                return value
            }
            throw FileError("write", file.path, code: 0)
        }
    }
}
