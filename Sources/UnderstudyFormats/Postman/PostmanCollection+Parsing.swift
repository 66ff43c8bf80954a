public import NIOCore
import UnderstudyCore

extension PostmanCollection {
    /// Reads a collection file of format v2.1, v2.0 or v1, plain or wrapped as `{"collection": {…}}`.
    ///
    /// - Parameter file: how errors name the file.
    /// - Throws: `CollectionError` when the text is not JSON or not a collection. A bad item or example is no error
    ///   here: `examples` reports it, and it stays in the document.
    public init(parsing bytes: ByteBuffer, slug: String, file: String) throws(CollectionError) {
        self.init(slug: slug)
        let root: JSONObject
        let items: Items
        do throws(JSONError) {
            var reader = try JSONReader(bytes)
            guard reader.peek() == UInt8(ascii: "{") else {
                _ = try reader.skip()
                try reader.finish()
                throw JSONError(reason: Self.notAnObject, offset: 0, line: 0, column: 0)
            }
            (root, items) = try readRoot(&reader)
            try reader.finish()
        } catch {
            if error.reason == Self.notAnObject {
                throw CollectionError(file: file, place: "$", message: "a collection is a JSON object")
            }
            let place = "line \(error.line), column \(error.column) (byte \(error.offset))"
            throw CollectionError(file: file, place: place, message: error.reason)
        }
        if CollectionV1.isV1(root, hasItems: items != .none) {
            let converted = JSONWriter.bytes(CollectionV1.converted(root), style: .compact)
            try self.init(parsing: converted, slug: slug, file: file)
            isConverted = true
            return
        }
        let path = wrapper == nil ? JSONPath.root : JSONPath.root.member("collection")
        try Self.check(root, items, path, file)
        nodes[0].object = root
    }

    private static let notAnObject = "not an object"

    private init(slug: String) {
        self.slug = slug
        nodes = [Node(kind: .folder, object: JSONObject(), parent: 0, listsItems: true)]
    }

    /// What an `item` member was.
    enum Items { case none, list, other }

    // MARK: Walking the document

    private mutating func readRoot(_ reader: inout JSONReader) throws(JSONError) -> (JSONObject, Items) {
        var object = JSONObject()
        var items = Items.none
        var inner: (JSONObject, Items)?
        try reader.enter("{")
        while let name = try reader.nextMember() {
            if name == "item" {
                items = try readItems(&reader, parent: 0)
                object.members.append(.init(name, .null))
            } else if name == "collection", items == .none, inner == nil, reader.peek() == UInt8(ascii: "{") {
                inner = try readRoot(&reader)
                object.members.append(.init(name, .null))
            } else {
                object.members.append(.init(name, try reader.value()))
            }
        }
        guard items == .none, let inner else { return (object, items) }
        wrapper = object
        return inner
    }

    private mutating func readItems(_ reader: inout JSONReader, parent: Int) throws(JSONError) -> Items {
        // Of repeated members the last counts; the earlier list is not part of the document.
        nodes[parent].children.removeAll()
        guard reader.peek() == UInt8(ascii: "[") else {
            _ = try reader.skip()
            return .other
        }
        try reader.enter("[")
        while try reader.nextElement() { try readNode(&reader, parent) }
        return .list
    }

    /// A folder has `item`, an item `request` or `response`.
    mutating func readNode(_ reader: inout JSONReader, _ parent: Int) throws(JSONError) {
        let index = nodes.count
        nodes[parent].children.append(index)
        guard reader.peek() == UInt8(ascii: "{") else {
            let value = try reader.value()
            return nodes.append(Node(kind: .other(value), object: JSONObject(), parent: parent))
        }
        nodes.append(Node(kind: .folder, object: JSONObject(), parent: parent))
        var items: Items = .none
        var slots: [Slot]?
        var members: [JSONObject.Member] = []
        try reader.enter("{")
        while let name = try reader.nextMember() {
            if name == "item", reader.peek() == UInt8(ascii: "[") {
                items = try readItems(&reader, parent: index)
                members.append(.init(name, .null))
            } else if name == "response", reader.peek() == UInt8(ascii: "[") {
                slots = try Self.readSlots(&reader)
                members.append(.init(name, .null))
            } else {
                members.append(.init(name, try reader.value()))
            }
        }
        let object = JSONObject(members: members)
        nodes[index].object = object
        nodes[index].slots = slots ?? []
        nodes[index].listsItems = items == .list
        nodes[index].listsSlots = slots != nil
        if items == .list {
            nodes[index].kind = .folder
        } else if object["request"] != nil || slots != nil {
            nodes[index].kind = .item
        } else {
            nodes[index].kind = .other(.object(object))
        }
    }

    private static func readSlots(_ reader: inout JSONReader) throws(JSONError) -> [Slot] {
        var slots: [Slot] = []
        try reader.enter("[")
        while try reader.nextElement() { slots.append(Slot(text: try reader.skip())) }
        return slots
    }

    // MARK: What is no collection

    static func check(
        _ root: JSONObject, _ items: Items, _ path: JSONPath, _ file: String
    ) throws(CollectionError) {
        func error(_ path: JSONPath, _ message: String) -> CollectionError {
            CollectionError(file: file, place: "\(path)", message: message)
        }
        if root["_postman_variable_scope"] != nil { throw error(path, "this is an environment, not a collection") }
        if let schema = root["info"]?["schema"]?.text {
            let versions = schema.split(separator: "/").filter {
                $0.first == "v" && $0.dropFirst().first?.isNumber == true
            }
            if let version = versions.last, !version.hasPrefix("v2") {
                throw error(
                    path.member("info").member("schema"),
                    "format \(version) is not supported; export the collection as v2.1 from Postman")
            }
        }
        switch items {
        case .list: break
        case .none: throw error(path, "a collection has an array `item`")
        case .other: throw error(path.member("item"), "`item` is not an array")
        }
    }

    // MARK: Variables

    /// Enabled variables of a collection by name; of repeats the last counts. `variables` is what early v2 drafts
    /// called them.
    static func variables(of root: JSONObject) -> [String: String] {
        var variables: [String: String] = [:]
        for entry in (root["variable"] ?? root["variables"])?.elements ?? [] {
            guard let name = (entry["key"] ?? entry["id"])?.text, !entry.isDisabled else { continue }
            // A value that is null leaves the name unknown.
            if let text = entry["value"]?.scalarText { variables[name] = text }
        }
        return variables
    }

    public var variables: [String: String] { Self.variables(of: nodes[0].object) }
}

extension JSONValue {
    /// The text of a string, a number or a truth value.
    var scalarText: String? {
        switch self {
        case .string(let text), .number(let text): text
        case .bool(let bool): String(bool)
        default: nil
        }
    }

    /// `disabled`, or `enabled: false` as early drafts have it.
    var isDisabled: Bool { self["disabled"]?.bool == true || self["enabled"]?.bool == false }
}
