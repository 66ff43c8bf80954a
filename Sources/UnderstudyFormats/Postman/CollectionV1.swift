import UnderstudyCore

/// Postman's first format, turned into the tree of v2.1 when it is loaded; its file is never written.
///
/// It is flat: folders and requests in two lists, held together by ids. What a mock needs is kept: order, names, requests,
/// their variables and bodies, responses. Scripts, helpers and authorisation are not.
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
        return [.object(item)]
    }

    /// The request's item, once.
    private mutating func request(_ index: Int) -> [JSONValue] {
        guard usedRequests.insert(index).inserted else { return [] }
        let request = requests[index]
        var item = JSONObject([("name", request["name"] ?? "")])
        if let id = request["id"] { item["id"] = id }
        if let description = request["description"] { item["description"] = description }
        item["request"] = RequestV1.converted(request)
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
        example["cookie"] = []
        let text = response["text"]?.text ?? response["rawData"]?.text
        example["body"] = text.map { .string($0) } ?? .null
        if let time = response["time"] { example["responseTime"] = time }
        return .object(example)
    }

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

/// A request of format v1.
enum RequestV1 {
    static func converted(_ request: JSONObject) -> JSONValue {
        var converted = JSONObject([("method", request["method"] ?? "GET")])
        let listed = request["headerData"]?.elements ?? []
        converted["header"] = listed.isEmpty ? fields(request["headers"]) : .array(listed)
        converted["url"] = url(request)
        if let body = body(request) { converted["body"] = body }
        return .object(converted)
    }

    private static func url(_ request: JSONObject) -> JSONValue {
        let text = request["url"]?.text ?? ""
        var variables = request["pathVariableData"]?.elements ?? []
        for member in request["pathVariables"]?.object?.members ?? [] {
            guard !variables.contains(where: { $0["key"]?.text == member.name }) else { continue }
            variables.append(["key": .string(member.name), "value": member.value])
        }
        return variables.isEmpty ? .string(text) : ["raw": .string(text), "variable": .array(variables)]
    }

    /// A text of lines, of which those that begin with `//` are switched off; or a list already.
    static func fields(_ value: JSONValue?) -> JSONValue {
        guard let text = value?.text else { return .array(value?.elements ?? []) }
        let lines = text.utf8.split(whereSeparator: \.breaksLine).map { String(Substring($0)) }
        return .array(lines.filter { !$0.hasPrefix("//") }.map { .string($0) })
    }

    private static func body(_ request: JSONObject) -> JSONValue? {
        let raw = request["rawModeData"]?.text ?? request["rawModeData"]?.elements?.first?.text
        let data = request["data"]
        switch request["dataMode"]?.text {
        case "raw": return ["mode": "raw", "raw": .string(raw ?? data?.text ?? "")]
        case "urlencoded": return ["mode": "urlencoded", "urlencoded": .array(data?.elements ?? [])]
        case "params": return ["mode": "formdata", "formdata": .array(data?.elements?.map(part) ?? [])]
        case "binary": return ["mode": "file", "file": ["src": raw.map { .string($0) } ?? .null]]
        case "graphql": return ["mode": "graphql", "graphql": request["graphqlModeData"] ?? [:]]
        default:
            guard let text = raw ?? data?.text, !text.isEmpty else { return nil }
            return ["mode": "raw", "raw": .string(text)]
        }
    }

    /// The value of a file is its path.
    private static func part(_ part: JSONValue) -> JSONValue {
        guard part["type"]?.text == "file", var object = part.object, object["src"] == nil else { return part }
        object["src"] = part["value"]
        return .object(object)
    }
}
