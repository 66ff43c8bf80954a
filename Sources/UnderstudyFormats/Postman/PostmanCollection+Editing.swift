public import UnderstudyCore

/// One line of a list of examples.
public struct ExampleListing: Sendable, Hashable {
    public let id: String
    /// Names of the folders around it, outermost first.
    public let folders: [String]
    /// The id of the request that it is an answer to.
    public let itemID: String
    public let itemName: String
    public let name: String
    public let method: String
    /// With the query.
    public let path: String
    public let code: Int
    /// Octets of the response's body.
    public let bodyByteCount: Int

    public init(
        id: String, folders: [String], itemID: String, itemName: String, name: String, method: String, path: String,
        code: Int,
        bodyByteCount: Int
    ) {
        self.id = id
        self.folders = folders
        self.itemID = itemID
        self.itemName = itemName
        self.name = name
        self.method = method
        self.path = path
        self.code = code
        self.bodyByteCount = bodyByteCount
    }
}

extension PostmanCollection {
    /// All usable examples in the order of the document.
    public func listing() -> [ExampleListing] {
        var listing: [ExampleListing] = []
        forEachExample(reader) { entry in
            let response = entry.response
            listing.append(
                ExampleListing(
                    id: entry.id, folders: folders(around: entry.node),
                    itemID: itemID(entry.node), itemName: nodes[entry.node].object["name"]?.text ?? "",
                    name: entry.name,
                    method: entry.request.head.method, path: entry.request.head.targetText,
                    code: response?.head.status ?? 0, bodyByteCount: response?.body.byteCount ?? 0))
        }
        return listing
    }

    /// The example of that id as it stands in the file.
    public func document(ofExample id: String) -> JSONValue? {
        place(of: id).map { nodes[$0.node].slots[$0.slot].value }
    }

    /// Removes the example, and from what is written its item and folders if that left them without content.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public mutating func remove(example id: String) -> Bool {
        guard let place = place(of: id) else { return false }
        nodes[place.node].slots[place.slot].isLive = false
        return true
    }

    /// Gives the example of that id another name.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public mutating func rename(example id: String, to name: String) -> Bool {
        guard let place = place(of: id), case .object(var object) = nodes[place.node].slots[place.slot].value else {
            return false
        }
        object["name"] = .string(name)
        nodes[place.node].slots[place.slot] = Slot(.object(object), depth: slotDepth(of: place.node))
        return true
    }

    /// Puts an edited document in the place of the example of that id.
    ///
    /// - Returns: whether there was one.
    @discardableResult
    public mutating func replace(example id: String, with document: JSONValue) -> Bool {
        guard let place = place(of: id) else { return false }
        nodes[place.node].slots[place.slot] = Slot(document, depth: slotDepth(of: place.node))
        return true
    }

    // MARK: Parts

    private var reader: ExampleReader {
        ExampleReader(variables: VariableScope(variables), files: nil, bodyInMemory: 0)
    }

    /// Where the example of that id is. Ids that are not in the file change their first part when examples before them
    /// come or go: then the rest decides, if only one example has it.
    func place(of id: String) -> (node: Int, slot: Int)? {
        if let written = writtenPlace(of: id) { return written }
        var found: (Int, Int)?
        var similar: [(Int, Int)] = []
        // Those that cannot be served are counted neither here nor where ids were made.
        forEachExample(reader) { entry in
            if entry.id == id, found == nil { found = (entry.node, entry.slot) }
            if ExampleIDs.isSameRequest(entry.id, id) { similar.append((entry.node, entry.slot)) }
        }
        return found ?? (similar.count == 1 ? similar[0] : nil)
    }

    /// The only example that has this id written into it: found by looking for its octets, so that one of ten thousand costs
    /// no more than reading the file did.
    private func writtenPlace(of id: String) -> (node: Int, slot: Int)? {
        let places = writtenPlaces(of: id)
        return places.count == 1 ? places[0] : nil
    }

    /// The first two that have it written into them.
    func writtenPlaces(of id: String) -> [(node: Int, slot: Int)] {
        let octets = ByteOctets(id)
        var found: [(node: Int, slot: Int)] = []
        forEachSlot { node, slot, place in
            let text = nodes[node].slots[slot].text
            guard !place.isGone, found.count < 2, octets.isIn(text), writtenID(node, slot) == id else { return }
            found.append((node, slot))
        }
        return found
    }

    func writtenID(_ node: Int, _ slot: Int) -> String? {
        let text = nodes[node].slots[slot].text
        return try? ExampleReader.read(text) { view throws(ExampleReader.Fault) in view["id"]?.text }
    }

    /// Writes down the ids of all examples that have none of their own, as they are now: an id that is made of the place is
    /// another example's as soon as one comes or goes.
    ///
    /// - Parameter reserved: an id that none of them gets.
    public mutating func writeIDs(besides reserved: String? = nil) {
        var seen: Set<String> = []
        var isComplete = true
        forEachSlot { node, slot, place in
            guard isComplete, !place.isGone else { return }
            let id = writtenID(node, slot) ?? ""
            isComplete = !id.isEmpty && seen.insert(id).inserted
        }
        guard !isComplete else { return }
        var ids: [(node: Int, slot: Int, id: String)] = []
        forEachExample(reader, reserved: reserved) { ids.append(($0.node, $0.slot, $0.id)) }
        for (node, slot, id) in ids where writtenID(node, slot) != id {
            guard var object = nodes[node].slots[slot].value.object else { continue }
            Self.put(id: id, in: &object)
            nodes[node].slots[slot] = Slot(.object(object), depth: slotDepth(of: node))
        }
    }

    func folders(around node: Int) -> [String] {
        var names: [String] = []
        var node = nodes[node].parent
        while node != 0 {
            names.append(nodes[node].object["name"]?.text ?? "")
            node = nodes[node].parent
        }
        return names.reversed()
    }

    /// Forgets retired examples and the items and folders that are empty because of them.
    mutating func dropRetired() {
        let isVisible = visibility()
        for index in nodes.indices {
            nodes[index].children.removeAll { !isVisible[$0] }
            nodes[index].slots.removeAll { !$0.isLive }
        }
    }
}

extension PostmanCollection {
    /// Examples in the document, usable or not. O(items).
    public var exampleCount: Int { nodes.reduce(0) { $0 + $1.slots.count { $0.isLive } } }
}
