public import NIOCore
public import UnderstudyCore

extension PostmanCollection {
    /// Everything a replay can serve, in the order of the document, and every place that cannot be served with one
    /// sentence why. One bad example costs no other.
    ///
    /// - Parameters:
    ///   - files: where file bodies are; an example whose file is missing or changed is a problem. `nil` leaves them
    ///     `.stored`, unchecked.
    ///   - bodyInMemory: file bodies up to this many octets are read into memory.
    public func examples(
        files: (any BodyFiles)?, bodyInMemory: Int = Limits().bodyInMemory
    ) -> (examples: [Example], problems: [CollectionProblem]) {
        let reader = ExampleReader(variables: variables, files: files, bodyInMemory: bodyInMemory)
        var examples: [Example] = []
        var problems: [CollectionProblem] = []
        var ids = ExampleIDs(slug: slug)
        forEachSlot { node, slot in
            do throws(ExampleReader.Fault) {
                let example = try self.example(node, slot, reader, &ids)
                examples.append(example)
            } catch {
                problems.append(problem(node, slot, error))
            }
        } other: { node in
            problems.append(
                CollectionProblem(path: path(of: node), message: "this is neither a folder nor a request"))
        }
        return (examples, problems)
    }

    /// The same straight from a file's bytes, keeping no document.
    public static func examples(
        parsing bytes: ByteBuffer, slug: String, file: String, files: (any BodyFiles)?,
        bodyInMemory: Int = Limits().bodyInMemory
    ) throws(CollectionError) -> (examples: [Example], problems: [CollectionProblem]) {
        try PostmanCollection(parsing: bytes, slug: slug, file: file)
            .examples(files: files, bodyInMemory: bodyInMemory)
    }

    func example(
        _ node: Int, _ slot: Int, _ reader: ExampleReader, _ ids: inout ExampleIDs
    ) throws(ExampleReader.Fault) -> Example {
        guard case .object(let object) = nodes[node].slots[slot].value else {
            throw ExampleReader.Fault(members: [], message: "an example is a JSON object")
        }
        let request = try self.request(node, object, reader)
        let response = try reader.response(object)
        let time: Int? =
            switch object["responseTime"] {
            case .string(let text)?: Int(text)
            case let value?: value.int
            case nil: nil
            }
        return Example(
            id: ids.id(written: object["id"]?.text, request: request),
            name: object["name"]?.text ?? nodes[node].object["name"]?.text ?? "", collection: slug,
            request: request, response: response, responseTime: time)
    }

    /// The example's own request, or its item's.
    func request(
        _ node: Int, _ object: JSONObject, _ reader: ExampleReader
    ) throws(ExampleReader.Fault) -> Exchange.Request {
        if let own = object["originalRequest"], !own.isNull { return try reader.request(own, at: "originalRequest") }
        return try reader.request(nodes[node].object["request"], at: "originalRequest")
    }

    /// Live slots in the order of the document.
    func forEachSlot(_ body: (Int, Int) -> Void, other: (Int) -> Void = { _ in }) {
        var stack = [0]
        while let node = stack.popLast() {
            if case .other = nodes[node].kind { other(node) }
            for slot in nodes[node].slots.indices where nodes[node].slots[slot].isLive { body(node, slot) }
            stack.append(contentsOf: nodes[node].children.reversed())
        }
    }

    // MARK: Places

    private func problem(_ node: Int, _ slot: Int, _ fault: ExampleReader.Fault) -> CollectionProblem {
        let position = nodes[node].slots[..<slot].count { $0.isLive }
        var path = path(of: node).member("response").element(position)
        for member in fault.members {
            // A member may carry an index, as in `header[3]`.
            guard let bracket = member.firstIndex(of: "["), let index = Int(member[bracket...].dropFirst().dropLast())
            else {
                path = path.member(member)
                continue
            }
            path = path.member(String(member[..<bracket])).element(index)
        }
        return CollectionProblem(path: path, message: fault.message)
    }

    func path(of node: Int) -> JSONPath {
        guard node != 0 else { return wrapper == nil ? .root : JSONPath.root.member("collection") }
        let parent = nodes[node].parent
        let index = nodes[parent].children.firstIndex(of: node) ?? 0
        return path(of: parent).member("item").element(index)
    }
}

/// Gives each example of a collection an id of its own: the written one, or where there is none (Postman's exports
/// have none) or it is taken, one derived from the request and its position among equal ones.
struct ExampleIDs {
    let slug: String
    private var used: Set<String> = []
    private var counts: [Digest: Int] = [:]

    init(slug: String) { self.slug = slug }

    mutating func id(written: String?, request: Exchange.Request) -> String {
        if let written, !written.isEmpty, used.insert(written).inserted { return written }
        let key = ExampleKey.digest(of: request)
        while true {
            let occurrence = counts[key, default: 0]
            counts[key] = occurrence + 1
            let id = Self.derived(slug, key, occurrence)
            if used.insert(id).inserted { return id }
        }
    }

    static func derived(_ slug: String, _ key: Digest, _ occurrence: Int) -> String {
        Digest(of: "\(slug)\n\(key)\n\(occurrence)").uuid
    }
}

/// What makes two requests the same for recording: method, target and body. The request must be redacted already.
enum ExampleKey {
    static func digest(of request: Exchange.Request) -> Digest {
        var bytes = ByteBuffer(string: request.head.method)
        bytes.writeStaticString("\n")
        bytes.writeImmutableBuffer(OriginForm.target(request.head.target))
        bytes.writeStaticString("\n")
        switch request.body.content {
        case .memory(let body): if body.readableBytes > 0 { bytes.writeBytes(Digest(of: body).bytes) }
        case .stored(let digest, _): bytes.writeBytes(digest.bytes)
        }
        return Digest(of: bytes)
    }
}
