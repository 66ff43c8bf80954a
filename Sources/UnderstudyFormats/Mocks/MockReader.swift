public import UnderstudyCore

/// Reads a mock server's members, each with its own complaint. A member that is missing has its default.
struct MockReader {
    private let root: JSONObject

    init(_ value: JSONValue) throws(MockFieldError) {
        guard let object = value.object else {
            throw MockFieldError(path: "$", message: "a mock server is a JSON object")
        }
        root = object
    }

    mutating func mock() throws(MockFieldError) -> MockServer {
        let fields = MemberReader(root, path: "$")
        guard let id = try fields.text("id"), let collection = try fields.text("collection") else {
            throw MockFieldError(path: "$", message: "a mock server has `id` and `collection`")
        }
        let created = try fields.time("createdAt") ?? Timestamp(microseconds: 0)
        var mock = MockServer(
            id: id, name: try fields.text("name") ?? id, collection: collection, createdAt: created,
            owner: try fields.text("owner") ?? "1")
        mock.updatedAt = try fields.time("updatedAt") ?? created
        mock.versionTag = try fields.text("versionTag")
        mock.environment = try fields.text("environment")
        mock.description = try fields.text("description") ?? ""
        mock.isPrivate = try fields.bool("private") ?? false
        mock.port = try fields.int("port", in: 1...65535)
        if let config = try fields.object("config") {
            mock.matching = try config.matching()
            mock.delay = try config.delay()
            mock.activeServerResponse = try config.text("serverResponseId").flatMap { $0.isEmpty ? nil : $0 }
        }
        if let limits = try fields.object("limits") {
            mock.limits.perMinute = try limits.int("callsPerMinute", in: 1...Int.max)
            mock.limits.perMonth = try limits.int("callsPerMonth", in: 1...Int.max)
        }
        for (index, element) in try fields.elements("serverResponses").enumerated() {
            let path = "$.serverResponses[\(index)]"
            guard let object = element.object else { throw MockFieldError(path: path, message: "is no object") }
            mock.serverResponses.append(try MemberReader(object, path: path).serverResponse(createdAt: created))
        }
        return mock
    }
}

/// Members of one object, typed. `null` is as if it were not there.
public struct MemberReader {
    private let object: JSONObject
    private let path: String

    public init(_ object: JSONObject, path: String) {
        self.object = object
        self.path = path
    }

    public func has(_ name: String) -> Bool { object[name] != nil }

    private func read<Value>(
        _ name: String, _ expected: String, _ value: (JSONValue) -> Value?
    ) throws(MockFieldError) -> Value? {
        guard let member = object[name], !member.isNull else { return nil }
        guard let value = value(member) else {
            throw MockFieldError(path: "\(path).\(name)", message: "is not \(expected)")
        }
        return value
    }

    public func text(_ name: String) throws(MockFieldError) -> String? { try read(name, "a text") { $0.text } }
    public func bool(_ name: String) throws(MockFieldError) -> Bool? { try read(name, "true or false") { $0.bool } }

    public func int(_ name: String, in range: ClosedRange<Int>) throws(MockFieldError) -> Int? {
        let expected =
            range.upperBound == Int.max
            ? "a whole number from \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        return try read(name, expected) { $0.int.flatMap { range.contains($0) ? $0 : nil } }
    }

    public func object(_ name: String) throws(MockFieldError) -> MemberReader? {
        try read(name, "an object") { $0.object }.map { MemberReader($0, path: "\(path).\(name)") }
    }

    public func elements(_ name: String) throws(MockFieldError) -> [JSONValue] {
        try read(name, "an array") { $0.elements } ?? []
    }

    public func time(_ name: String) throws(MockFieldError) -> Timestamp? {
        try read(name, "a time such as 2026-11-21T08:26:07.000Z") { $0.text.flatMap { Timestamp(isoText: $0) } }
    }

    public func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ name: String, _ type: Choice.Type
    ) throws(MockFieldError) -> Choice? {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return try read(name, "one of \(names)") { $0.text.flatMap { Choice(rawValue: $0) } }
    }

    public func texts(_ name: String) throws(MockFieldError) -> [String]? {
        try read(name, "an array of texts") { value in
            guard let elements = value.elements else { return nil }
            let texts = elements.compactMap(\.text)
            return texts.count == elements.count ? texts : nil
        }
    }

    /// The members of a `config` that say how requests are compared.
    public func matching(over before: MockMatching = MockMatching()) throws(MockFieldError) -> MockMatching {
        var matching = before
        if let profile = try choice("profile", MatchOptions.Profile.self) { matching.profile = profile }
        if has("matchBody") { matching.matchBody = try bool("matchBody") }
        if let headers = try texts("headers") {
            matching.headers = headers
            // Postman's page has one field for both: a list that is not empty is compared.
            if !has("matchHeader") { matching.matchHeader = !headers.isEmpty }
        }
        if let matchHeader = try bool("matchHeader") { matching.matchHeader = matchHeader }
        if let matchQueryParams = try bool("matchQueryParams") { matching.matchQueryParams = matchQueryParams }
        if has("matchWildcards") { matching.matchWildcards = try bool("matchWildcards") }
        if has("repeats") { matching.repeats = try choice("repeats", Repeats.self) }
        return matching
    }

    public func delay() throws(MockFieldError) -> Delay {
        try read(
            "delay",
            "a delay: null, {\"type\": \"fixed\", \"duration\": MS}, {\"type\": \"uniform\", \"min\", \"max\"}, {\"type\": \"normal\", \"mean\", \"deviation\"} or {\"type\": \"lognormal\", \"median\", \"sigma\"}, at most \(Delay.limit) ms"
        ) { Delay(json: $0) } ?? .none
    }

    /// A forced answer; what is missing but needed is an error, a new one gets a new id and time by the caller.
    public func serverResponse(
        id: String? = nil, createdAt: Timestamp, createdBy: String = "1"
    ) throws(MockFieldError) -> ServerResponse {
        guard let name = try text("name"), let status = try int("statusCode", in: ServerResponse.statuses) else {
            throw MockFieldError(path: path, message: "a server response has `name` and `statusCode`, which is 5xx")
        }
        let own = try text("id")
        guard let id = id ?? own else { throw MockFieldError(path: path, message: "has no `id`") }
        var response = ServerResponse(
            id: id, name: name, status: status, language: try choice("language", ServerResponse.Language.self),
            body: try text("body") ?? "", createdAt: try time("createdAt") ?? createdAt,
            createdBy: try text("createdBy") ?? createdBy)
        guard response.body.utf8.count <= ServerResponse.bodyLimit else {
            throw MockFieldError(path: "\(path).body", message: "is longer than \(ServerResponse.bodyLimit) bytes")
        }
        response.updatedAt = try time("updatedAt") ?? response.createdAt
        response.updatedBy = try text("updatedBy") ?? response.createdBy
        for element in try elements("headers") {
            guard let name = element["key"]?.text, let value = element["value"]?.text, Self.isField(name, value) else {
                throw MockFieldError(
                    path: "\(path).headers", message: "is not a list of {\"key\", \"value\"} of valid fields")
            }
            response.fields.append(.init(name: name, value: value))
        }
        return response
    }

    /// Whether it can be a field line (RFC 9110 §5.1, §5.5).
    private static func isField(_ name: String, _ value: String) -> Bool {
        !name.isEmpty && name.utf8.allSatisfy(\.isTokenByte)
            && value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }
    }
}
