import NIOCore
import UnderstudyCore

/// One pass over a collection file that finds folders, items and the extent of each example. Containers inside are only
/// measured, by their brackets and quotes; whether they are JSON is found out when they are read.
struct OutlineScan {
    /// A folder, an item, or whatever else stood in an `item` array. `nodes[0]` is the collection.
    struct Node: Sendable {
        enum Kind: Sendable { case folder, item, other, gone }
        var kind = Kind.folder
        let parent: Int
        /// Its index in the parent's `item`.
        let place: Int
        var name: Range<Int>?
        var request: Range<Int>?
    }

    /// An example, or something that is only to be checked.
    struct Piece: Sendable {
        let range: Range<Int>
        let depth: Int
        let node: Int
        var place: ExampleCollector.Place?
    }

    private(set) var nodes: [Node] = [Node(parent: 0, place: 0)]
    /// In the order of the document: of a node its own examples, then those of its children.
    private(set) var pieces: [Piece] = []
    /// The collection's members but `item`, which is null.
    private(set) var root = JSONObject()
    private(set) var items = PostmanCollection.Items.none
    private(set) var isWrapped = false

    /// `nil` when this is no JSON object.
    init?(_ bytes: ByteBuffer) {
        let isRead = bytes.withUnsafeReadableBytes { bytes in
            guard UTF8Check.firstInvalidOffset(in: bytes) == nil else { return false }
            do throws(JSONCursor.Fault) {
                var walk = Walk(cursor: JSONCursor(bytes), depth: 0)
                (root, items) = try readRoot(&walk)
                try walk.finish()
                return true
            } catch {
                return false
            }
        }
        guard isRead else { return nil }
        settle()
    }

    /// Puts the examples in the order of the document and counts them.
    private mutating func settle() {
        // Only a node with both examples and children may have them in another order.
        if zip(pieces, pieces.dropFirst()).contains(where: { $0.node > $1.node }) {
            pieces = pieces.enumerated().sorted { ($0.element.node, $0.offset) < ($1.element.node, $1.offset) }
                .map(\.element)
        }
        var ordinal = 0
        for index in pieces.indices {
            guard let place = pieces[index].place else { continue }
            pieces[index].place = .init(ordinal: ordinal, node: place.node, position: place.position)
            ordinal += 1
        }
    }

    // MARK: Walking the document

    private mutating func readRoot(
        _ walk: inout Walk
    ) throws(JSONCursor.Fault) -> (JSONObject, PostmanCollection.Items) {
        var object = JSONObject()
        var items = PostmanCollection.Items.none
        var inner: (JSONObject, PostmanCollection.Items)?
        try walk.enter("{")
        while let name = try walk.nextMember() {
            if name.isEqual("item") {
                items = try readItems(&walk, parent: 0, since: (1, 0))
                object.members.append(.init("item", .null))
            } else if name.isEqual("collection"), items == .none, inner == nil, walk.peek() == UInt8(ascii: "{") {
                inner = try readRoot(&walk)
                object.members.append(.init("collection", .null))
            } else {
                object.members.append(.init(name.text, try walk.value()))
            }
        }
        guard items == .none, let inner else { return (object, items) }
        isWrapped = true
        return inner
    }

    /// - Parameter mark: the first node and the first piece that a list before this one may have given.
    private mutating func readItems(
        _ walk: inout Walk, parent: Int, since mark: (node: Int, piece: Int)
    ) throws(JSONCursor.Fault) -> PostmanCollection.Items {
        // Of repeated members the last counts; the earlier list is not part of the document.
        for index in mark.node..<nodes.count { nodes[index].kind = .gone }
        for index in mark.piece..<pieces.count where pieces[index].node >= mark.node { pieces[index].place = nil }
        guard walk.peek() == UInt8(ascii: "[") else {
            try skip(&walk, in: parent)
            return .other
        }
        try walk.enter("[")
        var place = 0
        while try walk.nextElement() {
            try readNode(&walk, Node(parent: parent, place: place))
            place += 1
        }
        return .list
    }

    /// A folder has `item`, an item `request` or `response`.
    private mutating func readNode(_ walk: inout Walk, _ node: Node) throws(JSONCursor.Fault) {
        let index = nodes.count
        nodes.append(node)
        guard walk.peek() == UInt8(ascii: "{") else {
            nodes[index].kind = .other
            try skip(&walk, in: index)
            return
        }
        let firstPiece = pieces.count
        var (hasItems, hasRequest, hasExamples) = (false, false, false)
        try walk.enter("{")
        while let name = try walk.nextMember() {
            if name.isEqual("item"), walk.peek() == UInt8(ascii: "[") {
                _ = try readItems(&walk, parent: index, since: (index + 1, firstPiece))
                hasItems = true
            } else if name.isEqual("response"), walk.peek() == UInt8(ascii: "[") {
                try readExamples(&walk, index, since: firstPiece)
                hasExamples = true
            } else if name.isEqual("request") {
                nodes[index].request = try skip(&walk, in: index)
                hasRequest = true
            } else {
                let range = try skip(&walk, in: index)
                if name.isEqual("name") { nodes[index].name = range }
            }
        }
        nodes[index].kind = hasItems ? .folder : hasRequest || hasExamples ? .item : .other
    }

    private mutating func readExamples(
        _ walk: inout Walk, _ node: Int, since firstPiece: Int
    ) throws(JSONCursor.Fault) {
        for index in firstPiece..<pieces.count where pieces[index].node == node { pieces[index].place = nil }
        try walk.enter("[")
        var position = 0
        while try walk.nextElement() {
            let place = ExampleCollector.Place(ordinal: 0, node: node, position: position)
            pieces.append(Piece(range: try walk.measure(), depth: walk.depth, node: node, place: place))
            position += 1
        }
    }

    /// A value that is not looked into now.
    @discardableResult
    private mutating func skip(_ walk: inout Walk, in node: Int) throws(JSONCursor.Fault) -> Range<Int> {
        let first = walk.peek()
        let range = try walk.measure()
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            pieces.append(Piece(range: range, depth: walk.depth, node: node))
        }
        return range
    }
}
