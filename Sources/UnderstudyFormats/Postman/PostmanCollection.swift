public import NIOCore
public import UnderstudyCore

/// A Postman collection as a document that is edited in place: everything a person or another tool wrote into it
/// stays, members that are unknown here too.
///
/// The tree is kept flat: `nodes[0]` is the collection, every folder and item is a node that knows its children by
/// index, and an item's examples are slots. So an example is added or replaced without touching the rest.
/// Format: <https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html>
public struct PostmanCollection: Sendable {
    /// The file's name without `.postman_collection.json`.
    public internal(set) var slug: String
    /// The document's root when it is wrapped as `{"collection": {…}}`, as Postman's API does.
    var wrapper: JSONObject?
    var nodes: [Node]
    /// Whether this was read from format v1. It can be listed and served, but writing it would lose what format v1
    /// says and v2.1 does not: see `checkEditable`.
    public internal(set) var isConverted = false

    /// A folder, an item with its examples, or whatever else stood in an `item` array.
    struct Node: Sendable {
        enum Kind: Sendable { case folder, item, other(JSONValue) }
        var kind: Kind
        /// All members. `item` and `response` hold `null` to keep their place; their content is in `children` and
        /// `slots`.
        var object: JSONObject
        var parent: Int
        var children: [Int] = []
        var slots: [Slot] = []
        /// Whether `item` and `response` stand for `children` and `slots`.
        var listsItems = false
        var listsSlots = false
    }

    /// One entry of an item's `response` array, as JSON text: a collection is mostly examples, and their text is a
    /// third of their tree.
    struct Slot: Sendable {
        private(set) var text: ByteBuffer
        /// The depth at which the text was rendered by us; `nil` for text from a file.
        private(set) var depth: Int?
        /// Whether it is part of the document. A retired example keeps its place during a run.
        var isLive = true

        init(text: ByteBuffer) { self.text = text }

        init(_ value: JSONValue, depth: Int) {
            var writer = JSONWriter(style: .tabs, depth: depth, capacity: 1024)
            writer.write(value)
            text = writer.buffer
            self.depth = depth
        }

        /// A place without an example yet.
        init() {
            text = ByteBuffer()
            isLive = false
        }

        /// Parsed anew each time.
        var value: JSONValue { (try? JSONValue(parsing: text)) ?? .null }
    }

    static let schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"

    /// A collection without examples.
    ///
    /// - Parameters:
    ///   - origin: `scheme://authority` of the recorded API, the value of the variable `baseUrl`. A path behind it is kept
    ///     beside it: recorded targets are relative to that.
    ///   - session: whose recording it is; empty for everybody's.
    public init(slug: String, origin: String, name: String? = nil, session: String = "") {
        self.slug = slug
        var members: [(String, JSONValue)] = [
            ("_postman_id", .string(Digest(of: slug).uuid)), ("name", .string(name ?? slug)),
            ("schema", .string(Self.schema)),
        ]
        var own: [(String, JSONValue)] = []
        if !session.isEmpty { own.append(("session", .string(session))) }
        let basePath = origin.dropFirst(Self.withoutPath(origin).count)
        if !basePath.isEmpty { own.append(("basePath", .string(String(basePath)))) }
        if !own.isEmpty { members.append(("_understudy", .object(JSONObject(own)))) }
        let info = JSONValue.object(JSONObject(members))
        let variables: JSONValue = [["key": "baseUrl", "value": .string(Self.withoutPath(origin))]]
        let root = JSONObject([("info", info), ("item", .null), ("variable", variables)])
        nodes = [Node(kind: .folder, object: root, parent: 0, listsItems: true)]
    }

    static func withoutPath(_ origin: String) -> String {
        let parts = origin.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0].hasSuffix(":") ? parts[..<3].joined(separator: "/") : origin
    }

    /// The value of `info.name`.
    public var name: String { nodes[0].object["info"]?["name"]?.text ?? slug }

    /// Whose recording it is; empty for everybody's.
    public var session: String { Self.session(of: nodes[0].object) }

    /// The path that its targets are relative to; empty where they are whole.
    public var basePath: String { String(base.dropFirst(Self.withoutPath(base).count)) }

    /// See `base(of:)`.
    var base: String { Self.base(of: nodes[0].object) }

    static func session(of root: JSONObject) -> String { root["info"]?["_understudy"]?["session"]?.text ?? "" }

    /// The address that targets are relative to: of an API that was recorded behind a base path. Empty where they are whole.
    static func base(of root: JSONObject) -> String {
        guard let path = root["info"]?["_understudy"]?["basePath"]?.text, !path.isEmpty,
            let origin = variables(of: root)["baseUrl"]
        else { return "" }
        return withoutPath(origin) + path
    }

    /// - Throws: a sentence that says what to do, for a collection whose file is of format v1.
    public func checkEditable(file: String) throws(CollectionError) {
        guard isConverted else { return }
        throw CollectionError(
            file: file, place: "$",
            message:
                "this is a collection of format v1, which is only read where it is; 'understudy import' makes it one of v2.1"
        )
    }

    /// The file's content: tabs, a newline at the end, the same bytes for the same collection.
    public func bytes() -> ByteBuffer {
        let isVisible = visibility()
        var writer = JSONWriter(style: .tabs, capacity: 1 << 16)
        if let wrapper {
            writer.open("{")
            for member in wrapper.members {
                if member.name == "collection" {
                    writer.name(member.name)
                    write(0, isVisible, into: &writer)
                } else {
                    writer.write(member)
                }
            }
            writer.close("}")
        } else {
            write(0, isVisible, into: &writer)
        }
        writer.newline()
        return writer.buffer
    }

    func write(_ index: Int, _ isVisible: [Bool], into writer: inout JSONWriter) {
        let node = nodes[index]
        if case .other(let value) = node.kind { return writer.write(value) }
        writer.open("{")
        for (position, member) in node.object.members.enumerated() {
            if node.listsItems, member.name == "item", position == node.object.lastIndex(of: "item") {
                writer.name("item")
                writer.open("[")
                for child in node.children where isVisible[child] {
                    writer.separate()
                    write(child, isVisible, into: &writer)
                }
                writer.close("]")
            } else if node.listsSlots, member.name == "response", position == node.object.lastIndex(of: "response") {
                writer.name("response")
                writer.open("[")
                for slot in node.slots where slot.isLive {
                    writer.separate()
                    if slot.depth == writer.depth {
                        writer.write(rendered: slot.text)
                    } else {
                        writer.write(slot.value)
                    }
                }
                writer.close("]")
            } else {
                writer.write(member)
            }
        }
        writer.close("}")
    }
}

extension PostmanCollection {
    /// Which nodes are part of the document: not an item that lost all its examples in this run, nor a folder that
    /// lost all its items. What was empty before stays.
    func visibility() -> [Bool] {
        var isVisible = [Bool](repeating: true, count: nodes.count)
        // Children come after their parents, so one pass from the end settles them first.
        for index in nodes.indices.reversed() where index != 0 {
            let node = nodes[index]
            switch node.kind {
            case .item: isVisible[index] = node.slots.isEmpty || node.slots.contains { $0.isLive }
            case .folder: isVisible[index] = node.children.isEmpty || node.children.contains { isVisible[$0] }
            case .other: break
            }
        }
        return isVisible
    }

    /// The indentation of the elements of an item's `response`.
    func slotDepth(of node: Int) -> Int {
        var depth = wrapper == nil ? 2 : 3
        var node = node
        while node != 0 {
            depth += 2
            node = nodes[node].parent
        }
        return depth
    }
}

/// A place in a collection that could not be used. The rest still serves.
public struct CollectionProblem: Sendable, Hashable, CustomStringConvertible {
    public let path: JSONPath
    /// One sentence.
    public let message: String

    public init(path: JSONPath, message: String) {
        self.path = path
        self.message = message
    }

    public var description: String { "\(path): \(message)" }
}

/// Why a file is no collection at all.
public struct CollectionError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The file as the caller named it.
    public let file: String
    /// `line 3, column 7 (byte 40)` or a JSON path.
    public let place: String
    /// One sentence.
    public let message: String

    public init(file: String, place: String, message: String) {
        self.file = file
        self.place = place
        self.message = message
    }

    public var description: String { "\(file): \(place): \(message)" }
}
