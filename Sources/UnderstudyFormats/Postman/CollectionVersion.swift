import UnderstudyCore

/// The two formats of Postman's second generation, and the way from one to the other.
///
/// They differ in three places: authorisation is one object in v2.0 and a list in v2.1, URLs are mostly texts in v2.0 and
/// objects in v2.1, and the schema's address. Everything else is carried over as it is.
public enum CollectionVersion: String, Sendable, CaseIterable {
    case v20 = "v2.0"
    case v21 = "v2.1"

    var schema: String { "https://schema.getpostman.com/json/collection/\(rawValue).0/collection.json" }

    /// What a collection's schema says; `nil` for drafts and for none.
    static func version(of root: JSONObject) -> CollectionVersion? {
        guard let schema = root["info"]?["schema"]?.text else { return nil }
        return allCases.first { schema.contains("/\($0.rawValue).") }
    }

    /// The document in this format.
    func convert(_ root: JSONObject) -> JSONObject {
        var root = root
        var info = root["info"]?.object ?? JSONObject([("name", "")])
        info["schema"] = .string(schema)
        root["info"] = .object(info)
        if root["variable"] == nil, let place = root.lastIndex(of: "variables") {
            root.members[place].name = "variable"
        }
        convert(node: &root)
        return root
    }

    /// A collection, folder or item. The depth is that of JSON, which is bounded.
    private func convert(node: inout JSONObject) {
        convertAuth(of: &node)
        if let items = node["item"]?.elements {
            node["item"] = .array(
                items.map { item in
                    guard var object = item.object else { return item }
                    convert(node: &object)
                    return .object(object)
                })
        }
        if let request = node["request"] { node["request"] = converted(request: request) }
        if let responses = node["response"]?.elements {
            node["response"] = .array(
                responses.map { response in
                    guard var object = response.object, let request = object["originalRequest"] else { return response }
                    object["originalRequest"] = converted(request: request)
                    return .object(object)
                })
        }
    }

    private func converted(request: JSONValue) -> JSONValue {
        guard var object = request.object else { return request }
        convertAuth(of: &object)
        if let url = object["url"] { object["url"] = converted(url: url) }
        return .object(object)
    }

    private func converted(url: JSONValue) -> JSONValue {
        switch self {
        case .v21: url.text.map { PostmanURL.parsed($0) } ?? url
        // Only what the text says again.
        case .v20: url["raw"]?.text.flatMap { Self.isSaid(url, by: $0) ? .string($0) : nil } ?? url
        }
    }

    /// Whether a URL object says nothing that its text does not.
    private static func isSaid(_ url: JSONValue, by raw: String) -> Bool {
        guard let object = url.object, let parsed = PostmanURL.parsed(raw).object else { return false }
        return object.members.allSatisfy { parsed[$0.name] == $0.value }
    }

    private func convertAuth(of object: inout JSONObject) {
        guard var auth = object["auth"]?.object, let type = auth["type"]?.text, let content = auth[type] else { return }
        switch (self, content) {
        case (.v21, .object(let parameters)):
            auth[type] = .array(
                parameters.members.map { member in
                    ["key": .string(member.name), "value": member.value, "type": .string(Self.type(of: member.value))]
                })
        case (.v20, .array(let parameters)):
            var members: [JSONObject.Member] = []
            for parameter in parameters {
                // What is no pair has no place there: then the list stays.
                guard let key = parameter["key"]?.text else { return }
                members.append(.init(key, parameter["value"] ?? .null))
            }
            auth[type] = .object(JSONObject(members: members))
        default: return
        }
        object["auth"] = .object(auth)
    }

    private static func type(of value: JSONValue) -> String {
        switch value {
        case .string: "string"
        case .bool: "boolean"
        case .number: "number"
        default: "any"
        }
    }
}
