public import NIOCore
public import UnderstudyCore

/// A collection as Postman's API speaks of it: every folder, item and example has an id there, also where a file has none.
extension PostmanCollection {
    /// The document with all ids, wrapped in `collection`.
    ///
    /// - Parameters:
    ///   - owner: what stands before an id in a uid.
    ///   - info: members of `info` beside its own.
    ///   - isMinimal: whether only ids and names of folders and items are wanted.
    public func identifiedBytes(owner: String, info: [(String, JSONValue)], isMinimal: Bool = false) -> ByteBuffer {
        let ids = exampleIDs()
        let isVisible = visibility()
        var writer = JSONWriter(style: .compact, capacity: 1 << 16)
        writer.open("{")
        writer.name("collection")
        writer.open("{")
        for (position, member) in nodes[0].object.members.enumerated() {
            switch member.name {
            case "info":
                var object = member.value.object ?? JSONObject()
                for (name, value) in info { object[name] = value }
                writer.write(.init("info", .object(object)))
            case "item" where position == nodes[0].object.lastIndex(of: "item"):
                writer.name("item")
                write(nodes[0].children.filter { isVisible[$0] }, ids, isVisible, owner, isMinimal, into: &writer)
            case "item", "id": break
            default: if !isMinimal { writer.write(member) }
            }
        }
        writer.close("}")
        writer.close("}")
        return writer.buffer
    }

    private func write(
        _ children: [Int], _ ids: [Int: [Int: String]], _ isVisible: [Bool], _ owner: String, _ isMinimal: Bool,
        into writer: inout JSONWriter
    ) {
        writer.open("[")
        for index in children {
            let node = nodes[index]
            writer.separate()
            if case .other(let value) = node.kind {
                writer.write(value)
                continue
            }
            let id = itemID(index)
            writer.open("{")
            for member in node.object.members where !["id", "uid", "item", "response"].contains(member.name) {
                if !isMinimal || member.name == "name" { writer.write(member) }
            }
            writer.write(.init("id", .string(id)))
            writer.write(.init("uid", .string("\(owner)-\(id)")))
            if node.listsItems {
                writer.name("item")
                write(node.children.filter { isVisible[$0] }, ids, isVisible, owner, isMinimal, into: &writer)
            }
            if node.listsSlots, !isMinimal {
                writer.name("response")
                writer.open("[")
                for slot in node.slots.indices where node.slots[slot].isLive {
                    writer.separate()
                    var value = node.slots[slot].value
                    if var object = value.object {
                        let id = ids[index]?[slot] ?? object["id"]?.text ?? Digest(of: "\(id)\n\(slot)").uuid
                        object["id"] = .string(id)
                        object["uid"] = .string("\(owner)-\(id)")
                        value = .object(object)
                    }
                    writer.write(value)
                }
                writer.close("]")
            }
            writer.close("}")
        }
        writer.close("]")
    }

    /// Ids of usable examples by node and slot.
    private func exampleIDs() -> [Int: [Int: String]] {
        var ids: [Int: [Int: String]] = [:]
        forEachExample(identifyingReader, withResponse: false) { ids[$0.node, default: [:]][$0.slot] = $0.id }
        return ids
    }

    private var identifyingReader: ExampleReader {
        ExampleReader(variables: VariableScope(variables), files: nil, bodyInMemory: 0)
    }

    /// Its own, or one made of its place.
    func itemID(_ index: Int) -> String {
        let object = nodes[index].object
        return (object["id"] ?? object["_postman_id"])?.text ?? Digest(of: "\(id ?? slug)\n\(path(of: index))").uuid
    }

    // MARK: Items

    func item(_ id: String) -> Int? {
        nodes.indices.first { index in
            guard index != 0, case .item = nodes[index].kind else { return false }
            let own = itemID(index).lowercased()
            return own == id.lowercased() || id.lowercased().hasSuffix("-" + own)
        }
    }

    /// The request of an item; `nil` when there is no item of that id.
    public func request(ofItem id: String) -> JSONValue? { item(id).map { nodes[$0].object["request"] ?? .null } }

    /// The id of the item that an example is in.
    public func itemID(ofExample id: String) -> String? {
        var found: Int?
        forEachExample(identifyingReader, withResponse: false) { if $0.id == id, found == nil { found = $0.node } }
        return found.map { itemID($0) }
    }

    /// Adds an example behind those that an item has.
    ///
    /// - Returns: whether there is such an item.
    public mutating func append(example: JSONValue, toItem id: String) -> Bool {
        guard let index = item(id) else { return false }
        if !nodes[index].listsSlots {
            nodes[index].listsSlots = true
            nodes[index].object["response"] = .null
        }
        nodes[index].slots.append(Slot(example, depth: slotDepth(of: index)))
        return true
    }

    /// Changes members of the collection itself, such as `variable` and `auth`; `info` member by member, keeping its id.
    public mutating func setMembers(_ members: JSONObject) {
        for member in members.members where !["item", "id", "response"].contains(member.name) {
            guard member.name == "info", let new = member.value.object else {
                nodes[0].object[member.name] = member.value
                continue
            }
            var info = nodes[0].object["info"]?.object ?? JSONObject()
            for entry in new.members where !["_postman_id", "schema", "uid"].contains(entry.name) {
                info[entry.name] = entry.value
            }
            nodes[0].object["info"] = .object(info)
        }
    }

    /// What is missing for a text to be a collection, in the words of Postman's API; empty when nothing is.
    public static func complaints(_ collection: JSONObject) -> [String] {
        var complaints: [String] = []
        if collection["info"]?.object == nil { complaints.append(": must have required property 'info'") }
        if collection["item"]?.elements == nil { complaints.append(": must have required property 'item'") }
        if let info = collection["info"]?.object {
            for name in ["name", "schema"] where info[name]?.text == nil {
                complaints.append("info: must have required property '\(name)'")
            }
        }
        return complaints
    }
}
