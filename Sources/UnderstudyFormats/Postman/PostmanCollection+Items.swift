import NIOCore
import UnderstudyCore

/// A request or a folder of a collection, as others name it.
public enum ItemReference: Sendable, Hashable {
    /// The request that this example is in: ids of requests may repeat.
    case request(ofExample: String)
    /// By names, outermost first; of siblings that have the same name the first.
    case folder([String])
}

/// What a request or a folder is, and where.
public struct ItemPlace: Sendable, Hashable {
    public let isFolder: Bool
    public let name: String
    /// Names of the folders around it, outermost first.
    public let folders: [String]
    /// Examples in it, usable or not.
    public let exampleCount: Int
}

/// A folder that has nothing in it.
public struct EmptyFolder: Sendable, Hashable {
    /// Names, its own last.
    public let path: [String]
    /// The id of the first usable example behind it in the document.
    public let next: String?
}

/// A request or a folder that was taken out, with all that is known of where it was.
public struct RemovedItem: Sendable {
    public let place: ItemPlace
    /// Its part of the document.
    let text: ByteBuffer
    let folders: [JSONValue]
    let index: Int
    /// Whether no folder of its name was left beside it.
    let wasAlone: Bool

    public var byteCount: Int { text.readableBytes }
}

/// Requests and folders arranged as wholes: nothing else of the document changes. A folder that becomes empty stays.
extension PostmanCollection {
    public func place(of item: ItemReference) throws(StructureError) -> ItemPlace { place(at: try node(item)) }

    private func place(at node: Int) -> ItemPlace {
        var count = 0
        var stack = [node]
        while let next = stack.popLast() {
            count += nodes[next].slots.count { $0.isLive }
            stack += nodes[next].children
        }
        return ItemPlace(
            isFolder: isFolder(node), name: nodes[node].object["name"]?.text ?? "", folders: folders(around: node),
            exampleCount: count)
    }

    private func node(_ item: ItemReference) throws(StructureError) -> Int {
        switch item {
        case .request(let id):
            guard let place = place(of: id) else { throw .unknownExample(id) }
            return place.node
        case .folder(let names):
            var node = 0
            for name in names {
                guard let found = folder(name, in: node) else { throw .unknownFolder(names) }
                node = found
            }
            guard node != 0 else { throw .unknownFolder(names) }
            return node
        }
    }

    private func folder(_ name: String, in parent: Int) -> Int? {
        nodes[parent].children.first { isFolder($0) && nodes[$0].object["name"]?.text == name }
    }

    /// Folders that have nothing in them, in the order of the document. A listing of examples does not show them.
    public func emptyFolders() -> [EmptyFolder] {
        let empty = Set(nodes.indices.filter { $0 != 0 && isFolder($0) && nodes[$0].children.isEmpty })
        guard !empty.isEmpty else { return [] }
        var ids: [Int: String] = [:]
        forEachExample(ExampleReader(variables: VariableScope(variables), files: nil, bodyInMemory: 0)) {
            if ids[$0.node] == nil { ids[$0.node] = $0.id }
        }
        var found: [EmptyFolder] = []
        var next: String?
        for node in order().reversed() {
            if empty.contains(node) {
                found.append(
                    EmptyFolder(path: folders(around: node) + [nodes[node].object["name"]?.text ?? ""], next: next))
            }
            next = ids[node] ?? next
        }
        return found.reversed()
    }

    // MARK: Moving

    /// Moves a request or a folder to before another one, or to the end of a folder.
    ///
    /// - Parameters:
    ///   - names: the folder, made where it is not there; `nil` for the one that `sibling` is in, or else the one it is in.
    ///   - sibling: `nil` for the end.
    @discardableResult
    public mutating func move(
        _ item: ItemReference, into names: [String]? = nil, before sibling: ItemReference? = nil
    ) throws(StructureError) -> ItemPlace {
        let moved = try node(item)
        var parent = nodes[moved].parent
        var next: Int?
        if let sibling {
            let node = try node(sibling)
            guard names == nil || names == folders(around: node) else {
                throw .misplaced(parameter: "before", reason: "it is not in the folder that `into` names")
            }
            guard node != moved else { return place(at: moved) }
            parent = nodes[node].parent
            next = node
            guard !isInside(parent, moved) else { throw Self.intoItself("before") }
        } else if let names {
            var inner = 0
            for name in names {
                guard let found = folder(name, in: inner) else { break }
                inner = found
            }
            guard !isInside(inner, moved) else { throw Self.intoItself("into") }
            guard names.count + height(moved) <= Self.folderLimit else { throw Self.tooDeep("into") }
            parent = folder(names)
        }
        if parent != nodes[moved].parent {
            guard folders(around: parent).count + (parent == 0 ? 0 : 1) + height(moved) <= Self.folderLimit else {
                throw Self.tooDeep(sibling == nil ? "into" : "before")
            }
            let name = nodes[moved].object["name"]?.text ?? ""
            guard !isFolder(moved) || folder(name, in: parent) == nil else { throw .taken(name) }
        }
        nodes[nodes[moved].parent].children.removeAll { $0 == moved }
        let place = next.flatMap { nodes[parent].children.firstIndex(of: $0) } ?? nodes[parent].children.count
        nodes[parent].children.insert(moved, at: place)
        nodes[moved].parent = parent
        let now = renumber()
        return self.place(at: now[moved])
    }

    private static func intoItself(_ parameter: String) -> StructureError {
        .misplaced(parameter: parameter, reason: "a folder cannot go into itself")
    }

    private static func tooDeep(_ parameter: String) -> StructureError {
        .misplaced(parameter: parameter, reason: "folders in folders are at most \(folderLimit)")
    }

    /// Whether a node is another one or somewhere in it.
    private func isInside(_ node: Int, _ outer: Int) -> Bool {
        var node = node
        while node != outer, node != 0 { node = nodes[node].parent }
        return node == outer
    }

    /// Folders in folders, with this one.
    private func height(_ node: Int) -> Int {
        var height = 0
        var level = [node].filter(isFolder)
        while !level.isEmpty {
            height += 1
            level = level.flatMap { nodes[$0].children.filter(isFolder) }
        }
        return height
    }

    /// Puts the nodes into the order of the document, without those that are in it no longer: everybody relies on parents
    /// coming before their children.
    ///
    /// - Returns: where each of them is now.
    @discardableResult
    private mutating func renumber() -> [Int] {
        let order = order()
        var now = [Int](repeating: 0, count: nodes.count)
        for (place, node) in order.enumerated() { now[node] = place }
        nodes = order.map { former in
            var node = nodes[former]
            node.parent = now[node.parent]
            node.children = node.children.map { now[$0] }
            return node
        }
        return now
    }

    /// Nodes as they come in the document.
    private func order() -> [Int] {
        var order: [Int] = []
        var stack = [0]
        while let node = stack.popLast() {
            order.append(node)
            stack += nodes[node].children.reversed()
        }
        return order
    }

    // MARK: Renaming

    @discardableResult
    public mutating func rename(_ item: ItemReference, to name: String) throws(StructureError) -> ItemPlace {
        let node = try node(item)
        if nodes[node].object["name"]?.text != name {
            guard !isFolder(node) || folder(name, in: nodes[node].parent) == nil else { throw .taken(name) }
            nodes[node].object["name"] = .string(name)
        }
        return place(at: node)
    }

    // MARK: Removing, and back

    /// Takes a request or a folder out with all that is in it.
    @discardableResult
    public mutating func remove(_ item: ItemReference) throws(StructureError) -> RemovedItem {
        let node = try node(item)
        var writer = JSONWriter(style: .compact, capacity: 1 << 12)
        write(node, visibility(), into: &writer)
        let parent = nodes[node].parent
        let (place, folders) = (place(at: node), parts(around: node))
        let index = nodes[parent].children.firstIndex(of: node) ?? 0
        nodes[parent].children.removeAll { $0 == node }
        let removed = RemovedItem(
            place: place, text: writer.buffer, folders: folders, index: index,
            wasAlone: folder(place.name, in: parent) == nil)
        renumber()
        return removed
    }

    /// Puts a request or a folder back where it was, or as near as what is left of that place allows.
    ///
    /// - Throws: `.exists` where one of its examples is there: somebody else put it back. `.taken` where another folder has
    ///   got its name.
    @discardableResult
    public mutating func restore(_ removed: RemovedItem) throws(StructureError) -> ItemPlace {
        var changed = self
        let parent = try changed.restoredFolder(removed.folders)
        if removed.place.isFolder, removed.wasAlone, changed.folder(removed.place.name, in: parent) != nil {
            throw .taken(removed.place.name)
        }
        let node = changed.nodes.count
        do throws(JSONError) {
            var reader = try JSONReader(removed.text)
            try changed.readNode(&reader, parent)
        } catch { throw .malformed("\(error)") }
        let present = writtenIDs()
        for inner in changed.nodes[node...].indices {
            for slot in changed.nodes[inner].slots.indices {
                if let id = changed.writtenID(inner, slot), present.contains(id) { throw .exists(id) }
            }
        }
        changed.nodes[parent].children.removeLast()
        changed.nodes[parent].children.insert(
            node, at: min(removed.index, changed.nodes[parent].children.count))
        let now = changed.renumber()
        self = changed
        return place(at: now[node])
    }

    private func writtenIDs() -> Set<String> {
        var ids: Set<String> = []
        forEachSlot { node, slot, place in
            if !place.isGone, let id = writtenID(node, slot) { ids.insert(id) }
        }
        return ids
    }
}
