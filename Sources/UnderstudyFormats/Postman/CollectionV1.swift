import UnderstudyCore

/// Postman's first format, turned into the tree of v2.1 when it is loaded; its file is never written.
///
/// It is flat: folders and requests in two lists, held together by ids. What v2.1 has a place for goes there; every other
/// member is kept as `_understudy.v1` of what it belonged to.
struct CollectionV1 {
    /// Folders deeper than this are put at the top, so that no file can exhaust the stack.
    static let depthLimit = 100

    static func isV1(_ root: JSONObject, hasItems: Bool) -> Bool {
        !hasItems && root["requests"]?.elements != nil || !hasItems && root["order"]?.elements != nil
    }

    static func converted(_ root: JSONObject) -> JSONValue {
        var conversion = CollectionV1(root)
        return conversion.collection()
    }

    private let root: JSONObject
    private let requests: [JSONObject]
    private let folders: [JSONObject]
    /// By id; of repeats the first.
    private var requestPlaces: [String: Int] = [:]
    private var folderPlaces: [String: Int] = [:]
    private var usedRequests: Set<Int> = []
    private var usedFolders: Set<Int> = []
    /// By their parent's index; `-1` stands for the collection.
    private var children: [Int: [Int]] = [:]
    private var members: [Int: [Int]] = [:]

    private init(_ root: JSONObject) {
        self.root = root
        requests = root["requests"]?.elements?.compactMap(\.object) ?? []
        folders = root["folders"]?.elements?.compactMap(\.object) ?? []
        for (index, request) in requests.enumerated() {
            if let id = request["id"]?.text, requestPlaces[id] == nil { requestPlaces[id] = index }
        }
        for (index, folder) in folders.enumerated() {
            if let id = folder["id"]?.text, folderPlaces[id] == nil { folderPlaces[id] = index }
        }
        for (index, folder) in folders.enumerated() {
            children[folder["folder"]?.text.flatMap { folderPlaces[$0] } ?? -1, default: []].append(index)
        }
        for (index, request) in requests.enumerated() {
            members[request["folder"]?.text.flatMap { folderPlaces[$0] } ?? -1, default: []].append(index)
        }
    }

    private mutating func collection() -> JSONValue {
        var info = JSONObject([("name", root["name"] ?? ""), ("schema", .string(PostmanCollection.schema))])
        if let id = root["id"] { info["_postman_id"] = id }
        if let description = root["description"] { info["description"] = description }
        var items = content(of: root, index: -1, depth: 0)
        // What no order names, and nothing names as its parent, is not lost.
        for index in folders.indices { items += folder(index, depth: 0) }
        for index in requests.indices { items += request(index) }
        var collection = JSONObject([("info", .object(info)), ("item", .array(items))])
        collection["variable"] = root["variables"]
        collection["event"] = V1Parts.events(of: root)
        collection["auth"] = V1Parts.auth(of: root)
        for name in ["protocolProfileBehavior"] { collection[name] = root[name] }
        V1Parts.keep(root, except: Self.rootMembers, in: &collection)
        return .object(collection)
    }

    // MARK: Order

    /// Folders first, as Postman lists them; then requests. Those that the orders leave out come behind.
    private mutating func content(of object: JSONObject, index: Int, depth: Int) -> [JSONValue] {
        var items: [JSONValue] = []
        // A folder below one that was not looked into (a cycle, or too deep) is put at the top.
        if depth < Self.depthLimit {
            let ordered = object["folders_order"]?.elements?.compactMap { $0.text.flatMap { folderPlaces[$0] } } ?? []
            for child in ordered + (children[index] ?? []) { items += folder(child, depth: depth + 1) }
        }
        let ordered = object["order"]?.elements?.compactMap { $0.text.flatMap { requestPlaces[$0] } } ?? []
        // A request may name no folder although the folder's order names it.
        for member in ordered { items += request(member) }
        if index >= 0 { for member in members[index] ?? [] { items += request(member) } }
        return items
    }

    /// The folder's item, once.
    private mutating func folder(_ index: Int, depth: Int) -> [JSONValue] {
        guard usedFolders.insert(index).inserted else { return [] }
        let folder = folders[index]
        var item = JSONObject([("name", folder["name"] ?? "")])
        if let description = folder["description"] { item["description"] = description }
        item["item"] = .array(content(of: folder, index: index, depth: depth))
        if let id = folder["id"] { item["id"] = id }
        item["variable"] = folder["variables"]
        item["event"] = V1Parts.events(of: folder)
        item["auth"] = V1Parts.auth(of: folder)
        V1Parts.keep(folder, except: Self.folderMembers, in: &item)
        return [.object(item)]
    }

    /// The request's item, once.
    private mutating func request(_ index: Int) -> [JSONValue] {
        guard usedRequests.insert(index).inserted else { return [] }
        let request = requests[index]
        var item = JSONObject([("name", request["name"] ?? "")])
        if let id = request["id"] { item["id"] = id }
        item["event"] = V1Parts.events(of: request)
        if let behavior = request["protocolProfileBehavior"] { item["protocolProfileBehavior"] = behavior }
        item["request"] = RequestV1.converted(request)
        V1Parts.keep(request, except: Self.requestMembers.union(RequestV1.members), in: &item)
        let responses = request["responses"]?.elements?.map { $0.object.map(response) ?? $0 }
        item["response"] = .array(responses ?? [])
        return [.object(item)]
    }

    // MARK: Responses

    private func response(_ response: JSONObject) -> JSONValue {
        var example = JSONObject()
        if let id = response["id"], id.text != nil { example["id"] = id }
        if let name = response["name"], name.text?.isEmpty == false { example["name"] = name }
        example["originalRequest"] = originalRequest(response)
        let code = response["responseCode"]
        let status = response["status"]?.text ?? ""
        example["status"] = status.isEmpty ? code?["name"] ?? "" : .string(status)
        // Early files have no object.
        if let code = code?["code"] ?? (code?.object == nil ? code : .none) { example["code"] = code }
        example["_postman_previewlanguage"] = response["language"] ?? "text"
        example["header"] = RequestV1.fields(response["headers"])
        example["cookie"] = response["cookies"]?.elements.map { .array($0) } ?? []
        let text = response["text"]?.text ?? response["rawData"]?.text
        example["body"] = text.map { .string($0) } ?? .null
        if let time = response["time"] { example["responseTime"] = time }
        if let type = response["previewType"] { example["_postman_previewtype"] = type }
        V1Parts.keep(response, except: Self.responseMembers, in: &example)
        return .object(example)
    }

    private static let rootMembers: Set = [
        "id", "name", "description", "order", "folders", "folders_order", "requests", "variables", "events", "auth",
        "preRequestScript", "tests", "currentHelper", "protocolProfileBehavior",
    ]
    private static let folderMembers: Set = [
        "id", "name", "description", "order", "folders_order", "folder", "variables", "events", "auth",
        "preRequestScript", "tests", "currentHelper",
    ]
    private static let requestMembers: Set = [
        "id", "name", "folder", "responses", "responses_order", "events", "preRequestScript", "tests",
        "protocolProfileBehavior",
    ]
    private static let responseMembers: Set = [
        "id", "name", "status", "responseCode", "language", "headers", "cookies", "text", "rawData", "time", "request",
        "requestObject", "previewType",
    ]

    /// An object, its JSON as a text, or the id of a request; `nil` leaves it to the item.
    private func originalRequest(_ response: JSONObject) -> JSONValue? {
        for value in [response["request"], response["requestObject"]] {
            var value = value
            if let text = value?.text, let parsed = try? JSONValue(parsing: text) { value = parsed }
            if let object = value?.object { return RequestV1.converted(object) }
            if let id = value?.text, let index = requestPlaces[id] { return RequestV1.converted(requests[index]) }
        }
        return nil
    }
}
