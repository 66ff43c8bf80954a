import HTTPTypes
import UnderstudyCore
import UnderstudyStore

/// `/me`: who asks, and how much mock servers were used this month.
enum PostmanAccount {
    static let routes: [Route] = [
        Route(
            .get, "/me",
            RouteDocument(
                "Who asks, and what was used",
                gives: Schema.object([
                    (
                        "user",
                        Schema.object([("id", Schema.integer), ("username", Schema.text), ("fullName", Schema.text)])
                    ),
                    (
                        "operations",
                        Schema.array(
                            Schema.object([
                                ("name", Schema.text), ("limit", Schema.integer), ("usage", Schema.integer),
                                ("overage", Schema.integer),
                            ]))
                    ),
                ])), show)
    ]

    /// There is no quota: the largest whole number that all JSON readers have.
    static let noLimit = 9_007_199_254_740_991

    private static func show(_ call: Call) throws -> Answer {
        let month = String(Timestamp.now().isoText.prefix(7))
        let usage = try call.desk.history.usage(since: Timestamp(isoText: month + "-01")).total.calls
        var name = "owner"
        if let key = call.caller.key, let found = try call.desk.keys.contents().keys.first(where: { $0.id == key }) {
            name = found.name
        }
        let roles: JSONValue =
            switch call.caller.role {
            case .caller, .member: ["user"]
            case .admin: ["user", "admin"]
            case .superAdmin: ["user", "admin", "super-admin"]
            }
        return Answer([
            "user": [
                "id": .integer(Int(call.caller.owner) ?? 1), "username": .string(name), "email": "",
                "fullName": .string(name), "avatar": .null, "isPublic": false, "roles": roles,
            ],
            "operations": [
                ["name": "mock_usage", "limit": .integer(noLimit), "usage": .integer(usage), "overage": 0]
            ],
        ])
    }
}
