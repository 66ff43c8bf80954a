import UnderstudyCore

/// A request of format v1.
enum RequestV1 {
    /// What `converted` has a place for.
    static let members: Set = [
        "description", "method", "url", "headers", "headerData", "queryParams", "pathVariables", "pathVariableData",
        "dataMode", "data", "rawModeData", "graphqlModeData", "dataOptions", "dataDisabled", "auth", "currentHelper",
    ]

    static func converted(_ request: JSONObject) -> JSONValue {
        var converted = JSONObject([("method", request["method"] ?? "GET")])
        let listed = request["headerData"]?.elements ?? []
        converted["header"] = listed.isEmpty ? fields(request["headers"]) : .array(listed)
        converted["url"] = url(request)
        if let body = body(request) { converted["body"] = body }
        converted["auth"] = V1Parts.auth(of: request)
        if let description = request["description"], description.text?.isEmpty != true {
            converted["description"] = description
        }
        return .object(converted)
    }

    /// An object where path variables or parameters that are switched off say more than the text.
    private static func url(_ request: JSONObject) -> JSONValue {
        let text = request["url"]?.text ?? ""
        var variables = request["pathVariableData"]?.elements ?? []
        for member in request["pathVariables"]?.object?.members ?? [] {
            guard !variables.contains(where: { $0["key"]?.text == member.name }) else { continue }
            variables.append(["key": .string(member.name), "value": member.value])
        }
        var parsed = PostmanURL.parsed(text).object ?? JSONObject()
        if let listed = request["queryParams"]?.elements, !listed.isEmpty {
            parsed["query"] = .array(listed.map(parameter))
        }
        if !variables.isEmpty { parsed["variable"] = .array(variables) }
        return .object(parsed)
    }

    /// `equals: false` is a bare key.
    private static func parameter(_ value: JSONValue) -> JSONValue {
        guard var object = value.object else { return value }
        if object["equals"]?.bool == false { object["value"] = .some(.null) }
        object["equals"] = Optional.none
        if let isEnabled = object["enabled"]?.bool {
            object["enabled"] = Optional.none
            if !isEnabled { object["disabled"] = true }
        }
        return .object(object)
    }

    /// A text of lines, of which those that begin with `//` are switched off; or a list already.
    static func fields(_ value: JSONValue?) -> JSONValue {
        guard let text = value?.text else { return .array(value?.elements ?? []) }
        let lines = text.utf8.split(whereSeparator: \.breaksLine).map { String(Substring($0)) }
        return .array(lines.map(field))
    }

    private static func field(_ line: String) -> JSONValue {
        let isDisabled = line.hasPrefix("//")
        let line = isDisabled ? line.dropFirst(2).drop { $0 == " " } : line[...]
        guard let colon = line.firstIndex(of: ":") else {
            var field = JSONObject([("key", .string(String(line))), ("value", "")])
            if isDisabled { field["disabled"] = true }
            return .object(field)
        }
        let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
        var field = JSONObject([("key", .string(String(line[..<colon]))), ("value", .string(String(value)))])
        if isDisabled { field["disabled"] = true }
        return .object(field)
    }

    private static func body(_ request: JSONObject) -> JSONValue? {
        guard var body = content(request)?.object else { return nil }
        if let options = request["dataOptions"], !options.isNull { body["options"] = options }
        if request["dataDisabled"]?.bool == true { body["disabled"] = true }
        return .object(body)
    }

    private static func content(_ request: JSONObject) -> JSONValue? {
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

/// What collections, folders and requests of format v1 have in common.
enum V1Parts {
    /// `events`, or the scripts of early files.
    static func events(of object: JSONObject) -> JSONValue? {
        var events = object["events"]?.elements ?? []
        for (member, listen) in [("preRequestScript", "prerequest"), ("tests", "test")] {
            guard let script = object[member]?.text, !script.isEmpty,
                !events.contains(where: { $0["listen"]?.text == listen })
            else { continue }
            let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
            events.append([
                "listen": .string(listen),
                "script": ["type": "text/javascript", "exec": .array(lines.map { .string(String($0)) })],
            ])
        }
        return events.isEmpty ? nil : .array(events)
    }

    /// `auth`, which is as in v2.1 already, or the helper of early files.
    static func auth(of object: JSONObject) -> JSONValue? {
        if let auth = object["auth"] { return auth }
        guard let helper = object["currentHelper"]?.text, let type = types[helper] else { return nil }
        let members = object["helperAttributes"]?.object?.members ?? []
        let parameters = members.filter { $0.name != "id" }.map { member -> JSONValue in
            ["key": .string(names[member.name] ?? member.name), "value": member.value, "type": "any"]
        }
        return ["type": .string(type), type: .array(parameters)]
    }

    private static let types = [
        "basicAuth": "basic", "bearerAuth": "bearer", "digestAuth": "digest", "oAuth1": "oauth1", "oAuth2": "oauth2",
        "hawkAuth": "hawk", "awsSigV4": "awsv4", "ntlmAuth": "ntlm", "apikeyAuth": "apikey",
        "edgegridAuth": "edgegrid",
    ]
    private static let names = ["appId": "app", "extraData": "extra"]

    /// Puts the members that nothing else has a place for into `_understudy.v1`; what is empty says nothing.
    static func keep(_ object: JSONObject, except known: Set<String>, in converted: inout JSONObject) {
        let rest = object.members.filter { member in
            guard !known.contains(member.name) else { return false }
            switch member.value {
            case .null: return false
            case .string(let text): return !text.isEmpty
            case .array(let elements): return !elements.isEmpty
            case .object(let object): return !object.members.isEmpty
            case .bool, .number: return true
            }
        }
        guard !rest.isEmpty else { return }
        var own = converted["_understudy"]?.object ?? JSONObject()
        own["v1"] = .object(JSONObject(members: rest))
        converted["_understudy"] = .object(own)
    }
}
