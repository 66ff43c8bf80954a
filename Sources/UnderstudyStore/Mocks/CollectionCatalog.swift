public import NIOCore
import Synchronization
public import UnderstudyCore
public import UnderstudyFormats

/// The collections of a workspace by id and name, without reading more of them than their beginning; and their version tags.
public final class CollectionCatalog: Sendable {
    public struct Entry: Sendable, Hashable {
        /// `info._postman_id`, or one made of the file's name where it has none.
        public let id: String
        public let name: String
        /// Its file's name.
        public let slug: String
        public let path: String
        public let updatedAt: Timestamp
        /// Two that are equal are of the same version of the file.
        let stamp: FileStamp
    }

    private let workspace: Workspace
    private let folder: CollectionFolder
    private let known = Mutex<[String: (stamp: FileStamp, entry: Entry)]>([:])
    private let counts = Mutex<[String: (stamp: FileStamp, count: Int)]>([:])

    public init(_ workspace: Workspace) {
        self.workspace = workspace
        folder = CollectionFolder(workspace)
    }

    /// In the order of their files' names. Files that are no collections are left out: whoever loads them reports it.
    public func all() -> [Entry] {
        known.withLock { known in
            var current: [String: (stamp: FileStamp, entry: Entry)] = [:]
            let entries = folder.files().compactMap { file -> Entry? in
                guard let stamp = FileStamp(file.path) else { return nil }
                if let old = known[file.path], old.stamp == stamp {
                    current[file.path] = old
                    return old.entry
                }
                guard let entry = Self.entry(file, stamp) else { return nil }
                current[file.path] = (stamp, entry)
                return entry
            }
            known = current
            return entries
        }
    }

    private static func entry(_ file: CollectionFolder.File, _ stamp: FileStamp) -> Entry? {
        guard let bytes = try? FileSystem.contents(of: file.path),
            let info = PostmanCollection.info(in: bytes), let status = FileSystem.status(of: file.path)
        else { return nil }
        return Entry(
            id: info.id ?? Digest(of: file.slug).uuid, name: info.name ?? file.slug, slug: file.slug, path: file.path,
            updatedAt: Timestamp(microseconds: status.modifiedAt / 1000), stamp: stamp)
    }

    /// - Parameter reference: an id, an id with its owner before it, a file's name, or a name, whose case does not matter.
    public func find(_ reference: String) throws(ItemError) -> Entry { try Self.find(reference, in: all()) }

    static func find(_ reference: String, in entries: [Entry]) throws(ItemError) -> Entry {
        let isIt = { (entry: Entry) in
            ItemID.matches(reference, entry.id) || entry.slug == reference || entry.path.hasSuffix("/" + reference)
        }
        if !reference.contains("/"), let entry = entries.first(where: isIt) {
            return entry
        }
        let named = entries.filter { $0.name == reference }
        let similar = named.isEmpty ? entries.filter { $0.name.lowercased() == reference.lowercased() } : named
        guard let first = similar.first else { throw .unknown(.collection, reference) }
        guard similar.count == 1 else { throw .ambiguous(.collection, reference, similar.map(\.id)) }
        return first
    }

    public func find(id: String) throws(ItemError) -> Entry {
        guard let entry = all().first(where: { ItemID.matches(id, $0.id) }) else {
            throw .unknown(.collection, id)
        }
        return entry
    }

    /// The file of an entry for `CollectionFolder`.
    public func file(_ entry: Entry) -> CollectionFolder.File { folder.file(slug: entry.slug) }

    /// - Throws: `FileError`, `CollectionError`.
    public func read(_ path: String, slug: String) throws -> PostmanCollection {
        try PostmanCollection(parsing: FileSystem.contents(of: path), slug: slug, file: path)
    }

    /// - Throws: `FileError`, `CollectionError`.
    public func read(_ entry: Entry) throws -> PostmanCollection { try read(entry.path, slug: entry.slug) }

    /// A collection's file as v2.1: as it is where it is that already.
    ///
    /// - Throws: `FileError`, `CollectionError`.
    public func exported(_ entry: Entry) throws -> ByteBuffer {
        let bytes = try FileSystem.contents(of: entry.path)
        return try PostmanCollection(parsing: bytes, slug: entry.slug, file: entry.path).isCurrentFormat
            ? bytes : read(entry).bytes(as: .v21)
    }

    /// How many examples it has, usable or not; counted anew when its file changed. `nil` where that cannot be read.
    public func exampleCount(of entry: Entry) -> Int? {
        guard let stamp = FileStamp(entry.path) else { return nil }
        if let known = counts.withLock({ $0[entry.path] }), known.stamp == stamp { return known.count }
        guard let count = try? read(entry).exampleCount else { return nil }
        counts.withLock { $0[entry.path] = (stamp, count) }
        return count
    }

    // MARK: Changes

    /// Adds a collection under a new id if its own is taken, and a new file name.
    ///
    /// - Parameters:
    ///   - bytes: its file's own bytes, kept as they are unless the id changes.
    ///   - isOnly: whether another of that name is an error.
    /// - Returns: its entry.
    /// - Throws: `ItemError`, `FileError`.
    public func create(
        _ collection: PostmanCollection, keeping bytes: ByteBuffer? = nil, isOnly: Bool = false
    ) throws -> Entry {
        try FileSystem.makeFolder(folder.path)
        return try CollectionLock.hold(folder.path) {
            let others = all()
            if isOnly { try Self.checkFree(collection.name, besides: nil, in: others) }
            let ids = Set(others.map(\.id))
            return try write(new: collection, bytes, besides: ids.contains)
        }
    }

    private static func checkFree(_ name: String, besides id: String?, in entries: [Entry]) throws(ItemError) {
        let isTaken = entries.contains { $0.id != id && $0.name.lowercased() == name.lowercased() }
        if isTaken { throw .exists(.collection, name) }
    }

    /// A collection by its id or name; one of that name is made if there is none, also when others ask for it meanwhile.
    ///
    /// - Parameter origin: what `{{baseUrl}}` stands for in a new one.
    public func findOrCreate(_ reference: String, origin: String) throws -> (entry: Entry, isMade: Bool) {
        try FileSystem.makeFolder(folder.path)
        return try CollectionLock.hold(folder.path) { try foundOrMade(reference, origin) }
    }

    /// Call it while the folder is locked.
    private func foundOrMade(_ reference: String, _ origin: String) throws -> (entry: Entry, isMade: Bool) {
        do throws(ItemError) {
            return (try find(reference), false)
        } catch {
            guard case .unknown = error else { throw error }
        }
        let new = PostmanCollection(slug: NameSlug.slug(of: reference), origin: origin, name: reference)
        let ids = Set(all().map(\.id))
        return (try write(new: new, nil, besides: ids.contains), true)
    }

    /// Gives a collection another name. Where its id is made of its file's name that stays, too.
    ///
    /// - Throws: `ItemError` where another has that name, `FileError`, `CollectionError`.
    public func rename(_ entry: Entry, to name: String) throws {
        try folder.change(file(entry)) { collection in
            try Self.checkFree(name, besides: entry.id, in: all())
            collection.rename(to: name)
        }
    }

    /// The same for one of many, without looking at all the others each time.
    ///
    /// - Parameter isTaken: whether another has that id.
    func create(
        _ collection: PostmanCollection, keeping bytes: ByteBuffer?, isTaken: (String) -> Bool
    ) throws -> Entry {
        try FileSystem.makeFolder(folder.path)
        return try CollectionLock.hold(folder.path) { try write(new: collection, bytes, besides: isTaken) }
    }

    /// Call it while the folder is locked.
    private func write(
        new collection: PostmanCollection, _ bytes: ByteBuffer?, besides isTaken: (String) -> Bool
    ) throws -> Entry {
        var collection = collection
        var bytes = bytes
        if collection.id.map(isTaken) ?? true {
            collection.id = ItemID.make()
            bytes = nil
        }
        let documents = DocumentFolder(path: folder.path, ending: PostmanCollection.fileEnding)
        let file = documents.newFile(for: collection.name)
        try documents.write(bytes ?? collection.bytes(), to: file)
        guard let stamp = FileStamp(file.path),
            let entry = Self.entry(.init(slug: file.slug, path: file.path), stamp)
        else { throw FileError("read", file.path, code: 0) }
        known.withLock { $0[file.path] = (stamp, entry) }
        return entry
    }

    /// Puts another document in the place of a collection, which keeps its id.
    public func replace(_ entry: Entry, with collection: PostmanCollection) throws {
        try CollectionLock.hold(folder.path) {
            var collection = collection
            collection.id = entry.id
            try AtomicFile.write(collection.bytes(), to: entry.path, mode: 0o644)
        }
    }

    /// Removes a collection with its tags. Mock servers of it are deactivated by that.
    public func delete(_ entry: Entry) throws {
        try CollectionLock.hold(folder.path) {
            try FileSystem.remove(entry.path)
            try FileSystem.syncFolder(folder.path)
            for tag in tags(of: entry) { try FileSystem.remove(tagPath(entry, tag)) }
        }
    }

    // MARK: Version tags

    /// What stands for the collection as it is now.
    public static let current = "CURRENT"
    /// Of one collection.
    public static let tagLimit = 1000

    public func tags(of entry: Entry) -> [String] {
        FileSystem.names(in: tagFolder(entry)).filter { $0.hasSuffix(PostmanCollection.fileEnding) }
            .map { String($0.dropLast(PostmanCollection.fileEnding.count)) }.sorted()
    }

    private func tagFolder(_ entry: Entry) -> String { "\(workspace.tags)/\(NameSlug.slug(of: entry.id))" }

    private func tagPath(_ entry: Entry, _ tag: String) -> String {
        "\(tagFolder(entry))/\(tag)\(PostmanCollection.fileEnding)"
    }

    /// Keeps the collection as it is now under a tag.
    ///
    /// - Throws: `ItemError`, `FileError`.
    public func tag(_ entry: Entry, _ tag: String) throws {
        guard Self.isTag(tag) else {
            throw ItemError.invalid(
                "a tag is 1 to 64 letters, digits, '.', '_' and '-', not '.' at its beginning, and not \(Self.current)")
        }
        try FileSystem.makeFolder(workspace.tags)
        try FileSystem.makeFolder(tagFolder(entry))
        try CollectionLock.hold(folder.path) {
            guard !FileSystem.exists(tagPath(entry, tag)) else { throw ItemError.exists(.tag, tag) }
            guard tags(of: entry).count < Self.tagLimit else {
                throw ItemError.invalid("collection '\(entry.name)' has \(Self.tagLimit) tags, and no more are kept")
            }
            try AtomicFile.write(FileSystem.contents(of: entry.path), to: tagPath(entry, tag), mode: 0o644)
        }
    }

    public func removeTag(_ entry: Entry, _ tag: String) throws {
        guard Self.isTag(tag), FileSystem.exists(tagPath(entry, tag)) else { throw ItemError.unknown(.tag, tag) }
        try FileSystem.remove(tagPath(entry, tag))
    }

    /// The file of a version: of a tag, or of the collection as it is for `nil` and `CURRENT`.
    public func path(of entry: Entry, tag: String?) throws(ItemError) -> String {
        guard let tag, tag != Self.current else { return entry.path }
        guard Self.isTag(tag), FileSystem.exists(tagPath(entry, tag)) else { throw .unknown(.tag, tag) }
        return tagPath(entry, tag)
    }

    private static func isTag(_ tag: String) -> Bool {
        (1...64).contains(tag.utf8.count) && tag != current && tag.first != "."
            && tag.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
