import NIOCore
import UnderstudyCore

/// A new collection, put together item by item: folders by name, items by key, examples behind each other.
struct CollectionTree {
    /// Folders inside each other; what is deeper stays in the last.
    static let depthLimit = 32

    private final class Folder {
        let name: String
        var description: JSONValue?
        /// In order: a folder or an item.
        var entries: [Entry] = []
        var folders: [String: Folder] = [:]
        var items: [String: Item] = [:]
        init(name: String) { self.name = name }
    }

    private final class Item {
        let object: JSONObject
        var examples: [JSONValue]
        init(_ object: JSONObject, _ examples: [JSONValue]) {
            self.object = object
            self.examples = examples
        }
    }

    private enum Entry {
        case folder(Folder)
        case item(Item)
    }

    private let root = Folder(name: "")
    private let name: String
    private var description: JSONValue?
    private var variables: [JSONValue]
    private var hidden: JSONObject
    /// Items so far.
    private(set) var count = 0

    init(name: String, description: JSONValue? = nil, variables: [JSONValue] = [], hidden: JSONObject = JSONObject()) {
        self.name = name
        self.description = description
        self.variables = variables
        self.hidden = hidden
    }

    var id: String { Digest(of: "collection\n\(name)").uuid }

    /// The folders of a request.
    static func folders(_ grouping: ImportGrouping, host: String, path: String, tags: [String]) -> [String] {
        // The last part names the item.
        let parts = path.split(separator: "/").dropLast().map(String.init)
        switch grouping {
        case .none: return []
        case .hosts: return path.split(separator: "/").first.map { [String($0)] } ?? []
        case .domain: return host.isEmpty ? [] : [host]
        case .path: return parts
        case .domainPath: return (host.isEmpty ? [] : [host]) + parts
        case .tags: return tags.first.map { [$0] } ?? []
        }
    }

    func describe(folder: String, _ description: JSONValue) { makeFolder([folder]).description = description }

    private func makeFolder(_ names: [String]) -> Folder {
        var folder = root
        for name in names.prefix(Self.depthLimit) {
            if let inner = folder.folders[name] {
                folder = inner
            } else {
                let inner = Folder(name: name)
                folder.folders[name] = inner
                folder.entries.append(.folder(inner))
                folder = inner
            }
        }
        return folder
    }

    /// Adds an item, or examples to the one of that key in that folder.
    mutating func add(
        folders: [String], key: String, name: String, request: JSONValue, examples: [JSONValue] = []
    ) {
        let folder = makeFolder(folders)
        if let item = folder.items[key] {
            item.examples += examples
            return
        }
        let id = Digest(of: "\(self.name)\nitem\n\(folders.joined(separator: "\n"))\n\(key)").uuid
        let object = JSONObject([("id", .string(id)), ("name", .string(name)), ("request", request)])
        let item = Item(object, examples)
        folder.items[key] = item
        folder.entries.append(.item(item))
        count += 1
    }

    var document: JSONValue {
        var info = JSONObject([("_postman_id", .string(id)), ("name", .string(name))])
        if let description { info["description"] = description }
        info["schema"] = .string(CollectionVersion.v21.schema)
        if !hidden.members.isEmpty { info["_understudy"] = .object(hidden) }
        var object = JSONObject([("info", .object(info)), ("item", Self.list(root))])
        if !variables.isEmpty { object["variable"] = .array(variables) }
        return .object(object)
    }

    private static func list(_ folder: Folder) -> JSONValue {
        .array(
            folder.entries.map { entry in
                switch entry {
                case .folder(let inner):
                    var object = JSONObject([("name", .string(inner.name))])
                    if let description = inner.description { object["description"] = description }
                    object["item"] = list(inner)
                    return .object(object)
                case .item(let item):
                    var object = item.object
                    object["response"] = .array(item.examples)
                    return .object(object)
                }
            })
    }

    func collection(file: String) throws(CollectionError) -> PostmanCollection {
        try PostmanCollection(parsing: JSONWriter.bytes(document), slug: NameSlug.slug(of: name), file: file)
    }
}
