public import NIOCore
public import UnderstudyCore

/// Where the examples of a collection file are, found without looking into them: the fast way from a file to what a
/// replay serves, which keeps no document.
///
///     let outline = try CollectionOutline(parsing: bytes, slug: slug, file: path)
///     let parts = (0..<outline.partCount).map { outline.read(part: $0, …) }   // in any order, on any thread
///     let (examples, problems) = try outline.assemble(parts)
public struct CollectionOutline: Sendable {
    /// About so many octets of examples are one part.
    static let partByteCount = 2 << 20

    let bytes: ByteBuffer
    let slug: String
    private let file: String
    private let nodes: [OutlineScan.Node]
    /// In the order of the document.
    private let pieces: [OutlineScan.Piece]
    private let parts: [Range<Int>]
    private let isWrapped: Bool
    /// Whose recording it is; empty for everybody's.
    public let session: String
    private let base: String
    /// What the collection says of its variables.
    public let variables: [String: String]

    /// Format v2.1, v2.0 or v1, plain or wrapped as `{"collection": {…}}`.
    ///
    /// - Parameter file: how errors name the file.
    /// - Throws: `CollectionError` when this is no collection. What is wrong inside of examples comes later.
    public init(parsing bytes: ByteBuffer, slug: String, file: String) throws(CollectionError) {
        guard let scan = OutlineScan(bytes) else { throw Self.error(in: bytes, file: file) }
        let path = scan.isWrapped ? JSONPath.root.member("collection") : .root
        if CollectionV1.isV1(scan.root, hasItems: scan.items != .none) {
            let converted = JSONWriter.bytes(CollectionV1.converted(scan.root), style: .compact)
            self = try CollectionOutline(parsing: converted, slug: slug, file: file)
            return
        }
        try PostmanCollection.check(scan.root, scan.items, path, file)
        self.bytes = bytes
        self.slug = slug
        self.file = file
        nodes = scan.nodes
        pieces = scan.pieces
        isWrapped = scan.isWrapped
        variables = PostmanCollection.variables(of: scan.root)
        session = PostmanCollection.session(of: scan.root)
        base = PostmanCollection.base(of: scan.root)
        var parts: [Range<Int>] = []
        var start = 0
        while start < pieces.count {
            var end = start
            var byteCount = 0
            while end < pieces.count, byteCount < Self.partByteCount {
                byteCount += pieces[end].range.count
                end += 1
            }
            parts.append(start..<end)
            start = end
        }
        self.parts = parts
    }

    /// The place in a text that is no JSON, found by reading it all.
    private static func error(in bytes: ByteBuffer, file: String) -> CollectionError {
        do throws(JSONError) {
            var reader = try JSONReader(bytes)
            let isObject = reader.peek() == UInt8(ascii: "{")
            _ = try reader.skip()
            try reader.finish()
            let message = isObject ? "this is no JSON that can be read" : "a collection is a JSON object"
            return CollectionError(file: file, place: "$", message: message)
        } catch {
            let place = "line \(error.line), column \(error.column) (byte \(error.offset))"
            return CollectionError(file: file, place: place, message: error.reason)
        }
    }

    // MARK: Reading

    /// How many parts there are to read.
    public var partCount: Int { parts.count }

    /// The examples of one part.
    public struct Part: Sendable {
        let examples: [ExampleCollector.ReadExample]
        let faults: [ExampleCollector.ReadFault]
        let isBroken: Bool
    }

    /// Reads one part. Depends on nothing but its arguments: parts may be read at the same time.
    ///
    /// - Parameters:
    ///   - variables: what `{{name}}` stands for.
    ///   - files, bodyInMemory: see `PostmanCollection.examples`.
    public func read(
        part index: Int, variables: VariableScope, files: (any BodyFiles)?, bodyInMemory: Int = Limits().bodyInMemory
    ) -> Part {
        let range = parts[index]
        let reader = ExampleReader(variables: variables, files: files, bodyInMemory: bodyInMemory)
        let byteCount = range.reduce(0) { $0 + pieces[$1].range.count }
        var collector = ExampleCollector(slug: slug, reader: reader, byteCount: byteCount)
        bytes.withUnsafeReadableBytes { bytes in
            for index in range {
                let piece = pieces[index]
                let text = UnsafeRawBufferPointer(rebasing: bytes[piece.range])
                guard let place = piece.place else {
                    collector.check(text, depth: piece.depth)
                    continue
                }
                collector.read(text, depth: piece.depth, at: place, in: item(place.node))
            }
        }
        collector.flush()
        return Part(examples: collector.examples, faults: collector.faults, isBroken: collector.isBroken)
    }

    private func item(_ index: Int) -> ExampleCollector.Item {
        let node = nodes[index]
        let slice = { (range: Range<Int>) in
            bytes.getSlice(at: bytes.readerIndex + range.lowerBound, length: range.count) ?? ByteBuffer()
        }
        let name = node.name.flatMap { try? JSONValue(parsing: slice($0)) }?.text
        return ExampleCollector.Item(name: name ?? "", request: { node.request.map(slice) })
    }

    // MARK: Assembling

    /// Puts the parts together, in their order, and gives ids to examples that have none.
    ///
    /// - Throws: `CollectionError` when some part is no JSON.
    public func assemble(
        _ parts: [Part]
    ) throws(CollectionError) -> (examples: [Example], problems: [CollectionProblem]) {
        guard !parts.contains(where: \.isBroken) else { throw Self.error(in: bytes, file: file) }
        var ids = ExampleIDs(slug: slug)
        var examples: [Example] = []
        examples.reserveCapacity(parts.reduce(0) { $0 + $1.examples.count })
        for part in parts {
            for read in part.examples {
                var example = read.example
                let id = ids.id(read)
                if example.id != id { example.id = id }
                example.session = session
                example.baseURL = base
                examples.append(example)
            }
        }
        var problems: [(node: Int, problem: CollectionProblem)] = []
        for fault in parts.flatMap(\.faults) {
            problems.append((fault.place.node, CollectionProblem(fault, in: path(of: fault.place.node))))
        }
        for (index, node) in nodes.enumerated() where node.kind == .other {
            let message = "this is neither a folder nor a request"
            problems.append((index, CollectionProblem(path: path(of: index), message: message)))
        }
        // Stable: what is wrong with the examples of one item stays in order.
        let sorted = problems.enumerated().sorted { ($0.element.node, $0.offset) < ($1.element.node, $1.offset) }
        return (examples, sorted.map(\.element.problem))
    }

    private func path(of node: Int) -> JSONPath {
        var places: [Int] = []
        var node = node
        while node != 0 {
            places.append(nodes[node].place)
            node = nodes[node].parent
        }
        let root = isWrapped ? JSONPath.root.member("collection") : .root
        return places.reversed().reduce(root) { $0.member("item").element($1) }
    }
}

extension CollectionProblem {
    /// - Parameter item: the place of the item around the example.
    init(_ read: ExampleCollector.ReadFault, in item: JSONPath) {
        var path = item.member("response").element(read.place.position)
        for member in read.fault.members {
            // A member may carry an index, as in `header[3]`.
            guard let bracket = member.firstIndex(of: "["), let index = Int(member[bracket...].dropFirst().dropLast())
            else {
                path = path.member(member)
                continue
            }
            path = path.member(String(member[..<bracket])).element(index)
        }
        self.init(path: path, message: read.fault.message)
    }
}
