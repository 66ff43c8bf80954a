import NIOCore
public import UnderstudyCore
public import UnderstudyFormats

/// Puts what was imported into a workspace, also while a server runs on it: for the command line and for the API.
public struct Importer: Sendable {
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
    /// - Parameter name: instead of the item's own; with several, a number goes behind.
    /// - Throws: `FileError`, `ItemError`.
    public func store(_ items: [ImportedItem], name: String? = nil, replaces: Bool = false) throws -> [Stored] {
        var stored: [Stored] = []
        for (index, item) in items.enumerated() {
            let name = name.map { items.count == 1 ? $0 : "\($0) \(index + 1)" }
            switch item {
            case .collection(let collection, let bytes):
                stored.append(try store(collection, bytes, name, replaces))
            case .environment(let environment): stored.append(try store(environment, name, replaces))
            }
        }
        return stored
    }

    private func store(
        _ collection: PostmanCollection, _ bytes: ByteBuffer, _ name: String?, _ replaces: Bool
    ) throws -> Stored {
        let catalog = CollectionCatalog(workspace)
        var collection = collection
        var bytes: ByteBuffer? = bytes
        if let name, name != collection.name {
            collection.rename(to: name)
            bytes = nil
        }
        let old = replaces ? try? catalog.find(collection.name) : nil
        if old == nil, let free = Self.freeName(collection.name, besides: catalog.all().map(\.name)) {
            collection.rename(to: free)
            bytes = nil
        }
        let entry: CollectionCatalog.Entry
        if let old {
            try catalog.replace(old, with: collection)
            entry = old
        } else {
            entry = try catalog.create(collection, keeping: bytes)
        }
        return Stored(
            kind: .collection, id: entry.id, name: collection.name, path: entry.path, count: collection.requestCount,
            exampleCount: collection.exampleCount, isReplacement: old != nil)
    }

    private func store(_ environment: PostmanEnvironment, _ name: String?, _ replaces: Bool) throws -> Stored {
        let folder = EnvironmentFolder(workspace)
        var environment = environment
        if let name { environment.rename(to: name) }
        let old = replaces ? try? folder.find(environment.name) : nil
        if old == nil, let free = Self.freeName(environment.name, besides: folder.all().environments.map(\.name)) {
            environment.rename(to: free)
        }
        let result: EnvironmentFolder.Stored
        if let old {
            let object = environment.object
            result = try folder.change(old.id) { present in
                for member in object.members where member.name != "id" {
                    present.setMember(member.name, to: member.value)
                }
            }
        } else {
            result = try folder.create(environment, isOnly: false)
        }
        return Stored(
            kind: .environment, id: result.id, name: result.name, path: result.path,
            count: result.environment.variables.count, exampleCount: 0, isReplacement: old != nil)
    }

    /// The name with a number behind it; `nil` while it is free as it is.
    private static func freeName(_ name: String, besides others: [String]) -> String? {
        let taken = Set(others.map { $0.lowercased() })
        guard taken.contains(name.lowercased()) else { return nil }
        for number in 2... where !taken.contains("\(name) \(number)".lowercased()) { return "\(name) \(number)" }
        return nil
    }
}
