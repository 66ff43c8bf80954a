import HTTPTypes
import UnderstudyCore
import UnderstudyFormats
import UnderstudyStore

/// Single variables of environments: `understudy env set` and `unset`. Values of secrets are never answered.
enum EnvironmentRoutes {
    private static let one = Schema.object([
        ("id", Schema.text), ("name", Schema.text),
        (
            "variables",
            Schema.array(
                Schema.object([
                    ("name", Schema.text), ("value", Schema.optional(Schema.text)), ("secret", Schema.bool),
                    ("enabled", Schema.bool),
                ]))
        ),
    ])

    static let routes: [Route] = [
        Route(
            .get, "/api/v1/environments/{environmentId}",
            RouteDocument("Show an environment", gives: one),
            { answer(try call($0)) }),
        Route(
            .put, "/api/v1/environments/{environmentId}/variables/{variable}",
            RouteDocument(
                "Give a variable a value", [.ifMatch],
                takes: .json(
                    Schema.object([
                        ("value?", Schema.text), ("secret?", Schema.bool), ("enabled?", Schema.bool),
                    ])), gives: one, refusing: [409]), set),
        Route(
            .delete, "/api/v1/environments/{environmentId}/variables/{variable}",
            RouteDocument("Remove a variable", [.ifMatch], gives: one, refusing: [409]), unset),
    ]

    private static func call(_ call: Call) throws -> EnvironmentFolder.Stored {
        try call.desk.environments.find(call["environmentId"])
    }

    private static func answer(_ stored: EnvironmentFolder.Stored) -> Answer {
        Answer(
            [
                "id": .string(stored.id), "name": .string(stored.name),
                "variables": .array(
                    stored.environment.variables.map {
                        [
                            "name": .string($0.name), "value": $0.value.map { .string($0) } ?? .null,
                            "secret": .bool($0.isSecret), "enabled": .bool($0.isEnabled),
                        ]
                    }),
            ], revision: stored.revision)
    }

    private static func set(_ call: Call) throws -> Answer {
        let fields = MemberReader(try call.object(), path: "$")
        let (value, isSecret) = (try fields.text("value"), try fields.bool("secret"))
        let isEnabled = try fields.bool("enabled")
        guard !call["variable"].isEmpty else { throw Refusal.parameter("variable", "it has a name") }
        let stored = try call.desk.environments.change(try self.call(call).id, ifRevision: call.revision) {
            if let value {
                $0.set(call["variable"], to: value, isSecret: isSecret)
            } else if isEnabled == nil || isSecret != nil {
                throw Refusal.missing(["value"])
            }
            if let isEnabled, !$0.enable(call["variable"], isEnabled) {
                throw Refusal.notFound("there is no such variable")
            }
        }
        return answer(stored)
    }

    private static func unset(_ call: Call) throws -> Answer {
        answer(
            try call.desk.environments.change(try self.call(call).id, ifRevision: call.revision) {
                guard $0.unset(call["variable"]) else { throw Refusal.notFound("there is no such variable") }
            })
    }
}
