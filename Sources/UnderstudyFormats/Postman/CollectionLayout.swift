import NIOCore
import UnderstudyCore

/// Where new items go: one folder for each first path segment, `/` and `*` at the top, all in the order of path
/// and method. What a person moved or renamed stays; where the order was changed by hand, new things go to the end.
struct CollectionLayout: Sendable {
    /// By method and path.
    private var items: [String: Int] = [:]
    /// Top-level folders by name.
    private var folders: [String: Int] = [:]
    /// What each node is sorted by.
    private var sortKeys: [String]
    private var isSorted: [Int: Bool] = [:]

    init(_ collection: PostmanCollection) {
        let reader = ExampleReader(variables: VariableScope(collection.variables), files: nil, bodyInMemory: 0)
        sortKeys = []
        sortKeys.reserveCapacity(collection.nodes.count)
        for (index, node) in collection.nodes.enumerated() {
            var key = "/" + (node.object["name"]?.text ?? "")
            switch node.kind {
            case .item:
                if let request = try? reader.request(node.object["request"], at: "request") {
                    key = Self.sortKey(request)
                    note(request, in: index)
                }
            case .folder:
                if node.parent == 0, index != 0, let name = node.object["name"]?.text, folders[name] == nil {
                    folders[name] = index
                }
            case .other: break
            }
            sortKeys.append(key)
        }
    }

    /// Remembers that `node` holds examples of this method and path, unless another item did before.
    mutating func note(_ request: Exchange.Request, in node: Int) {
        let key = Self.itemKey(request)
        if items[key] == nil { items[key] = node }
    }

    mutating func item(
        for request: Exchange.Request, written: JSONObject, in collection: inout PostmanCollection
    ) -> Int {
        let key = Self.itemKey(request)
        if let node = items[key] { return node }
        let path = RecordedExchange.path(of: request)
        let parent = folder(for: path, in: &collection)
        let object = JSONObject([
            ("id", .string(Digest(of: "\(collection.slug)\nitem\n\(key)").uuid)),
            ("name", .string("\(request.head.method) \(path)")), ("request", .object(written)), ("response", .null),
        ])
        let node = PostmanCollection.Node(kind: .item, object: object, parent: parent, listsSlots: true)
        let index = insert(node, sortKey: Self.sortKey(request), in: &collection)
        items[key] = index
        return index
    }

    private mutating func folder(for path: String, in collection: inout PostmanCollection) -> Int {
        guard let segment = path.utf8.split(separator: UInt8(ascii: "/")).first, path.utf8.first == UInt8(ascii: "/")
        else { return 0 }
        let name = String(Substring(segment))
        if let folder = folders[name] { return folder }
        let node = PostmanCollection.Node(
            kind: .folder, object: JSONObject([("name", .string(name)), ("item", .null)]), parent: 0, listsItems: true)
        let index = insert(node, sortKey: "/" + name, in: &collection)
        folders[name] = index
        return index
    }

    private mutating func insert(
        _ node: PostmanCollection.Node, sortKey: String, in collection: inout PostmanCollection
    ) -> Int {
        let index = collection.nodes.count
        let parent = node.parent
        collection.nodes.append(node)
        sortKeys.append(sortKey)
        let children = collection.nodes[parent].children
        var low = 0
        var high = children.count
        if !isSorted(parent, children) { low = high }
        while low < high {
            let middle = (low + high) / 2
            if Self.precedes(sortKey, sortKeys[children[middle]]) { high = middle } else { low = middle + 1 }
        }
        collection.nodes[parent].children.insert(index, at: low)
        return index
    }

    private mutating func isSorted(_ folder: Int, _ children: [Int]) -> Bool {
        if let known = isSorted[folder] { return known }
        let sorted = zip(children, children.dropFirst()).allSatisfy { !Self.precedes(sortKeys[$1], sortKeys[$0]) }
        isSorted[folder] = sorted
        return sorted
    }

    private static func precedes(_ left: String, _ right: String) -> Bool {
        left.utf8.lexicographicallyPrecedes(right.utf8)
    }

    private static func itemKey(_ request: Exchange.Request) -> String {
        "\(request.head.method)\n\(RecordedExchange.path(of: request))"
    }

    /// Path first; LF sorts before anything a path can hold, so `/a` comes before `/a/b`.
    private static func sortKey(_ request: Exchange.Request) -> String {
        "\(RecordedExchange.path(of: request))\n\(request.head.method)"
    }
}
