import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Keys: made (and shown that once), listed, revoked. Admins have to do with keys of members, super admins with all.
enum KeyRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/keys",
            RouteDocument("List keys", gives: Schema.wrapped("keys", Schema.array(Schema.ref("Key")))),
            for: .role(.admin),
            { call in Answer(["keys": .array(try call.desk.keys.contents().keys.map { .object(json($0)) })]) }),
        Route(
            .post, "/api/v1/keys",
            RouteDocument(
                "Make a key, which is shown this once",
                takes: .json(
                    Schema.object([
                        ("name", Schema.text), ("role?", Schema.choice(AccessKey.Role.allCases.map(\.rawValue))),
                        ("owner?", Schema.optional(Schema.text)), ("expiresAt?", Schema.optional(Schema.time)),
                    ])), status: 201,
                gives: Schema.object([("id", Schema.text), ("key", Schema.text), ("role", Schema.text)]),
                refusing: [409]), for: .role(.admin), create),
        Route(
            .delete, "/api/v1/keys/{keyId}",
            RouteDocument("Revoke a key", gives: Schema.wrapped("id", Schema.text)), for: .role(.admin), revoke),
    ]

    private static func json(_ key: AccessKey) -> JSONObject {
        JSONObject([
            ("id", .string(key.id)), ("name", .string(key.name)), ("owner", .string(key.owner)),
            ("role", .string(key.role.rawValue)), ("createdAt", .string(key.createdAt.isoText)),
            ("expiresAt", key.expiresAt.map { .string($0.isoText) } ?? .null),
            ("lastUsedAt", key.lastUsedAt.map { .string($0.isoText) } ?? .null),
        ])
    }

    private static func create(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.object(), path: "$")
        guard let name = try fields.text("name") else { throw Refusal.missing(["name"]) }
        guard (1...255).contains(name.utf8.count), !name.unicodeScalars.contains(where: { $0.value < 0x20 }) else {
            throw Refusal.parameter("name", "it is 1 to 255 bytes of text on one line")
        }
        let role = try fields.choice("role", AccessKey.Role.self) ?? .member
        try check(call, role)
        let owner = try fields.text("owner")
        if let owner, owner.utf8.count > 18 || owner.isEmpty || !owner.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            throw Refusal.parameter("owner", "it is a text of digits")
        }
        let expiresAt = try fields.time("expiresAt")
        let (key, entry) = try call.desk.keys.create(name: name, role: role, owner: owner, expiresAt: expiresAt)
        var object = json(entry)
        object["key"] = .string(key)
        return Answer(.object(object), status: .created)
    }

    private static func revoke(_ call: Call) throws -> Answer {
        let key = try call.desk.keys.change { contents in
            let key = try KeyRing.find(call["keyId"], in: contents)
            try check(call, key.role)
            contents.keys.removeAll { $0.id == key.id }
            return key
        }
        return Answer(["id": .string(key.id)])
    }

    private static func check(_ call: Call, _ role: AccessKey.Role) throws(Refusal) {
        guard call.caller.mayChange(role) else {
            throw .forbidden("only super admins may make or revoke keys of admins and super admins")
        }
    }
}

/// What the team's admins decided.
enum PolicyRoutes {
    static let routes: [Route] = [
        Route(
            .get, "/api/v1/policy",
            RouteDocument("Show the policy", gives: Schema.wrapped("publicMocks", Schema.bool)),
            { call in Answer(["publicMocks": .bool(try call.desk.keys.policy().allowsPublicMocks)]) }),
        Route(
            .put, "/api/v1/policy",
            RouteDocument(
                "Allow or forbid public mock servers; those that exist are answered, and stay",
                takes: .json(Schema.wrapped("publicMocks", Schema.bool)),
                gives: Schema.object([
                    ("publicMocks", Schema.bool),
                    (
                        "existing",
                        Schema.array(
                            Schema.object([("id", Schema.text), ("name", Schema.text), ("url", Schema.text)]))
                    ),
                ])), for: .role(.admin), change),
    ]

    private static func change(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.object(), path: "$")
        guard let isAllowed = try fields.bool("publicMocks") else { throw Refusal.missing(["publicMocks"]) }
        try call.desk.keys.change { $0.policy.allowsPublicMocks = isAllowed }
        var existing: [JSONValue] = []
        if !isAllowed {
            let view = MockView(call.desk)
            existing = call.desk.mocks.all().mocks.map(\.mock).filter { !$0.isPrivate }.map {
                ["id": .string($0.id), "name": .string($0.name), "url": .string(view.url($0))]
            }
        }
        return Answer(["publicMocks": .bool(isAllowed), "existing": .array(existing)])
    }
}
