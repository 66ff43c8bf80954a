public import UnderstudyCore

/// Makes a new collection of exchanges: an item for each method and path of a host, an example for each exchange, in the
/// order in which they are added. Redact them first.
public struct CollectionMaker {
    /// The folders of a new collection.
    public struct Grouping: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }
        /// One for each host.
        public static let domain = Grouping(rawValue: 1)
        /// One for each segment of a path but the last, within that.
        public static let path = Grouping(rawValue: 2)
    }

    private struct ItemKey: Hashable {
        let upstream: String
        let method: String
        let path: String
    }

    private let name: String
    private let id: String
    private let grouping: Grouping
    private let writer: ExampleWriter
    private var root = Folder()
    private var baseURL: String?
    private var occurrences: [Digest: Int] = [:]
    /// How many examples it has.
    public private(set) var count = 0

    /// - Parameters:
    ///   - id: a new UUID.
    ///   - files: where large bodies go.
    public init(
        name: String, id: String, grouping: Grouping = [], files: any BodyFiles,
        bodyInMemory: Int = Limits().bodyInMemory
    ) {
        self.name = name
        self.id = id
        self.grouping = grouping
        writer = ExampleWriter(files: files, bodyInMemory: bodyInMemory, variables: .empty)
    }

    /// Adds an exchange.
    ///
    /// - Parameters:
    ///   - name: of the example; `nil` for status and query.
    ///   - isHandmade: whether `{{name}}` in its request is meant as a variable; in what was recorded it is text.
    /// - Returns: whether it can be replayed: incomplete ones, failed ones and tunnels cannot, and are left out.
    /// - Throws: what `BodyFiles.write` throws.
    @discardableResult
    public mutating func add(_ exchange: Exchange, name: String? = nil, isHandmade: Bool = false) throws -> Bool {
        guard let recorded = RecordedExchange(exchange) else { return false }
        let parts = try writer.parts(recorded)
        let upstream = PostmanCollection.withoutPath(exchange.upstream)
        if baseURL == nil, !upstream.isEmpty { baseURL = upstream }
        let path = RecordedExchange.path(of: recorded.request)
        var request = parts.request
        // `baseUrl` can stand for one host only.
        if !upstream.isEmpty, upstream != baseURL { Self.name(upstream, in: &request) }
        if isHandmade, var hidden = request["_understudy"]?.object {
            for name in ["target", "literal"] { hidden[name] = nil }
            request["_understudy"] = hidden.members.isEmpty ? Optional.none : .some(.object(hidden))
        }
        let key = ExampleKey.digest(of: recorded.request)
        let occurrence = occurrences[key, default: 0]
        occurrences[key] = occurrence + 1
        let example = ExampleWriter.example(
            .init(request: request, response: parts.response),
            id: ExampleIDs.derived(id + upstream, key, occurrence), name: name ?? ExampleFold.name(recorded))
        let item = ItemKey(upstream: upstream, method: recorded.request.head.method, path: path)
        root.add(example, to: item, request: request, in: folders(of: item), id: id)
        count += 1
        return true
    }

    private func folders(of item: ItemKey) -> [String] {
        var folders: [String] = []
        if grouping.contains(.domain) {
            folders.append(item.upstream.firstRange(of: "://").map { String(item.upstream[$0.upperBound...]) } ?? "")
            if folders[0].isEmpty { folders[0] = "no host" }
        }
        if grouping.contains(.path) {
            folders += item.path.split(separator: "/").dropLast().prefix(Self.depthLimit).map(String.init)
        }
        return folders
    }

    /// Deeper paths share a folder.
    static let depthLimit = 20

    /// Puts a host's own address where `{{baseUrl}}` stands.
    private static func name(_ upstream: String, in request: inout JSONObject) {
        guard var url = request["url"]?.object, let raw = url["raw"]?.text, raw.hasPrefix("{{baseUrl}}"),
            let scheme = upstream.firstRange(of: "://")
        else { return }
        url["raw"] = .string(upstream + raw.dropFirst("{{baseUrl}}".count))
        var authority = upstream[scheme.upperBound...]
        var members: [JSONObject.Member] = []
        for member in url.members {
            guard member.name == "host" else {
                members.append(member)
                continue
            }
            members.append(.init("protocol", .string(String(upstream[..<scheme.lowerBound]))))
            let colon = authority.hasSuffix("]") ? nil : authority.lastIndex(of: ":")
            let port = colon.map { String(authority[authority.index(after: $0)...]) }
            if let colon { authority = authority[..<colon] }
            let isAddress = authority.hasPrefix("[")
            let labels = isAddress ? [String(authority)] : authority.split(separator: ".").map(String.init)
            members.append(.init("host", .array(labels.map { .string($0) })))
            if let port { members.append(.init("port", .string(port))) }
        }
        url = JSONObject(members: members)
        request["url"] = .object(url)
    }

    /// The collection so far.
    public func collection() throws(CollectionError) -> PostmanCollection {
        let root = JSONObject([
            (
                "info",
                [
                    "_postman_id": .string(id), "name": .string(name),
                    "schema": .string(PostmanCollection.schema),
                ]
            ),
            ("item", .array(root.items)),
            ("variable", [["key": "baseUrl", "value": .string(baseURL ?? "")]]),
        ])
        let slug = NameSlug.slug(of: name)
        return try PostmanCollection(parsing: JSONWriter.bytes(.object(root)), slug: slug, file: name)
    }

    /// Folders and items in the order in which they were first needed.
    private struct Folder {
        private enum Element { case folder(String), item(ItemKey) }
        private var order: [Element] = []
        private var folders: [String: Folder] = [:]
        private var examples: [ItemKey: (request: JSONObject, id: String, examples: [JSONValue])] = [:]

        mutating func add(
            _ example: JSONValue, to item: ItemKey, request: JSONObject, in path: some Collection<String>, id: String
        ) {
            if let first = path.first {
                if folders[first] == nil {
                    folders[first] = Folder()
                    order.append(.folder(first))
                }
                folders[first]?.add(example, to: item, request: request, in: path.dropFirst(), id: id)
                return
            }
            if examples[item] == nil {
                let itemID = Digest(of: "\(id)\nitem\n\(item.upstream)\n\(item.method)\n\(item.path)").uuid
                examples[item] = (request, itemID, [])
                order.append(.item(item))
            }
            examples[item]?.examples.append(example)
        }

        var items: [JSONValue] {
            order.compactMap { element in
                switch element {
                case .folder(let name):
                    return folders[name].map { ["name": .string(name), "item": .array($0.items)] }
                case .item(let key):
                    guard let item = examples[key] else { return nil }
                    return [
                        "id": .string(item.id), "name": .string("\(key.method) \(key.path)"),
                        "request": .object(item.request), "response": .array(item.examples),
                    ]
                }
            }
        }
    }
}
