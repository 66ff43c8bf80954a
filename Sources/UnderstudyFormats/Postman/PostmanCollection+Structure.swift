public import UnderstudyCore

/// Why the parts of a collection cannot be arranged as asked.
public enum StructureError: Error, Sendable, Hashable {
    case unknownExample(String)
    case unknownItem(String)
    /// The example that is to be put back is there.
    case exists(String)
    /// Not what `removal(ofExample:)` gave.
    case malformed(String)
    case unknownFolder([String])
    /// Another folder has that name where this one is to be: which of them a path means could not be said any more.
    case taken(String)
    /// That it cannot go where this parameter says, and why.
    case misplaced(parameter: String, reason: String)
}

/// Where an example stands in its collection.
public struct ExamplePlace: Sendable {
    /// Its request's id: its own, or one made of its place.
    public let item: String
    public let itemName: String
    /// Names of the folders around it, outermost first.
    public let folders: [String]
    /// Among its item's examples.
    public let index: Int
    /// What counts where the example has no request of its own.
    public let itemRequest: JSONValue?
    public let example: JSONValue
}

/// Examples put where they belong: behind each other, into folders, back to where they were.
extension PostmanCollection {
    public func place(ofExample id: String) -> ExamplePlace? {
        guard let (node, slot) = place(of: id) else { return nil }
        return ExamplePlace(
            item: itemID(node), itemName: nodes[node].object["name"]?.text ?? "", folders: folders(around: node),
            index: nodes[node].slots[..<slot].count { $0.isLive }, itemRequest: nodes[node].object["request"],
            example: nodes[node].slots[slot].value)
    }

    /// Where a new or moved example goes.
    public enum Destination: Sendable, Hashable {
        /// Before that one, among its item's.
        case before(String)
        /// At the end of that item's.
        case item(String)
        /// In a request of its own at the end of these folders, which are made when they are not there.
        case folder([String])
    }

    // MARK: Adding

    /// - Parameter newItem: the id of the request that is made for it, where it becomes no example of one that is there.
    public mutating func insert(
        example: JSONValue, at destination: Destination, newItem: String
    ) throws(StructureError) {
        switch destination {
        case .before(let id):
            guard let (node, slot) = place(of: id) else { throw .unknownExample(id) }
            insert(example, in: node, at: slot)
        case .item(let id):
            guard let node = item(id) else { throw .unknownItem(id) }
            insert(example, in: node, at: nodes[node].slots.count)
        case .folder(let names):
            let parent = folder(names)
            let request = example["originalRequest"] ?? ["method": "GET", "header": [], "url": PostmanURL.value("/")]
            let object = JSONObject([
                ("id", .string(newItem)), ("name", .string(Self.itemName(request))), ("request", request),
                ("response", .null),
            ])
            let node = append(object, .item, to: parent, at: nodes[parent].children.count)
            insert(example, in: node, at: 0)
        }
    }

    /// `GET /users`, as items of recordings are called.
    private static func itemName(_ request: JSONValue) -> String {
        let url = request.object == nil ? request : request["url"]
        let exact = request["_understudy"]?["target"]?.text
        let target = exact ?? ExampleURL(url, variables: VariableScope([:]))?.target ?? "/"
        return "\(request["method"]?.text ?? "GET") \(target.prefix { $0 != "?" })"
    }

    /// A copy right behind it, under an id of its own.
    public mutating func duplicate(example id: String, as newID: String, name: String) throws(StructureError) {
        guard let (node, slot) = place(of: id) else { throw .unknownExample(id) }
        guard var object = nodes[node].slots[slot].value.object else { throw .unknownExample(id) }
        Self.put(id: newID, in: &object)
        object["name"] = .string(name)
        insert(.object(object), in: node, at: slot + 1)
    }

    /// Writes down what an example is called here, so that it is called so wherever it goes.
    static func put(id: String, in object: inout JSONObject) {
        if object["id"] != nil {
            object["id"] = .string(id)
        } else {
            object.members.insert(.init("id", .string(id)), at: 0)
        }
    }

    private mutating func insert(_ example: JSONValue, in node: Int, at slot: Int) {
        if !nodes[node].listsSlots {
            nodes[node].listsSlots = true
            nodes[node].object["response"] = .null
        }
        nodes[node].slots.insert(Slot(example, depth: slotDepth(of: node)), at: slot)
    }

    /// A new node. Its place in `nodes` is behind its parent's.
    mutating func append(_ object: JSONObject, _ kind: Node.Kind, to parent: Int, at place: Int) -> Int {
        var node = Node(kind: kind, object: object, parent: parent)
        switch kind {
        case .folder:
            node.listsItems = true
            if object["item"] == nil { node.object["item"] = .null }
        case .item: node.listsSlots = object["response"] != nil
        case .other: break
        }
        nodes.append(node)
        nodes[parent].children.insert(nodes.count - 1, at: min(place, nodes[parent].children.count))
        return nodes.count - 1
    }

    mutating func folder(_ names: [String]) -> Int {
        var node = 0
        for name in names {
            let found = nodes[node].children.first { isFolder($0) && nodes[$0].object["name"]?.text == name }
            node =
                found
                ?? append(
                    JSONObject([("name", .string(name)), ("item", .null)]), .folder, to: node,
                    at: nodes[node].children.count)
        }
        return node
    }

    func isFolder(_ node: Int) -> Bool { if case .folder = nodes[node].kind { true } else { false } }

    // MARK: Moving

    /// Moves an example. What it leaves empty goes, as when it is removed; a request that has no other example comes along
    /// into a folder.
    ///
    /// - Parameters:
    ///   - destination: `nil` for the end of its own request's. Ids of requests may repeat, so that is not said by one.
    ///   - newItem: see `insert`.
    public mutating func move(
        example id: String, to destination: Destination?, newItem: String
    ) throws(StructureError) {
        guard let (node, slot) = place(of: id) else { throw .unknownExample(id) }
        guard var object = nodes[node].slots[slot].value.object else { throw .unknownExample(id) }
        if case .before(let other) = destination, place(of: other).map({ $0 == (node, slot) }) ?? false { return }
        Self.put(id: id, in: &object)
        guard let destination else {
            nodes[node].slots[slot].isLive = false
            return insert(.object(object), in: node, at: nodes[node].slots.count)
        }
        if case .folder(let names) = destination, nodes[node].slots.count(where: \.isLive) == 1 {
            guard folders(around: node) != names else { return }
            nodes[node].slots[slot] = Slot(.object(object), depth: 0)
            return moveItem(node, into: names)
        }
        // Where it goes another request would count.
        if object["originalRequest"]?.isNull ?? true { object["originalRequest"] = nodes[node].object["request"] }
        nodes[node].slots[slot].isLive = false
        do throws(StructureError) {
            try insert(example: .object(object), at: destination, newItem: newItem)
        } catch {
            nodes[node].slots[slot].isLive = true
            throw error
        }
    }

    private mutating func moveItem(_ node: Int, into names: [String]) {
        var moved = nodes[node]
        // It keeps its place until the file is written, so that folders left without content go too.
        nodes[node].object = JSONObject([("request", .null)])
        for slot in nodes[node].slots.indices { nodes[node].slots[slot].isLive = false }
        moved.parent = folder(names)
        nodes.append(moved)
        nodes[moved.parent].children.append(nodes.count - 1)
    }

    // MARK: Removing, and back

    /// What `restore` needs to put an example back where it is, with all that goes with it: to be asked before it is
    /// removed.
    public func removal(ofExample id: String) -> JSONValue? {
        guard let (node, slot) = place(of: id), var example = nodes[node].slots[slot].value.object else { return nil }
        Self.put(id: id, in: &example)
        return [
            "example": .object(example), "index": .integer(nodes[node].slots[..<slot].count { $0.isLive }),
            "item": part(node), "folders": .array(parts(around: node)),
        ]
    }

    /// The folders around a node, outermost first, as `restoredFolder` knows them again.
    func parts(around node: Int) -> [JSONValue] {
        var folders: [JSONValue] = []
        var parent = nodes[node].parent
        while parent != 0 {
            folders.append(part(parent))
            parent = nodes[parent].parent
        }
        return folders.reversed()
    }

    private func part(_ node: Int) -> JSONValue {
        let siblings = nodes[nodes[node].parent].children
        return [
            "index": .integer(siblings.firstIndex(of: node) ?? 0), "members": .object(nodes[node].object),
            "alike": .integer(siblings.count { isAlike($0, nodes[node].object, isFolder(node)) }),
        ]
    }

    /// The child that was meant by `part`; `nil` where one of those that look like it is gone: it may be that one.
    private func child(of parent: Int, meant part: JSONValue, _ members: JSONObject, isFolder: Bool) -> Int? {
        let children = nodes[parent].children
        let alike = children.filter { isAlike($0, members, isFolder) }
        guard alike.count >= max(part["alike"]?.int ?? 1, 1), let first = alike.first else { return nil }
        let index = part["index"]?.int ?? -1
        guard children.indices.contains(index) else { return first }
        let same = children[index]
        return alike.contains(same) && nodes[same].object == members
            ? same : alike.first { nodes[$0].object == members } ?? first
    }

    private func isAlike(_ node: Int, _ members: JSONObject, _ folder: Bool) -> Bool {
        (folder ? isFolder(node) : isItem(node)) && Self.isSame(nodes[node].object, members)
    }

    /// Puts an example back where it was, or as near as what is left of that place allows.
    ///
    /// - Returns: its id.
    @discardableResult
    public mutating func restore(_ removal: JSONValue) throws(StructureError) -> String {
        guard let example = removal["example"]?.object, let id = example["id"]?.text, !id.isEmpty else {
            throw .malformed("`example` is an example with an id")
        }
        guard let item = removal["item"]?["members"]?.object, let itemIndex = removal["item"]?["index"]?.int,
            let index = removal["index"]?.int, index >= 0, itemIndex >= 0
        else { throw .malformed("`item` and `index` say where it was") }
        // Ids that are made of places say nothing here: the one behind it may have got its.
        guard writtenPlaces(of: id).isEmpty else { throw .exists(id) }
        let parent = try restoredFolder(removal["folders"]?.elements ?? [])
        let found = child(of: parent, meant: removal["item"] ?? .null, item, isFolder: false)
        let node = found ?? append(item, .item, to: parent, at: itemIndex)
        let live = nodes[node].slots.indices.filter { nodes[node].slots[$0].isLive }
        insert(.object(example), in: node, at: index < live.count ? live[index] : nodes[node].slots.count)
        return id
    }

    /// The folder that `parts` were, made again as far as it is gone.
    mutating func restoredFolder(_ parts: [JSONValue]) throws(StructureError) -> Int {
        guard parts.count <= Self.folderLimit else { throw .malformed("there are too many folders") }
        var parent = 0
        for part in parts {
            guard let members = part["members"]?.object, let place = part["index"]?.int, place >= 0 else {
                throw .malformed("`folders` is a list of {\"index\", \"members\"}")
            }
            let found = child(of: parent, meant: part, members, isFolder: true)
            parent = found ?? append(members, .folder, to: parent, at: place)
        }
        return parent
    }

    private func isItem(_ node: Int) -> Bool { if case .item = nodes[node].kind { true } else { false } }

    /// By the id that both have, else by all members.
    private static func isSame(_ left: JSONObject, _ right: JSONObject) -> Bool {
        for name in ["id", "_postman_id"] {
            if let one = left[name]?.text, let other = right[name]?.text { return one == other }
        }
        return left == right || (left["name"] == right["name"] && left["request"] == right["request"])
    }

    /// Folders in folders, where they are put back or moved.
    static let folderLimit = 100
}
