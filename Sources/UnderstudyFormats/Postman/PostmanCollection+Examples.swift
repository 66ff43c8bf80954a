public import NIOCore
public import UnderstudyCore

extension PostmanCollection {
    /// Everything a replay can serve, in the order of the document, and every place that cannot be served with one
    /// sentence why. One bad example costs no other.
    ///
    /// - Parameters:
    ///   - files: where file bodies are; an example whose file is missing or changed is a problem. `nil` leaves them
    ///     `.stored`, unchecked.
    ///   - environment: its values win over those of the collection.
    ///   - bodyInMemory: file bodies up to this many octets are read into memory.
    public func examples(
        files: (any BodyFiles)?, environment: PostmanEnvironment? = nil, bodyInMemory: Int = Limits().bodyInMemory
    ) -> (examples: [Example], problems: [CollectionProblem]) {
        let scope = environment?.scope(over: variables) ?? VariableScope(variables)
        let reader = ExampleReader(variables: scope, files: files, bodyInMemory: bodyInMemory)
        var collector = ExampleCollector(slug: slug, reader: reader, byteCount: ByteArena.capacity)
        var problems: [CollectionProblem] = []
        var faults = 0
        forEachSlot { node, slot, place in
            let text = nodes[node].slots[slot].text
            text.withUnsafeReadableBytes { collector.read($0, depth: 0, at: place, in: item(node)) }
            for fault in collector.faults[faults...] where !place.isGone {
                problems.append(CollectionProblem(fault, in: path(of: node)))
            }
            faults = collector.faults.count
        } other: { node in
            problems.append(
                CollectionProblem(path: path(of: node), message: "this is neither a folder nor a request"))
        }
        collector.flush()
        var ids = ExampleIDs(slug: slug)
        let (session, base) = (session, base)
        let examples = collector.examples.compactMap { read -> Example? in
            var example = read.example
            example.id = ids.id(read)
            example.session = session
            example.baseURL = base
            return read.place.isGone ? nil : example
        }
        return (examples, problems)
    }

    /// The same straight from a file's bytes, keeping no document.
    public static func examples(
        parsing bytes: ByteBuffer, slug: String, file: String, files: (any BodyFiles)?,
        environment: PostmanEnvironment? = nil, bodyInMemory: Int = Limits().bodyInMemory
    ) throws(CollectionError) -> (examples: [Example], problems: [CollectionProblem]) {
        let outline = try CollectionOutline(parsing: bytes, slug: slug, file: file)
        let scope = environment?.scope(over: outline.variables) ?? VariableScope(outline.variables)
        let parts = (0..<outline.partCount).map {
            outline.read(part: $0, variables: scope, files: files, bodyInMemory: bodyInMemory)
        }
        return try outline.assemble(parts)
    }

    // MARK: One by one

    /// A usable example of the document, its bodies unread.
    struct Entry {
        let id: String
        let node: Int
        let slot: Int
        let name: String
        let request: Exchange.Request
        /// `nil` when it was not asked for.
        let response: Exchange.Response?
    }

    /// Usable examples in the order of the document, with their ids.
    func forEachExample(
        _ reader: ExampleReader, withResponse: Bool = true, reserved: String? = nil, _ body: (Entry) -> Void
    ) {
        var ids = ExampleIDs(slug: slug, reserved: reserved)
        forEachSlot { node, slot, place in
            guard let read = try? read(node, slot, reader, withResponse) else { return }
            let print = { RequestPrint(slug: slug, read.request) }
            let id = ids.id(written: read.id, ordinal: place.ordinal, isGone: place.isGone, print: print())
            guard !place.isGone else { return }
            body(
                Entry(
                    id: id, node: node, slot: slot, name: read.name ?? item(node).name, request: read.request,
                    response: read.response))
        }
    }

    private struct Read {
        let id: String?
        let name: String?
        let request: Exchange.Request
        let response: Exchange.Response?
    }

    private func read(
        _ node: Int, _ slot: Int, _ reader: ExampleReader, _ withResponse: Bool
    ) throws(ExampleReader.Fault) -> Read {
        var reader = reader
        return try ExampleReader.read(nodes[node].slots[slot].text) { view throws(ExampleReader.Fault) in
            guard view.isObject else { throw ExampleReader.Fault(members: [], message: "an example is a JSON object") }
            let request: Exchange.Request
            if let own = view["originalRequest"], !own.isNull {
                let draft = try reader.request(own, at: "originalRequest")
                request = draft.request(in: reader.arena.take())
            } else {
                request = try reader.request(nodes[node].object["request"], at: "originalRequest")
            }
            var response: Exchange.Response?
            if withResponse { response = try reader.response(view).response(in: reader.arena.take()) }
            return Read(id: view["id"]?.text, name: view["name"]?.text, request: request, response: response)
        }
    }

    private func item(_ node: Int) -> ExampleCollector.Item {
        let object = nodes[node].object
        return ExampleCollector.Item(name: object["name"]?.text ?? "") {
            object["request"].map { JSONWriter.bytes($0, style: .compact) }
        }
    }

    /// Slots in the order of the document, those of removed examples too: the ids of the others stay what they were.
    func forEachSlot(_ body: (Int, Int, ExampleCollector.Place) -> Void, other: (Int) -> Void = { _ in }) {
        var stack = [0]
        var ordinal = 0
        while let node = stack.popLast() {
            if case .other = nodes[node].kind { other(node) }
            var position = 0
            for slot in nodes[node].slots.indices where nodes[node].slots[slot].text.readableBytes > 0 {
                let isGone = !nodes[node].slots[slot].isLive
                body(node, slot, .init(ordinal: ordinal, node: node, position: position, isGone: isGone))
                ordinal += 1
                if !isGone { position += 1 }
            }
            stack.append(contentsOf: nodes[node].children.reversed())
        }
    }

    // MARK: Places

    func path(of node: Int) -> JSONPath {
        guard node != 0 else { return wrapper == nil ? .root : JSONPath.root.member("collection") }
        let parent = nodes[node].parent
        let index = nodes[parent].children.firstIndex(of: node) ?? 0
        return path(of: parent).member("item").element(index)
    }
}
