import NIOCore
public import UnderstudyCore
public import UnderstudyFormats

/// Puts what was imported into a workspace, also while a server runs on it: for the command line and for the API.
public struct Importer: Sendable {
    /// Collections and environments of one import; with more, nothing is stored.
    public static let itemLimit = 2_000

    private let workspace: Workspace

    /// - Parameter workspace: opened for editing or serving.
    public init(_ workspace: Workspace) { self.workspace = workspace }

    /// What became of one item.
    public struct Stored: Sendable {
        public enum Kind: String, Sendable { case collection, environment }
        public let kind: Kind
        public let id: String
        public let name: String
        public let path: String
        /// Requests, or variables.
        public let count: Int
        /// Of a collection.
        public let exampleCount: Int
        /// Whether something of that name was there and is now this.
        public let isReplacement: Bool
    }

    /// How to read a file for this workspace.
    public func options(redaction: Redaction) -> ImportOptions {
        var options = ImportOptions(files: CollectionFolder(workspace).bodyFiles)
        options.redaction = redaction
        return options
    }

    /// Stores all items. What has the name of something that is there gets a number behind its own, unless it replaces that.
    ///
    /// - Parameters:
    ///   - name: instead of the item's own; with several, a number goes behind.
    ///   - progress: told how many of how many are stored.
    /// - Throws: `FileError`, `ItemError`.
    public func store(
        _ items: [ImportedItem], name: String? = nil, replaces: Bool = false,
        progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
    ) throws -> [Stored] {
        guard items.count <= Self.itemLimit else {
            throw ItemError.invalid(
                "there are \(items.count) collections and environments in it, more than \(Self.itemLimit) at once: divide it"
            )
        }
        var collections = CollectionShelf(workspace)
        var environments = EnvironmentShelf(workspace)
        var stored: [Stored] = []
        for (index, item) in items.enumerated() {
            let name = name.map { items.count == 1 ? $0 : "\($0) \(index + 1)" }
            switch item {
            case .collection(let collection, let bytes):
                stored.append(try collections.store(collection, bytes, name, replaces))
            case .environment(let environment): stored.append(try environments.store(environment, name, replaces))
            }
            progress(index + 1, items.count)
        }
        return stored
    }
}

/// The names that are taken, and the number that was given last behind each.
private struct TakenNames {
    private var names: Set<String>
    private var numbers: [String: Int] = [:]

    init(_ names: some Sequence<String>) { self.names = Set(names.map { $0.lowercased() }) }

    /// The name with a number behind it; `nil` while it is free as it is. It is taken from now on.
    mutating func take(_ name: String) -> String? {
        let key = name.lowercased()
        guard !names.insert(key).inserted else { return nil }
        var number = numbers[key] ?? 2
        while !names.insert("\(key) \(number)").inserted { number += 1 }
        numbers[key] = number + 1
        return "\(name) \(number)"
    }
}

/// The collections of a workspace while an import goes on: looked at once.
private struct CollectionShelf {
    private let catalog: CollectionCatalog
    private var content: (entries: [CollectionCatalog.Entry], ids: Set<String>, names: TakenNames)?

    init(_ workspace: Workspace) { catalog = CollectionCatalog(workspace) }

    mutating func store(
        _ collection: PostmanCollection, _ bytes: ByteBuffer, _ name: String?, _ replaces: Bool
    ) throws -> Importer.Stored {
        var (entries, ids, names) = content ?? Self.content(catalog)
        content = nil
        var collection = collection
        var bytes: ByteBuffer? = bytes
        if let name, name != collection.name {
            collection.rename(to: name)
            bytes = nil
        }
        let old = replaces ? try? CollectionCatalog.find(collection.name, in: entries) : nil
        if old == nil, let free = names.take(collection.name) {
            collection.rename(to: free)
            bytes = nil
        }
        let entry: CollectionCatalog.Entry
        if let old {
            try catalog.replace(old, with: collection)
            entry = old
        } else {
            entry = try catalog.create(collection, keeping: bytes, isTaken: ids.contains)
            entries.append(entry)
            ids.insert(entry.id)
        }
        content = (entries, ids, names)
        return Importer.Stored(
            kind: .collection, id: entry.id, name: collection.name, path: entry.path, count: collection.requestCount,
            exampleCount: collection.exampleCount, isReplacement: old != nil)
    }

    private static func content(
        _ catalog: CollectionCatalog
    ) -> (entries: [CollectionCatalog.Entry], ids: Set<String>, names: TakenNames) {
        let entries = catalog.all()
        return (entries, Set(entries.map(\.id)), TakenNames(entries.map(\.name)))
    }
}

/// The same of environments. Those that replace another are looked up one by one.
private struct EnvironmentShelf {
    private let folder: EnvironmentFolder
    private var content: (ids: Set<String>, names: TakenNames)?

    init(_ workspace: Workspace) { folder = EnvironmentFolder(workspace) }

    mutating func store(
        _ environment: PostmanEnvironment, _ name: String?, _ replaces: Bool
    ) throws -> Importer.Stored {
        var (ids, names) = content ?? Self.content(folder)
        content = nil
        var environment = environment
        if let name { environment.rename(to: name) }
        let old = replaces ? try? folder.find(environment.name) : nil
        if old == nil, let free = names.take(environment.name) { environment.rename(to: free) }
        let result: EnvironmentFolder.Stored
        if let old {
            let object = environment.object
            result = try folder.change(old.id) { present in
                for member in object.members where member.name != "id" {
                    present.setMember(member.name, to: member.value)
                }
            }
        } else {
            result = try folder.create(environment) { Self.isTaken($0, ids) }
            ids.insert(result.id.lowercased())
        }
        content = (ids, names)
        return Importer.Stored(
            kind: .environment, id: result.id, name: result.name, path: result.path,
            count: result.environment.variables.count, exampleCount: 0, isReplacement: old != nil)
    }

    private static func content(_ folder: EnvironmentFolder) -> (ids: Set<String>, names: TakenNames) {
        let all = folder.all().environments
        return (Set(all.map { $0.id.lowercased() }), TakenNames(all.map(\.name)))
    }

    /// As `ItemID.matches` compares: an owner's number may stand before it.
    private static func isTaken(_ id: String, _ ids: Set<String>) -> Bool {
        let id = id.lowercased()
        let bare = id.drop(while: \.isNumber)
        return ids.contains(id) || bare.count < id.count && bare.first == "-" && ids.contains(String(bare.dropFirst()))
    }
}
